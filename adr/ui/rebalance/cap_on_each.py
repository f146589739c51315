"""One number that caps every entity of a perspective, such as one of each cluster of copies."""

import streamlit as st

from adr.recipe import Recipe
from adr.ui.parts.palette import word_of
from adr.ui.rebalance.state import current, tune
from adr.ui.rebalance.steps import with_cap_on_each


def cap_on_each_field(recipe: Recipe, perspective: str) -> None:
    """The field, empty where the recipe has no such cap; a change is the next recipe."""
    key = f"cap on each {perspective}"
    st.session_state[key] = recipe.at_most_each.get(perspective)
    st.number_input(
        f"Each {word_of(perspective)} at most",
        min_value=0,
        value=None,
        step=1,
        key=key,
        placeholder="no cap",
        width=190,
        help=f"At most so many of the kept instances have any one {word_of(perspective)}. One that has its own "
        "cap in the table keeps it. Empty: no cap.",
        on_change=lambda: tune(with_cap_on_each(current(), perspective, st.session_state[key])),
    )
