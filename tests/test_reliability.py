"""docs/reliability.md: its commands run as they stand and print what it says, and the tests it names exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


def run(commands: str, folder: Path) -> str:
    """What commands print in a shell that stops at the first one that fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-c", commands],
        cwd=folder,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr[-2000:]}"
    return done.stdout


def test_commands__print_what_the_page_says(tmp_path: Path) -> None:
    """The blocks go on from each other, so they run in one test, one after the other."""
    for block in BLOCKS:
        printed, at = run(block, tmp_path), 0
        for said in re.findall(r"^#> (.+)$", block, re.MULTILINE):
            assert said in printed[at:], f"{block}\n{printed}"
            at = printed.index(said, at) + len(said)


def test_blocks__say_what_they_print() -> None:
    assert len(BLOCKS) >= 7 and all("#> " in block for block in BLOCKS)


def test_named_tests__exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 15
    missing = [(file, name) for file, name in named if f"def {name}" not in (ROOT / file).read_text(encoding="utf-8")]
    assert missing == []
