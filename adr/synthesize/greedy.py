"""Chooses parents for slots, each time the parent that adds most to what the tail still lacks.

Pure: arrays in, list out. Knows nothing of tables or prompts.
"""

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.progress import Progress, let_pages_run, silent

_LOOKS = 500


@dataclass(frozen=True)
class Pool:
    """Possible parents and their tail entities. `entities[offsets[i]:offsets[i + 1]]` are those of parent i, as
    positions in the arrays of entities; `limits[i]` is how often parent i may be used. groups: the group of each item
    of `entities`, where a slot can add to only one entity per group of its parent; None when it can add to all."""

    offsets: npt.NDArray[np.int64]
    entities: npt.NDArray[np.int64]
    limits: npt.NDArray[np.int64]
    groups: npt.NDArray[np.int64] | None = None


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
    have: npt.NDArray[np.float64],
    target: npt.NDArray[np.float64],
    lead: npt.NDArray[np.int64],
    budget: int,
    progress: Progress = silent,
) -> list[Choice]:
    """Up to `budget` slots, best first, the same on every machine.

    An entity's shortage is the share of its target it still lacks, max(0, (target − have − planned) / target). A slot's
    gain is the sum of the shortages of *all* entities of its parent. Parents are chosen by gain / (1 + times used),
    with ties broken by fewer uses and then position, so that variations spread over parents. Because a choice can only
    lower the value of the others, a heap with stale values finds the greatest without looking at all of them (lazy
    greedy). With groups, only the scarcest entity of each group counts. The slot is planned for the entity with the
    smallest `lead`, then the greatest shortage. Choosing ends when no entity lacks anything.
    """
    sure = np.where(target > 0, target, 1.0)
    shortage = np.where(target > 0, np.maximum(0.0, (target - have) / sure), 0.0).tolist()
    step = (1.0 / sure).tolist()
    entities, offsets = pool.entities.tolist(), pool.offsets.tolist()
    limits, rank = pool.limits.tolist(), lead.tolist()
    groups = None if pool.groups is None else pool.groups.tolist()
    used = [0] * len(limits)
    first = _sums(pool, np.asarray(shortage))
    heap = [(-value, 0, i) for i, value in enumerate(first.tolist()) if value > 0 and limits[i] > 0]
    heapq.heapify(heap)
    chosen: list[Choice] = []
    looks = 0
    while heap and len(chosen) < budget:
        looks += 1
        if looks % _LOOKS == 0:
            let_pages_run()
        _, _, parent = heapq.heappop(heap)
        begin, end = offsets[parent], offsets[parent + 1]
        own = entities[begin:end]
        if groups is not None:
            own = _scarcest(own, groups[begin:end], shortage)
        gain = sum([shortage[e] for e in own])
        if gain <= 1e-12:
            continue
        key = (-gain / (1 + used[parent]), used[parent], parent)
        if heap and key > heap[0]:
            heapq.heappush(heap, key)
            continue
        aim = min((e for e in own if shortage[e] > 0), key=lambda e: (rank[e], -shortage[e], e))
        chosen.append(Choice(parent, aim, gain, tuple(own)))
        for e in own:
            shortage[e] = _less(shortage[e], step[e])
        used[parent] += 1
        if used[parent] < limits[parent]:
            heapq.heappush(heap, (-gain / (1 + used[parent]), used[parent], parent))
        if len(chosen) % 2000 == 0:
            progress(len(chosen), budget, "choosing parents")
    return chosen


def _scarcest(entities: list[int], groups: list[int], shortage: list[float]) -> list[int]:
    """The entity with the greatest shortage of each group, the first of equals; groups that lack nothing give none."""
    best: dict[int, int] = {}
    for entity, group in zip(entities, groups, strict=True):
        if shortage[entity] > (shortage[best[group]] if group in best else 0.0):
            best[group] = entity
    return list(best.values())


def _less(shortage: float, step: float) -> float:
    left = shortage - step
    return left if left > 1e-9 else 0.0


def _sums(pool: Pool, shortage: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    running = np.concatenate([[0.0], np.cumsum(shortage[pool.entities])])
    sums: npt.NDArray[np.float64] = running[pool.offsets[1:]] - running[pool.offsets[:-1]]
    return sums
