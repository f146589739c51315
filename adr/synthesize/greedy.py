"""Chooses parents for slots, each time the parent that adds most to what the tail still lacks.

Pure: arrays in, list out. Knows nothing of tables or prompts.
"""

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.progress import Progress, let_pages_run, silent
from adr.synthesize.allocation import Worth

_LOOKS = 500


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
    at all of them (lazy greedy). With groups, only the scarcest entity of each group counts. The slot is planned for
    the entity with the smallest `lead`, then the greatest worth. Choosing ends when no entity lacks anything.
    """
    entities, offsets = pool.entities.tolist(), pool.offsets.tolist()
    limits, rank = pool.limits.tolist(), lead.tolist()
    groups = None if pool.groups is None else pool.groups.tolist()
    planned = [0] * len(rank)
    worths = [worth(e, 0) for e in range(len(rank))]
    used = [0] * len(limits)
    spare = len(limits) - pool.spare
    first = _sums(pool, np.asarray(worths))
    heap = [(-value, i >= spare, 0, i) for i, value in enumerate(first.tolist()) if value > 0 and limits[i] > 0]
    heapq.heapify(heap)
    chosen: list[Choice] = []
    looks = 0
    while heap and len(chosen) < budget:
        looks += 1
        if looks % _LOOKS == 0:
            let_pages_run()
        parent = heapq.heappop(heap)[-1]
        begin, end = offsets[parent], offsets[parent + 1]
        own = entities[begin:end]
        if groups is not None:
            own = _scarcest(own, groups[begin:end], worths)
        gain = sum([worths[e] for e in own])
        if gain <= 0:
            continue
        key = (-gain / (1 + used[parent]) if share_parents else -gain, parent >= spare, used[parent], parent)
        if heap and key > heap[0]:
            heapq.heappush(heap, key)
            continue
        aim = min((e for e in own if worths[e] > 0), key=lambda e: (rank[e], -worths[e], e))
        chosen.append(Choice(parent, aim, gain, tuple(own)))
        for e in own:
            planned[e] += 1
            worths[e] = worth(e, planned[e])
        used[parent] += 1
        if used[parent] < limits[parent]:
            heapq.heappush(heap, (key[0], parent >= spare, used[parent], parent))
        if len(chosen) % 2000 == 0:
            progress(len(chosen), budget, "choosing parents")
    return chosen


def _scarcest(entities: list[int], groups: list[int], worths: list[float]) -> list[int]:
    """The entity with the greatest worth of each group, the first of equals; groups that lack nothing give none."""
    best: dict[int, int] = {}
    for entity, group in zip(entities, groups, strict=True):
        if worths[entity] > (worths[best[group]] if group in best else 0.0):
            best[group] = entity
    return list(best.values())


def _sums(pool: Pool, worths: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The sum of worths of each parent, a hair above it: what waits in the heap must not be below the true value."""
    if not len(pool.limits):
        return np.zeros(0)
    running = np.add.reduceat(np.append(worths[pool.entities], 0.0), pool.offsets[:-1])
    empty = pool.offsets[1:] == pool.offsets[:-1]
    sums: npt.NDArray[np.float64] = np.where(empty, 0.0, running * (1 + 1e-9))
    return sums
