"""What happens to one entity under the recipe, and who keeps the rest of it."""

import pandas as pd
import streamlit as st

from adr.rebalance.explain import EntityExplanation
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.palette import PERSPECTIVE_NAMES


def entity_view(here: Frame, told: EntityExplanation) -> None:
    """What happens to one entity, and who keeps the rest of it."""
    with st.container(border=True):
        by = "set by hand" if told.by_hand else "τ"
        st.markdown(
            f"**{told.entity}**: of {told.n:,} instances {told.kept:,} stay and {told.dropped:,} go "
            f"(expected to stay over all seeds: {told.expected:,.0f}; in a random subset: {told.random:,})."
        )
        st.caption(
            f"One draw keeps an instance with probability {told.probability:.4g} "
            f"(cap {told.cap:,.6g}, {by}). It decides {told.by_itself:,} passes itself; the others that keep "
            "its instances:"
            if told.keepers
            else f"One draw keeps an instance with probability {told.probability:.4g} (cap {told.cap:,.6g}, {by}). "
            "No other entity keeps its instances."
        )
        if told.keepers:
            st.dataframe(
                pd.DataFrame(
                    [(PERSPECTIVE_NAMES[p], name, n) for p, name, n in told.keepers],
                    columns=["perspective", "entity", "instances it keeps"],
                ),
                hide_index=True,
                width="stretch",
            )
        link("Explore", f"Open “{told.entity}” in Explore", perspective=told.perspective, entity=told.entity)
