"""Trainers' own readers, run in a Python that has them, and what it answers.

`TRAINERS_PYTHON` names such Pythons, separated by colons; by default it is the one that runs the tests, which seldom
has a trainer.
"""

import json
import os
import subprocess
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PYTHONS = os.environ.get("TRAINERS_PYTHON", sys.executable).split(":")


@cache
def python_with(module: str) -> str | None:
    """The first Python that can import a module."""
    for python in PYTHONS:
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0:
            return python
    return None


def answer(module: str, code: str, *arguments: Path | str) -> Any:
    """What the code leaves in `answer`, from JSON; the test is skipped without the module. arguments: its `argv`."""
    python = python_with(module)
    if python is None:
        pytest.skip(f"{module} is not installed (TRAINERS_PYTHON names a Python that has it)")
    script = "import json, sys\nargv = sys.argv[1:]\n" + textwrap.dedent(code) + "\nprint('\\n@' + json.dumps(answer))"
    done = subprocess.run(
        [python, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.rpartition("\n@")[2])
