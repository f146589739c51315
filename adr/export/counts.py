"""How often each entity occurs before, after, with the synthetic part, and in a random subset of the same size.

Counts are numbers of instances, and every copy of a repeated instance counts. Writes nothing.
"""

from dataclasses import dataclass

import numpy as np

from adr.draws import RANDOM_KEY, draws
from adr.export.leaving import Leaving
from adr.recipe import PAPER_TAIL_SHARE, Recipe
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
        head = tail_rule(self.before, 1 - PAPER_TAIL_SHARE[self.perspective]).head_rank
        return np.arange(len(self.before)) >= head

    @property
    def added(self) -> bool:
        """Whether synthesis adds instances to any entity."""
        return not np.array_equal(self.refined, self.after)

    def numbers(self, counts: np.ndarray) -> dict[str, float | int]:
        """What the manifest holds for one state: sizes, tail share of postings (the tail is that of the counts before),
        effective entities."""
        postings = int(counts.sum())
        return {
            "postings": postings,
            "entities": int((counts > 0).sum()),
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
    found = store.arrays("select entity, perspective::varchar as perspective, n from entity order by entity")
    if not len(found["entity"]):
        return []
    size = int(found["entity"].max()) + 1
    after = _kept(store, leave, size)
    random = _random(store, leave, size)
    gained = np.zeros(size, dtype=np.int64)
    for row in leave.candidate_rows:
        entities = [entity for entity in set(leave.candidate(row).entities) if 0 <= entity < size]
        gained[entities] += 1
    made = []
    names = np.asarray(found["perspective"], dtype=str)
    for perspective in dict.fromkeys(names.tolist()):
        ids = np.asarray(found["entity"][names == perspective], dtype=np.int64)
        before = np.asarray(found["n"][names == perspective], dtype=np.int64)
        made.append(
            Counts(
                perspective,
                threshold(leave.recipe, perspective, before),
                ids,
                before,
                after[ids],
                after[ids] + gained[ids],
                random[ids],
            )
        )
    return made


def threshold(recipe: Recipe, perspective: str, before: np.ndarray) -> float:
    """τ of a perspective: the recipe's count, or the count that follows from its tail share."""
    if perspective in recipe.tau:
        return float(recipe.tau[perspective])
    return float(tail_share_to_tau(before, recipe.share_for(perspective)))


def _kept(store: Store, leave: Leaving, size: int) -> np.ndarray:
    counted = store.arrays(
        """
        select p.entity, sum(d.copies)::bigint as n
        from posting p join decision d using (instance)
        where d.run = $1 and d.kept group by p.entity
        """,
        [leave.run],
    )
    return _spread(counted, size)


def _random(store: Store, leave: Leaving, size: int) -> np.ndarray:
    """Counts in a random subset: the instances with the smallest 'random' draws of the seed, as many as were kept, each
    once."""
    positions = store.arrays("select instance from decision where run = $1 order by instance", [leave.run])["instance"]
    kept = int(store.value("select count(*) from decision where run = $1 and kept", [leave.run]))
    order = np.argsort(draws(leave.recipe.seed, RANDOM_KEY, positions), kind="stable")
    chosen = np.sort(np.asarray(positions)[order[:kept]])
    counted = store.arrays(
        """
        select entity, count(*) as n
        from posting semi join (select unnest($1::integer[]) as instance) using (instance) group by entity
        """,
        [chosen.tolist()],
    )
    return _spread(counted, size)


def _spread(counted: dict[str, np.ndarray], size: int) -> np.ndarray:
    spread = np.zeros(size, dtype=np.int64)
    spread[np.asarray(counted["entity"], dtype=np.int64)] = np.asarray(counted["n"], dtype=np.int64)
    return spread
