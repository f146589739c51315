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
from adr.export.leaving import Leaving, leaving, of_epoch
from adr.export.lint import Findings, row_findings
from adr.export.options import ExportOptions
from adr.export.provenance import DROPPED, write_dropped
from adr.export.set_facts import SetFacts
from adr.export.work import Work
from adr.progress import silent
from adr.recipe import Recipe
from adr.shards.baseline import Baseline
from adr.shards.exporting import export_options, refuse_export
from adr.shards.part_writers import Pieces, write_part
from adr.shards.shard_rows import RUN, rows_of
from adr.shards.shard_run import GLOBAL, ShardRun
from adr.shards.shard_set import ShardSet
from adr.shards.shuffled import Places, by_draw, first_place
from adr.shards.written import WrittenRows, WrittenShard
from adr.store import Store
from adr.workspace import Workspace

VERSION = 3
_IDS = """
    with kept as (
        select i.instance, i.id, coalesce(k.copies, 0)::integer as copies
        from instance i left join kept_in k on k.instance = i.instance and k.run = $2 and k.epoch = $3
    )
    select * from (
        select instance, id, copies, $1 + (sum(copies) over (order by instance) - copies)::bigint as place from kept
    ) where id is not null order by instance"""


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Writes the rows: of llava `N.part`, records with commas between; of parquet `N.range-R-K.parquet`, the K-th file
    of range R, and of webdataset `N.range-R-K.tar`; where they are shuffled, `N.part` with their draws. Where epochs
    are written as files, those of epoch E have `epoch-E.` after the number. Beside them N.lint.json (a `WrittenShard`),
    N.ids.parquet (instance, id, copies and place of the first of them, of those with an id), N.counts.parquet
    (perspective, rank, after, random, excluded) and N.dropped.jsonl. Returns the number of rows.
    """
    refuse_export(run.asked, run.format)
    options, format = export_options(run.asked, run.format), named(run.format)

    with rows_of(shards, run, number) as store:
        leave, images = _leave(store, options, folder), str(options.images)
        need_image_folder(store, leave, format, images)
        share = shards.shards[number].records / max(1, shards.records)
        every = options.check_all_images
        found = row_findings(store, leave, format.rules, images=images, check_all_images=every, share=share)
        faulty = found.lint().faulty if options.leave_out_faulty else np.empty(0, np.int32)
        work = Work(store, leave, folder, images, leave.form, silent)
        main = _RowSet(work, run, number)
        epochs = [_RowSet.of_epoch(main, epoch) for epoch in files_of_epochs(run.asked, options)]
        rows, *of_epochs = [one.write(faulty) for one in (main, *epochs)]
        written = _written(main.stay(faulty), found, faulty, rows, of_epochs)
        write_dropped(work)
        (folder / DROPPED).rename(folder / main.place("dropped.jsonl"))
        for one in (main, *epochs):
            one.write_ids()
        pq.write_table(_counts(store, run, number), folder / main.place("counts.parquet"))
    written.write(folder, run, number)
    return {"rows": written.main.rows, "left_out": len(written.left_out)}


def write_rows(
    shards: ShardSet,
    run: ShardRun,
    number: int,
    folder: Path,
    new_ids: Mapping[tuple[int, int], str],
    epoch: int | None = None,
) -> Pieces:
    """Write rows of a shard once more, with new ids: {(instance, number of the copy, from 0): id as JSON text}. epoch:
    whose files these are; None: the main files of the export."""
    options, gone = export_options(run.asked, run.format), np.array(WrittenShard.of(run, number).left_out, np.int32)
    with rows_of(shards, run, number) as store:
        leave = _leave(store, options, folder)
        rows = _RowSet(Work(store, leave, folder, str(options.images), leave.form, silent), run, number)
        rows = rows if epoch is None else _RowSet.of_epoch(rows, epoch)
        return rows.write(gone, new_ids).pieces


def files_of_epochs(recipe: Recipe, options: ExportOptions) -> range:
    """The epochs that have files."""
    return range(1, recipe.epochs + 1) if options.epochs == "files" else range(0)


def epoch_prefix(epoch: int) -> str:
    """What the names of the files of an epoch have after the number of the shard."""
    return f"epoch-{epoch}."


@dataclass(frozen=True)
class _RowSet:
    """The rows of a shard for one set of main files: `work.leave.order` has all of them in the source's order."""

    work: Work
    run: ShardRun
    number: int
    prefix: str = ""

    @classmethod
    def of_epoch(cls, main: "_RowSet", epoch: int) -> "_RowSet":
        """The rows of an epoch, where `main` has those of the export."""
        work = changed(main.work, leave=of_epoch(main.work.store, main.work.leave, epoch, "source"))
        return cls(work, main.run, main.number, epoch_prefix(epoch))

    def place(self, name: str) -> str:
        """The name of a file."""
        return self.run.file("write", self.number, f"{self.prefix}{name}").name

    def stay(self, gone: np.ndarray) -> Work:
        """The rows without these instances, in the order in which they are written."""
        return changed(self.work, leave=changed(self.work.leave, order=self._rows(gone).order))

    def write(self, gone: np.ndarray, new_ids: Mapping[tuple[int, int], str] | None = None) -> WrittenRows:
        """Write the rows without these instances. new_ids: as in `write_rows`."""
        rows = self._rows(gone)
        ids = {rows.row_of(instance, copy): id for (instance, copy), id in (new_ids or {}).items()}
        work = changed(self.work, leave=changed(self.work.leave, order=rows.order, new_ids=ids))
        pieces = write_part(work, self.run.format, self.place, rows.shuffled)
        tools = self.run.format == "parquet" and work.columns.tools
        return WrittenRows(work.leave.epoch, work.leave.instances, tools, pieces)

    def write_ids(self) -> None:
        """Write the ids of all instances of the shard, with the copies of these rows."""
        epoch = self.work.leave.epoch
        found = self.work.store.arrow(_IDS, [first_place(self.run, self.number, epoch), *self.work.leave.which])
        pq.write_table(found, self.work.folder / self.place("ids.parquet"))

    def _rows(self, gone: np.ndarray) -> "_Rows":
        shuffled = export_options(self.run.asked, self.run.format).order == "shuffled"
        return _Rows.of(self.run, self.number, self.work.leave, gone, shuffled=shuffled)


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
        order, places = leave.order[stay], first_place(run, number, leave.epoch) + stay
        if not shuffled:
            return cls(order, places, None)
        by = by_draw(leave.shuffled_by, places)
        return cls(order[by], places[by], places[by])

    def row_of(self, instance: int, copy: int) -> int:
        """The row of a copy, counted from 0 in the source's order."""
        own = np.flatnonzero(self.order == instance)
        return int(own[np.argsort(self.places[own])[copy]])


def _leave(store: Store, options: ExportOptions, folder: Path) -> Leaving:
    """All rows of a shard that go into the main files. folder: any that is there."""
    leave = leaving(store, Workspace(folder), RUN, synthetic="none", epoch=0 if options.epochs else 1)
    return changed(leave, place_markers=options.place_markers)


def _written(
    work: Work, found: Findings, faulty: np.ndarray, main: WrittenRows, epochs: list[WrittenRows]
) -> WrittenShard:
    store, leave = work.store, work.leave
    facts = SetFacts.of(store, leave, keys=True)
    reasons = store.rows("select reason, count(*) from decision group by reason order by reason")
    own = store.arrow("from other.source").to_pylist()
    return WrittenShard(
        main=main,
        epochs=epochs,
        kept=int(store.value("select count(*) from kept_in where run = $1 and epoch = $2", leave.which)),
        instances=int(store.value("select count(*) from instance")),
        rejected=int(store.value("select count(*) from rejected")),
        reasons={str(reason): int(n) for reason, n in reasons},
        left_out=faulty.tolist(),
        findings=[asdict(one) for one in found.lint().findings],
        facts={**asdict(facts), "mapped": sorted(facts.mapped)},
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
