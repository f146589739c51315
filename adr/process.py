"""Runs modules of this program as separate processes and passes on what they report: one JSON object per line.

Knows nothing of what they do. The parent process calls `relay`; the processes themselves use `exit_status` and `tell`.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from adr.errors import AdrError
from adr.faults import meaning
from adr.shipped import import_folder

Event = dict[str, Any]

# How long a process may take to stop before it is killed; if it is killed, it loses what is in flight.
_GRACE_SECONDS = 3.0
_TICK_SECONDS = 0.25


@dataclass(frozen=True)
class Command:
    """`python -m module …arguments`. log: the file that takes its standard error."""

    module: str
    arguments: Sequence[str]
    log: Path


def relay(commands: Sequence[Command], hear: Callable[[Event], object]) -> list[int]:
    """Run the commands side by side until all have ended; returns their exit statuses (−9: killed by signal 9). They
    share all cores but one, which is left to the app.

    `hear` is called with each event that a process reports, and with an empty one when none comes for a while; when it
    raises, all processes are ended. AdrError when a process reports that an AdrError stopped it.
    """
    events: queue.Queue[Event] = queue.Queue()
    processes: list[subprocess.Popen[str]] = []
    stopped: AdrError | None = None
    try:
        for command in commands:
            processes.append(_started(command, max(1, ((os.cpu_count() or 2) - 1) // len(commands))))
        readers = [threading.Thread(target=_read, args=(process, events), daemon=True) for process in processes]
        for reader in readers:
            reader.start()
        while any(reader.is_alive() for reader in readers) or not events.empty():
            event = _next(events)
            if event.get("event") == "stopped":
                stopped = AdrError(event["sentence"], event["next_step"])
            hear(event)
        codes = [process.wait() for process in processes]
    except BaseException:
        _end(processes)
        raise
    if stopped is not None:
        raise stopped
    return codes


def how(code: int) -> str:
    """An exit status in words: 'signal 9', 'exit status 1'."""
    return f"signal {-code}" if code < 0 else f"exit status {code}"


def environment() -> dict[str, str]:
    """This process's environment variables, changed so that a Python started with them imports this same package."""
    paths = [str(import_folder()), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


def tell(event: Event) -> None:
    """Report an event to the parent process; BrokenPipeError when it is gone."""
    sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def exit_status(work: Callable[[], object]) -> int:
    """0 when `work` is done, 1 when it was stopped by an AdrError, which is reported, or because the parent is gone.

    Runs at low priority, so that the app stays responsive.
    """
    try:
        os.nice(10)
    except OSError:
        pass
    try:
        work()
        return 0
    except BrokenPipeError:  # the parent is gone; what is finished is on disk
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (AdrError, OSError) as error:
        if (said := meaning(error)) is None:
            raise
        tell({"event": "stopped", "sentence": said.sentence, "next_step": said.next_step})
        return 1


def _started(command: Command, threads: int) -> "subprocess.Popen[str]":
    # The threads of one operation wait for each other. When the app takes a core from one of them, the others spin and
    # little gets done: see docs/decisions.md.
    modest = {"OMP_NUM_THREADS": str(threads)}
    with command.log.open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", command.module, *command.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
            env=modest | environment(),
        )


def _read(process: "subprocess.Popen[str]", events: "queue.Queue[Event]") -> None:
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:  # a library printed something
                continue
            if isinstance(event, dict):
                events.put(event)


def _next(events: "queue.Queue[Event]") -> Event:
    try:
        return events.get(timeout=_TICK_SECONDS)
    except queue.Empty:
        return {}


def _end(processes: "Sequence[subprocess.Popen[str]]") -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def without_main() -> Iterator[None]:
    """Processes started in this block do not run this process's `__main__` again: in the app that is the page, which a
    spawned process would draw."""
    own = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = own
