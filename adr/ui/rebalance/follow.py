"""How a part of the page that is drawn apart from the board follows it (see follow.js).

Knows stamps of recipes, not what a recipe does.
"""

import hashlib

import streamlit as st

from adr.recipe import Recipe
from adr.ui.parts.component import component
from adr.ui.rebalance.state import state

_FOLLOW = component("rebalance/follow", "<i></i>")


def follow_board(stamp: str, *, key: str) -> None:
    """Rerun the enclosing fragment when the hand rests and the board shows something other than `stamp`."""
    _FOLLOW(data={"stamp": stamp}, key=key, on_settled_change=lambda: None, height=1)


def stamp(recipe: Recipe) -> str:
    """A text that is the same where two parts of the page show the same recipe, notes included."""
    return hashlib.sha256(recipe.to_toml().encode()).hexdigest()[:16]


def behind(recipe: Recipe) -> bool:
    """Whether the board shows another recipe than this."""
    return state().drawn not in (None, stamp(recipe))


def follow(recipe: Recipe, *, later: bool = False) -> None:
    """Keep a part that is drawn apart from the board in step with it, both ways; called before what the part draws, or
    after it where the part is to respond first. later: the board need not follow yet."""
    if behind(recipe) and not later:
        st.rerun(scope="app")  # this part has changed the recipe: the board must follow
    follow_board(stamp(recipe), key="rebalance follow")
