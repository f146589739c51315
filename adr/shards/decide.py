"""The postings of one shard, τ and the recipe → what the keep rule makes of each of its rows."""

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from adr.draws import epoch_seed
from adr.rebalance.decider import Decider
from adr.rebalance.marked_rows import MarkedRows
from adr.rebalance.postings import PostingRows
from adr.recipe import Recipe
from adr.recipe_frozen import positions_of
from adr.shards.entity_tables import EntityTable, decided_table
from adr.shards.extracted import Extracted, places_of
from adr.shards.limits import Limits
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.store import Store

VERSION = 2


@dataclass(frozen=True)
class _Found:
    """One perspective of a shard: its postings, whose ids are numbers of `table`, the entities of the whole dataset."""

    postings: PostingRows
    table: EntityTable

    def local(self, number: int) -> int | None:
        """The number in `postings` of an entity of the table; None when no row of the shard has it."""
        at = int(np.searchsorted(self.postings.ids, number))
        return at if at < len(self.postings.ids) and self.postings.ids[at] == number else None


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Write `rows.parquet`, a row per instance, and `capped.parquet`, a row per instance and capped entity that it has.

    Columns of rows: instance; passes, by_rule (copies by the keep rule), held (int8); text_only, unread, empty,
    protected, excluded; probability (P(kept) by the keep rule, float64); with a mixture value (number of the entity, -1
    without one); critical_P and decider_P (rank in the index, -1) for every voting perspective P; and by_rule_E,
    as by_rule, for every epoch E from the second on. Columns of capped: cap (place in `Limits.caps`), instance, entity
    (its number). Returns {"instances", "by_rule": rows kept so far}.
    """
    recipe, limits = run.asked, Limits.of(run)
    rows = _rows(run, number, recipe)
    extracted = Extracted.of(run, number)
    found = {p: _found(run, extracted, p, rows) for p in recipe.mentioned}
    decider = Decider.of(
        recipe,
        rows,
        {p: one.postings for p, one in found.items()},
        limits.tau,
        {p: _local(one, limits.own(recipe, p)) for p, one in found.items()},
    )
    table = _table(decider, found)
    _write(table, folder / run.file("decide", number, "rows.parquet").name)
    pq.write_table(_capped(recipe, limits, rows, found), folder / run.file("decide", number, "capped.parquet").name)
    return {"instances": len(rows), "by_rule": int(np.count_nonzero(np.asarray(table["by_rule"])))}


def _rows(run: ShardRun, number: int, recipe: Recipe) -> MarkedRows:
    with closing(Store(run.file("read", number, "duckdb"), read_only=True)) as store:
        found = store.arrays("select instance, len(images) = 0 as text_only from instance order by instance")
    instances = np.ascontiguousarray(found["instance"], dtype=np.int32)
    unread = pq.read_table(run.file("extract", number, "unread.parquet"), columns=["instance"])["instance"]
    excluded = np.isin(instances, positions_of(recipe.exclude))
    return MarkedRows(
        instances,
        np.asarray(np.ma.filled(found["text_only"], True), dtype=bool) & ~excluded,
        np.isin(instances, np.asarray(unread)) & ~excluded,
        excluded,
        np.isin(instances, positions_of(recipe.protect_instances)),
    )


def _found(run: ShardRun, extracted: Extracted, perspective: str, rows: MarkedRows) -> _Found:
    at, name = extracted.postings_of(perspective)
    if rows.excluded.any():
        stays = ~np.isin(at, rows.instances[rows.excluded])
        at, name = at[stays], name[stays]
    names, table = extracted.names_of(perspective), decided_table(run, perspective)
    place = table.numbers(names["name"])
    n = table.n[place] if len(table.n) else place
    known = place, n, np.asarray(names["draw_key"]).astype(np.uint64)
    local = places_of(np.asarray(names["number"]).astype(np.int32), name)
    return _Found(PostingRows.of(perspective, rows.instances, (at, local), known), table)


def _local(found: _Found, own: dict[int, float]) -> dict[int, float]:
    return {local: value for number, value in own.items() if (local := found.local(number)) is not None}


def _table(decider: Decider, found: dict[str, _Found]) -> pa.Table:
    recipe, rows = decider.recipe, decider.rows
    critical = {p: decider.critical(p) for p in recipe.perspectives}
    passes = decider.pass_counts(critical.__getitem__)
    columns: dict[str, Any] = {
        "instance": rows.instances,
        "passes": passes,
        "by_rule": decider.by_rule(passes),
        "held": decider.held(),
        "text_only": rows.text_only,
        "unread": rows.unread,
        "empty": decider.empty(),
        "protected": rows.protected,
        "excluded": rows.excluded,
        "probability": decider.probability(),
    }
    if recipe.mixture:
        columns["value"] = _values(found[recipe.mixture.perspective].postings)
    for p, one in critical.items():
        columns |= {f"critical_{p}": one.tau, f"decider_{p}": _ranks(found[p], one.decider)}
    for epoch in range(2, recipe.epochs + 1):
        drawn = replace(decider, recipe=replace(recipe, seed=epoch_seed(recipe.seed, epoch)))
        columns[f"by_rule_{epoch}"] = drawn.by_rule(drawn.pass_counts())
    return pa.table(columns)


def _values(postings: PostingRows) -> npt.NDArray[np.int32]:
    """The number of the most frequent entity of each row, -1 for a row without one."""
    some = postings.offsets[1:] > postings.offsets[:-1]
    of = np.full(len(some), -1, dtype=np.int32)
    of[some] = postings.ids[postings.entities[postings.offsets[:-1][some]]]
    return of


def _ranks(found: _Found, decider: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Ranks in the index of entities of the shard; -1 where no entity decides."""
    ranks = np.append(found.table.rank[found.postings.ids], np.int32(-1))
    return ranks[decider].astype(np.int32)


def _capped(recipe: Recipe, limits: Limits, rows: MarkedRows, found: dict[str, _Found]) -> pa.Table:
    none = np.empty(0, dtype=np.int32)
    parts = [(none, none, none)]
    for cap, asked in enumerate(limits.caps(recipe)):
        postings = found[asked.perspective].postings
        if asked.number is None:
            wanted = ~np.isin(postings.ids, limits.capped_by_name(recipe, asked.perspective))
        else:
            wanted = postings.ids == asked.number
        chosen = np.flatnonzero(wanted[postings.entities])
        row = np.searchsorted(postings.offsets, chosen, side="right") - 1
        entity = postings.ids[postings.entities[chosen]]
        parts.append((np.full(len(chosen), cap, np.int32), rows.instances[row], entity))
    columns = [np.concatenate([part[i] for part in parts]) for i in range(3)]
    return pa.table(dict(zip(("cap", "instance", "entity"), columns, strict=True)))


def _write(table: pa.Table, file: Path) -> None:
    """Write rows; a dictionary would only make numbers longer that hardly repeat."""
    few = [field.name for field in table.schema if not pa.types.is_floating(field.type) and field.name != "instance"]
    pq.write_table(
        table, file, use_dictionary=few, column_encoding={"instance": "DELTA_BINARY_PACKED"}, compression="zstd"
    )
