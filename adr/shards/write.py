"""Write: the kept rows of one shard → their part of the export, and what `join` has to know to make one of all parts.

Rows are written by the export's own writers, over the shard's rows. What is global is had in one of three ways. The
forms of all records are read from the figures of `read`. Which columns all rows of a file have, and which faults rows
have together (repeated ids, keys that differ), is gathered here shard by shard and settled by `join`. Faults of a
single row are found here, and rows with errors are left out here when that was asked for. Of pictures that were on
disk when they were read, a sample is opened in every shard, in all as many as on one machine. Where ids are to be
repaired, `join` finds the repeated ones, and lets the shards that have them be written once more.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adr.export.export import need_image_folder
from adr.export.formats import named
from adr.export.leaving import Leaving, leaving
from adr.export.lint import Findings, row_findings
from adr.export.options import ExportOptions
from adr.export.provenance import DROPPED, write_dropped
from adr.export.set_facts import SetFacts
from adr.export.work import Work
from adr.files import write_whole
from adr.progress import silent
from adr.shards.baseline import Baseline
from adr.shards.exporting import export_options, refuse_export
from adr.shards.part_writers import Pieces, write_part
from adr.shards.shard_rows import RUN, rows_of
from adr.shards.shard_run import GLOBAL, ShardRun
from adr.shards.shard_set import ShardSet
from adr.shards.shuffled import Places, by_draw, first_place
from adr.store import Store
from adr.workspace import Workspace

VERSION = 2
_IDS = """
    select * from (
        select instance, id, copies::integer as copies,
               $1 + (sum(copies::integer) over (order by instance) - copies)::bigint as place
        from instance join decision using (instance)
    ) where id is not null order by instance"""


@dataclass(frozen=True)
class WrittenShard:
    """What is known of the rows of a shard. rows: with copies; kept: instances; instances, rejected: records of the
    shard; reasons: instances for each reason of a decision; left_out: positions that were left out because of an error;
    tools: whether a record has tools; findings, facts: for the lint; pieces: {number of a range: files with its rows};
    source: what the table `source` says of the shard's source."""

    rows: int
    kept: int
    instances: int
    rejected: int
    reasons: dict[str, int]
    left_out: list[int]
    tools: bool
    findings: list[dict[str, Any]]
    facts: dict[str, Any]
    pieces: Pieces
    source: dict[str, Any]

    @classmethod
    def of(cls, run: ShardRun, number: int) -> "WrittenShard":
        """What `make` has said of a shard."""
        return cls(**json.loads(run.file("write", number, "lint.json").read_text(encoding="utf-8")))


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Writes the rows: of llava `N.part`, records with commas between; of parquet `N.range-R-K.parquet`, the K-th file
    of range R, and of webdataset `N.range-R-K.tar`; where they are shuffled, `N.part` with their draws. Beside them
    N.lint.json (a `WrittenShard`), N.ids.parquet (instance, id, copies and place of the first of them, of those with an
    id), N.counts.parquet (perspective, rank, after, random, excluded) and N.dropped.jsonl. Returns the number of rows.
    """
    refuse_export(run.asked, run.format)
    options, format = export_options(run.asked, run.format), named(run.format)

    def place(name: str) -> str:
        return run.file("write", number, name).name

    with rows_of(shards, run, number) as store:
        leave, images = _leave(store, options, folder), str(options.images)
        need_image_folder(store, leave, format, images)
        share = shards.shards[number].records / max(1, shards.records)
        every = options.check_all_images
        found = row_findings(store, leave, format.rules, images=images, check_all_images=every, share=share)
        faulty = found.lint().faulty if options.leave_out_faulty else np.empty(0, np.int32)
        rows = _Rows.of(run, number, leave, faulty, shuffled=options.order == "shuffled")
        work = Work(store, changed(leave, order=rows.order), folder, images, leave.form, silent)
        written = _written(work, found, faulty, write_part(work, run.format, place, rows.shuffled))
        write_dropped(work)
        (folder / DROPPED).rename(folder / place("dropped.jsonl"))
        pq.write_table(store.arrow(_IDS, [first_place(run, number)]), folder / place("ids.parquet"))
        pq.write_table(_counts(store, run, number), folder / place("counts.parquet"))
    write_whole(folder / place("lint.json"), json.dumps(asdict(written), ensure_ascii=False).encode())
    return {"rows": written.rows, "left_out": len(written.left_out)}


def write_rows(
    shards: ShardSet, run: ShardRun, number: int, folder: Path, new_ids: Mapping[tuple[int, int], str]
) -> Pieces:
    """Write the rows of a shard once more, with new ids: {(instance, number of the copy, from 0): id as JSON text}."""
    options, gone = export_options(run.asked, run.format), WrittenShard.of(run, number).left_out
    with rows_of(shards, run, number) as store:
        leave = _leave(store, options, folder)
        rows = _Rows.of(run, number, leave, np.array(gone, np.int32), shuffled=options.order == "shuffled")
        ids = {rows.row_of(instance, copy): id for (instance, copy), id in new_ids.items()}
        leave = changed(leave, order=rows.order, new_ids=ids)
        work = Work(store, leave, folder, str(options.images), leave.form, silent)
        return write_part(work, run.format, lambda name: run.file("write", number, name).name, rows.shuffled)


@dataclass(frozen=True)
class _Rows:
    """The rows of a shard in the order in which they are written. order: instances; places: of the same rows among all
    that leave, in the source's order; shuffled: the places where the rows are shuffled, else None."""

    order: np.ndarray
    places: Places
    shuffled: Places | None

    @classmethod
    def of(cls, run: ShardRun, number: int, leave: Leaving, gone: np.ndarray, *, shuffled: bool) -> "_Rows":
        """leave: all rows of the shard in the source's order; gone: instances that are left out."""
        stay = np.flatnonzero(~np.isin(leave.order, gone))
        order, places = leave.order[stay], first_place(run, number) + stay
        if not shuffled:
            return cls(order, places, None)
        by = by_draw(leave.recipe.seed, places)
        return cls(order[by], places[by], places[by])

    def row_of(self, instance: int, copy: int) -> int:
        """The row of a copy, counted from 0 in the source's order."""
        own = np.flatnonzero(self.order == instance)
        return int(own[np.argsort(self.places[own])[copy]])


def _leave(store: Store, options: ExportOptions, folder: Path) -> Leaving:
    """All kept rows of a shard. folder: any that is there."""
    leave = leaving(store, Workspace(folder), RUN, synthetic="none")
    return changed(leave, place_markers=options.place_markers)


def _written(work: Work, found: Findings, faulty: np.ndarray, pieces: Pieces) -> WrittenShard:
    store, leave = work.store, work.leave
    facts = SetFacts.of(store, leave, keys=True)
    reasons = store.rows("select reason, count(*) from decision group by reason order by reason")
    own = store.arrow("from other.source").to_pylist()
    return WrittenShard(
        rows=leave.instances,
        kept=int(store.value("select count(*) from kept_in where run = $1 and epoch = $2", leave.which)),
        instances=int(store.value("select count(*) from instance")),
        rejected=int(store.value("select count(*) from rejected")),
        reasons={str(reason): int(n) for reason, n in reasons},
        left_out=faulty.tolist(),
        tools=any("tools" in one.keys for one in facts.key_sets),
        findings=[asdict(one) for one in found.lint().findings],
        facts={**asdict(facts), "mapped": sorted(facts.mapped)},
        pieces=pieces,
        source={name: own[0][name] for name in ("source", "warnings", "mapping", "rejected", "instances")}
        if own
        else {},
    )


def _counts(store: Store, run: ShardRun, number: int) -> pa.Table:
    """How often each entity occurs in the shard: in kept rows with their copies, in the random subset, in excluded."""
    postings = pq.read_table(run.file("extract", number, "postings.parquet"))
    names = pq.read_table(run.file("extract", number, "names.parquet"))
    counted = store.arrow(
        """
        select n.perspective, n.name, n.first, n.second,
               coalesce(sum(d.copies) filter (d.kept), 0)::bigint as after,
               count(*) filter (p.instance in (select instance from taken)) as random,
               count(*) filter (d.reason = 'excluded') as excluded
        from shard_postings p join decision d using (instance)
        join shard_names n on n.perspective = p.perspective::varchar and n.number = p.name group by all
        """,
        shard_postings=postings,
        shard_names=names,
        taken=pa.table({"instance": _random(store, run)}),
    )
    found = [_ranked(store, run, counted, name) for name in entities_of(run)]
    return pa.concat_tables(found)


def _ranked(store: Store, run: ShardRun, counted: pa.Table, perspective: str) -> pa.Table:
    pair = "and e.first = c.first and e.second = c.second" if perspective == "co_occurrence" else ""
    return store.arrow(
        f"""
        select c.perspective, e.rank, c.after, c.random, c.excluded
        from counted_names c join read_parquet($1) e on e.name = c.name {pair}
        where c.perspective = $2 order by e.rank
        """,
        [str(run.file("entities", GLOBAL, f"{perspective}.parquet")), perspective],
        counted_names=counted,
    )


def entities_of(run: ShardRun) -> dict[str, dict[str, int]]:
    """{perspective: {entities, postings}}, in the order of the index."""
    found: dict[str, dict[str, int]] = json.loads(run.file("entities", GLOBAL, "entities.json").read_text("utf-8"))
    return found


def _random(store: Store, run: ShardRun) -> np.ndarray:
    """The instances of the random subset: as many of the dataset as are kept."""
    settled = json.loads(run.file("settle", GLOBAL, "settle.json").read_text("utf-8"))
    baseline = Baseline(**settled["kept_baseline"])
    found = store.arrays("select instance, reason = 'excluded' as excluded from decision order by instance")
    instances = np.asarray(found["instance"], dtype=np.int32)
    return instances[baseline.takes(run.asked.seed, instances, np.asarray(found["excluded"], dtype=bool))]
