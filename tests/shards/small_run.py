"""A run of three stages, two of which are small ones of the tests, and processes that are killed at their work."""

import os
import signal
from pathlib import Path

from adr.shards.shard_run import ShardRun, Task
from adr.shards.stages import ShardStage
from adr.shards.tasks import Outcome, perform

STAGES = (
    ShardStage("read"),
    ShardStage("letters", reads=("read",), recipe=("rebalance",), module="tests.shards.letters"),
    ShardStage("total", whole=True, reads=("letters",), module="tests.shards.total"),
)


def small(run: ShardRun, task: Task) -> Outcome:
    """Do a task of STAGES."""
    return perform(run, task, STAGES)


def killed_once(run: ShardRun, task: Task) -> Outcome:
    """As `small`, but the process is killed the first time that shard 1 is begun."""
    mark = Path(run.folder) / "killed"
    if task.shard == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return small(run, task)


def killed_always(run: ShardRun, task: Task) -> Outcome:
    """As `small`, but the process is killed whenever shard 1 is begun; the file `begun` grows by a letter each time."""
    if task.shard == 1:
        with (Path(run.folder) / "begun").open("a") as file:
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return small(run, task)
