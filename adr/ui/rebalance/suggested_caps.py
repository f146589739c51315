"""Caps for the head: the entities in the largest share of instances, each with what its cap would do."""

import pandas as pd
import streamlit as st

from adr.rebalance.engine import Engine
from adr.rebalance.outlook import cap_outlook, with_caps
from adr.rebalance.preview import RecipePreview
from adr.rebalance.suggestions import HEAD_SHARE, CapSuggestion, suggest_caps
from adr.ui.frame import Frame
from adr.ui.rebalance.state import current, tune

SHOWN = 8


@st.cache_data(show_spinner=False, max_entries=8)
def _suggested(key: tuple[str, int], perspective: str, _here: Frame) -> list[CapSuggestion]:
    return suggest_caps(_here.store, (perspective,))


def suggested_caps_view(here: Frame, engine: Engine, preview: RecipePreview, perspective: str) -> None:
    """The suggested caps of a perspective with what each would do; accepted by hand."""
    held = preview.recipe.at_most.get(perspective, {})
    found = [s for s in _suggested(here.key, perspective, here) if s.entity not in held][:SHOWN]
    if not found:
        st.caption(f"No entity of this perspective without a cap is in more than {HEAD_SHARE:.0%} of all instances.")
        return
    told = [cap_outlook(engine, preview, perspective, {s.entity: s.at_most}, top=0) for s in found]
    edited = st.data_editor(
        pd.DataFrame(
            {
                "pick": False,
                "entity": [s.entity for s in found],
                "instances": [s.n for s in found],
                "share": [s.share for s in found],
                "cap": [s.at_most for s in found],
                "goes": [one.goes for one in told],
                "tail": [one.tail for one in told],
            }
        ),
        key=f"capping {perspective} {preview.recipe.fingerprint}",
        hide_index=True,
        width="stretch",
        disabled=["entity", "instances", "share", "goes", "tail"],
        column_config={
            "pick": st.column_config.CheckboxColumn("", width=36),
            "instances": st.column_config.NumberColumn("before", format="localized"),
            "share": st.column_config.NumberColumn("of all", format="percent"),
            "cap": st.column_config.NumberColumn("cap at", format="localized", min_value=0, step=1),
            "goes": st.column_config.NumberColumn("more dropped at the suggested cap", format="localized"),
            "tail": st.column_config.NumberColumn("of them with a tail entity", format="localized"),
        },
    )
    picked = {s.entity: int(edited["cap"][row]) for row, s in enumerate(found) if edited["pick"][row]}
    st.button(
        f"Cap {len(picked)} picked" if picked else "Cap",
        key="cap suggested",
        disabled=not picked,
        on_click=lambda: tune(with_caps(current(), perspective, picked)),
    )
