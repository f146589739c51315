"""A small stage: how many letters the texts of a shard have. It cannot be done while the folder holds a file `broken`
with the number of the shard."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.store import Store

VERSION = 1


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Write NNNNN.letters.json."""
    broken = shards.folder / "broken"
    if broken.exists() and int(broken.read_text()) == number:
        raise AdrError("The letters are not legible.", "Write them again.")
    with closing(Store(run.file("read", number, "duckdb"), read_only=True)) as store:
        letters = sum(len(text) for (text,) in store.rows("select unnest(turns).text from instance"))
    (folder / run.file("letters", number, "letters.json").name).write_text(json.dumps(letters))
    return {"letters": letters}
