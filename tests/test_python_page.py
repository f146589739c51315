"""docs/python.md is true: every block runs, in order, on a small demo workspace."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "python.md"


def test_blocks__run_in_order_and_find_what_they_say(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 14
    monkeypatch.chdir(tmp_path)
    told: dict = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"{PAGE.name}, block {number}", "exec"), told)
    assert told["preview"].size == told["compared"].a.kept
    assert told["smaller"].reached == 200 == told["compared"].b.kept
    assert sorted(told["sizes"].values()) == list(told["sizes"].values())
    assert told["applied"].kept == told["written"].instances
    assert (tmp_path / "refined" / "llava.json").is_file() and (tmp_path / "report.html").is_file()
    assert told["people"].reached == 60
    assert abs(told["longer"].reached - 0.12) < 0.01
