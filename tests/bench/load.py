"""Several people on one app: each moves a slider of Rebalance once per second, then the same beside index jobs.

    python tests/bench/load.py --workspace W [--minutes 10] [--sessions 8] [--only alone|beside] [--json FILE]

W: an indexed workspace; tests/bench/preview.py --workspace W makes one of 665,298 instances. Each person is a
WebSocket that speaks Streamlit's protocol as a browser does, with the rerun that shows running jobs every two seconds.
A step is timed from its message to the end of the script that answered it with the exact numbers. A step that shows a
fault, is not answered within 60 s or loses the connection is an error. Memory is that of the app and of the processes
that it starts.
"""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.worlds import browser  # noqa: E402

BOARD = "curve_slider"
PATIENCE = 60  # seconds for an answer
PERSPECTIVES = ("token", "object", "co_occurrence", "interrogation")


@dataclass
class Result:
    """What the people saw. took: (seconds since the start, seconds) of every step; late: steps that began later than
    planned since the one before had not been answered."""

    took: list[tuple[float, float]] = field(default_factory=list)
    late: int = 0
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)  # (seconds since the start, GB)


class Person:
    """One visitor of the Rebalance page."""

    def __init__(self, socket: Any, number: int) -> None:
        self._socket, self._chance, self.steps = socket, Random(number), 0
        self._page = self._board = self._fragment = ""
        self._answered = 0
        self._again: dict[str, float] = {}  # the fragments that ask to be rerun: the time of the next one

    async def open(self) -> None:
        """The page, whole."""
        await self._send({"page_name": "Rebalance"})
        await self._until(lambda: bool(self._board))

    async def step(self) -> None:
        """One slider moved, and the answer."""
        from streamlit.components.v2.bidi_component.main import _make_trigger_id

        self.steps += 1
        moved = {
            "action": "share",
            "perspective": self._chance.choice(PERSPECTIVES),
            "share": round(self._chance.uniform(0.02, 0.6), 3),
            "number": self.steps,
        }
        widgets = [
            {"id": self._board, "json_value": "{}"},
            {
                "id": _make_trigger_id(self._board, "events"),
                "json_trigger_value": json.dumps([{"event": "step", "value": moved}]),
            },
        ]
        await self._send({"fragment_id": self._fragment, "widget_states": {"widgets": widgets}})
        await self._until(lambda: self._answered >= self.steps)

    async def look_again(self) -> None:
        """Send the reruns that a browser sends by itself, when they are due. A fragment that has gone gives no
        answer, so none is waited for."""
        for name, due in self._again.items():
            if time.monotonic() >= due:
                self._again[name] = time.monotonic() + 2
                await self._send({"fragment_id": name, "is_auto_rerun": True})

    async def _send(self, state: dict[str, Any]) -> None:
        from google.protobuf.json_format import ParseDict
        from streamlit.proto.BackMsg_pb2 import BackMsg

        told = {"query_string": "need=2", "page_script_hash": self._page, **state}
        await self._socket.send(ParseDict({"rerun_script": told}, BackMsg()).SerializeToString())

    async def _until(self, done: Any) -> None:
        """Read messages up to the end of a script after which `done` holds."""
        while True:
            finished = self._read(await asyncio.wait_for(self._socket.recv(), PATIENCE))
            if finished and done():
                return

    def _read(self, data: bytes) -> bool:
        """Take a message in; returns whether it ends a script."""
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self._again.setdefault(message.auto_rerun.fragment_id, time.monotonic() + message.auto_rerun.interval)
        elif kind == "session_event" and message.session_event.HasField("script_compilation_exception"):
            raise RuntimeError(message.session_event.script_compilation_exception.message)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._take(message.delta)
        return kind == "script_finished"

    def _take(self, delta: Any) -> None:
        element = delta.new_element
        shown = element.WhichOneof("type")
        if shown == "exception":
            raise RuntimeError(f"{element.exception.type}: {element.exception.message}")
        if shown == "alert" and element.alert.format == element.alert.ERROR:
            raise RuntimeError(element.alert.body)
        if shown == "bidi_component" and BOARD in element.bidi_component.component_name:
            self._board, self._fragment = element.bidi_component.id, delta.fragment_id
            self._answered = json.loads(element.bidi_component.json)["ack"]


async def visit(address: str, number: int, until: float, result: Result, began: float) -> None:
    """One person's visit: the page, then a step per second until the time is up; what goes wrong is noted."""
    from websockets.asyncio.client import connect

    await asyncio.sleep(number / 8)
    url = address.replace("http", "ws", 1) + "/_stcore/stream"
    while time.monotonic() < until:
        try:
            async with connect(url, subprotocols=["streamlit"], origin=address, max_size=None) as socket:
                person = Person(socket, number)
                await person.open()
                await _step_on(person, until, result, began)
        except Exception as error:  # each is an error that a person would have seen; the visit begins again
            said = f"{time.monotonic() - began:.0f} s, person {number}: {type(error).__name__}: {error}"
            result.errors.append(said[:500])
            await asyncio.sleep(1)


async def _step_on(person: Person, until: float, result: Result, began: float) -> None:
    due = time.monotonic()
    while (now := time.monotonic()) < until:
        if now < due:
            await asyncio.sleep(due - now)
        result.late += int(now > due + 0.05)
        sent = time.monotonic()
        await person.step()
        result.took.append((sent - began, time.monotonic() - sent))
        await person.look_again()
        due = max(due + 1, sent)


def resident(pid: int) -> float:
    """GB that a process and those that it has started hold."""
    total, found = 0, [pid]
    while found:
        one = found.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text()
            found += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except OSError:  # it has ended
            continue
        total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return total * 1024 / 1e9


async def watch(pid: int, until: float, result: Result, began: float) -> None:
    """The memory, every five seconds."""
    while time.monotonic() < until:
        result.memory.append((time.monotonic() - began, resident(pid)))
        await asyncio.sleep(5)


async def index_again(workspace: Path, until: float, done: list[float]) -> None:
    """Index jobs one after the other, as the command line hands them to the app; `done` gets the seconds of each."""
    while time.monotonic() < until:
        began = time.monotonic()
        command = (sys.executable, "-m", "adr", "index", "-w", str(workspace), "--json", "--quiet")
        verb = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        _, said = await verb.communicate()
        if verb.returncode:
            raise RuntimeError(f"the index job failed: {said.decode()[-500:]}")
        done.append(time.monotonic() - began)


async def load(workspace: Path, sessions: int, minutes: float, beside: bool) -> dict[str, Any]:
    """The figures of one part, with an app of its own."""
    result, jobs, before = Result(), list[float](), os.getloadavg()[0]
    port = browser.free_port()
    app = browser.start_app(workspace, port)
    address = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(600):  # the first page reads the postings
            warm = Result()
            await visit(address, 0, time.monotonic() + 10, warm, time.monotonic())
        if warm.errors or not warm.took:
            raise RuntimeError(f"the app does not answer: {warm.errors}")
        began = time.monotonic()
        until = began + 60 * minutes
        people = [visit(address, number, until, result, began) for number in range(sessions)]
        others = [index_again(workspace, until, jobs)] if beside else []
        await asyncio.gather(*people, watch(app.pid, until, result, began), *others)
    finally:
        app.terminate()
        app.wait(30)
    return figures(result, jobs, sessions, minutes, before)


def figures(result: Result, jobs: list[float], sessions: int, minutes: float, before: float) -> dict[str, Any]:
    """Counts, percentiles in milliseconds, and memory in GB: after a tenth of the time, in the middle, at the end."""
    took = [seconds * 1000 for _, seconds in result.took] or [float("nan")]
    held = [memory for _, memory in result.memory]
    tenths = [held[min(len(held) - 1, len(held) * tenth // 10)] for tenth in (1, 5, 10)]
    return {
        "sessions": sessions,
        "minutes": minutes,
        "steps": len(result.took),
        "steps_wanted": round(sessions * minutes * 60),
        "late": result.late,
        "errors": len(result.errors),
        "p50_ms": round(float(np.percentile(took, 50))),
        "p95_ms": round(float(np.percentile(took, 95))),
        "max_ms": round(max(took)),
        "memory_gb": [round(memory, 2) for memory in tenths],
        "memory_peak_gb": round(max(held), 2),
        "index_jobs": [round(seconds, 1) for seconds in jobs],
        "load_before": round(before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "first_errors": result.errors[:5],
        "memory_over_time": [(round(at), round(memory, 3)) for at, memory in result.memory],
    }


def table(found: dict[str, Any]) -> str:
    """The figures as a Markdown table."""
    lines = [
        f"{found['date']}: {found['cores']} cores ({found['machine']}), Python {found['python']}, "
        f"{found['instances']:,} instances.",
        "",
        "| | steps (of) | errors | p50 | p95 | most | memory: early, middle, end (peak) | jobs | load |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in ("alone", "beside"):
        if one := found.get(name):
            held = ", ".join(f"{memory:.2f}" for memory in one["memory_gb"])
            jobs = f"{len(one['index_jobs'])}, {max(one['index_jobs']):.0f} s at most" if one["index_jobs"] else "none"
            lines.append(
                f"| {name}: {one['sessions']} people, {one['minutes']:g} min | "
                f"{one['steps']:,} ({one['steps_wanted']:,}) | "
                f"{one['errors']} | {one['p50_ms']} ms | {one['p95_ms']} ms | {one['max_ms']:,} ms | "
                f"{held} GB ({one['memory_peak_gb']}) | {jobs} | {one['load_before']}, {one['load_after']} |"
            )
    return "\n".join(lines)


def main() -> int:
    """Both parts, or the one asked for; returns 1 when there was an error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--only", choices=("alone", "beside"))
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    workspace = options.workspace.resolve()
    found: dict[str, Any] = {
        "date": date.today().isoformat(),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "instances": instances(workspace),
    }
    parts = [name for name in ("alone", "beside") if options.only in (None, name)]
    for name in parts:
        found[name] = asyncio.run(load(workspace, options.sessions, options.minutes, beside=name == "beside"))
    print(table(found))
    print(json.dumps(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return int(any(found[name]["errors"] for name in parts))


def instances(workspace: Path) -> int:
    """How many the workspace holds."""
    from adr.store import Store
    from adr.workspace import Workspace

    store = Store(Workspace.at(workspace, create=False).database, read_only=True)
    count = int(store.value("select count(*) from instance"))
    store.close()
    return count


if __name__ == "__main__":
    sys.exit(main())
