"""A dataset in shards and a recipe → the stages, one after another, each with all its tasks on one engine."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adr.errors import AdrError
from adr.figures import counted
from adr.progress import Progress, silent
from adr.shards.asked_index import asked_index
from adr.shards.engines import ShardEngine
from adr.shards.exporting import refuse_export
from adr.shards.known_runs import remember
from adr.shards.shard_run import GLOBAL, ShardRun, Task
from adr.shards.shard_set import ShardSet
from adr.shards.stages import EXPORTING, STAGES, ShardStage, stage_named
from adr.shards.tasks import MADE, NOT_MADE, THERE, FailedTask, Outcome, figures_of, was_asked

_SHOWN = 20  # failures that a report names


@dataclass(frozen=True)
class StageReport:
    """How the tasks of one stage ended: made, there before, failed. cpu_seconds: of all its processes together; hosts:
    {machine: tasks that it made}; failures: the first ones."""

    stage: str
    tasks: int
    made: int = 0
    there: int = 0
    failed: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    hosts: dict[str, int] = field(default_factory=dict)
    failures: tuple[FailedTask, ...] = ()


@dataclass(frozen=True)
class ShardsReport:
    """What a run over shards has done. failed: tasks of the last stage that failed, after which nothing else was begun;
    out: the folder of the export, where one was written."""

    folder: str
    recipe: str
    fingerprint: str
    records: int
    shards: int
    stages: tuple[StageReport, ...]
    failed: int
    sentence: str
    out: str | None
    seconds: float


def run(
    shards: ShardSet,
    job: ShardRun,
    engine: ShardEngine,
    progress: Progress = silent,
    only_stage: str | None = None,
    part: tuple[int, int] = (0, 1),
    stages: Sequence[ShardStage] = STAGES,
) -> ShardsReport:
    """Go through the stages, or do `only_stage`. part: (k, n) does the shards k, k + n, k + 2n … of a stage: one task
    of a Slurm array.

    Where shards of a stage fail, its other shards are done, and the run ends there. AdrError when the recipe or the
    stage is not known, and when no shard holds a conversation.
    """
    started = time.monotonic()
    recipe = job.asked
    asked_index(recipe)
    if job.out is not None:
        refuse_export(recipe, job.format)
    if not job.replace:
        _refuse_other_export(job, stages)
    remember(job)
    made: list[StageReport] = []
    for stage in _wanted(job, only_stage, stages):
        made.append(_stage(shards, job, engine, stage, part, progress))
        if made[-1].failed:
            break
        if stage.name == "read" and only_stage is None:
            _refuse_if_none(shards, job)
    last = made[-1]
    return ShardsReport(
        folder=job.folder,
        recipe=recipe.name,
        fingerprint=recipe.fingerprint,
        records=shards.records,
        shards=len(shards.shards),
        stages=tuple(made),
        failed=last.failed,
        sentence=_said(last, len(shards.shards)),
        out=job.out if last.stage == "join" and not last.failed else None,
        seconds=round(time.monotonic() - started, 2),
    )


def _wanted(job: ShardRun, only: str | None, stages: Sequence[ShardStage]) -> Sequence[ShardStage]:
    if only is not None:
        return (stage_named(only, stages),)
    return [one for one in stages if job.out is not None or one.name not in EXPORTING]


def _stage(
    shards: ShardSet, job: ShardRun, engine: ShardEngine, stage: ShardStage, part: tuple[int, int], progress: Progress
) -> StageReport:
    """Do the tasks of one stage."""
    started = time.monotonic()
    numbers = [GLOBAL] if stage.whole else range(part[0], len(shards.shards), part[1])
    tasks = [Task(stage.name, number) for number in numbers]
    progress(0, len(tasks), f"Shards: {stage.name}")
    ended = list(_watched(engine.run(job, tasks), len(tasks), stage.name, progress))
    states = Counter(one.state for one in ended)
    failures = sorted((one for one in ended if one.state == NOT_MADE), key=lambda one: one.task.shard)
    return StageReport(
        stage=stage.name,
        tasks=len(tasks),
        made=states[MADE],
        there=states[THERE],
        failed=states[NOT_MADE],
        seconds=round(time.monotonic() - started, 2),
        cpu_seconds=round(sum(one.cpu_seconds for one in ended), 2),
        hosts=dict(Counter(one.host for one in ended if one.state == MADE).most_common()),
        failures=tuple(
            FailedTask(None if one.task.shard == GLOBAL else one.task.shard, one.sentence, one.host)
            for one in failures[:_SHOWN]
        ),
    )


def _watched(ended: Iterator[Outcome], tasks: int, stage: str, progress: Progress) -> Iterator[Outcome]:
    failed = 0
    for done, outcome in enumerate(ended, 1):
        failed += outcome.state == NOT_MADE
        progress(done, tasks, f"Shards: {stage}" + (f" ({failed:,} failed)" if failed else ""))
        yield outcome


def _said(last: StageReport, shards: int) -> str:
    """What became of the run, in a sentence."""
    if not last.failed:
        return f"{counted(shards, 'shard')} done up to the stage {last.stage}."
    if last.tasks == 1 and last.failures[0].shard is None:
        return f"The stage {last.stage} failed; run again."
    return f"{last.failed:,} of {last.tasks:,} shards failed; run again."


def _refuse_other_export(job: ShardRun, stages: Sequence[ShardStage]) -> None:
    """AdrError when the folder of the export holds something that this run has not written."""
    out = Path(job.out) if job.out is not None else None
    if out is None or not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not was_asked(job, stage_named("join", stages)):
        raise AdrError(
            f"{out} exists and was not written by this run.", "Choose another folder, or replace it (--replace)."
        )


def _refuse_if_none(shards: ShardSet, job: ShardRun) -> None:
    """AdrError when every record of the dataset was set aside."""
    found = [figures_of(job, "read", number) for number in range(len(shards.shards))]
    if any(one["instances"] for one in found):
        return
    reasons = Counter[str]()
    for one in found:
        reasons.update(one["rejected"])
    most = ", ".join(f"{n:,} {reason}" for reason, n in reasons.most_common())
    raise AdrError(
        f"None of the {shards.records:,} records is a conversation ({most}).",
        "Cut a file with conversations in it; `adr ingest` on its beginning says more.",
    )
