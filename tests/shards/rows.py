"""Sources written by hand, and the rows that a dataset has in one database or in those of its shards."""

import gzip
import json
import tarfile
from collections.abc import Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from adr.shards.shard_run import ShardRun, Task
from adr.shards.shard_set import ShardSet
from adr.shards.tasks import Outcome, perform
from adr.store import Store

TABLES = {
    "instance": "select * from instance order by instance",
    "rejected": "select * from rejected order by position",
    "annotation": "select * from annotation order by instance, object",
    "oddity": "select * from oddity order by instance, kind",
}

DOG = '{"id": 1, "image": "a.jpg", "conversations": [{"from": "human", "value": "<image>\\nWhat is it?"}, '
DOG += '{"from": "gpt", "value": "A dog, \\"Rex\\", [sic]."}]}'
TEXT = '{"id": "x", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hi"}], "model": "m"}'
ODD = '{"image": "b.jpg", "conversations": [{"from": "human", "value": "<image1>?"}, {"from": "gpt", "value": "Ü"}]}'
NAMED = '{"image": "c.jpg", "conversations": [{"from": "human", "value": "<image>"}, {"from": "gpt", "value": "So."}], '
NAMED += '"objects": ["cat", "sofa"]}'
NO_TALK = '{"id": 5, "image": "a.jpg"}'
BROKEN = '{"id": 6, "image": }'
RECORDS = [DOG, NO_TALK, TEXT, ODD, NAMED, BROKEN, DOG]
"""Seven records: 1 and 5 are set aside, 3 has an oddity, 4 two annotations."""


def lines(path: Path, records: Sequence[str] = RECORDS) -> Path:
    """JSON Lines with a blank line, an end of DOS, and no end of the last line."""
    text = "\n \n".join(records[:2]) + "\r\n" + "\n".join(records[2:])
    path.write_text(text, encoding="utf-8", newline="")
    return path


def array(path: Path, records: Sequence[str] = RECORDS) -> Path:
    """An array with a record over several lines."""
    path.write_text(
        "\ufeff[\n" + " ,\n".join([records[0].replace(", ", ",\r\n  ", 1), *records[1:]]) + "\n]\n", newline=""
    )
    return path


def packed(path: Path) -> Path:
    """Compressed JSON Lines."""
    path.write_bytes(gzip.compress(lines(path.with_suffix("")).read_bytes()))
    return path


def objects(path: Path) -> Path:
    """Objects one after another, each over several lines."""
    good = [json.dumps(json.loads(one), indent=2) for one in RECORDS if one != BROKEN]
    path.write_text("\n".join([*good[:5], '{\n  "id": 6,\n  "image": }', good[5]]) + "\n")
    return path


def keyed(path: Path) -> Path:
    """One object that holds the records under their ids."""
    text = ", ".join(f'"k{n}": {one}' for n, one in enumerate(RECORDS))
    path.write_text("{" + text + "}")
    return path


def parquet(path: Path) -> Path:
    """A Parquet file in two row groups, whose first row holds its picture."""
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    talk = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    said = [{"role": "user", "content": "<image1>What?"}, {"role": "assistant", "content": "A cow."}]
    rows = [
        {
            "images": {"bytes": b"\xff\xd8\xff-a picture", "path": None} if n % 2 == 0 else None,
            "messages": said[: n % 3],
        }
        for n in range(7)
    ]
    schema = pa.schema([("images", image), ("messages", talk)])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=4)
    return path


def tar(path: Path) -> Path:
    """A WebDataset shard of four samples; the JSON of the third is broken, over two lines."""
    with tarfile.open(path, "w") as made:
        for n, text in enumerate([DOG, TEXT, '{"a":\n}', NAMED]):
            for name, data in ((f"s{n}.jpg", b"\xff\xd8\xff"), (f"s{n}.json", text.encode())):
                member = tarfile.TarInfo(name)
                member.size = len(data)
                made.addfile(member, BytesIO(data))
    return path


def job(folder: Path, recipe: str = "[rebalance]\n", out: Path | None = None) -> ShardRun:
    """A run over the shards in a folder."""
    return ShardRun(str(folder), recipe, str(out) if out else None)


def read_all(folder: Path, recipe: str = "[rebalance]\n") -> list[Outcome]:
    """Read every shard, in this process."""
    run = job(folder, recipe)
    return [perform(run, Task("read", one.number)) for one in ShardSet.at(folder).shards]


def of_store(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of a dataset in one database."""
    return {table: store.rows(sql) for table, sql in TABLES.items()}


def of_shards(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of a dataset in the databases of its shards, shard by shard."""
    found: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    for path in sorted((folder / "read").glob("*.duckdb")):
        with closing(Store(path, read_only=True)) as store:
            for table, rows in of_store(store).items():
                found[table] += rows
    return found
