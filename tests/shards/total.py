"""A small stage over all shards: how many letters they have together."""

import json
from pathlib import Path
from typing import Any

from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet

VERSION = 1


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Write total.json."""
    found = [json.loads(run.file("letters", one.number, "letters.json").read_text()) for one in shards.shards]
    (folder / run.file("total", number, "total.json").name).write_text(json.dumps(sum(found)))
    return {"total": sum(found)}
