"""Pairs of objects as a heat map with its numbers. Knows nothing of tables."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from adr.figures import brief, counted
from adr.plain_text import chart_text
from adr.ui.parts.chart_saving import rows_of_chart
from adr.ui.parts.charts import in_words
from adr.ui.parts.palette import ABOVE_CHANCE, BELOW_CHANCE, CLEAR

_FONTS = ((14, 13), (22, 11), (30, 9), (10_000, 7))  # (objects at most, size of the numbers in pixels)
_STRONG = 0.72  # of the strongest colour; from there on white is read better than the theme's text
_SEQUENCE = [
    [0.0, "rgba(79,131,232,0.05)"],
    [0.25, "rgba(79,131,232,0.30)"],
    [0.5, "rgba(79,131,232,0.58)"],
    [0.75, "rgba(72,110,215,0.82)"],
    [1.0, "rgba(52,76,190,1)"],
]
_DIVERGING = [
    [0.0, BELOW_CHANCE],
    [0.35, "rgba(79,131,232,0.45)"],
    [0.5, "rgba(128,132,145,0.10)"],
    [0.65, "rgba(240,147,43,0.45)"],
    [1.0, ABOVE_CHANCE],
]


def pair_map(
    names: Sequence[str],
    together: npt.NDArray[np.int64],
    expected: npt.NDArray[np.float64],
    association: npt.NDArray[np.float64],
    by: str,
    height: int = 640,
    ink: str | None = None,
) -> go.Figure:
    """Pairs of objects as a heat map with its numbers, coloured by how often they occur 'together' or by 'association'
    (log2). ink: the colour of the numbers on faint squares.

    A click's customdata is 'row|column' (positions). Plotly reports no clicks on a heat map, so invisible squares lie
    above it.
    """
    figure = go.Figure(_squares(together, association, by))
    figure.add_traces(_numbers(together, association, by, ink))
    figure.add_trace(_above_squares(names, together, expected, association))
    short = [chart_text(name, 17) for name in names]
    ticks_at, ends = list(range(len(names))), [-0.5, len(names) - 0.5]
    figure.update_xaxes(
        tickvals=ticks_at,
        ticktext=short,
        tickangle=-45 if len(names) <= 28 else -90,
        range=ends,
        showgrid=False,
        zeroline=False,
    )
    figure.update_yaxes(tickvals=ticks_at, ticktext=short, range=ends[::-1], showgrid=False, zeroline=False)
    figure.update_layout(
        height=height,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        dragmode=False,
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        clickmode="event+select",
        meta=_rows(names, together, expected, association),
    )
    return figure


def _rows(
    names: Sequence[str],
    together: npt.NDArray[np.int64],
    expected: npt.NDArray[np.float64],
    association: npt.NDArray[np.float64],
) -> dict[str, Any]:
    """Each pair once, with its numbers, for a file. lift_bound: the end of the 95 % interval that is nearer to 1."""
    pairs = zip(*(place.tolist() for place in np.triu_indices(len(names), 1)), strict=True)
    return rows_of_chart(
        ["first", "second", "together", "expected", "lift_bound"],
        (
            (names[i], names[j], int(together[i, j]), float(expected[i, j]), float(np.exp2(association[i, j])))
            for i, j in pairs
        ),
    )


def _squares(together: npt.NDArray[np.int64], association: npt.NDArray[np.float64], by: str) -> go.Heatmap:
    """The coloured squares of a pair map, without the diagonal."""
    off = ~np.eye(len(together), dtype=bool)
    if by == "association":
        bound = float(max(1.0, np.abs(association[off & np.isfinite(association)]).max(initial=0)))
        values = np.where(off, np.clip(association, -bound, bound), np.nan)
        scale = {"colorscale": _DIVERGING, "zmin": -bound, "zmax": bound}
        bar = {"title": {"text": "times chance", "side": "right"}, **_powers(bound)}
    else:
        values = np.where(off & (together > 0), np.log10(np.maximum(together, 1)), np.nan)
        scale = {"colorscale": _SEQUENCE, "zmin": 0}
        ticks = [10**k for k in range(len(str(int(together[off].max(initial=1)))))]
        bar = {
            "title": {"text": "instances", "side": "right"},
            "tickvals": np.log10(ticks).tolist(),
            "ticktext": [f"{t:,}" for t in ticks],
        }
    bar |= {"thickness": 12, "outlinewidth": 0}
    return go.Heatmap(z=values, hoverinfo="skip", xgap=1, ygap=1, colorbar=bar, **scale)


def _numbers(
    together: npt.NDArray[np.int64], association: npt.NDArray[np.float64], by: str, ink: str | None
) -> list[go.Scatter]:
    """The numbers in the squares: instances together, or times chance where chance does not explain it. On the
    strongest colours they are white, on the others they have the colour `ink`."""
    size = len(together)
    strength = np.abs(association) if by == "association" else np.log10(np.maximum(together, 1))
    shown = ~np.eye(size, dtype=bool) & (strength > 0 if by == "association" else together > 0)
    strong = strength > _STRONG * float(strength[shown & np.isfinite(strength)].max(initial=1e-9))
    values = np.exp2(association) if by == "association" else together
    return [
        _texts(np.nonzero(shown & where), values, size, color) for where, color in ((strong, "#fff"), (~strong, ink))
    ]


def _texts(places: tuple[Any, ...], values: npt.NDArray[Any], size: int, color: str | None) -> go.Scatter:
    rows, columns = places
    font: dict[str, Any] = {"size": next(font for most, font in _FONTS if size <= most)}
    return go.Scatter(
        x=columns,
        y=rows,
        mode="text",
        text=[brief(float(value)).removeprefix("0") or "0" for value in values[rows, columns]],
        textfont=font | ({"color": color} if color else {}),
        hoverinfo="skip",
        showlegend=False,
    )


def _above_squares(
    names: Sequence[str],
    together: npt.NDArray[np.int64],
    expected: npt.NDArray[np.float64],
    association: npt.NDArray[np.float64],
) -> go.Scatter:
    """Invisible squares with the texts of the pairs; a click's customdata is 'row|column'."""
    size = len(names)
    rows, columns = (place.tolist() for place in np.nonzero(~np.eye(size, dtype=bool)))
    names = [chart_text(name) for name in names]
    said = [
        f"<b>{names[i]} + {names[j]}</b><br>{counted(int(together[i, j]), 'instance')} together<br>"
        f"{expected[i, j]:,.1f} expected by chance<br>{in_words(float(association[i, j]))}"
        for i, j in zip(rows, columns, strict=True)
    ]
    return go.Scatter(
        x=np.array(columns),
        y=np.array(rows),
        mode="markers",
        text=said,
        hovertemplate="%{text}<extra></extra>",
        customdata=[f"{i}|{j}" for i, j in zip(rows, columns, strict=True)],
        showlegend=False,
        marker={"symbol": "square", "size": max(8, 560 // max(size, 1)), "color": CLEAR},
        selected={"marker": {"color": CLEAR}},
        unselected={"marker": {"color": CLEAR}},
    )


def _powers(bound: float) -> dict[str, object]:
    step = max(1, round(bound / 3))
    exponents = [e for e in range(-12, 13) if e % step == 0 and abs(e) <= bound]
    return {"tickvals": exponents, "ticktext": [f"{2**e:,}×" if e >= 0 else f"1/{2**-e:,}" for e in exponents]}
