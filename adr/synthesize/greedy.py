"""Chooses parents for slots, each time the parent that adds most to what the tail still lacks.

Pure: arrays in, list out. Knows nothing of tables or prompts.
"""

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.progress import Progress, let_pages_run, silent
from adr.synthesize.allocation import Worth

# A look at a parent takes about 5 µs.
_LOOKS = 2000
_FRONT = 4096


@dataclass(frozen=True)
class Pool:
    """Possible parents and their tail entities. `entities[offsets[i]:offsets[i + 1]]` are those of parent i, as
    positions in the arrays of entities; `limits[i]` is how often parent i may be used. groups: the group of each item
    of `entities`, where a slot can add to only one entity per group of its parent; None when it can add to all. spare:
    how many of the last parents are taken only where no other adds as much."""

    offsets: npt.NDArray[np.int64]
    entities: npt.NDArray[np.int64]
    limits: npt.NDArray[np.int64]
    groups: npt.NDArray[np.int64] | None = None
    spare: int = 0


@dataclass(frozen=True)
class Choice:
    """One slot. parent: position in the pool; entity: what it is planned for; gain: what it adds (see `choose`);
    entities: all that it adds to."""

    parent: int
    entity: int
    gain: float
    entities: tuple[int, ...] = ()


def choose(
    pool: Pool,
    worth: Worth,
    lead: npt.NDArray[np.int64],
    budget: int,
    progress: Progress = silent,
    *,
    share_parents: bool = False,
) -> list[Choice]:
    """Up to `budget` slots, best first, the same on every machine.

    worth: what one more instance of an entity is worth (`allocation.worth_of`). A slot's gain is the sum of the worths
    of *all* entities of its parent. The greatest gain is taken, of equal ones that of the parent with fewer uses, then
    the first, so that variations spread over parents; share_parents: gain / (1 + times used) is compared instead.
    Because a choice can only lower the value of the others, a heap with stale values finds the greatest without looking
    at all of them (lazy greedy); the heap holds the best ones only and is filled again when the others may be better.
    With groups, only the scarcest entity of each group counts. The slot is planned for the entity with the smallest
    `lead`, then the greatest worth. Choosing ends when no entity lacks anything.
    """
    found = _Search(pool, worth, lead, share_parents)
    front = max(_FRONT, budget // 8) if pool.groups is None else len(pool.limits)
    while len(found.chosen) < budget:
        before = len(found.chosen)
        if not found.fill(front):
            break
        while len(found.chosen) < budget and found.step():
            if len(found.chosen) % 2000 == 0:
                progress(len(found.chosen), budget, "choosing parents")
        if len(found.chosen) - before < front // 8:
            front *= 2
    return found.chosen


class _Search:
    """The state of a choice: what is chosen, what each entity is worth at present, and the heap of the best parents."""

    def __init__(self, pool: Pool, worth: Worth, lead: npt.NDArray[np.int64], share_parents: bool) -> None:
        self.chosen: list[Choice] = []
        self._alike, self._worth, self._share = _Alike(pool), worth, share_parents
        self._lead, self._planned = lead, np.zeros(len(lead), np.int64)
        self._worths = worth(np.arange(len(lead)), self._planned)
        self._heap: list[tuple[float, bool, int, int, int]] = []
        self._least, self._looks = 0.0, 0

    def fill(self, front: int) -> bool:
        """Put about the `front` best parents into the heap, and all that are as good as the worst of them; False when
        no parent adds anything."""
        bounds = self._alike.bounds(self._worths, self._share)
        left = int((bounds > 0).sum())
        self._least = float(np.partition(bounds, -front)[-front]) * (1 - 1e-8) if front < left else 0.0
        best = np.flatnonzero((bounds > 0) & (bounds >= self._least))
        pairs = zip(best.tolist(), bounds[best].tolist(), strict=True)
        self._heap = [(-bound, *self._alike.next(n), n) for n, bound in pairs]
        heapq.heapify(self._heap)
        return bool(len(best))

    def step(self) -> bool:
        """Take the best parent; False when it may be outside of the heap."""
        heap = self._heap
        while heap:
            self._looks += 1
            if self._looks % _LOOKS == 0:
                let_pages_run()
            number = heapq.heappop(heap)[-1]
            own = self._alike.adding(number, self._worths)
            gain = sum(self._worths[own].tolist())
            if gain <= 0:
                continue
            spare, used, parent = self._alike.next(number)
            key = (-gain / (1 + used) if self._share else -gain, spare, used, parent, number)
            if heap and key > heap[0]:
                heapq.heappush(heap, key)
            elif -key[0] < self._least:
                return False
            else:
                self._take(number, parent, own, gain, key[0])
                return True
        return False

    def _take(self, number: int, parent: int, own: npt.NDArray[np.int64], gain: float, value: float) -> None:
        entities = own.tolist()
        self.chosen.append(Choice(parent, self._aim(own, entities), gain, tuple(entities)))
        np.add.at(self._planned, own, 1)
        self._worths[own] = self._worth(own, self._planned[own])
        if self._alike.use(number):
            heapq.heappush(self._heap, (value, *self._alike.next(number), number))

    def _aim(self, own: npt.NDArray[np.int64], entities: list[int]) -> int:
        """The entity that a slot is planned for."""
        ranked = zip(self._lead[own].tolist(), (-self._worths[own]).tolist(), entities, strict=True)
        return min([one for one in ranked if one[1] < 0])[2]


class _Alike:
    """The parents of a pool that may be used, those put together between which there is no difference but their
    position; they take turns. Parents are alike when a hash of their entities is: that two of a million differ and are
    taken for alike has a chance of 1 in 30 million."""

    def __init__(self, pool: Pool) -> None:
        sizes = np.diff(pool.offsets)
        spare = np.arange(len(sizes)) >= len(sizes) - pool.spare
        may = np.flatnonzero((pool.limits > 0) & (sizes > 0))
        keys = _mixed(_row_hashes(pool)[may]) ^ _mixed(pool.limits[may].astype(np.uint64) * np.uint64(2) + spare[may])
        _, first, of = np.unique(keys, return_index=True, return_inverse=True)
        rows = may[first]
        self._members = may[np.argsort(of, kind="stable")].tolist()
        counts = np.bincount(of, minlength=len(rows))
        self._begin, self._count = (np.cumsum(counts) - counts).tolist(), counts.tolist()
        self._spare, self._taken = spare[rows].tolist(), [0] * len(rows)
        self._most = (counts * pool.limits[rows]).tolist()
        self._left, self._rounds = np.ones(len(rows)), np.zeros(len(rows))
        self._starts = np.cumsum(sizes[rows]) - sizes[rows]
        at = np.repeat(pool.offsets[rows] - self._starts, sizes[rows]) + np.arange(sizes[rows].sum())
        self._entities = pool.entities[at]
        self._ends = np.append(self._starts, len(at)).tolist()
        self._groups = None if pool.groups is None else pool.groups[at]

    def bounds(self, worths: npt.NDArray[np.float64], share: bool) -> npt.NDArray[np.float64]:
        """Of each, the sum of its entities' worths (`share`: divided among uses) or a hair above it, since what waits
        in the heap must not be below the true value; 0 for those that are used up."""
        if not self._most:
            return np.zeros(0)
        sums = np.add.reduceat(worths[self._entities], self._starts) * (1 + 1e-9) * self._left
        found: npt.NDArray[np.float64] = sums / (1 + self._rounds) if share else sums
        return found

    def next(self, number: int) -> tuple[bool, int, int]:
        """Of the parent whose turn it is: whether it is spare, how often it was used, its position."""
        used, turn = divmod(self._taken[number], self._count[number])
        return self._spare[number], used, self._members[self._begin[number] + turn]

    def use(self, number: int) -> bool:
        """Give the turn to the next; False when all are used up."""
        self._taken[number] += 1
        self._rounds[number] = self._taken[number] // self._count[number]
        left = bool(self._taken[number] < self._most[number])
        self._left[number] = left
        return left

    def adding(self, number: int, worths: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """The entities that a slot adds to."""
        span = slice(self._ends[number], self._ends[number + 1])
        own = self._entities[span]
        return own if self._groups is None else _scarcest(own, self._groups[span], worths)


def _row_hashes(pool: Pool) -> npt.NDArray[np.uint64]:
    """64 bits for each parent, the same for parents with the same entities and groups."""
    if not len(pool.entities):
        return np.zeros(len(pool.limits), np.uint64)
    items = _mixed(np.arange(pool.entities.max() + 1, dtype=np.uint64))[pool.entities]
    if pool.groups is not None:
        items = _mixed(items + pool.groups.astype(np.uint64))
    running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(items, dtype=np.uint64)])
    sums: npt.NDArray[np.uint64] = running[pool.offsets[1:]] - running[pool.offsets[:-1]]
    return sums


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Each value scattered over 64 bits, one to one (the finalizer of SplitMix64; Steele, Lea and Flood 2014)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _scarcest(
    entities: npt.NDArray[np.int64], groups: npt.NDArray[np.int64], worths: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """The entity with the greatest worth of each group, the first of equals; groups that lack nothing give none."""
    best: dict[int, int] = {}
    worth = dict(zip(entities.tolist(), worths[entities].tolist(), strict=True))
    for entity, group in zip(entities.tolist(), groups.tolist(), strict=True):
        if worth[entity] > (worth[best[group]] if group in best else 0.0):
            best[group] = entity
    return np.array(list(best.values()), np.int64)
