"""Entities: the names of all shards, summed and ranked → PERSPECTIVE.parquet, as the table `entity` of one machine.

Names that do not fit into memory are sorted on the disk.
"""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.files import write_whole
from adr.shards.asked_index import asked_index, perspectives_of
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.store import Store, Writer

VERSION = 2


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Writes PERSPECTIVE.parquet for every perspective (rank from 0, name, n, draw_key; of co_occurrence also first
    and second, the names of the two objects), and entities.json. Returns entities and postings per perspective, as
    entities.json has them. AdrError when two pairs of objects have one name."""
    files = [str(run.file("extract", shard.number, "names.parquet")) for shard in shards.shards]
    place = folder / "summing.duckdb"
    with closing(Store(place)) as store, store.atomic() as writer:
        found = {
            name: _ranked(writer, files, name, folder / f"{name}.parquet")
            for name in perspectives_of(asked_index(run.asked))
        }
    for rest in folder.glob("summing.duckdb*"):
        rest.unlink()
    write_whole(folder / "entities.json", json.dumps(found, indent=1).encode())
    return {"perspectives": found}


def _ranked(writer: Writer, files: Sequence[str], perspective: str, path: Path) -> dict[str, int]:
    """Writes the entities of a perspective in the order of their ranks; returns how many, and their postings."""
    writer.execute(
        """
        create or replace temp table summed as
        select name, first, second, sum(n)::bigint as n, any_value(draw_key) as draw_key
        from read_parquet($1) where perspective = $2 group by name, first, second
        """,
        [files, perspective],
    )
    if perspective == "co_occurrence":
        _refuse_namesakes(writer)
    pair = ", first, second" if perspective == "co_occurrence" else ""
    named = str(path).replace("'", "''")
    writer.execute(f"""
        copy (
            select (row_number() over (order by n desc, name, first) - 1)::integer as rank, name, n, draw_key{pair}
            from summed order by rank
        ) to '{named}' (format parquet, compression zstd)
    """)
    entities, postings = writer.rows("select count(*), coalesce(sum(n), 0)::bigint from summed")[0]
    return {"entities": int(entities), "postings": int(postings)}


def _refuse_namesakes(writer: Writer) -> None:
    """AdrError when two pairs have one name, by which the stages after this one know an entity. That takes objects with
    a plus between blanks in their names: a + (b + c), and (a + b) + c."""
    found = writer.rows(
        """
        select name, list([first, second] order by first)
        from summed where contains(first, ' + ') or contains(second, ' + ')
        group by name having count(*) > 1 order by name limit 1
        """
    )
    for name, pairs in found:
        told = [f"“{first}” with “{second}”" for first, second in pairs]
        raise AdrError(
            f"Different pairs of objects have the name “{name}”: {' and '.join(told)}.",
            "Rename one of these labels in the annotations, or rebalance the dataset on one machine.",
        )
