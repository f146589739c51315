"""Rows cut into shards: the files that the stages read, extract and entities would have written, made from literal
rows, and the stages that decide run over them."""

import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from adr.perspectives import PAPER_NAMES
from adr.recipe import Recipe
from adr.shards import decide, settle, tau
from adr.shards.settled import Settled
from adr.shards.shard_run import GLOBAL, ShardRun
from adr.shards.shard_set import CutSource, RecordShard, ShardSet
from adr.store import Store
from tests.worlds.zoo import Rows, counts_of, key_of


@dataclass(frozen=True)
class World:
    """Rows at positions of a source with `records` records; the other records were set aside."""

    rows: Rows
    positions: Sequence[int]
    records: int
    text_only: Sequence[int] = ()
    unread: Sequence[int] = ()


def cut_into(folder: Path, world: World, cuts: Sequence[int], recipe: Recipe) -> tuple[ShardSet, ShardRun]:
    """The shards of a world, a new one beginning at each of the positions `cuts`, with the files of their rows."""
    edges = [0, *sorted(cuts), world.records]
    shards = tuple(
        RecordShard(number, 0, begin, end - begin, "source.jsonl", "jsonl")
        for number, (begin, end) in enumerate(pairwise(edges))
    )
    source = CutSource(0, "source.jsonl", "source.jsonl", "jsonl", 1, "", 0, world.records)
    made, run = ShardSet(folder, (source,), shards), ShardRun(str(folder), recipe.to_toml())
    for stage in ("read", "extract", "entities", "tau", "decide", "settle"):
        run.place(stage).mkdir(parents=True, exist_ok=True)
    for shard in shards:
        _write_shard(run, world, shard)
    _write_entities(run, world)
    return made, run


def settled(shards: ShardSet, run: ShardRun) -> Settled:
    """What the stages tau, decide and settle make of the shards."""
    tau.make(shards, run, GLOBAL, run.place("tau"))
    for shard in shards.shards:
        decide.make(shards, run, shard.number, run.place("decide"))
    settle.make(shards, run, GLOBAL, run.place("settle"))
    return Settled.of(run)


def table_of(shards: ShardSet, run: ShardRun, stage: str, name: str) -> pd.DataFrame:
    """A file that each shard has, of all shards together."""
    parts = [pq.read_table(run.file(stage, shard.number, name)) for shard in shards.shards]
    return pa.concat_tables(parts).to_pandas()


def _write_shard(run: ShardRun, world: World, shard: RecordShard) -> None:
    own = range(shard.first, shard.first + shard.records)
    rows = {p: row for p, row in zip(world.positions, world.rows, strict=True) if p in own}
    _write_instances(run, shard.number, list(rows), world.text_only)
    postings, names = [], []
    for perspective in PAPER_NAMES:
        counts = counts_of(list(rows.values())).get(perspective, {})
        # not in the order of counts: a shard numbers names as it meets them
        numbers = {name: number for number, name in enumerate(sorted(counts, reverse=True))}
        names += [(perspective, numbers[e], e, n, key_of(perspective, e)) for e, n in counts.items()]
        postings += [
            (perspective, p, number)
            for p, row in rows.items()
            for number in sorted(numbers[e] for e in set(row.get(perspective, ())))
        ]
    _write(run, shard.number, "postings", ["perspective", "instance", "name"], postings, [str, np.int32, np.int32])
    columns = ["perspective", "number", "name", "n", "draw_key"]
    _write(run, shard.number, "names", columns, names, [str, np.int32, str, np.int64, np.uint64])
    unread = [(p,) for p in rows if p in world.unread]
    _write(run, shard.number, "unread", ["instance"], unread, [np.int32])


def _write_instances(run: ShardRun, number: int, positions: list[int], text_only: Sequence[int]) -> None:
    """The database of a shard, with its instances only. A copy of an empty one: making one takes longer."""
    file = run.file("read", number, "duckdb")
    empty = Path(run.folder).parent / "empty.duckdb"
    if not empty.exists():
        Store(empty).close()
    shutil.copy(empty, file)
    if positions:
        images = [[] if p in text_only else [f"{p}.jpg"] for p in positions]
        with closing(Store(file)) as store, store.atomic() as writer:
            writer.insert("instance", pd.DataFrame({"instance": positions, "images": images}))


def _write_entities(run: ShardRun, world: World) -> None:
    said = {}
    for perspective, counts in {p: counts_of(world.rows).get(p, {}) for p in PAPER_NAMES}.items():
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        rows = [(rank, e, n, key_of(perspective, e)) for rank, (e, n) in enumerate(ordered)]
        file = run.file("entities", GLOBAL, f"{perspective}.parquet")
        pq.write_table(_table(["rank", "name", "n", "draw_key"], rows, [np.int32, str, np.int64, np.uint64]), file)
        said[perspective] = {"entities": len(counts), "postings": sum(counts.values())}
    run.file("entities", GLOBAL, "entities.json").write_text(json.dumps(said))


def _write(run: ShardRun, number: int, name: str, columns: list[str], rows: list[tuple], kinds: list[type]) -> None:
    pq.write_table(_table(columns, rows, kinds), run.file("extract", number, f"{name}.parquet"))


def _table(columns: list[str], rows: list[tuple], kinds: Sequence[type]) -> pa.Table:
    types = [pa.string() if kind is str else pa.from_numpy_dtype(kind) for kind in kinds]
    lists: Mapping[str, list] = {name: [row[at] for row in rows] for at, name in enumerate(columns)}
    return pa.table({name: pa.array(lists[name], kind) for name, kind in zip(columns, types, strict=True)})
