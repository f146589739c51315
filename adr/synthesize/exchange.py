"""Improves a choice of slots: exchanges one or two parents of it for others as long as that adds to what all add.

Greedy choice alone reaches 1 − 1/e of the best at least, and in small plans can fall short of it by a few percent.
Pure: arrays in, a list of parents out. Knows nothing of tables or prompts.
"""

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from adr.synthesize.allocation import Worth
from adr.synthesize.greedy import Pool

# A plan is improved when it has at most so many (slot, entity of a parent) combinations: a second of work.
_CHEAP = 20_000_000
# Two slots at a time are exchanged when so few (two slots, two parents) combinations are possible.
_FEW = 20_000
_ROUNDS = 100
# A gain counts when it is greater than this share of what one slot adds: less is rounding.
_SURELY = 1e-9


def exchanged(pool: Pool, worth: Worth, entities: int, parents: Sequence[int]) -> list[int]:
    """The parents of a choice, some of them exchanged, in no order; as they are when the plan is large.

    entities: how many there are. Each round exchanges the one slot, or else the two, whose exchange adds most.
    """
    if pool.groups is not None or len(parents) * len(pool.entities) > _CHEAP:
        return list(parents)
    found = _Exchange(pool, worth, entities, parents)
    for _ in range(_ROUNDS):
        if not (found.one() or found.two()):
            break
    return found.parents()


class _Exchange:
    """How often each parent is used, and what one more and one less of each entity is worth."""

    def __init__(self, pool: Pool, worth: Worth, entities: int, parents: Sequence[int]) -> None:
        self._pool, self._worth = pool, worth
        self._used = np.bincount(parents, minlength=len(pool.limits))
        self._planned = np.zeros(entities, np.int64)
        for parent in parents:
            self._planned[self._of(parent)] += 1
        self._next = worth(np.arange(entities), self._planned)

    def parents(self) -> list[int]:
        """The parents, each as often as it is used."""
        found: list[int] = np.repeat(np.arange(len(self._used)), self._used).tolist()
        return found

    def one(self) -> bool:
        """Exchange one slot where that adds most; False when no exchange adds anything."""
        best = self._best([(parent,) for parent in np.flatnonzero(self._used).tolist()])
        return best is not None and self._apply(*best)

    def two(self) -> bool:
        """Exchange two slots where that adds something, when there are few possibilities."""
        parents, used = len(self._used), self.parents()
        if len(used) ** 2 * parents**2 > _FEW:
            return False
        best = self._best(sorted(set(itertools.combinations(used, 2))))
        return best is not None and self._apply(*best)

    def _best(self, away: Sequence[tuple[int, ...]]) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """(parents to leave out, parents to take for them) that together add most."""
        found, most = None, 0.0
        for out in away:
            lost = sum(self._change(parent, -1) for parent in out)
            taken, gained = self._refill(len(out))
            for parent in out:
                self._change(parent, 1)
            if gained - lost > max(most, _SURELY * lost):
                found, most = (out, taken), gained - lost
        return found

    def _refill(self, slots: int) -> tuple[tuple[int, ...], float]:
        """The parents that add most in so many slots, and what they add. Of two, each parent is tried as the first."""
        values = self._values()
        if slots == 1:
            one = int(np.argmax(values >= values.max() * (1 - _SURELY)))
            return (one,), float(values[one])
        best_two: tuple[int, ...] = ()
        most = 0.0
        for first in np.flatnonzero(values > 0).tolist():
            gained = self._change(first, 1)
            (second,), more = self._refill(1)
            self._change(first, -1)
            if gained + more > most:
                best_two, most = (first, second), gained + more
        return best_two, most

    def _values(self) -> npt.NDArray[np.float64]:
        """What one more slot of each parent adds; 0 for those that are used up."""
        offsets = self._pool.offsets
        sums = np.add.reduceat(np.append(self._next[self._pool.entities], 0.0), offsets[:-1])
        may = (offsets[1:] > offsets[:-1]) & (self._used < self._pool.limits)
        found: npt.NDArray[np.float64] = np.where(may, sums, 0.0)
        return found

    def _apply(self, out: tuple[int, ...], taken: tuple[int, ...]) -> bool:
        for parent in out:
            self._change(parent, -1)
        for parent in taken:
            self._change(parent, 1)
        return True

    def _change(self, parent: int, times: int) -> float:
        """Use a parent once more or once less; what its slot adds."""
        own = self._of(parent)
        before = self._next[own]
        self._used[parent] += times
        self._planned[own] += times
        self._next[own] = self._worth(own, self._planned[own])
        return float((before if times > 0 else self._next[own]).sum())

    def _of(self, parent: int) -> npt.NDArray[np.int64]:
        return self._pool.entities[self._pool.offsets[parent] : self._pool.offsets[parent + 1]]
