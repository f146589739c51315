"""What happens to one entity under the recipe, and which other entities keep its instances."""

import pandas as pd
import streamlit as st

from adr.figures import counted
from adr.plain_text import plain
from adr.rebalance.explain import EntityExplanation
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.palette import PERSPECTIVE_NAMES


def entity_view(here: Frame, told: EntityExplanation) -> None:
    """What happens to one entity, and which other entities keep its instances."""
    with st.container(border=True):
        draw = f"One draw keeps an instance with probability {told.probability:.4g} "
        draw += f"({'cap by hand' if told.by_hand else 'τ'} {told.cap:,.6g})."
        st.markdown(
            f"**{plain(told.entity)}**: of {counted(told.n, 'instance')}, {told.kept:,} are kept and {told.dropped:,} "
            f"dropped (expected over all seeds: {told.expected:,.0f} kept; in a random subset: {told.random:,})."
        )
        st.caption(
            f"{draw} The entity itself decides {counted(told.by_itself, 'pass', 'passes')}. Other entities that keep "
            "its instances:"
            if told.keepers
            else f"{draw} No other entity keeps its instances."
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
        link("Explore", f"Open “{plain(told.entity)}” in Explore", perspective=told.perspective, entity=told.entity)
