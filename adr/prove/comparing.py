"""Every comparison of an experiment: arm against arm, by rarity, kind of question, metric, budget and learning rate.

Knows nothing of files.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adr.prove.scores import GROUPS, METRICS, ItemScores
from adr.prove.variance import LEAST_SEEDS, PairedDifference, difference, holm
from adr.prove.verdict import TOO_FEW_SEEDS, verdict

LEAST_PAIRS = 10
"""Test pairs below which a kind of question in a group counts with the other rare kinds, and has no cell of its own."""

# (arm, the arm it is compared with, what that says), beside every arm against the reference and the original.
QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("refined", "random", "Does choosing beat dropping at random?"),
    ("refined", "random_questions", "Does choosing beat as many questions taken at random?"),
    ("refined", "unmixed", "Does mixing beat the same rows unmixed?"),
    ("refined_synthetic", "original", "Does the refined set beat the original?"),
    ("refined_synthetic", "random_synthetic", "Is it the choice, or the synthetic instances?"),
    ("refined_synthetic", "refined_copies", "Is it new pictures, or only the weight of rare ones?"),
    ("original_synthetic", "original", "Do synthetic instances help when nothing is dropped?"),
    ("original_synthetic", "refined_synthetic", "Must anything be dropped at all?"),
    ("original_repeated", "original", "Does it help to repeat rare instances, which costs nothing?"),
    ("logit_adjusted", "original", "Does an adjusted loss help, which costs nothing?"),
    ("shuffled_synthetic", "original", "Negative control: synthetic instances with the wrong pictures must not help."),
    ("planted", "original", "Positive control: real instances given back must help."),
)


@dataclass(frozen=True)
class ArmComparison:
    """One arm less another in one group of test pairs. kind: '' for the mean over kinds; by_rate: {learning rate:
    difference}; p: Holm's adjusted p-value of a primary question; word: of adr.prove.verdict."""

    arm: str
    against: str
    group: str
    kind: str
    metric: str
    budget: str
    by_rate: Mapping[float, PairedDifference]
    primary: bool
    p: float | None
    word: str

    @property
    def main(self) -> PairedDifference:
        """The difference with the first learning rate of the design."""
        return next(iter(self.by_rate.values()))


def merged_kinds(kinds: NDArray[np.str_]) -> NDArray[np.int64]:
    """A number per test pair for its kind of question; kinds with fewer than ten pairs count as one."""
    _, which, sizes = np.unique(kinds, return_inverse=True, return_counts=True)
    return np.where(sizes[which] >= LEAST_PAIRS, which, -1).astype(np.int64)


def measured(
    scores: ItemScores, values: NDArray[np.float64], chosen: NDArray[np.bool_], least_seeds: int = LEAST_SEEDS
) -> PairedDifference | None:
    """The mean of `values` (seeds × pairs) over the chosen pairs that have the metric; None if no pair has it."""
    mine = chosen & ~np.isnan(values[0])
    if not mine.any():
        return None
    kinds = merged_kinds(scores.pairs.kind[mine])
    return difference(values[:, mine], scores.pairs.cluster[mine], kinds, least_seeds=least_seeds)


def comparisons(scores: ItemScores, design: Mapping[str, Any]) -> list[ArmComparison]:
    """All comparisons between arms whose trials are complete, the primary ones with Holm's correction."""
    made = [
        one
        for budget in map(str, design["budgets"])
        for arm, against in _pairs_of_arms(design)
        for one in _between(scores, design, arm, against, budget)
    ]
    return _primaries(made, design)


def _pairs_of_arms(design: Mapping[str, Any]) -> list[tuple[str, str]]:
    references = [str(design["reference"]), "original"]
    found = [(arm, against) for against in references for arm in design["arms"] if arm != against]
    found += [(arm, against) for arm, against, _ in QUESTIONS]
    found += [(one["arm"], one["against"]) for one in design["primary"]]
    return list(dict.fromkeys(pair for pair in found if set(pair) <= set(design["arms"])))


def _between(
    scores: ItemScores, design: Mapping[str, Any], arm: str, against: str, budget: str
) -> Iterator[ArmComparison]:
    rates = [float(rate) for rate in design["learning_rates"]]
    settings = [((arm, rate, budget), (against, rate, budget)) for rate in rates]
    if any(one not in scores.values for both in settings for one in both):
        return
    for metric in METRICS:
        values = {a[1]: scores.difference(a, b, metric) for a, b in settings}
        for group, kind in _cells(scores, design, budget):
            chosen = scores.pairs.where(group, kind)
            found = {rate: measured(scores, one, chosen) for rate, one in values.items()}
            known = {rate: one for rate, one in found.items() if one is not None}
            if known:
                word = verdict(list(known.values()), metric)
                yield ArmComparison(arm, against, group, kind, metric, budget, known, False, None, word)


def _cells(scores: ItemScores, design: Mapping[str, Any], budget: str) -> Iterable[tuple[str, str]]:
    """(group, kind of question) of the cells that are compared; kinds with the first budget only."""
    for group in GROUPS:
        mine = scores.pairs.where(group)
        if not mine.any():
            continue
        yield group, ""
        if budget == str(design["budgets"][0]):
            kinds, sizes = np.unique(scores.pairs.kind[mine], return_counts=True)
            yield from ((group, str(kind)) for kind, n in zip(kinds, sizes, strict=True) if n >= LEAST_PAIRS)


def _primaries(made: list[ArmComparison], design: Mapping[str, Any]) -> list[ArmComparison]:
    """The comparisons with the primary ones marked and corrected."""
    budget = str(design["budgets"][0])
    wanted = [(p["arm"], p["against"], p["group"], _kind(p.get("kind")), "accuracy", budget) for p in design["primary"]]
    places = {_cell(one): place for place, one in enumerate(made)}
    mine = [places[cell] for cell in wanted if cell in places]
    corrected = holm([_p(list(made[place].by_rate.values())) for place in mine])
    for place, p in zip(mine, corrected, strict=True):
        one = made[place]
        known = one.word != TOO_FEW_SEEDS
        word = verdict(list(one.by_rate.values()), one.metric, p)
        made[place] = replace(one, primary=True, p=p if known else None, word=word)
    return made


def _kind(kind: object) -> str:
    return "" if kind in (None, "", "all") else str(kind)


def _cell(one: ArmComparison) -> tuple[str, ...]:
    return one.arm, one.against, one.group, one.kind, one.metric, one.budget


def _p(found: Sequence[PairedDifference]) -> float:
    """The p-value of 'in every learning rate': the largest."""
    return max(1.0 if one.p is None else one.p for one in found)
