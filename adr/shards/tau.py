"""Entity tables → τ of every perspective for one recipe and, where it excludes instances, the entities without them."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adr.errors import AdrError
from adr.files import write_whole
from adr.perspectives import described
from adr.rebalance.decider import tau_of
from adr.recipe_frozen import positions_of
from adr.report import to_json
from adr.shards.entity_tables import EntityTable, index_table
from adr.shards.extracted import Extracted, places_of
from adr.shards.limits import FILE, Limits, indexed_perspectives, named_in
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet

VERSION = 1


def make(shards: ShardSet, run: ShardRun, number: int, folder: Path) -> dict[str, Any]:
    """Write `tau.json` (see `adr.shards.limits`) and, for a recipe that excludes instances, PERSPECTIVE.parquet with
    rank, name and n of the entities that are left, in the order of these n; returns {"tau": {perspective: τ}}.

    AdrError when the recipe says something of a perspective that the index does not have.
    """
    recipe = run.asked
    has = indexed_perspectives(run)
    if missing := [p for p in recipe.mentioned if p not in has]:
        raise AdrError(f"The index has no perspective {', '.join(missing)}.", "Add it to [index] of the recipe.")
    tables = {p: index_table(run, p) for p in has}
    if recipe.exclude:
        without = _excluded(shards, run, tables)
        tables = {p: left_of(table, table.n - without[p]) for p, table in tables.items()}
        for p, table in tables.items():
            _write(folder / f"{p}.parquet", table)
    tau = {p: tau_of(recipe, p, table.n, described(p).tail_share) for p, table in tables.items()}
    limits = Limits(tau, {p: _numbers(table, named_in(recipe, p)) for p, table in tables.items()})
    write_whole(folder / FILE, to_json(limits).encode())
    return {"tau": {p: value if np.isfinite(value) else None for p, value in tau.items()}}


def left_of(table: EntityTable, n: npt.NDArray[np.int32]) -> EntityTable:
    """The entities that occur by other counts `n`, in the order of these."""
    sortable = pa.table({"n": n, "name": table.names})
    order = np.asarray(pc.sort_indices(sortable, sort_keys=[("n", "descending"), ("name", "ascending")]))
    order = order[: np.count_nonzero(n)]
    return EntityTable(table.rank[order], n[order], table.names.take(pa.array(order)))


def _numbers(table: EntityTable, names: list[str]) -> dict[str, int]:
    found = table.numbers(pa.array(names, pa.string()))
    return {name: number for name, number in zip(names, found.tolist(), strict=True) if number >= 0}


def _excluded(shards: ShardSet, run: ShardRun, tables: dict[str, EntityTable]) -> dict[str, npt.NDArray[np.int32]]:
    """How many excluded instances have each entity."""
    positions = positions_of(run.asked.exclude)
    counts = {p: np.zeros(len(table.n), np.int32) for p, table in tables.items()}
    for shard in shards.shards:
        edges = np.searchsorted(positions, [shard.first, shard.first + shard.records])
        if edges[0] < edges[1]:
            found = Extracted.of(run, shard.number, positions[edges[0] : edges[1]])
            for p, table in tables.items():
                _count(found, p, table, counts[p])
    return counts


def _count(found: Extracted, perspective: str, table: EntityTable, counts: npt.NDArray[np.int32]) -> None:
    """Add the instances of some postings to the counts of their entities."""
    had, times = np.unique(found.postings_of(perspective)[1], return_counts=True)
    names = found.names_of(perspective)
    places = places_of(np.asarray(names["number"]).astype(np.int32), had)
    counts[table.numbers(names["name"].take(pa.array(places)))] += times.astype(np.int32)


def _write(file: Path, table: EntityTable) -> None:
    pq.write_table(pa.table({"rank": table.rank, "name": table.names, "n": table.n.astype(np.int64)}), file)
