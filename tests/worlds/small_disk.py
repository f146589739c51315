"""A disk of a few megabytes that a test may fill, and a disk that can only be read, where the machine allows them."""

import subprocess
import sys
import textwrap
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_BEGIN = """
import os
from pathlib import Path
DISK = Path({folder!r})

def fill():
    "Leave no byte free."
    file = os.open(DISK / "filler", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(file, bytes(4096))
    except OSError:
        os.close(file)

def free():
    (DISK / "filler").unlink()
"""


@cache
def _allowed() -> bool:
    try:
        tried = subprocess.run(
            ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return tried.returncode == 0


def on_small_disk(folder: Path, megabytes: int, script: str) -> str:
    """What `script` prints. It runs in a process that sees a new disk of this size at `folder`, as DISK; it may call
    `fill()` and `free()`. The test is skipped where the machine allows no such disk."""
    if not _allowed():
        pytest.skip("this machine allows no disk of its own for a test")
    folder.mkdir(exist_ok=True)
    program = _BEGIN.format(folder=str(folder)) + textwrap.dedent(script)
    mount = f'mount -t tmpfs -o size={megabytes}m none "$0" && exec "$1" -c "$2"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount, str(folder), sys.executable, program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
