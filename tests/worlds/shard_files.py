"""A dataset on one machine with a run in it, and the files that the stages of shards before `write` make of the same
rows, cut anywhere."""

import json
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.rebalance.runs import rebalance, run_report
from adr.recipe import Recipe
from adr.report import plain
from adr.shards.baseline import baseline_of
from adr.shards.shard_run import GLOBAL, ShardRun
from adr.shards.shard_set import CutSource, RecordShard, ShardSet
from adr.store import Store
from adr.workspace import Workspace


class OneMachine:
    """A workspace with the records of a JSON array, indexed and rebalanced by a recipe. images: the folder of its
    pictures."""

    def __init__(self, folder: Path, text: str, toml: str, images: Path | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.source = folder / "data.json"
        self.source.write_text(text, encoding="utf-8")
        self.images = images
        self.toml, self.store, self.workspace = toml, Store.memory(), Workspace.at(folder / "w")
        ingest(self.store, self.source, images)
        index(self.store)
        rebalance(self.store, Recipe.from_toml(toml, "a test"))
        self.records = int(self.store.value("select sum(records) from source"))

    def cut(self, folder: Path, cuts: list[int], out: Path, format: str) -> tuple[ShardSet, ShardRun]:
        """The files of all stages before `write`, where the shards begin at these positions (and at 0)."""
        edges = sorted({0, self.records, *cuts})
        shards = [RecordShard(n, 0, a, b - a, "data.json", "array") for n, (a, b) in enumerate(pairwise(edges))]
        (path, size, sha256) = self.store.row("select path, bytes, sha256 from source")
        source = CutSource(
            0, "data", path, "array", size, sha256, 0, self.records, str(self.images) if self.images else None
        )
        run = ShardRun(str(folder), self.toml, str(out), format)
        for stage in ("read", "extract", "settle", "entities", "write", "join"):
            run.place(stage).mkdir(parents=True, exist_ok=True)
        self._entities(run)
        for shard in shards:
            self._read(run, shard)
            self._extract(run, shard)
            decided = self._between("instance, pass_count, kept, copies, reason, probability from decision", shard)
            pq.write_table(decided, run.file("settle", shard.number, "decision.parquet"))
        found = self.store.arrays("select instance from decision where reason <> 'excluded' order by instance")
        instances = np.asarray(found["instance"], np.int32)
        kept = int(self.store.value("select count(*) from decision where kept"))
        seed = Recipe.from_toml(self.toml, "a test").seed
        baseline = vars(baseline_of(seed, kept, instances, None))
        leave = "select coalesce(sum(copies), 0)::bigint from decision where kept and instance between $1 and $2"
        rows = [int(self.store.value(leave, [one.first, one.first + one.records - 1])) for one in shards]
        said = json.dumps({"kept_baseline": baseline, "rows": rows, **self._epochs(run, shards)})
        run.file("settle", GLOBAL, "settle.json").write_text(said)
        return ShardSet(folder, (source,), tuple(shards)), run

    def _epochs(self, run: ShardRun, shards: list[RecordShard]) -> dict[str, Any]:
        """What `settle` says of epochs, whose files are written; empty for a recipe of one."""
        report = run_report(self.store, 1)
        if report.epochs is None:
            return {}
        own = "run = 1 and epoch = $3 and instance between $1 and $2"
        kept = f"select instance, copies from kept_in where {own} order by instance"
        rows = []
        for epoch in range(len(report.epochs.each) + 1):
            found = [self.store.arrow(kept, [s.first, s.first + s.records - 1, epoch]) for s in shards]
            rows.append([sum(table["copies"].to_pylist()) for table in found])
            for shard, table in zip(shards, found, strict=True):
                if epoch > 1:
                    pq.write_table(table, run.file("settle", shard.number, f"epoch-{epoch}.parquet"))
        said = plain(report.epochs)
        return {"epochs": {**{key: said[key] for key in ("each", "instances", "expected")}, "rows": rows}}

    def _between(self, sql: str, shard: RecordShard, position: str = "instance") -> pa.Table:
        bounds = [shard.first, shard.first + shard.records - 1]
        return self.store.arrow(f"select {sql} where {position} between $1 and $2 order by all", bounds)

    def _read(self, run: ShardRun, shard: RecordShard) -> None:
        path = run.file("read", shard.number, "duckdb")
        path.unlink(missing_ok=True)
        with closing(Store(path)) as made, made.atomic() as writer:
            for table, position in (("instance", "instance"), ("rejected", "position"), ("oddity", "instance")):
                writer.insert(table, self._between(f"* from {table}", shard, position))
            writer.insert("source", self.store.arrow("select * from source"))
            count = int(writer.value("select count(*) from instance where len(images) > 0"))
            said = {"no_image_folder": count, "repeated_ids": 0}
            writer.execute("update source set warnings = $1", [json.dumps(said)])
        form = self.store.value("select form from source")
        run.file("read", shard.number, "done.json").write_text(json.dumps({"figures": {"form": form}}))

    def _extract(self, run: ShardRun, shard: RecordShard) -> None:
        postings = self._between(
            "perspective_name(p.perspective) as perspective, instance, entity as name from posting p", shard
        )
        pq.write_table(postings, run.file("extract", shard.number, "postings.parquet"))
        names = self.store.arrow(
            """select perspective_name(e.perspective) as perspective, e.entity as number, e.name, f.name as first,
            s.name as second from entity e left join entity f on f.entity = e.first
            left join entity s on s.entity = e.second"""
        )
        pq.write_table(names, run.file("extract", shard.number, "names.parquet"))
        unread = self._between("distinct instance from (from turn_language where unread > 0)", shard)
        pq.write_table(unread, run.file("extract", shard.number, "unread.parquet"))

    def _entities(self, run: ShardRun) -> None:
        said = {}
        for number, name in self.store.rows("select number, name from perspective where indexed order by number"):
            ranked = self.store.arrow(
                """select (row_number() over (order by e.entity) - 1)::integer as rank, e.name, e.n::bigint as n,
                f.name as first, s.name as second from entity e left join entity f on f.entity = e.first
                left join entity s on s.entity = e.second where e.perspective = $1 order by e.entity""",
                [number],
            )
            pq.write_table(ranked, run.file("entities", GLOBAL, f"{name}.parquet"))
            said[name] = {"entities": ranked.num_rows}
        run.file("entities", GLOBAL, "entities.json").write_text(json.dumps(said))
