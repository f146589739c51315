"""Whether a model has learned enough to compare training sets with it: an underfit one shows no difference anywhere.

Three things are asked of the arm `original`: it beats its blind twin, it beats the commonest answer to each kind of
question, both on questions about common entities, and its dev likelihood has levelled. Knows nothing of files.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adr.figures import counted
from adr.prove.words import is_short, normalised

MARGIN = 0.05
"""By so much of all questions `original` must be right more often than either."""
LEVEL = 0.025
"""The dev likelihood has levelled when the last third of the steps makes it better by at most this share."""
ENOUGH = 50
"""Fewer short questions about common entities tell nothing."""

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Gate:
    """questions: short ones about common entities, that were compared. original, blind, commonest: the share answered
    rightly, as the mean over the kinds of question; fell: by which share the dev loss fell over the last third of the
    steps. why_not: a sentence; '' when the gate is passed."""

    questions: int
    original: float
    blind: float
    commonest: float
    fell: float
    why_not: str

    @property
    def passed(self) -> bool:
        """Whether training sets may be compared."""
        return not self.why_not


def gate(
    original: Scores,
    blind: Scores,
    commonest: Scores,
    kinds: Sequence[str],
    common: NDArray[np.bool_],
    dev_nll: Sequence[tuple[int, float]] | None,
) -> Gate:
    """The gate for test pairs. original, blind, commonest: scores 0..1, NaN for long answers; kinds: of the questions;
    common: whether the entity asked about is in the head; dev_nll: None where it is not known, so that nothing is said
    of it."""
    compared = common & ~np.isnan(original)
    of = np.array(kinds, dtype=object)[compared]
    means = [_mean_of_kinds(scores[compared], of) for scores in (original, blind, commonest)]
    found = Gate(int(compared.sum()), means[0], means[1], means[2], math.nan if dev_nll is None else fall(dev_nll), "")
    return Gate(**{**vars(found), "why_not": _why_not(found)})


def fall(dev_nll: Sequence[tuple[int, float]]) -> float:
    """By which share the dev loss is lower at the end than at two thirds of the steps; 1 when it was never looked at
    before. Negative when it rose."""
    if len(dev_nll) < 2:
        return 1.0
    last, end = dev_nll[-1]
    before = [value for step, value in dev_nll if step <= last * 2 / 3]
    return (before[-1] - end) / before[-1] if before else 1.0


def commonest_answers(
    kinds: Sequence[str], answers: Sequence[str], weight: NDArray[np.float64], test_kinds: Sequence[str]
) -> list[str]:
    """The commonest short answer to each test question's kind among the training pairs, normalised; that of all kinds
    where a kind has none."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for kind, answer, copies in zip(kinds, answers, weight.tolist(), strict=True):
        if is_short(answer):
            counts[kind][normalised(answer)] += copies
    over_all = sum(counts.values(), Counter[str]())
    best = {kind: _first(counter) for kind, counter in counts.items()}
    return [best.get(kind, _first(over_all)) for kind in test_kinds]


def score_of(said: Sequence[str], answers: Sequence[str]) -> Scores:
    """1 where what is said is the answer, 0 where not, NaN for an answer that is not short."""
    return np.array(
        [
            float(normalised(one) == normalised(answer)) if is_short(answer) else np.nan
            for one, answer in zip(said, answers, strict=True)
        ]
    )


def _first(counter: Counter[str]) -> str:
    """The commonest, and of several the first by name."""
    return min(counter, key=lambda answer: (-counter[answer], answer), default="")


def _mean_of_kinds(scores: Scores, kinds: NDArray[np.object_]) -> float:
    """The mean over the kinds of question, so that a frequent kind does not rule; NaN without a question."""
    means = [float(scores[kinds == kind].mean()) for kind in sorted(set(kinds))]
    return float(np.mean(means)) if means else float("nan")


def _why_not(found: Gate) -> str:
    if found.questions < ENOUGH:
        asked = counted(found.questions, "short question", "short questions")
        return (
            f"There are only {asked} about common entities, and {ENOUGH} are needed to tell what the model has learned."
        )
    for value, whom in ((found.blind, "the same model without pictures"), (found.commonest, "the commonest answer")):
        if found.original < value + MARGIN:
            return (
                "The model has not learned enough to compare training sets: on common entities it is right for "
                f"{found.original:.0%} of the questions and {whom} for {value:.0%}."
            )
    if found.fell > LEVEL:
        return (
            "The model has not learned enough to compare training sets: over the last third of the steps its dev loss "
            f"still fell by {found.fell:.1%}."
        )
    return ""
