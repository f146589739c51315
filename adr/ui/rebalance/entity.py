"""What happens to one entity under the recipe, and which other entities keep its instances."""

import pandas as pd
import streamlit as st

from adr.figures import counted, number_words
from adr.plain_text import plain
from adr.rebalance.explain import EntityExplanation
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.palette import title_of


def entity_view(here: Frame, told: EntityExplanation) -> None:
    """What happens to one entity, and which other entities keep its instances."""
    with st.container(border=True):
        draw = f"One draw keeps an instance with probability {told.probability:.4g} ({_limit(told)})."
        st.markdown(
            f"**{plain(told.entity)}**: of {counted(told.n, 'instance')}, {told.kept:,} are kept and {told.dropped:,} "
            f"dropped{_capped(told)} ({_expected(told)}in a random subset: {told.random:,})."
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
                    [(title_of(p), name, n) for p, name, n in told.keepers],
                    columns=["perspective", "entity", "instances it keeps"],
                ),
                hide_index=True,
                width="stretch",
            )
        link("Explore", f"Open “{plain(told.entity)}” in Explore", perspective=told.perspective, entity=told.entity)


def _limit(told: EntityExplanation) -> str:
    kinds = {"own_tau": f"its own τ {number_words(told.limit)}", "mute": "it is muted", "protect": "it is protected"}
    return kinds.get(told.by_hand, f"τ {number_words(told.limit, 6)}")


def _capped(told: EntityExplanation) -> str:
    """What caps and the mixture take, as part of the sentence on what is dropped."""
    mixed = f", {told.by_mixture:,} by the mixture" if told.by_mixture else ""
    if told.at_most is not None:
        return f", {told.over_cap:,} of them by a cap (its own is {told.at_most:,}){mixed}"
    return (f", {told.over_cap:,} of them by caps on other entities" if told.over_cap else "") + mixed


def _expected(told: EntityExplanation) -> str:
    return "" if told.expected is None else f"expected over all seeds: {told.expected:,.0f} kept; "
