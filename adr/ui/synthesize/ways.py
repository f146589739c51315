"""The curve that each way to share the budget would give, beside the form of a new plan."""

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from adr.errors import AdrError
from adr.perspectives import in_order
from adr.plain_text import plain
from adr.synthesize.ways import COMPARED, Shared, ways
from adr.ui.frame import Frame
from adr.ui.parts.charts import CONFIG
from adr.ui.parts.palette import AFTER_COLOR, CLEAR, FAINT, TAIL_COLOR, title_text
from adr.ui.synthesize.offers import WAYS
from adr.ui.synthesize.state import state

# With more instances the curves take seconds, and are drawn on request.
_AT_ONCE = 50_000
_MARKS = 400
_DASHES = {"level": "solid", "equal": "dash", "shortage": "dot"}


def ways_view(here: Frame, run: int, options: dict[str, Any]) -> None:
    """The curves, and a sentence on the fewest instances that each way leaves."""
    many = here.standing.instances > _AT_ONCE
    if not st.toggle("What each way gives", value=not many, key="plan_ways"):
        return
    try:
        shared = _shared(here, run, options)
    except AdrError as error:
        st.caption(plain(error.sentence))
        return
    shown = list(in_order(shared))
    perspective = st.segmented_control(
        "Perspective of the curves",
        shown,
        default="object" if "object" in shown else shown[0],
        format_func=title_text,
        key="ways_of",
        required=True,
        label_visibility="collapsed",
    )
    st.plotly_chart(ways_chart(shared[perspective]), key="ways", config=CONFIG)


def ways_chart(shared: Shared, height: int = 240) -> go.Figure:
    """Instances per entity, those with fewest first: now, and with all that each way plans."""
    figure = go.Figure()
    at = np.unique(np.linspace(0, len(shared.have) - 1, min(_MARKS, len(shared.have))).round().astype(int))
    curves = {"now": (shared.have, TAIL_COLOR, "solid")}
    curves |= {WAYS[way]: (shared.then[way], AFTER_COLOR, _DASHES[way]) for way in COMPARED}
    for name, (counts, color, dash) in curves.items():
        figure.add_scatter(
            x=at + 1,
            y=counts[at],
            mode="lines",
            name=name,
            line={"color": color, "width": 2, "dash": dash, "shape": "hv"},
            fill="tozeroy" if name == "now" else None,
            text=[shared.name[i] for i in at],
            hovertemplate="%{text}: %{y:,}<extra>" + name + "</extra>",
        )
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        dragmode=False,
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "xanchor": "left"},
    )
    axis = {"tickformat": ",", "gridcolor": FAINT, "zeroline": False, "automargin": True}
    figure.update_xaxes(title={"text": "entities that lack instances, fewest first"}, **axis)
    figure.update_yaxes(title={"text": "instances"}, rangemode="tozero", **axis)
    return figure


def _shared(here: Frame, run: int, options: dict[str, Any]) -> dict[str, Shared]:
    """What each way gives, computed anew only when what decides it has changed."""
    decide = ("budget", "generator", "model", "target", "per_parent", "perspectives", "entities", "alone", "also")
    own = {name: options[name] for name in decide if options.get(name) is not None}
    key = json.dumps([here.revision, run, own], default=str)
    kept = state().shared
    if kept is None or kept[0] != key:
        kept = state().shared = (key, ways(here.store, run, **own))
    return kept[1]
