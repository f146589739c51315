"""How often each entity occurs before, after, with the synthetic part, and in a random subset of the same size.

Counts are numbers of instances, and every copy of a repeated instance counts. Writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adr.draws import RANDOM_KEY, draws
from adr.export.leaving import Leaving
from adr.perspectives import described
from adr.recipe import Recipe
from adr.store import Store
from adr.tail import Spectrum, tail_rule, tail_share_to_tau


@dataclass(frozen=True)
class Counts:
    """One perspective; arrays have one element per entity, in the order of `entity` ids (most frequent first)."""

    perspective: str
    tau: float
    ids: np.ndarray
    before: np.ndarray
    after: np.ndarray  # kept instances
    refined: np.ndarray  # kept instances and accepted candidates
    random: np.ndarray  # a uniform random subset with as many instances as were kept

    @property
    def tail(self) -> np.ndarray:
        """Mask of the tail entities, by the paper's rule on the counts before, as on the Rebalance page."""
        head = tail_rule(self.before, 1 - described(self.perspective).tail_share).head_rank
        return np.arange(len(self.before)) >= head

    @property
    def added(self) -> bool:
        """Whether synthesis adds instances to any entity."""
        return not np.array_equal(self.refined, self.after)

    def numbers(self, counts: np.ndarray) -> dict[str, float | int]:
        """What the manifest holds for one state: sizes, tail entities that still occur and the tail's share of postings
        (the tail is that of the counts before), effective entities."""
        postings = int(counts.sum())
        return {
            "postings": postings,
            "entities": int((counts > 0).sum()),
            "tail_entities": int((counts[self.tail] > 0).sum()),
            "entities_lost": int(((counts == 0) & (self.before > 0)).sum()),
            "tail_share": round(int(counts[self.tail].sum()) / postings, 6) if postings else 0.0,
            "effective_entities": round(Spectrum.of(counts).effective_entities, 2),
            "largest": int(counts.max()) if len(counts) else 0,
        }

    def as_json(self) -> dict[str, object]:
        """The perspective's entry in the manifest."""
        return {
            "tau": self.tau,
            "before": self.numbers(self.before),
            "after": self.numbers(self.after),
            "with_synthetic": self.numbers(self.refined),
            "random": self.numbers(self.random),
        }


def count(store: Store, leave: Leaving) -> list[Counts]:
    """Counts for all indexed perspectives, in the paper's order."""
    return with_accepted(kept_counts(store, leave.run, leave.recipe, leave.counted[1]), leave)


def with_accepted(kept: Sequence[Counts], leave: Leaving) -> list[Counts]:
    """The counts of a run's kept instances, with those of the accepted candidates added to `refined`."""
    size = max((int(one.ids.max(initial=-1)) + 1 for one in kept), default=0)
    gained = np.zeros(size, dtype=np.int64)
    for row in leave.candidate_rows:
        entities = [entity for entity in set(leave.candidate(row).entities) if 0 <= entity < size]
        gained[entities] += 1
    return [replace(one, refined=one.after + gained[one.ids]) for one in kept]


def kept_counts(store: Store, run: int, recipe: Recipe, epoch: int = 1) -> list[Counts]:
    """Counts for all indexed perspectives without any candidate: `refined` equals `after`.

    epoch: as in `kept_in`.
    """
    found = store.arrays("select entity, perspective_name(perspective) as perspective, n from entity order by entity")
    if not len(found["entity"]):
        return []
    size = int(found["entity"].max()) + 1
    after = _kept(store, run, size, epoch)
    random = _random(store, run, recipe.seed, size, epoch)
    excluded = _excluded(store, run, size)
    made = []
    names = np.asarray(found["perspective"], dtype=str)
    for perspective in dict.fromkeys(names.tolist()):
        ids = np.asarray(found["entity"][names == perspective], dtype=np.int64)
        before = np.asarray(found["n"][names == perspective], dtype=np.int64) - excluded[ids]
        made.append(
            Counts(
                perspective, threshold(recipe, perspective, before), ids, before, after[ids], after[ids], random[ids]
            )
        )
    return made


def threshold(recipe: Recipe, perspective: str, before: np.ndarray) -> float:
    """τ of a perspective: the recipe's count, or the count that follows from its tail share."""
    if perspective in recipe.tau:
        return float(recipe.tau[perspective])
    return float(tail_share_to_tau(before, recipe.share_for(perspective)))


def _kept(store: Store, run: int, size: int, epoch: int) -> np.ndarray:
    counted = store.arrays(
        """
        select p.entity, sum(d.copies)::bigint as n
        from posting p join kept_in d using (instance)
        where d.run = $1 and d.epoch = $2 group by p.entity
        """,
        [run, epoch],
    )
    return _spread(counted, size)


def _excluded(store: Store, run: int, size: int) -> np.ndarray:
    """Counts in the instances that the recipe excludes, which count nowhere."""
    counted = store.arrays(
        """
        select p.entity, count(*) as n from posting p join decision d using (instance)
        where d.run = $1 and d.reason = 'excluded' group by p.entity""",
        [run],
    )
    return _spread(counted, size)


def _random(store: Store, run: int, seed: int, size: int, epoch: int) -> np.ndarray:
    """Counts in a random subset: the instances with the smallest 'random' draws of the seed, as many as were kept, each
    once."""
    positions = store.arrays(
        "select instance from decision where run = $1 and reason <> 'excluded' order by instance", [run]
    )["instance"]
    kept = int(store.value("select count(*) from kept_in where run = $1 and epoch = $2", [run, epoch]))
    chosen = smallest_draws(np.asarray(positions, dtype=np.int32), draws(seed, RANDOM_KEY, positions), kept)
    counted = store.arrays(
        "select entity, count(*) as n from posting semi join chosen_rows using (instance) group by entity",
        chosen_rows=pa.table({"instance": chosen}),
    )
    return _spread(counted, size)


def smallest_draws(
    positions: npt.NDArray[np.int32], drawn: npt.NDArray[np.float64], size: int
) -> npt.NDArray[np.int32]:
    """The `size` positions with the smallest draws, ascending; of equal draws, the one of the lower position."""
    if size >= len(positions):
        return positions
    if size == 0:
        return positions[:0]
    bound = np.partition(drawn, size - 1)[size - 1]
    below = drawn < bound
    below[np.flatnonzero(drawn == bound)[: size - int(below.sum())]] = True
    chosen: npt.NDArray[np.int32] = positions[below]
    return chosen


def _spread(counted: dict[str, np.ndarray], size: int) -> np.ndarray:
    spread = np.zeros(size, dtype=np.int64)
    spread[np.asarray(counted["entity"], dtype=np.int64)] = np.asarray(counted["n"], dtype=np.int64)
    return spread
