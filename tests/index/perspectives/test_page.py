"""What docs/perspectives.md says is true."""

from pathlib import Path

import pytest

from adr.index.perspectives import size, style
from adr.perspectives import MORE, perspective_of

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "perspectives.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", MORE, ids=lambda r: r.name)
def test_page__every_perspective_has_its_row_and_section(row):
    assert f"| `{row.name}` |" in PAGE and f"\n## {row.name}\n" in PAGE
    assert not (row.votes or row.several) and row.tail_share == 0.10


def test_page__columns():
    row = perspective_of("column:category")
    assert "\n## column:NAME\n" in PAGE and row.several and not row.votes


def test_page__names_every_style_and_size():
    section = PAGE.split("\n## style\n")[1].split("\n## ")[0]
    names = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")]
    assert names[0] == "style" and sorted(names[1:]) == sorted(style.STYLES)
    assert [band for band in (*size.BANDS, size.UNREADABLE) if f"*{band}*" not in " ".join(PAGE.split())] == []
