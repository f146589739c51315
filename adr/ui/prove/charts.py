"""The charts of the Prove page: forest plot, map of kinds of question, dose curve.

Made from a few hundred numbers at most; they have no background, so that both themes work. Knows nothing of files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from adr.figures import signed
from adr.plain_text import chart_text
from adr.prove.variance import PairedDifference
from adr.ui.parts.palette import AFTER_COLOR, CLEAR, FAINT, RANDOM_COLOR, TAIL_COLOR

_BAND = "rgba(128,132,145,0.16)"
_DIVERGING = [[0.0, "#86a9ea"], [0.5, "#eef0f4"], [1.0, "#f2a65a"]]
_ON_COLOR = "#1b1f2a"  # readable on all of these, in both themes


@dataclass(frozen=True)
class ForestRow:
    """One arm in one panel. word: of adr.prove.verdict; primary: coloured, others are grey."""

    arm: str
    found: PairedDifference
    word: str
    primary: bool


@dataclass(frozen=True)
class ForestPanel:
    """One group of questions. detectable: half the width of the grey band; None draws none."""

    title: str
    rows: Sequence[ForestRow]
    detectable: float | None


def forest(panels: Sequence[ForestPanel], arms: Sequence[str], unit: str, places: int) -> go.Figure:
    """Differences with their intervals, a panel per group and a row per arm, in the order of `arms` from the top."""
    figure = make_subplots(
        rows=1, cols=len(panels), shared_yaxes=True, horizontal_spacing=0.025, subplot_titles=[p.title for p in panels]
    )
    for column, panel in enumerate(panels, 1):
        if panel.detectable:
            ends = {"x0": -panel.detectable, "x1": panel.detectable}
            look = {"fillcolor": _BAND, "line_width": 0, "layer": "below"}
            figure.add_vrect(**ends, **look, row=1, col=column, exclude_empty_subplots=False)
        zero = {"color": RANDOM_COLOR, "width": 1}
        figure.add_vline(x=0, line=zero, row=1, col=column, exclude_empty_subplots=False)
        for primary in (False, True):
            figure.add_trace(_points([r for r in panel.rows if r.primary == primary], primary, unit, places), 1, column)
    named = [chart_text(arm) for arm in arms]
    figure.update_yaxes(
        categoryorder="array", categoryarray=named[::-1], gridcolor=FAINT, zeroline=False, automargin=True
    )
    figure.update_yaxes(range=[-0.6, len(named) - 0.4])
    figure.update_xaxes(gridcolor=FAINT, zeroline=False, nticks=5)
    figure.update_layout(**_layout(110 + 34 * len(named)))
    return figure


def _points(rows: Sequence[ForestRow], primary: bool, unit: str, places: int) -> dict[str, Any]:
    color = AFTER_COLOR if primary else RANDOM_COLOR
    halves = [0.0 if r.found.high is None else r.found.high - r.found.mean for r in rows]
    said = [
        f"<b>{chart_text(r.arm)}</b><br>{signed(r.found.mean, places)} {unit}"
        + ("" if r.found.low is None else f" ({signed(r.found.low, places)} to {signed(r.found.high, places)})")
        + f"<br>{chart_text(r.word)}"
        + ("" if primary else ", exploratory")
        for r in rows
    ]
    return {
        "type": "scatter",
        "x": np.array([r.found.mean for r in rows]),
        "y": [chart_text(r.arm) for r in rows],
        "mode": "markers",
        "text": said,
        "hovertemplate": "%{text}<extra></extra>",
        "error_x": {"type": "data", "array": np.array(halves), "color": color, "thickness": 2, "width": 4},
        "marker": {"color": color, "size": 9, "symbol": "diamond" if primary else "circle"},
        "showlegend": False,
    }


@dataclass(frozen=True)
class KindCell:
    """One kind of question in one group. sure: the interval excludes 0 in every learning rate."""

    kind: str
    group: str
    mean: float
    pairs: int
    sure: bool


def kind_map(cells: Sequence[KindCell], kinds: Sequence[str], groups: Sequence[str], places: int) -> go.Figure:
    """The differences by kind of question and group as a heat map; a star where an interval excludes 0."""
    by_place = {(cell.kind, cell.group): cell for cell in cells}
    rows = [[by_place.get((kind, group)) for group in groups] for kind in kinds]
    bound = max((abs(cell.mean) for cell in cells), default=1.0) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=[[np.nan if cell is None else cell.mean for cell in row] for row in rows],
            x=[chart_text(group) for group in groups],
            y=[chart_text(kind) for kind in kinds],
            hoverinfo="skip",
            colorscale=_DIVERGING,
            zmin=-bound,
            zmax=bound,
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[chart_text(cell.group) for cell in cells],
            y=[chart_text(cell.kind) for cell in cells],
            mode="text",
            textfont={"color": _ON_COLOR, "size": 13},
            text=[f"{signed(cell.mean, places)}{'*' if cell.sure else ''}" for cell in cells],
            customdata=[cell.pairs for cell in cells],
            hovertemplate="%{y}, %{x}: %{text}<br>%{customdata:,} questions<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    figure.update_xaxes(side="top", showgrid=False)
    figure.update_layout(**_layout(60 + 34 * len(kinds)))
    return figure


def dose(doses: Sequence[str], gains: Sequence[PairedDifference]) -> go.Figure:
    """Gain at the tail in points against synthetic instances per entity, with intervals where there are any."""
    halves = [0.0 if gain.high is None else gain.high - gain.mean for gain in gains]
    line = {
        "type": "scatter",
        "x": list(doses),
        "y": np.array([gain.mean for gain in gains]),
        "mode": "lines+markers",
        "error_y": {"type": "data", "array": np.array(halves), "color": TAIL_COLOR, "thickness": 2, "width": 4},
        "marker": {"color": TAIL_COLOR, "size": 9},
        "line": {"color": TAIL_COLOR, "width": 2},
        "customdata": [gain.pairs for gain in gains],
        "hovertemplate": "%{x} synthetic per entity: %{y:+.1f} points<br>%{customdata:,} questions<extra></extra>",
    }
    figure = go.Figure([line])
    figure.add_hline(y=0, line={"color": RANDOM_COLOR, "width": 1})
    figure.update_xaxes(type="category", title="synthetic instances per entity", automargin=True, showgrid=False)
    figure.update_yaxes(title="gain in points", gridcolor=FAINT, zeroline=False, automargin=True)
    figure.update_layout(**_layout(300))
    return figure


def _layout(height: int) -> dict[str, Any]:
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 36, "b": 8},
        "dragmode": False,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
    }
