"""How far the stages of a run over shards are, from the files they leave. Only reads; a run may be under way."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adr.shards.shard_run import GLOBAL, ShardRun
from adr.shards.shard_set import ShardSet
from adr.shards.stages import NEEDS_RECIPE, STAGES, ShardStage
from adr.shards.tasks import DONE, FAILED, FailedTask

_SHOWN = 20  # failures that are named
_RECENT = 100  # tasks that the rate is measured on


@dataclass(frozen=True)
class StageStatus:
    """How far a stage is. records_per_second: of all machines together, over the last tasks that were done, None where
    none was or for a stage over all shards; hosts: {machine: tasks that it did}; failures: the first ones."""

    stage: str
    tasks: int
    done: int
    failed: int
    records_per_second: float | None
    cpu_seconds: float
    hosts: dict[str, int]
    failures: tuple[FailedTask, ...]


@dataclass(frozen=True)
class ShardsStatus:
    """How far a run over shards is. recipe: None where the stages that need one are left out."""

    folder: str
    recipe: str | None
    fingerprint: str | None
    records: int
    shards: int
    failed: int
    stages: tuple[StageStatus, ...]


def shards_status(shards: ShardSet, run: ShardRun | None, stages: Sequence[ShardStage] = STAGES) -> ShardsStatus:
    """How far the stages are; without a run only those that need no recipe.

    A task counts as done when its done file is there; whether this code and this recipe would make it anew, the next
    run finds out.
    """
    job = run or ShardRun(str(shards.folder), "")
    wanted = [stage for stage in stages if run is not None or stage.name not in NEEDS_RECIPE]
    found = tuple(_stage(shards, job, stage) for stage in wanted)
    return ShardsStatus(
        folder=str(shards.folder),
        recipe=run.asked.name if run else None,
        fingerprint=run.asked.fingerprint if run else None,
        records=shards.records,
        shards=len(shards.shards),
        failed=sum(one.failed for one in found),
        stages=found,
    )


def _stage(shards: ShardSet, run: ShardRun, stage: ShardStage) -> StageStatus:
    numbers = [GLOBAL] if stage.whole else range(len(shards.shards))
    names = _names(run.place(stage.name))
    done = _said(run, stage, names, numbers, DONE)
    failed = _said(run, stage, names, numbers, FAILED)
    return StageStatus(
        stage=stage.name,
        tasks=len(numbers),
        done=len(done),
        failed=len(failed),
        records_per_second=None if stage.whole else _rate(shards, done),
        cpu_seconds=round(sum(said["cpu_seconds"] for said in done.values()), 2),
        hosts=dict(Counter(said["host"] for said in done.values()).most_common()),
        failures=tuple(
            FailedTask(None if number == GLOBAL else number, said["sentence"], said["host"])
            for number, said in list(failed.items())[:_SHOWN]
        ),
    )


def _names(place: Path) -> set[str]:
    """The names of a stage's files: one listing, instead of a look for each shard."""
    try:
        return {path.name for path in place.iterdir()}
    except OSError:
        return set()


def _said(
    run: ShardRun, stage: ShardStage, names: set[str], numbers: Sequence[int], name: str
) -> dict[int, dict[str, Any]]:
    """{shard: what its file of this name says}, of those that have one."""
    found = {}
    for number in numbers:
        path = run.file(stage.name, number, name)
        if path.name not in names:
            continue
        try:
            found[number] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # it was taken away meanwhile
    return found


def _rate(shards: ShardSet, done: dict[int, dict[str, Any]]) -> float | None:
    last = sorted(done.items(), key=lambda item: item[1]["ended"])[-_RECENT:]
    if not last:
        return None
    begun = min(said["ended"] - said["seconds"] for _, said in last)
    span = max(last[-1][1]["ended"] - begun, 0.001)
    records = sum(shards.shards[number].records for number, _ in last)
    return round(float(records / span), 1)
