"""How far an experiment is: which trials have ended, how long one takes, and how long the rest will take.

Reads names and sizes of files, and the reports of trials; knows nothing of scores.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from adr.prove.scores import trial_name


@dataclass(frozen=True)
class ArmProgress:
    """The trials of one arm. done: {seed: trials that ended}; each: trials per seed."""

    arm: str
    done: Mapping[int, int]
    each: int


@dataclass(frozen=True)
class UnderWay:
    """The trials of an experiment. seconds: the median time of one that ended, None before the first."""

    arms: tuple[ArmProgress, ...]
    done: int
    total: int
    seconds: float | None

    @property
    def left(self) -> int:
        return self.total - self.done


def under_way(folder: Path, design: Mapping[str, Any]) -> UnderWay:
    """How far the experiment in `folder` is, by the files that are there."""
    there = {path.stem for path in (folder / "trials").glob("*.json")}
    settings = [(float(rate), str(budget)) for rate in design["learning_rates"] for budget in design["budgets"]]
    arms = []
    for arm in map(str, design["arms"]):
        done = {
            int(seed): sum(trial_name(arm, int(seed), *one) in there for one in settings) for seed in design["seeds"]
        }
        arms.append(ArmProgress(arm, done, len(settings)))
    total = len(settings) * len(arms) * len(design["seeds"])
    return UnderWay(tuple(arms), sum(sum(one.done.values()) for one in arms), total, seconds_each(folder))


def seconds_each(folder: Path) -> float | None:
    """The median time of an experiment's trials in seconds; None before the first has ended."""
    times = [
        float(told["seconds"])
        for path in sorted((folder / "trials").glob("*.json"))[:200]
        if (told := json.loads(path.read_text(encoding="utf-8"))).get("seconds") is not None
    ]
    return median(times) if times else None


def experiments(root: Path) -> list[int]:
    """The numbers of the experiments in the folder `prove` of a workspace, newest first."""
    return sorted((int(p.parent.name) for p in root.glob("*/design.json") if p.parent.name.isdigit()), reverse=True)
