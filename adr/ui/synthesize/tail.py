"""The tail of a plan as curves, now and with its candidates accepted."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st

from adr.figures import counted
from adr.perspectives import in_order
from adr.synthesize import outlook
from adr.synthesize.outlook import Projection
from adr.ui.frame import Frame
from adr.ui.parts.charts import CONFIG
from adr.ui.parts.palette import AFTER_COLOR, CLEAR, FAINT, TAIL_COLOR, title_text

_MARKS = 600


def tail_curve(projection: Projection, height: int = 260) -> go.Figure:
    """Instances per entity, largest first, now and with the plan; a line at the target where it is one number."""
    figure = go.Figure()
    for name, counts, color, dash in (
        ("with all that is planned", projection.then, AFTER_COLOR, "solid"),
        ("now", projection.have, TAIL_COLOR, "solid"),
    ):
        ranks, values = _thinned(np.sort(counts)[::-1])
        figure.add_scatter(
            x=ranks,
            y=values,
            mode="lines",
            name=name,
            fill="tozeroy",
            line={"color": color, "width": 2, "dash": dash, "shape": "hv"},
            fillcolor=_faint(color),
            hovertemplate="entity %{x:,}: %{y:,.1f} instances<extra>" + name + "</extra>",
        )
    targets = np.unique(projection.target)
    if len(targets) == 1:
        figure.add_hline(
            y=float(targets[0]),
            line={"color": FAINT, "width": 2, "dash": "dot"},
            annotation_text=f"wanted: {targets[0]:,.0f}",
            annotation_position="top right",
        )
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        dragmode=False,
        hovermode="x unified",
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "xanchor": "left"},
    )
    figure.update_xaxes(
        title={"text": "entities of the plan, by count"},
        tickformat=",",
        gridcolor=FAINT,
        zeroline=False,
        automargin=True,
    )
    figure.update_yaxes(
        title={"text": "instances"},
        tickformat=",",
        gridcolor=FAINT,
        zeroline=False,
        automargin=True,
        rangemode="tozero",
    )
    return figure


def _thinned(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    at = np.unique(np.linspace(0, len(values) - 1, min(_MARKS, len(values))).round().astype(np.int64))
    return at + 1, values[at]


def _faint(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"


def tail_view(here: Frame, number: int, perspectives: Sequence[str]) -> None:
    """The tail now and with the plan, for the share of candidates expected to be accepted."""
    shown = list(in_order(perspectives))
    perspective = st.segmented_control(
        "Perspective",
        shown,
        default="object" if "object" in shown else shown[0],
        format_func=title_text,
        key=f"curve_of {number}",
        required=True,
        label_visibility="collapsed",
    )
    rate = st.slider("Share accepted", 0, 100, 100, 5, key=f"rate {number}", format="%d %%") / 100
    projection = outlook.projected(here.store, number, rate)[perspective]
    st.plotly_chart(tail_curve(projection), key=f"tail {number}", config=CONFIG)
    st.caption(
        f"{counted(projection.lacking_before, 'entity lacks', 'entities lack')} instances now, "
        f"{projection.lacking_after:,} with the plan."
        + (" These are expected numbers, since not all are accepted." if rate < 1 else "")
    )
