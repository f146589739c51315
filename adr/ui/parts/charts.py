"""The charts of several pages.

Figures are made from aggregates (at most about 2,000 marks) as NumPy arrays; they have no background, so that both
themes work. Knows nothing of tables.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from adr.figures import counted
from adr.plain_text import chart_text
from adr.ui.parts.palette import CLEAR, FAINT, HEAD_COLOR, TAIL_COLOR

CONFIG = {"displayModeBar": False, "scrollZoom": False}


def rank_frequency(
    ranks: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
    head_rank: int,
    tau: int,
    marks: Sequence[tuple[int, str, int]],
    height: int = 340,
) -> go.Figure:
    """The rank–frequency curve, log-log, head and tail coloured; (ranks, counts) are those of `breakpoints`.

    marks: (rank, name, n) of the points that can be clicked; a click's customdata is the rank.
    """
    areas: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "x": ranks[mine],
            "y": counts[mine],
            "mode": "lines",
            "name": part,
            "hoverinfo": "skip",
            "line": {"color": color, "width": 2.5},
            "fill": "tozeroy",
            "fillcolor": _faint(color),
        }
        for part, color, mine in _parts(ranks, head_rank)
    ]
    layout = _layout(height, "rank of the entity", "instances that have it")
    layout["xaxis"] |= {"type": "log", "range": _log_range(ranks, 0.02), **_decades(ranks)}
    layout["yaxis"] |= {"type": "log", "range": _log_range(counts), **_decades(counts)}
    if head_rank:
        dots: dict[str, Any] = {"type": "line", "line": {"color": TAIL_COLOR, "width": 1, "dash": "dot"}}
        layout["shapes"] = [
            {**dots, "x0": head_rank, "x1": head_rank, "yref": "paper", "y0": 0, "y1": 1},
            {**dots, "xref": "paper", "x0": 0, "x1": 1, "y0": tau, "y1": tau},
        ]
        said = {"text": f"τ = {tau:,} at rank {head_rank:,}", "font": {"size": 13}}
        corner = {"x": 1, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "bottom"}
        layout["annotations"] = [{**corner, **said, "showarrow": False}]
    return go.Figure([*areas, _clickable(marks, head_rank)], layout)


def _clickable(marks: Sequence[tuple[int, str, int]], head_rank: int) -> dict[str, Any]:
    """The points of a rank–frequency curve that can be clicked; a click's customdata is the rank."""
    points = np.array([rank for rank, _, _ in marks], dtype=np.int64)
    return {
        "type": "scatter",
        "x": points,
        "y": np.array([n for _, _, n in marks], dtype=np.int64),
        "mode": "markers",
        "showlegend": False,
        "customdata": points.tolist(),
        "text": [chart_text(name) for _, name, _ in marks],
        "hovertemplate": "<b>%{text}</b><br>%{y:,} instances, rank %{x:,}<br><i>click to open</i><extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        "marker": {
            "size": 9,
            "line": {"width": 0},  # the first dozen are visible; all can be pointed at
            "color": [CLEAR if rank > 12 else HEAD_COLOR if rank <= head_rank else TAIL_COLOR for rank in points],
        },
    }


def cumulative(
    ranks: npt.NDArray[np.int64], shares: npt.NDArray[np.float64], head_rank: int, head_share: float, height: int = 340
) -> go.Figure:
    """The share of postings that the most frequent entities have, against their number (logarithmic)."""
    lines: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "x": ranks[mine],
            "y": shares[mine],
            "mode": "lines",
            "name": part,
            "line": {"color": color, "width": 2.5},
            "hovertemplate": "the first %{x:,} entities<br>have %{y:.1%} of the postings<extra></extra>",
        }
        for part, color, mine in _parts(ranks, head_rank)
    ]
    layout = _layout(height, "the most frequent entities", "share of all postings")
    layout["xaxis"] |= {"type": "log", "range": _log_range(ranks, 0.02), **_decades(ranks)}
    layout["yaxis"] |= {"range": [0, 1.03], "tickformat": ".0%"}
    if head_rank:
        lines.append(
            {
                "type": "scatter",
                "x": [head_rank],
                "y": [head_share],
                "mode": "markers",
                "hoverinfo": "skip",
                "showlegend": False,
                "marker": {"size": 9, "color": TAIL_COLOR},
            }
        )
        layout |= _head_line(head_rank, head_share)
    return go.Figure(lines, layout)


def _head_line(head_rank: int, head_share: float) -> dict[str, Any]:
    """A line at the head's share of the postings, and its text, as parts of a layout."""
    across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": head_share, "y1": head_share}
    return {
        "shapes": [{**across, "line": {"color": TAIL_COLOR, "width": 1, "dash": "dot"}}],
        "annotations": [
            {
                "x": 0,
                "xref": "paper",
                "y": head_share,
                "xanchor": "left",
                "showarrow": False,
                "yanchor": "top" if head_share > 0.5 else "bottom",
                "text": f"{counted(head_rank, 'entity has', 'entities have')} {head_share:.1%}",
                "font": {"size": 13},
            }
        ],
    }


def in_words(association: float) -> str:
    """An association (log2) as words: 'at least 4.0 times as often as by chance'."""
    if association == 0 or not np.isfinite(association):
        return "no more or less than chance explains" if association == 0 else "never together, against chance"
    times = 2.0 ** abs(association)
    return (
        f"at least {times:,.1f} times as often as by chance"
        if association > 0
        else f"at most {1 / times:,.2f} times as often as by chance"
    )


def clicked(event: object) -> str | None:
    """The customdata of the point just clicked in a chart with `on_select`, as text; None when there is none."""
    if not isinstance(event, dict):
        return None
    points = event.get("selection", {}).get("points", [])
    found = points[0].get("customdata") if points else None
    if isinstance(found, list | tuple | dict):
        found = next(iter(found.values() if isinstance(found, dict) else found), None)
    return None if found is None else str(found)


def _layout(height: int, x: str, y: str) -> dict[str, Any]:
    axis = {"gridcolor": FAINT, "zeroline": False, "automargin": True}
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 30, "b": 8},
        "dragmode": False,
        "hovermode": "closest",
        "clickmode": "event+select",
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "xanchor": "left"},
        "xaxis": {"title": {"text": x}, **axis},
        "yaxis": {"title": {"text": y}, **axis},
    }


def _parts(ranks: npt.NDArray[np.int64], head_rank: int) -> list[tuple[str, str, npt.NDArray[np.bool_]]]:
    """(name, colour, which points) of head and tail."""
    head = ranks <= head_rank
    return [("Head", HEAD_COLOR, head), ("Tail", TAIL_COLOR, _with_joint(~head))]


def _with_joint(tail: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The tail's points and the head's last one, so that the two lines meet."""
    joined = tail.copy()
    if len(joined) > 1:
        joined[:-1] |= tail[1:]
    return joined


def _log_range(values: npt.NDArray[np.int64], space: float = 0.08) -> list[float]:
    top = float(np.log10(max(int(values.max(initial=1)), 2)))
    return [-space * top, top * (1 + space)]


def _decades(values: npt.NDArray[np.int64]) -> dict[str, object]:
    """Ticks at powers of ten only: on a log axis Plotly otherwise writes bare 2s and 5s between them."""
    top = max(int(values.max(initial=1)), 2)
    ticks = [10**k for k in range(len(str(top)))] if top >= 20 else [1, 2, 5, 10]
    return {"tickvals": ticks, "ticktext": [f"{t:,}" for t in ticks]}


def _faint(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.10)"
