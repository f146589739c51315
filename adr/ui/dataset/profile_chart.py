"""Bars that say how many instances lie in each range of a quantity; a click finds them. Knows no table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from adr.ui.parts.palette import CLEAR, FAINT, HEAD_COLOR


@dataclass(frozen=True)
class Bar:
    """label: its range in words; filter: what finds its instances."""

    label: str
    instances: int
    filter: str


def bars_of(quantity: str, counts: Mapping[int, int], bounds: Sequence[int]) -> list[Bar]:
    """The bars of a quantity of the filter language. counts: {number: instances}; bounds: the first number of each
    range, ascending; the last range has no end. Ranges before the least and beyond the largest number are left out."""
    least, largest = min(counts, default=0), max(counts, default=0)
    found = []
    for first, end in zip(bounds, [*bounds[1:], None], strict=True):
        if first > largest:
            break
        if end is not None and end <= least:
            continue
        mine = sum(n for number, n in counts.items() if first <= number and (end is None or number < end))
        found.append(Bar(_label(first, end), mine, _filter(quantity, first, end)))
    return found


def _label(first: int, end: int | None) -> str:
    if end is None:
        return f"{first:,} or more"
    return f"{first:,}" if end == first + 1 else f"{first:,}–{end - 1:,}"


def _filter(quantity: str, first: int, end: int | None) -> str:
    if end is None:
        return f"{quantity}>={first}"
    return f"{quantity}={first}" if end == first + 1 else f"{quantity}>={first} and {quantity}<{end}"


def bar_chart(bars: Sequence[Bar], quantity: str, height: int = 280) -> go.Figure:
    """The bars; a click's customdata is the filter."""
    figure = go.Figure(
        {
            "type": "bar",
            "x": [one.label for one in bars],
            "y": [one.instances for one in bars],
            "customdata": [one.filter for one in bars],
            "marker": {"color": HEAD_COLOR},
            "hovertemplate": f"%{{x}} {quantity}<br><b>%{{y:,}}</b> instances<br><i>click to find them</i>"
            "<extra></extra>",
            "selected": {"marker": {"opacity": 1}},
            "unselected": {"marker": {"opacity": 1}},
        }
    )
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        dragmode=False,
        clickmode="event+select",
        bargap=0.15,
        xaxis={"type": "category", "title": f"{quantity} of an instance", "automargin": True},
        yaxis={"title": "instances", "gridcolor": FAINT, "rangemode": "tozero", "automargin": True},
    )
    return figure
