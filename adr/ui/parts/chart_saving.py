"""Buttons by which every chart of a page is saved as PNG, SVG or CSV, without a network (see chart_saving.js).

Knows no chart. A figure whose rows cannot be read off its traces gives them as `layout.meta` (`rows_of_chart`).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from adr.ui.parts.component import component

KINDS = ["PNG", "SVG", "CSV"]
_SAVING = component("parts/chart_saving", "<i></i>")


def chart_saving() -> None:
    """Give the charts of the page, those that are drawn later included, their buttons."""
    _SAVING(data={"kinds": KINDS}, key="chart saving", height=1)


def rows_of_chart(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """What a chart saves as CSV, for its `layout.meta`."""
    return {"columns": list(columns), "rows": [list(row) for row in rows]}
