"""A process that imports what is slow once and then forks one child per order, which does a stage and may be killed.

Orders and answers are JSON, one per line. An order has `verb` (the arguments of adr, or of `review`), `group`
(whether the processes that the child started die with it) and `moment`, which is null or one of

    {"by": "time", "at": seconds}       SIGKILL after a time
    {"by": "files", "at": n}            SIGKILL before the n-th change of a file
    {"by": "statements", "at": n}       SIGKILL before or after a statement of the database
    {"by": "bytes", "at": n}            ended in the middle of the write that makes a file longer
    {"by": "full", "at": n}             no end, but the write fails that makes a file longer, as on a full disk

The answer says how the child ended (`signal`, `status`), after how many `seconds`, what it printed (`text`), and, where
it ended by itself, how many `files` and `statements` it passed.
"""

import fcntl
import inspect
import json
import os
import resource
import signal
import sys
import threading
import time
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

import adr.cli
from adr.cli.parser import VERBS, verb_module
from adr.errors import AdrError
from adr.review.claims import claim_next
from adr.review.queue import Filter
from adr.review.verdicts import current_turns, edit, judge
from adr.store import Store

# Modules that stages import when they need them.
_SLOW = ("torch",)
# What changes a file or starts a process; Python reports each one before it happens.
_CHANGES = {
    "os.rename",
    "os.link",
    "os.symlink",
    "os.mkdir",
    "os.remove",
    "os.rmdir",
    "os.truncate",
    "subprocess.Popen",
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Moments:
    """Counts the moments of a stage and ends this process at the chosen one, with a signal that nothing can catch."""

    def __init__(self, chosen: dict[str, Any] | None) -> None:
        self.chosen = chosen or {}
        self.passed = {"files": 0, "statements": 0}
        self._lock = threading.Lock()

    def at(self, kind: str) -> None:
        """One more moment of a kind."""
        with self._lock:
            self.passed[kind] += 1
            if self.chosen.get("by") == kind and self.passed[kind] == self.chosen["at"]:
                os.kill(os.getpid(), signal.SIGKILL)

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """An audit event of Python."""
        if event in _CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING):
            self.at("files")

    def watch(self) -> None:
        """Hear of every file and every statement from here on; a limit in bytes kills in the middle of a write
        ("bytes"), or lets it fail as on a full disk ("full")."""
        sys.addaudithook(self.heard)
        real = duckdb.connect
        duckdb.connect = lambda *given, **more: _Watched(real(*given, **more), self)  # type: ignore[assignment]
        if self.chosen.get("by") in ("bytes", "full"):
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL if self.chosen["by"] == "bytes" else signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.chosen["at"],) * 2)


class _Watched:
    """A DuckDB connection whose statements are moments: before each one and after it."""

    def __init__(self, real: Any, moments: Moments) -> None:
        self._real, self._moments = real, moments

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def cursor(self) -> "_Watched":
        return _Watched(self._real.cursor(), self._moments)

    def execute(self, *given: Any) -> Any:
        caller = inspect.currentframe().f_back  # DuckDB looks for the frame to insert where it is called from
        frame_to_insert = caller.f_locals.get("frame_to_insert")  # noqa: F841
        self._moments.at("statements")
        found = self._real.execute(*given)
        self._moments.at("statements")
        return found


def review(workspace: str, said: str) -> int:
    """Judges every pending candidate, edits every third conversation first, and notes each step once it is done."""
    with closing(Store(Path(workspace) / "adr.duckdb")) as store, open(said, "a", buffering=1) as acknowledged:
        while (candidate := claim_next(store, Filter(), "ann")) is not None:
            number = int(candidate.split("-")[1])
            if number % 3 == 0:
                turns, editor = current_turns(store, candidate)
                if editor is None:
                    edit(store, candidate, [*turns, *edited(number)], "ann")
                    acknowledged.write(f"{candidate} edit\n")
            judgement, reason = ("reject", "malformed") if number % 4 == 1 else ("accept", None)
            judge(store, [candidate], judgement, "ann", reason=reason)
            acknowledged.write(f"{candidate} {judgement}\n")
    return 0


def edited(number: int) -> list[dict[str, str]]:
    """The turns that `review` adds to a conversation."""
    return [{"role": "human", "text": "Sure?"}, {"role": "gpt", "text": f"Yes, {number}."}]


def _child(order: dict[str, Any], report: int, said: int) -> int:
    os.setsid()
    os.dup2(said, 1)
    os.dup2(said, 2)
    moments = Moments(order["moment"])
    moments.watch()
    try:
        if order["verb"][0] == "review":
            return review(*order["verb"][1:])
        return adr.cli.main(order["verb"])
    except AdrError as error:  # of the review, which is no verb
        print(error.sentence)
        return 1
    except SystemExit as ended:
        return int(ended.code or 0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 70
    finally:
        sys.stdout.flush()
        os.write(report, json.dumps(moments.passed).encode())


def _killed_late(pid: int, seconds: float) -> None:
    """Wait, and kill the child if it still works."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(min(left, 0.002))
    os.kill(pid, signal.SIGKILL)


def _end_group(group: int) -> None:
    """Kill all processes of a group, and wait until they are gone."""
    until = time.monotonic() + 5
    try:
        while time.monotonic() < until:
            os.killpg(group, signal.SIGKILL)
            time.sleep(0.01)
    except ProcessLookupError:
        pass


def _done(order: dict[str, Any]) -> dict[str, Any]:
    read, write = os.pipe()
    text, said = os.pipe()  # not a file, whose size may be limited
    fcntl.fcntl(said, fcntl.F_SETPIPE_SZ, 1 << 20)
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os._exit(_child(order, write, said))
    os.close(write)
    os.close(said)
    if (order["moment"] or {}).get("by") == "time":
        _killed_late(pid, order["moment"]["at"])
    _, state = os.waitpid(pid, 0)
    seconds = time.monotonic() - started
    if order["group"] and os.WIFSIGNALED(state):
        _end_group(pid)
    with os.fdopen(read, "rb") as told, os.fdopen(text, errors="replace") as printed:
        passed, lines = json.loads(told.read(4096) or b"{}"), printed.read()
    return {
        "signal": os.WTERMSIG(state) if os.WIFSIGNALED(state) else 0,
        "status": os.WEXITSTATUS(state) if os.WIFEXITED(state) else None,
        "seconds": seconds,
        "text": lines,
        **passed,
    }


def main() -> None:
    """Answer orders until standard input ends."""
    for name in _SLOW:
        import_module(name)
    for name in VERBS:
        verb_module(name)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_done(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
