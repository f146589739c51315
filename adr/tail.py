"""Head and tail of a distribution: the threshold rule and its inverse, and measures of how long the tail is.

Pure functions over arrays of counts. Knows nothing of tables, perspectives or recipes. A count is n(e), the number
of instances that have entity e; a share is a share of postings (the sum of all counts) unless it says otherwise.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# A share of the total that should equal a cumulative count, a whole number, may miss it by this relative error; with
# it, τ → tail share → τ gives the same τ.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class TailRule:
    """Where the tail begins. head_rank: how many entities are head (ranks from 1); tau: count of the last of them."""

    head_rank: int
    tau: int
    tail_entities: int
    tail_share: float  # share of postings past head_rank; at most 1 − ρ


def tail_rule(counts: npt.ArrayLike, rho: float) -> TailRule:
    """The paper's rule: i* is the first rank whose cumulative count reaches `rho` of all postings, τ the count at i*.

    Entities past i* are the tail (arXiv 2503.12821, Table 1: share of entities 1 − i*/|E|, share of data 1 − ρ).
    counts in any order; zeros do not count as entities. No entities: rank 0, τ 0.
    """
    ordered = _descending(counts)
    if not len(ordered):
        return TailRule(0, 0, 0, 0.0)
    cumulative = np.cumsum(ordered)
    total = int(cumulative[-1])
    reached = int(np.searchsorted(cumulative, total * (rho - _ROUNDING)))
    rank = min(reached, len(ordered) - 1) + 1
    return TailRule(rank, int(ordered[rank - 1]), len(ordered) - rank, 1 - int(cumulative[rank - 1]) / total)


def tail_share_to_tau(counts: npt.ArrayLike, tail_share: float) -> int:
    """τ by the threshold rule with ρ = 1 − `tail_share`."""
    return tail_rule(counts, 1 - tail_share).tau


def tau_to_tail_share(counts: npt.ArrayLike, tau: float) -> float:
    """The share of postings that belong to entities with a count below `tau` (MetaCLIP's t → p), 0..1.

    For a τ that occurs as a count, the threshold rule turns this share back into τ.
    """
    values = np.asarray(counts)
    total = int(values.sum(dtype=np.int64))
    return int(values[values < tau].sum(dtype=np.int64)) / total if total else 0.0


def count_to_probability(counts: npt.ArrayLike, tau: float) -> npt.NDArray[np.float64]:
    """p(e) = min(1, τ / n(e)); 1 where n(e) is 0 (nothing to thin out)."""
    values = np.maximum(np.asarray(counts, dtype=np.float64), np.finfo(float).tiny)
    return np.minimum(1.0, tau / values)


@dataclass(frozen=True)
class Spectrum:
    """Counts as "how many entities have each count": all that curves and shares need, without sorting entities.

    values: the counts that occur, ascending; entities: how many entities have each.
    """

    values: npt.NDArray[np.int64]
    entities: npt.NDArray[np.int64]

    @classmethod
    def of(cls, counts: npt.ArrayLike) -> "Spectrum":
        """The spectrum of counts ≥ 0, zeros included."""
        array = np.asarray(counts)
        if not len(array):
            return cls(np.zeros(0, np.int64), np.zeros(0, np.int64))
        if int(array.max()) > 8 * len(array) + 1_000_000:
            values, entities = np.unique(array, return_counts=True)
            return cls(values.astype(np.int64), entities.astype(np.int64))
        entities = np.bincount(array)
        values = np.flatnonzero(entities)
        return cls(values.astype(np.int64), entities[values].astype(np.int64))

    @property
    def postings(self) -> int:
        """The sum of all counts."""
        return int((self.values * self.entities).sum())

    @property
    def gini(self) -> float:
        """Gini coefficient over all entities, zeros included: 0 if all counts are equal, towards 1 if one has all."""
        total, number = self.postings, int(self.entities.sum())
        if not total:
            return 0.0
        # mean rank (from 1, ascending) of the entities that share a count
        below = np.cumsum(self.entities) - self.entities
        mean_rank = below + (self.entities + 1) / 2
        return float(2 * (mean_rank * self.values * self.entities).sum() / (number * total) - (number + 1) / number)

    @property
    def effective_entities(self) -> float:
        """Effective number of entities: exp of the Shannon entropy of the posting shares (Hill number of order 1)."""
        total = self.postings
        if not total:
            return 0.0
        some = self.values > 0
        share = self.values[some] / total
        return math.exp(-float((self.entities[some] * share * np.log(share)).sum()))

    @property
    def singletons(self) -> int:
        """How many entities occur in exactly one instance."""
        return int(self.entities[self.values == 1].sum())

    def below(self, k: float) -> int:
        """How many entities have a count below k, zeros included."""
        return int(self.entities[self.values < k].sum())

    def counts_at(self, ranks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Count of the entity at each rank (from 1, descending); 0 past the last entity with a count above 0."""
        alive = self.values > 0
        values, ends = self.values[alive][::-1], np.cumsum(self.entities[alive][::-1])
        return np.append(values, 0)[np.searchsorted(ends, ranks)]

    def curve(self, points: int = 240) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(ranks, counts): the rank–frequency curve at up to `points` ranks, evenly spaced in log rank.

        Every rank from 1 to the last entity with a count above 0 lies on it; the first and the last are included.
        """
        alive = self.values > 0
        values, ends = self.values[alive][::-1], np.cumsum(self.entities[alive][::-1])
        if not len(ends):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        ranks = np.unique(np.round(np.geomspace(1, int(ends[-1]), points)).astype(np.int64))
        return ranks, values[np.searchsorted(ends, ranks)]


def gini(counts: npt.ArrayLike) -> float:
    """Gini coefficient of counts over all entities, zeros included."""
    return Spectrum.of(counts).gini


def effective_entities(counts: npt.ArrayLike) -> float:
    """exp of the Shannon entropy of the posting shares: how many equally frequent entities would be as diverse."""
    return Spectrum.of(counts).effective_entities


def _descending(counts: npt.ArrayLike) -> npt.NDArray[np.int64]:
    array = np.asarray(counts, dtype=np.int64)
    array = array[array > 0]
    if len(array) > 1 and not bool(np.all(array[:-1] >= array[1:])):
        array = np.sort(array)[::-1]
    return array
