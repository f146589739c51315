"""The chart of failure rates by rarity, a line of points per perspective."""

from collections.abc import Sequence

import plotly.graph_objects as go

from adr.perspectives import PAPER
from adr.tail_eval.evaluate import GroupRate
from adr.tail_eval.rarity import GROUPS
from adr.ui.parts.palette import CLEAR, FAINT, color_of

_APART = 0.12  # of a group's width, between perspectives


def rates_chart(groups: Sequence[GroupRate], height: int = 320) -> go.Figure:
    """Per perspective a point with its interval for every group of GROUPS that has items."""
    figure = go.Figure()
    for number, (perspective, name) in enumerate((one.name, one.title) for one in PAPER):
        shown = [
            one for one in groups if one.perspective == perspective and one.rate is not None and one.group in GROUPS
        ]
        rates = [float(one.rate or 0.0) for one in shown]
        figure.add_scatter(
            x=[GROUPS.index(one.group) + (number - 1.5) * _APART for one in shown],
            y=rates,
            name=name,
            mode="markers",
            marker={"color": color_of(perspective), "size": 8},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [0.0 if one.high is None else one.high - rate for one, rate in zip(shown, rates, strict=True)],
                "arrayminus": [
                    0.0 if one.low is None else rate - one.low for one, rate in zip(shown, rates, strict=True)
                ],
            },
            customdata=[[one.items, one.pictures] for one in shown],
            hovertemplate="%{y:.1%} of %{customdata[0]:,} items, %{customdata[1]:,} pictures<extra>"
            + name
            + "</extra>",
        )
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        legend={"orientation": "h", "y": 1.15},
        xaxis={"tickvals": list(range(len(GROUPS))), "ticktext": list(GROUPS), "range": [-0.5, len(GROUPS) - 0.5]},
        yaxis={"tickformat": ".0%", "rangemode": "tozero", "title": "fail", "gridcolor": FAINT},
    )
    return figure
