"""Entities that might be muted, with reasons; accepted by hand."""

import pandas as pd
import streamlit as st

from adr.rebalance.suggestions import REASONS, Suggestion, suggest
from adr.recipe import Recipe
from adr.ui.frame import Frame
from adr.ui.rebalance.state import current, tune
from adr.ui.rebalance.steps import with_limit, with_notes


@st.cache_data(show_spinner=False, max_entries=8)
def _suggested(key: tuple[str, int], perspective: str, _here: Frame) -> list[Suggestion]:
    return suggest(_here.store, (perspective,))


def suggestions_view(here: Frame, recipe: Recipe, perspective: str) -> None:
    """The suggested mutes, with reasons; accepted by hand."""
    held = recipe.limits(perspective)
    found = [s for s in _suggested(here.key, perspective, here) if s.entity not in held]
    if not found:
        st.caption("Nothing to suggest for this perspective.")
        return
    key = f"suggested {perspective} {len(found)}"
    edited = st.data_editor(
        pd.DataFrame(
            {
                "pick": False,
                "entity": [s.entity for s in found],
                "instances": [s.n for s in found],
                **({"phrases": [_phrases(s) for s in found]} if any(s.collocations for s in found) else {}),
                "why": [REASONS[s.reason] for s in found],
            }
        ),
        key=key,
        hide_index=True,
        width="stretch",
        height=min(35 * len(found) + 38, 320),
        disabled=["entity", "instances", "why", "phrases"],
        column_config={
            "pick": st.column_config.CheckboxColumn("", width=36),
            "instances": st.column_config.NumberColumn(format="localized"),
            "phrases": st.column_config.ListColumn(
                help="The two-word phrases that the word stands in most often, among 40 of its instances.",
                width="medium",
            ),
        },
    )
    picked = [s for s, on in zip(found, edited["pick"], strict=True) if on]
    st.button(
        f"Mute {len(picked)} picked" if picked else "Mute",
        key="mute suggested",
        disabled=not picked,
        on_click=lambda: tune(_muted(current(), perspective, picked)),
    )


def _phrases(suggestion: Suggestion) -> list[str]:
    return [f"{phrase} {n:,}" for phrase, n in suggestion.collocations]


def _muted(recipe: Recipe, perspective: str, picked: list[Suggestion]) -> Recipe:
    """The recipe with these muted, each with its reason as a note."""
    quiet = with_limit(recipe, perspective, [s.entity for s in picked], 0.0)
    return with_notes(quiet, perspective, {s.entity: s.sentence for s in picked})
