"""What does the tasks of a run: processes on this machine, or an engine of another kind with the same two methods."""

import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Protocol

from adr.errors import AdrError
from adr.process import without_main
from adr.shards.shard_run import ShardRun, Task
from adr.shards.tasks import NOT_MADE, Outcome, perform, set_aside

TRIES = 3
"""How often a task is begun whose process or machine goes away."""

Work = Callable[[ShardRun, Task], Outcome]


class ShardEngine(Protocol):
    """Does tasks that do not depend on one another."""

    def run(self, run: ShardRun, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Do the tasks; yields how each ended, as they end, in any order. A task whose process or machine goes away is
        begun again, up to TRIES times; then it fails with a sentence."""

    def close(self) -> None:
        """End what the engine has started."""


class LocalEngine:
    """Processes on this machine. workers: how many at once, by default one per core; work: what does a task, a function
    that another process can import."""

    def __init__(self, workers: int | None = None, work: Work = perform) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._work = work
        self._idle: list[_Worker] = []
        self._busy: dict[object, _Worker] = {}

    def run(self, run: ShardRun, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """As `ShardEngine.run`."""
        left, begun = deque(tasks), Counter[Task]()
        while left or self._busy:
            while left and len(self._busy) < self._workers:
                begun[left[0]] += 1
                self._begin(run, left.popleft())
            for ready in wait([worker.connection for worker in self._busy.values()]):
                worker = self._busy.pop(ready)
                outcome = worker.take()
                if outcome is not None:
                    self._idle.append(worker)
                    yield outcome
                elif begun[worker.task] < TRIES:
                    left.append(worker.task)
                else:
                    yield set_aside(run, Outcome(worker.task, NOT_MADE, _killed(worker)))

    def _begin(self, run: ShardRun, task: Task) -> None:
        worker = self._idle.pop() if self._idle else _Worker(self._work, self._workers)
        worker.give(run, task)
        self._busy[worker.connection] = worker

    def close(self) -> None:
        """End the processes, also in the middle of a task."""
        for worker in (*self._idle, *self._busy.values()):
            worker.end()
        self._idle.clear()
        self._busy.clear()


class _Worker:
    """One process that does tasks until its connection is closed."""

    task: Task

    def __init__(self, work: Work, beside: int) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, work, beside))
        with without_main():
            self.process.start()
        theirs.close()

    def give(self, run: ShardRun, task: Task) -> None:
        """Have it do a task."""
        self.task = task
        try:
            self.connection.send((run, task))
        except BrokenPipeError:
            pass  # `take` says that it is gone

    def take(self) -> Outcome | None:
        """How the task ended; None when the process has gone."""
        try:
            found: Outcome = self.connection.recv()
        except (EOFError, ConnectionResetError):
            self.end()
            return None
        return found

    def end(self) -> None:
        """End the process, in the middle of a task if there is one: what is not whole is not there."""
        self.process.terminate()
        self.process.join()
        self.connection.close()


def _killed(worker: _Worker) -> str:
    code = worker.process.exitcode or 0
    how = f"signal {-code}" if code < 0 else f"exit status {code}"
    return f"Its process ended {TRIES} times without an answer ({how}), perhaps for want of memory."


def _serve(connection: Connection, work: Work, beside: int) -> None:
    """Do the tasks that come, in a process of `beside` that share the machine, until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    os.environ.setdefault("ADR_THREADS", str(max(1, (os.cpu_count() or 1) // beside)))
    try:
        while True:
            run, task = connection.recv()
            connection.send(work(run, task))
    except (EOFError, OSError):
        return


def engine_named(name: str, workers: int | None, address: str | None) -> ShardEngine:
    """The engine 'local' or 'ray'. workers: how many processes at once; address: of a Ray cluster that runs.

    AdrError when Ray is not installed or cannot be reached."""
    if name == "local":
        return LocalEngine(workers)
    if find_spec("ray") is None:
        raise AdrError("Ray is not installed.", 'Install it: pip install "adr-workbench[ray]". Or use --engine local.')
    from adr.shards.on_ray import RayEngine

    made: ShardEngine = RayEngine(address, workers)
    return made
