"""How far each concept is filled, and the way to a plan for those that stay short."""

import pandas as pd
import streamlit as st

from adr.figures import counted
from adr.plain_text import chart_text
from adr.review.meters import meters, more_needed
from adr.ui.frame import Frame
from adr.ui.navigation import go
from adr.ui.telling import fragment

_COLUMNS = [
    "name",
    "perspective",
    "share",
    "have",
    "accepted",
    "rejected",
    "waiting",
    "target",
    "to_go",
    "rate",
    "state",
    "plan",
]


@fragment
def concepts_view(here: Frame) -> None:
    """How far each concept is filled, the tail with what was accepted, and what a next plan should make."""
    found = meters(here.store)
    if found.empty:
        st.info("No plan has concepts to fill yet. Make a plan on the Synthesize page.")
        return
    _tail_chart(found)
    _table(found)
    for plan in sorted(found["plan"].unique()):
        _short(here, int(plan))


def _table(found: pd.DataFrame) -> None:
    shown = found.assign(share=(found["filled"] / found["target"].clip(lower=1)).clip(upper=1.0))
    st.dataframe(
        shown[_COLUMNS],
        hide_index=True,
        height=420,
        key="concepts",
        column_config={
            "name": "entity",
            "share": st.column_config.ProgressColumn("filled", format="percent", min_value=0, max_value=1),
            "have": "real images",
            "target": st.column_config.NumberColumn("wanted", format="%.0f"),
            "to_go": "to go",
            "rate": st.column_config.NumberColumn("accepted of judged", format="percent"),
        },
    )


def _short(here: Frame, plan: int) -> None:
    """What a plan leaves short, and the way to a plan that makes more."""
    needed = more_needed(here.store, plan)
    if not len(needed):
        return
    st.markdown(
        f"**Plan {plan}: {counted(len(needed), 'concept stays', 'concepts stay')} short.** At the acceptance rate so "
        f"far they need about {counted(int(needed['to_make'].sum()), 'more candidate')}."
    )
    if st.button("Make more", icon=":material/brush:", key=f"more {plan}"):
        go("Synthesize", entities=",".join(str(e) for e in needed["entity"]), plan=plan)


def _tail_chart(found: pd.DataFrame) -> None:
    """Instances per concept, most first: real after rebalancing, and with what was accepted."""
    import plotly.graph_objects as go_

    ranked = found.sort_values(["filled", "name"], ascending=[False, True]).head(400)
    ranked = ranked.assign(
        name=ranked["name"].map(chart_text) + " · " + ranked["perspective"].str.replace("_", "-")
    )  # one bar each
    figure = go_.Figure(
        [
            go_.Bar(x=ranked["name"].tolist(), y=ranked["have"].to_numpy(), name="kept, real", marker_color="#8a94a8"),
            go_.Bar(
                x=ranked["name"].tolist(),
                y=ranked["accepted"].to_numpy(),
                name="accepted, synthetic",
                marker_color="#2e9e6b",
            ),
            go_.Scatter(
                x=ranked["name"].tolist(),
                y=ranked["target"].to_numpy(),
                name="wanted",
                mode="lines",
                line={"color": "#d08a2e", "width": 1.5, "dash": "dot"},
            ),
        ]
    )
    figure.update_layout(
        barmode="stack",
        height=260,
        margin={"l": 40, "r": 10, "t": 10, "b": 40},
        bargap=0.15,
        yaxis_title="instances",
        legend={"orientation": "h", "y": 1.12},
    )
    figure.update_xaxes(showticklabels=len(ranked) <= 60)
    st.plotly_chart(figure, key="tail_fills", config={"displayModeBar": False})
