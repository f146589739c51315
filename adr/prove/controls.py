"""The controls of an experiment: what must show nothing, and what must show something.

Knows nothing of files.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from adr.prove.comparing import ArmComparison, measured
from adr.prove.scores import ItemScores
from adr.prove.verdict import HELPS

COVERAGE = 0.90
"""The share of null comparisons whose 95 % interval must hold 0."""
MOST_SPLITS = 40


@dataclass(frozen=True)
class NullComparisons:
    """An arm against itself: the seeds of each arm split into two halves. covered: how many of the `splits` intervals
    hold 0, at the tail and over all pairs."""

    covered: int
    splits: int

    @property
    def good(self) -> bool:
        return self.covered >= COVERAGE * self.splits


@dataclass(frozen=True)
class Control:
    """An arm that must help, or must not. good: whether it does as it must."""

    arm: str
    must_help: bool
    word: str
    good: bool


def null_comparisons(scores: ItemScores, design: Mapping[str, Any]) -> NullComparisons | None:
    """Intervals of arms against themselves with the first learning rate and budget; None with fewer than four seeds."""
    rate, budget = float(design["learning_rates"][0]), str(design["budgets"][0])
    covered = splits = 0
    for arm in design["arms"]:
        if (arm, rate, budget) not in scores.values:
            continue
        values = scores.values[(arm, rate, budget)]["accuracy"]
        for one, other in _splits(len(scores.seeds)):
            for group in ("all", "tail"):
                found = measured(scores, values[one] - values[other], scores.pairs.where(group), least_seeds=2)
                if found is not None and found.low is not None and found.high is not None:
                    splits += 1
                    covered += found.low <= 0 <= found.high
    return NullComparisons(covered, splits) if splits else None


def _splits(seeds: int) -> Iterator[tuple[list[int], list[int]]]:
    """Up to 40 pairs of disjoint halves of the seeds, spread over all of them; none with fewer than four seeds."""
    half = seeds // 2
    if half < 2:
        return
    everyone = range(seeds)
    found = [
        (list(one), list(other))
        for one in combinations(everyone, half)
        for other in combinations([seed for seed in everyone if seed not in one], half)
        if one < other
    ]
    for place in np.unique(np.linspace(0, len(found) - 1, min(len(found), MOST_SPLITS)).astype(int)):
        yield found[place]


def control(made: Sequence[ArmComparison], arm: str, must_help: bool, budget: str) -> Control | None:
    """What the control `arm` shows against the original at the tail; None when it was not run."""
    mine = [
        one
        for one in made
        if (one.arm, one.against, one.kind, one.metric, one.budget) == (arm, "original", "", "accuracy", budget)
        and one.group in ("tail", "all")
    ]
    at_tail = next((one for one in mine if one.group == "tail"), None)
    if at_tail is None:
        return None
    helps = at_tail.word == HELPS if must_help else any(one.word == HELPS for one in mine)
    return Control(arm, must_help, at_tail.word, helps == must_help)
