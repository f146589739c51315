"""A dataset in shards of which each was read by hand: by the product's own ingest, moved to its positions."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from adr.errors import AdrError
from adr.ingest.ingest import ingest
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import CutSource, RecordShard, ShardSet
from adr.store import Store

_PLACES = (("instance", "instance"), ("annotation", "instance"), ("oddity", "instance"), ("rejected", "position"))


def written(path: Path, records: Sequence[object]) -> Path:
    """A JSON Lines file of the records."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


def read_shards(folder: Path, sources: Sequence[Sequence[object]], cuts: Sequence[int], recipe: str) -> ShardRun:
    """A run over shards of these sources, each cut in front of the positions `cuts`, with all of them read."""
    run = ShardRun(str(folder), recipe)
    made, shards, first = [], [], 0
    for source, records in enumerate(sources):
        made.append(CutSource(source, f"s{source}", f"s{source}.jsonl", "lines", 0, "", first, len(records)))
        ends = [*(cut for cut in sorted(set(cuts)) if first < cut < first + len(records)), first + len(records)]
        begin = first
        for end in ends:
            shard = RecordShard(len(shards), source, begin, end - begin, f"{len(shards)}.jsonl", "lines")
            _read(run, folder / shard.path, shard, records[begin - first : end - first])
            shards.append(shard)
            begin = end
        first += len(records)
    ShardSet(folder, tuple(made), tuple(shards)).write()
    return run


def _read(run: ShardRun, path: Path, shard: RecordShard, records: Sequence[object]) -> None:
    place = run.file("read", shard.number, "duckdb")
    place.parent.mkdir(parents=True, exist_ok=True)
    with closing(Store(place)) as store:
        try:
            ingest(store, written(path, records))
        except AdrError:  # every record was set aside
            return
        with store.atomic() as writer:
            for table, column in _PLACES:
                writer.execute(f"update {table} set {column} = {column} + $1", [shard.first])
            writer.execute("update instance set source = $1", [shard.source])
