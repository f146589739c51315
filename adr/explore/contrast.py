"""Two sets of instances against each other: which entities are more frequent in one of them, with lift and its bound.

Reads `posting` and `entity`; knows nothing of how the sets were found.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.errors import AdrError
from adr.explore.association import Z
from adr.perspectives import need_indexed
from adr.report import Unbounded
from adr.store import Store

Positions = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Contrasted:
    """An entity in A and in B. a, b: instances of each that have it; lift: its share in A over its share in B; low,
    high: 95 % interval of the lift (Katz's, on the logarithm; half an instance is added to all counts where one is 0).
    """

    entity: str
    a: int
    b: int
    lift: Unbounded
    low: float
    high: Unbounded

    @property
    def by_chance(self) -> bool:
        """Whether the interval holds 1, so that the difference may be chance."""
        return self.low <= 1 <= self.high


@dataclass(frozen=True)
class Contrast:
    """A against B in every perspective asked for; entities that differ beyond chance first, the surest difference
    before others. both: instances that were in both sets, and are left out of both."""

    a: int
    b: int
    both: int
    perspectives: Mapping[str, tuple[Contrasted, ...]]


def contrast(
    store: Store, a: Positions, b: Positions | None, perspectives: tuple[str, ...], *, top: int | None = None
) -> Contrast:
    """A against B (None: all other instances), `top` entities per perspective (None: all that occur in A or B).

    AdrError when a set is empty, also once the instances in both are left out.
    """
    need_indexed(store, perspectives)
    everything = np.asarray(store.arrays("select instance from instance order by instance")["instance"], np.int32)
    one, two = (
        np.intersect1d(a, everything),
        np.setdiff1d(everything, a) if b is None else np.intersect1d(b, everything),
    )
    shared = np.intersect1d(one, two)
    one, two = np.setdiff1d(one, shared), np.setdiff1d(two, shared)
    for side, name in ((one, "first"), (two, "second")):
        if not len(side):
            raise AdrError(
                f"The {name} set has no instance that the other has not.", "Choose sets that differ on both sides."
            )
    found = {p: _contrasted(store, p, one, two)[:top] for p in perspectives}
    return Contrast(len(one), len(two), len(shared), found)


def _contrasted(store: Store, perspective: str, one: Positions, two: Positions) -> tuple[Contrasted, ...]:
    number = store.value("select perspective_number($1)", [perspective])
    found = store.arrays("select instance, entity from posting where perspective = $1", [number])
    sides = [np.bincount(found["entity"][_among(found["instance"], side)]) for side in (one, two)]
    counts = np.zeros((max(map(len, sides)), 2), dtype=np.int64)
    for column, side in enumerate(sides):
        counts[: len(side), column] = side
    entities = np.flatnonzero(counts.sum(axis=1))
    if not len(entities):
        return ()
    named = dict(store.rows("select entity, name from entity where perspective = $1", [number]))
    names, counts = [named[entity] for entity in entities.tolist()], counts[entities]
    lift, low, high = lifts(counts[:, 0], counts[:, 1], len(one), len(two))
    surest = np.maximum(np.log(low), -np.log(high))  # above 0: beyond chance
    order = np.argsort(-surest, kind="stable").tolist()
    return tuple(
        Contrasted(names[at], int(counts[at, 0]), int(counts[at, 1]), float(lift[at]), float(low[at]), float(high[at]))
        for at in order
    )


def _among(instances: npt.NDArray[np.int32], wanted: Positions) -> npt.NDArray[np.bool_]:
    """Whether each of the instances is a wanted one."""
    marked = np.zeros(int(max(instances.max(initial=0), wanted.max(initial=0))) + 1, dtype=bool)
    marked[wanted] = True
    return marked[instances]


def lifts(
    a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], in_a: int, in_b: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(lift, low, high) of counts `a` of `in_a` instances against `b` of `in_b`: the ratio of shares, its interval."""
    rare = (a == 0) | (b == 0)
    x, y = a + 0.5 * rare, b + 0.5 * rare
    all_x, all_y = in_a + 0.5 * rare, in_b + 0.5 * rare
    lift = (x / all_x) / (y / all_y)
    spread = np.sqrt(np.maximum(0.0, 1 / x - 1 / all_x + 1 / y - 1 / all_y))
    return lift, lift * np.exp(-Z * spread), lift * np.exp(Z * spread)
