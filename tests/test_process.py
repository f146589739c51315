"""Modules run as separate processes: their exit statuses, and what of their output is passed on."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adr.process import Command, how, relay

ROOT = Path(__file__).resolve().parents[1]


def test_relay__passes_over_what_is_no_event(tmp_path: Path) -> None:
    """`quopri -d` prints what a file holds; `json.tool` finds no file and says so. Both run to their ends."""
    (tmp_path / "printed").write_text(
        'Loading weights\n{"event": "looked", "done": 1}\n["no", "event"]\n{"event": "looked", "done": 2}\n'
    )
    heard: list[dict] = []
    commands = [
        Command("quopri", ["-d", str(tmp_path / "printed")], tmp_path / "quopri.log"),
        Command("json.tool", [str(tmp_path / "none.json")], tmp_path / "tool.log"),
    ]
    codes = relay(commands, heard.append)
    assert codes[0] == 0 and codes[1] > 0
    assert [event for event in heard if event] == [{"event": "looked", "done": n} for n in (1, 2)]
    assert "none.json" in (tmp_path / "tool.log").read_text()


def test_relay__what_is_raised_ends_the_processes(tmp_path: Path, started: list[subprocess.Popen]) -> None:
    def hear(event: dict) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        relay([Command("http.server", ["0", "--bind", "127.0.0.1"], tmp_path / f"{n}.log") for n in range(2)], hear)
    assert [process.poll() for process in started] == [-signal.SIGTERM] * 2


def test_exit_status__nobody_listens_any_more() -> None:
    """The parent process is gone: the process ends by itself and prints no traceback."""
    script = (
        "import sys; from adr.process import exit_status, tell; "
        "sys.exit(exit_status(lambda: [tell({'event': 'looked', 'done': n}) for n in range(100_000)]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == '{"event": "looked", "done": 0}\n'
        process.stdout.close()
        assert (process.stderr.read(), process.wait(120)) == ("", 1)


def test_how__in_words() -> None:
    assert (how(-9), how(1)) == ("signal 9", "exit status 1")
