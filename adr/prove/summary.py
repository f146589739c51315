"""What an experiment has shown: its arms, comparisons, controls, changed answers and dose curve as one value.

Reads the files of one experiment's folder, and refuses to average over what is missing. Knows nothing of the database.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adr.figures import counted, signed
from adr.files import write_whole
from adr.prove.changed import ChangedPair, changed_most
from adr.prove.comparing import ArmComparison, comparisons, measured
from adr.prove.controls import Control, NullComparisons, control, null_comparisons
from adr.prove.dose import DosePoint, dose_curve
from adr.prove.pilot_effect import known_detectable
from adr.prove.scores import GROUPS, ItemScores, read_columns, read_design, read_scores, read_told, trial_name
from adr.prove.verdict import TOO_FEW_SEEDS, UNITS
from adr.report import plain

FILE = "summary.json"
LIMITS = "This is a probe on frozen features, not your VLM; in published work about 4 of 5 such decisions carry over."
LIMITS_OTHER = (
    "This is a small model, not your VLM; in published work about 4 of 5 decisions of small trainings carry over."
)
ARM_TITLES = {
    "original": "original",
    "random": "random, of equal size",
    "random_questions": "random, of equal questions",
    "refined": "refined",
    "unmixed": "before the mixture, of equal size",
    "refined_synthetic": "refined + synthetic",
    "random_synthetic": "random + synthetic",
    "refined_copies": "refined + copies",
    "original_synthetic": "original + synthetic",
    "original_repeated": "original, rare ones repeated",
    "logit_adjusted": "original, loss adjusted",
    "shuffled_synthetic": "original + shuffled synthetic",
    "planted": "original + real rows planted",
}
GROUP_TITLES = {
    "all": "all questions",
    "head": "head",
    "mid": "middle",
    "tail": "tail",
    "few": "few",
    "unseen": "unseen",
}
_AT = {"all": "over all questions", "mid": "in the middle", "few": "where few are seen", "unseen": "where none is seen"}


@dataclass(frozen=True)
class ArmResult:
    """One arm with the first learning rate and budget. instances, synthetic: means over seeds, copies counted; steps:
    of its trials; accuracy: {group: (mean, standard deviation over seeds)} in points; finished: trials that ended."""

    arm: str
    instances: float
    synthetic: float
    steps: int | None
    finished: int
    accuracy: Mapping[str, tuple[float, float | None]]


@dataclass(frozen=True)
class GateResult:
    """Whether the model has learned enough for data to be compared with it. passed: None while that is not known."""

    passed: bool | None
    sentence: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class Summary:
    """What an experiment has shown so far. detectable: {group: points} that it can see, told by trainings of the
    original; `comparisons` and what follows are empty unless the gate is passed."""

    design: Mapping[str, Any]
    detectable: Mapping[str, float]
    gate: GateResult
    arms: tuple[ArmResult, ...]
    comparisons: tuple[ArmComparison, ...]
    nothing: NullComparisons | None
    controls: tuple[Control, ...]
    changed: tuple[ChangedPair, ...]
    dose: tuple[DosePoint, ...]
    dose_arms: tuple[str, str] | None
    unfinished: tuple[str, ...]
    not_as_designed: tuple[str, ...]

    @property
    def primary(self) -> tuple[ArmComparison, ...]:
        """The comparisons that the design asks for, in its order."""
        order = [(one["arm"], one["against"], one["group"]) for one in self.design["primary"]]
        mine = [one for one in self.comparisons if one.primary]
        return tuple(sorted(mine, key=lambda one: order.index((one.arm, one.against, one.group))))

    @property
    def limits(self) -> str:
        """What must be said with every result."""
        return limits_of(self.design)

    def in_words(self) -> str:
        """The answers to the primary questions, one sentence each; or why they cannot be answered."""
        if not self.gate.passed:
            return f"{self.gate.sentence} Nothing is compared."
        said = [answer_in_words(one) for one in self.primary]
        if not said:
            left = counted(len(self.unfinished), "trial has", "trials have")
            said = [f"No primary question can be answered yet: {left} not ended."]
        if other := len(self.not_as_designed):
            said.append(f"{counted(other, 'trial is', 'trials are')} not as designed and not used.")
        return " ".join([*said, self.limits])

    def as_json(self) -> dict[str, Any]:
        """The same in JSON's types."""
        read: dict[str, Any] = plain(self)
        return {"in_words": self.in_words(), "limits": self.limits, **read}


def limits_of(design: Mapping[str, Any]) -> str:
    """What must be said with every result of an experiment."""
    return LIMITS if design["model"]["kind"] == "probe" else LIMITS_OTHER


def summarize(folder: Path) -> Summary:
    """What the experiment in `folder` has shown; AdrError if it holds no experiment, or if a trial lacks test pairs."""
    design, gate = read_design(folder), _gate(folder)
    seen = known_detectable(folder, design)
    scores = read_scores(folder, design)
    arms = tuple(_arm(folder, design, scores, str(arm)) for arm in design["arms"])
    if not gate.passed:
        return Summary(design, seen, gate, arms, (), None, (), (), (), None, scores.unfinished, scores.other)
    made = comparisons(scores, design)
    budget = str(design["budgets"][0])
    controls = [control(made, arm, must, budget) for arm, must in (("shuffled_synthetic", False), ("planted", True))]
    dosed = _dosed(design, scores)
    return Summary(
        design,
        seen,
        gate,
        arms,
        tuple(made),
        null_comparisons(scores, design),
        tuple(one for one in controls if one is not None),
        tuple(_changed(folder, design, scores)),
        tuple(dose_curve(folder, scores, *(_main(design, arm) for arm in dosed))) if dosed else (),
        dosed,
        scores.unfinished,
        scores.other,
    )


def write_summary(folder: Path) -> Summary:
    """`summarize`, and its JSON in summary.json."""
    found = summarize(folder)
    write_whole(folder / FILE, (json.dumps(found.as_json(), indent=1, ensure_ascii=False) + "\n").encode())
    return found


def answer_in_words(one: ArmComparison) -> str:
    """A comparison as a sentence: 'Refined against random at the tail: +0.1 points (95 % from …): cannot tell.'"""
    return f"{compared_in_words(one)}: {one.word}."


def compared_in_words(one: ArmComparison) -> str:
    """A comparison without its verdict."""
    arms = f"{ARM_TITLES.get(one.arm, one.arm)} against {ARM_TITLES.get(one.against, one.against)}"
    where = _AT.get(one.group, f"at the {one.group}") + (f", asked “{one.kind}”" if one.kind else "")
    return f"{arms[0].upper()}{arms[1:]} {where}: {difference_in_words(one)}"


def difference_in_words(one: ArmComparison) -> str:
    """'+3.9 points (95 % from +3.2 to +4.6)' with the first learning rate; without the interval if it is unknown."""
    found, places = one.main, 1 if one.metric == "accuracy" else 3
    said = f"{signed(found.mean, places)} {UNITS[one.metric]}"
    if found.low is None or found.high is None:
        return said
    return f"{said} (95 % from {signed(found.low, places)} to {signed(found.high, places)})"


def measured_in_words(found: Summary) -> str:
    """One line for a dataset card: 'measured: …'; '' when nothing was answered."""
    answered = [one for one in found.primary if one.word != TOO_FEW_SEEDS]
    if not found.gate.passed or not answered:
        return ""
    model = found.design["model"]["kind"]
    return f"measured with a {model}: {' '.join(map(answer_in_words, answered))} {found.limits}"


def _main(design: Mapping[str, Any], arm: str) -> tuple[str, float, str]:
    return arm, float(design["learning_rates"][0]), str(design["budgets"][0])


def _gate(folder: Path) -> GateResult:
    path = folder / "gate.json"
    if not path.is_file():
        return GateResult(None, "Whether the model has learned enough to compare data is not known yet.", {})
    told = read_told(path)
    return GateResult(bool(told["passed"]), str(told["sentence"]), dict(told.get("figures", {})))


def _arm(folder: Path, design: Mapping[str, Any], scores: ItemScores, arm: str) -> ArmResult:
    setting = _main(design, arm)
    sizes = [_size(folder / "arms" / f"{arm}-{seed}.parquet") for seed in scores.seeds]
    known = [one for one in sizes if one is not None]
    done = [
        path
        for seed in scores.seeds
        if (path := folder / "trials" / f"{trial_name(arm, seed, *setting[1:])}.json").is_file()
    ]
    steps = read_told(done[0]).get("steps") if done else None
    return ArmResult(
        arm,
        float(np.mean([one[0] for one in known])) if known else 0.0,
        float(np.mean([one[1] for one in known])) if known else 0.0,
        steps,
        len(done),
        _accuracies(scores, setting),
    )


def _size(path: Path) -> tuple[int, int] | None:
    """(instances, synthetic) of what an arm trains on, copies counted."""
    if not path.is_file():
        return None
    rows = read_columns(path, columns=["candidate", "copies"])
    made = rows["candidate"].notna()
    return int(rows.loc[~made, "copies"].sum()), int(rows.loc[made, "copies"].sum())


def _accuracies(scores: ItemScores, setting: tuple[str, float, str]) -> dict[str, tuple[float, float | None]]:
    """{group: (mean, standard deviation over seeds)}, the mean over kinds of question."""
    if setting not in scores.values:
        return {}
    values, told = scores.values[setting]["accuracy"], {}
    for group in GROUPS:
        each = [measured(scores, row[None, :], scores.pairs.where(group)) for row in values]
        means = [one.mean for one in each if one is not None]
        if means:
            told[group] = (float(np.mean(means)), float(np.std(means, ddof=1)) if len(means) > 1 else None)
    return told


def _changed(folder: Path, design: Mapping[str, Any], scores: ItemScores) -> Sequence[ChangedPair]:
    """The answers that changed most between the arms of the first primary question."""
    if not design["primary"]:
        return []
    first = design["primary"][0]
    return changed_most(folder, scores, _main(design, first["arm"]), _main(design, first["against"]))


def _dosed(design: Mapping[str, Any], scores: ItemScores) -> tuple[str, str] | None:
    """The first pair of arms that differ by synthetic instances alone, or nearly so, whose trials are complete."""
    for arm, against in (
        ("original_synthetic", "original"),
        ("refined_synthetic", "refined"),
        ("random_synthetic", "random"),
    ):
        if _main(design, arm) in scores.values and _main(design, against) in scores.values:
            return arm, against
    return None
