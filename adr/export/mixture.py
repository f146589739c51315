"""Export with weights: which rows are in which file, how often each is seen, and the table of weights for a sampler.

Reads the run's decisions before its mixture and the postings of the mixture's perspective.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adr.errors import AdrError
from adr.export.leaving import Leaving
from adr.export.parts import FOLDER, NO_VALUE, OTHERS, SYNTHETIC, VALUE, Part
from adr.export.work import Format, Work
from adr.recipe import Recipe
from adr.store import Store

CHOICES = ("applied", "weights")
WEIGHTS = "weights.parquet"
MOST_FILES = 100
"""Values that the mixture does not name beyond this many share a file."""
_NO_ENTITY = -1
_VALUES = """
    with value as (
        select instance, min(entity) as entity from posting
        where perspective = perspective_number($2) group by instance
    )
    select d.instance, coalesce(v.entity, $3)::integer as entity,
           coalesce(o.copies, d.copies)::bigint as pool, d.copies::bigint as given
    from decision d
    left join over_share o on o.run = d.run and o.instance = d.instance
    left join value v on v.instance = d.instance
    where d.run = $1 and (d.kept or d.reason = 'mixture') order by d.instance
    """


def has_mixture(store: Store, run: int) -> bool:
    """Whether a run has a mixture, so that it can be exported with weights."""
    toml = store.value("select recipe from run where run = $1", [run])
    return toml is not None and Recipe.from_toml(str(toml), f"the recipe of run {run}").mixture is not None


def refuse_weights(store: Store, run: int, recipe: Recipe, format: Format, *, epochs: bool) -> None:
    """AdrError when a run cannot be exported with weights in a format."""
    if recipe.mixture is None:
        raise AdrError(
            f"Run {run} has no mixture, so its rows have no weights.",
            "Apply a recipe with [rebalance.mixture], or export without --mixture weights.",
        )
    if epochs:
        raise AdrError(
            "Weights and epochs are two ways to see every row: one export has one of them.",
            "Leave out --epochs, or --mixture weights.",
        )
    if format.weighted is None:
        raise AdrError(
            f"{format.title} has no setting for how often a file is read.",
            "Choose another format, or export what the mixture keeps (--mixture applied).",
        )
    same = "coalesce(r.made_on, '') in ('', coalesce((select fingerprint from index_made), ''))"
    if not store.value(f"select {same} from run r where run = $1", [run]):
        raise AdrError(
            f"The index was made again since run {run}, and the values of its rows are read from the index.",
            "Apply the recipe again on the Rebalance page.",
        )


@dataclass(frozen=True)
class _Values:
    """The rows before the mixture. entity: the value of each, _NO_ENTITY for none; pool, given: copies of each before
    and after the mixture."""

    instance: np.ndarray
    entity: np.ndarray
    pool: np.ndarray
    given: np.ndarray
    names: dict[int, str]

    @classmethod
    def of(cls, store: Store, leave: Leaving, perspective: str) -> "_Values":
        found = store.arrays(_VALUES, [leave.run, perspective, _NO_ENTITY])
        entity = np.asarray(found["entity"], dtype=np.int64)
        named = store.rows(
            "select entity, name from entity where entity in (select unnest($1::integer[]))",
            [np.unique(entity).tolist()],
        )
        instance, pool, given = (np.asarray(found[name], dtype=np.int64) for name in ("instance", "pool", "given"))
        return cls(instance, entity, pool, given, dict(named))

    def totals(self, column: np.ndarray) -> dict[int, int]:
        """{value: sum of a column over its rows}."""
        entities, inverse = np.unique(self.entity, return_inverse=True)
        sums = np.bincount(inverse, weights=column, minlength=len(entities)).astype(np.int64)
        return dict(zip(entities.tolist(), sums.tolist(), strict=True))

    def of_rows(self, rows: np.ndarray) -> np.ndarray:
        """The value of each of these positions."""
        return self.entity[np.searchsorted(self.instance, rows)]


def parts_of(store: Store, leave: Leaving) -> tuple[Part, ...]:
    """The files of an export with weights: those of the named values as the recipe names them, then the others from the
    largest, those without a value, and the candidates, of which each is seen once. Files without rows are left out."""
    mixture = leave.recipe.mixture
    if mixture is None or not leave.instances:
        return ()
    values = _Values.of(store, leave, mixture.perspective)
    pool, given = values.totals(values.pool), values.totals(values.given)
    groups = _groups(values, pool, mixture.named)
    real = np.flatnonzero(leave.order >= 0)
    entity = values.of_rows(leave.order[real])
    names, made = _Names(), []
    for kind, value, members in groups:
        places = real[np.isin(entity, members)]
        times = sum(given[one] for one in members) / max(1, sum(pool[one] for one in members))
        made.append(Part(names.of(kind, value), value, kind, places, times))
    made.append(Part(names.of(SYNTHETIC, None), None, SYNTHETIC, np.flatnonzero(leave.order < 0), 1.0))
    return tuple(part for part in made if part.rows)


def _groups(values: _Values, pool: dict[int, int], named: Sequence[str]) -> list[tuple[str, str | None, list[int]]]:
    """(kind, value, the values in it) of each file."""
    numbers = {name: number for number, name in values.names.items()}
    first = [numbers[name] for name in named if name in numbers]
    others = sorted((one for one in pool if one != _NO_ENTITY and one not in first), key=lambda one: (-pool[one], one))
    own = [(VALUE, values.names[one], [one]) for one in (*first, *others[:MOST_FILES])]
    rest = [(OTHERS, None, others[MOST_FILES:])] if len(others) > MOST_FILES else []
    return [*own, *rest, *([(NO_VALUE, None, [_NO_ENTITY])] if _NO_ENTITY in pool else [])]


class _Names:
    """Names of files: letters, digits and _, no two the same on a file system that ignores case."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def of(self, kind: str, value: str | None) -> str:
        """A name for a kind of rows, or for a value."""
        plain = re.sub(r"[^A-Za-z0-9]+", "_", value if value is not None else kind).strip("_")[:40] or "value"
        name, number = plain, 1
        while name.lower() in self.taken:
            number += 1
            name = f"{plain}_{number}"
        self.taken.add(name.lower())
        return name


def write_weights(work: Work) -> None:
    """Write WEIGHTS: for each row of each file, in the order of the files, its data set, its place in it (from 0), its
    position (null for a candidate), its value and how often it is seen where the run's rows are seen once."""
    tables = [_weights(work, part) for part in work.parts]
    pq.write_table(pa.concat_tables(tables), work.folder / WEIGHTS, compression="zstd")


def _weights(work: Work, part: Part) -> pa.Table:
    rows = work.leave.order[part.places]
    return pa.table(
        {
            "data": pa.array([part.name] * part.rows, pa.string()),
            "row": np.arange(part.rows, dtype=np.int64),
            "position": pa.array(rows, mask=rows < 0),
            "value": pa.array([part.value] * part.rows, pa.string()),
            "weight": np.full(part.rows, part.times),
        }
    )


def as_json(work: Work, format: Format, main: Sequence[str]) -> dict[str, Any]:
    """The manifest's entry: what a trainer sees of each value. main: the data files.

    rows: in the file; times: how often each is seen, and share: of all that is seen, where the run's rows are seen once
    (`seen_rows` in all); setting: for the trainer; epoch_rows: what it sees in one of its own epochs, in expectation.
    """
    mixture = work.leave.recipe.mixture
    assert mixture is not None and format.weighted is not None
    takes = format.weighted.takes(work.parts)
    seen, epoch = sum(part.seen for part in work.parts), sum(take.rows for take in takes)
    values = [
        {
            "name": part.name,
            "kind": part.kind,
            "value": part.value,
            "files": [name for name in main if name.startswith((f"{FOLDER}/{part.name}.", f"{FOLDER}/{part.name}/"))],
            "rows": part.rows,
            "times": round(part.times, 9),
            "share": round(part.seen / seen, 9) if seen else 0.0,
            "setting": take.setting,
            "epoch_rows": round(take.rows, 3),
            "epoch_share": round(take.rows / epoch, 9) if epoch else 0.0,
        }
        for part, take in zip(work.parts, takes, strict=True)
    ]
    return {
        "perspective": mixture.perspective,
        "seen_rows": round(seen, 3),
        "epoch_rows": round(epoch, 3),
        "values": values,
    }
