"""Failure rates of benchmark logs by how rare in training is what their questions ask about. Reads, never writes."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from adr.errors import AdrError
from adr.perspectives import PAPER_NAMES
from adr.progress import Progress, silent
from adr.store import Store
from adr.synthesize.tail import run_facts
from adr.tail_eval import vlmlt
from adr.tail_eval.asked import AskedEntities, asked
from adr.tail_eval.comparable import LogDifference, check_comparable, differences
from adr.tail_eval.concepts import FailingConcept, failing, plan_command
from adr.tail_eval.interval import rate_of
from adr.tail_eval.log import BenchmarkLog
from adr.tail_eval.rarity import GROUPS, RarityLimits, limits_by_perspective, rarest
from adr.tail_eval.read import read_log

RULES = ("rarity", "vlmlt")
TOP = 10
UNSEEN_IS_HEAD = (
    "By the rule vlmlt an entity that training lacks is passed over, and a question that asks about nothing else "
    "counts as head: the rarest questions are among the head."
)
ONE_TRAINING = "Each log is of one training: the intervals are over questions and pictures, not over trainings."


@dataclass(frozen=True)
class GroupRate:
    """The failure rate of one group. group: of GROUPS, 'none' (the question has no entity of the perspective) or
    'all'; by the rule vlmlt 'tail@5' and 'head@5'. rate, low, high: 0..1, with a 95 % interval by picture."""

    perspective: str
    group: str
    items: int
    pictures: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class LogEvaluation:
    """One log. versions: {task: version}; failure: mean of 1 − score over all items."""

    name: str
    form: str
    items: int
    pictures: int
    versions: dict[str, str]
    failure: float
    groups: tuple[GroupRate, ...]
    concepts: tuple[FailingConcept, ...]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class TailEvaluation:
    """What `tail_eval` returns. limits: {perspective: [few, tail, head]}; plan: the command that makes what fails most,
    '' where there is nothing to make or no run."""

    rule: str
    run: int | None
    limits: dict[str, tuple[int, int, int]]
    logs: tuple[LogEvaluation, ...]
    comparisons: tuple[LogDifference, ...]
    notices: tuple[str, ...]
    plan: str
    seconds: float


def tail_eval(
    store: Store,
    paths: Sequence[Path],
    *,
    questions: Sequence[Path] = (),
    rule: str = "rarity",
    run: int | None = None,
    top: int = TOP,
    progress: Progress = silent,
) -> TailEvaluation:
    """Read the logs, join them to the counts of the workspace's index, and compare every further log with the first.

    run: whose τ ends the tail; None for the latest run, and 20 if there is no run. AdrError if a log is incomplete, if
    two logs are not of the same questions and task versions, or if the workspace has no index.
    """
    started = time.monotonic()
    if rule not in RULES:
        raise AdrError(f"There is no rule {rule!r}.", f"Choose from {', '.join(RULES)}.")
    logs = []
    for done, path in enumerate(paths):
        progress(done, len(paths) + 1, "Reading logs")
        logs.append(read_log(path, questions))
    logs = [logs[0], *(check_comparable(logs[0], other) for other in logs[1:])]
    progress(len(paths), len(paths) + 1, "Reading entities")
    about = asked(store, logs[0].items)
    number, tau = _tau(store, run)
    limits = limits_by_perspective(PAPER_NAMES, tau)
    members = _members(rule, len(logs[0].items), about, limits)
    evaluated = tuple(_evaluated(log, about, members, top) for log in logs)
    progress(len(paths) + 1, len(paths) + 1, "Reading entities")
    return TailEvaluation(
        rule=rule,
        run=number,
        limits={name: (each.few, each.tail, each.head) for name, each in limits.items()},
        logs=evaluated,
        comparisons=tuple(one for other in logs[1:] for one in differences(logs[0], other, members)),
        notices=((UNSEEN_IS_HEAD,) if rule == "vlmlt" else ()) + ((ONE_TRAINING,) if len(logs) > 1 else ()),
        plan=plan_command(evaluated[-1].concepts, evaluated[-1].failure, number, limits["object"].tail),
        seconds=round(time.monotonic() - started, 2),
    )


Members = Sequence[tuple[str, str, npt.NDArray[np.bool_]]]


def _tau(store: Store, run: int | None) -> tuple[int | None, Mapping[str, float]]:
    """(the run, its τ per perspective); (None, {}) where the workspace has no run."""
    number = store.value("select max(run) from run") if run is None else run
    return (None, {}) if number is None else (int(number), run_facts(store, int(number)).tau)


def _members(rule: str, items: int, about: Mapping[str, AskedEntities], limits: Mapping[str, RarityLimits]) -> Members:
    """(perspective, group, which items are in it), in the order in which they are shown."""
    return _by_vlmlt(items, about) if rule == "vlmlt" else _by_rarity(items, about, limits)


def _by_rarity(items: int, about: Mapping[str, AskedEntities], limits: Mapping[str, RarityLimits]) -> Members:
    made = []
    for perspective, found in about.items():
        count = rarest(items, found.item, found.count[found.entity])
        group = limits[perspective].group_of(count)
        made += [(perspective, name, (group == place) & (count >= 0)) for place, name in enumerate(GROUPS)]
        made.append((perspective, "none", count < 0))
    return made


def _by_vlmlt(items: int, about: Mapping[str, AskedEntities]) -> Members:
    """tail@k and head@k of each perspective, and of all together under the name 'any'."""
    ranks = {name: vlmlt.mean_rank(items, found.item, found.rank[found.entity]) for name, found in about.items()}
    made = []
    for k in vlmlt.KS:
        tails = {name: vlmlt.is_tail(ranks[name], found.training, k) for name, found in about.items()}
        tails["any"] = np.logical_or.reduce(list(tails.values()))
        for name, tail in tails.items():
            made += [(name, f"tail@{k}", tail), (name, f"head@{k}", ~tail)]
    return made


def _evaluated(log: BenchmarkLog, about: Mapping[str, AskedEntities], members: Members, top: int) -> LogEvaluation:
    failures, clusters = log.failures, log.clusters
    whole = rate_of(failures, clusters)
    groups = [GroupRate("all", "all", whole.items, whole.pictures, whole.rate, whole.low, whole.high)]
    for perspective, group, there in members:
        found = rate_of(failures[there], clusters[there])
        groups.append(GroupRate(perspective, group, found.items, found.pictures, found.rate, found.low, found.high))
    return LogEvaluation(
        name=log.name,
        form=log.form,
        items=len(log.items),
        pictures=whole.pictures,
        versions=log.versions,
        failure=float(failures.mean()),
        groups=tuple(groups),
        concepts=tuple(
            concept for name, found in about.items() for concept in failing(name, found, failures, clusters, top)
        ),
        notices=log.notices,
    )
