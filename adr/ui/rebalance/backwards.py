"""Questions asked backwards: the wanted result goes in, and a recipe comes out that can be used or left.

Knows the form; `adr.rebalance.backwards` finds the τ.
"""

import streamlit as st

from adr.rebalance.backwards import for_size, for_tail_share, for_volume
from adr.rebalance.engine import Engine, RecipePreview
from adr.recipe import PERSPECTIVES, Recipe
from adr.ui.parts.palette import PERSPECTIVE_NAMES
from adr.ui.rebalance.state import state, tune

WANTED = {"size": "a size", "volume": "instances of one entity", "tail": "a tail share"}
TOGETHER = "all together, in proportion"


def backwards_view(engine: Engine, recipe: Recipe, preview: RecipePreview) -> None:
    """Ask for a result, get the τ that gives it."""
    st.caption("Say what you want; the thresholds that give it are found by bisection over the exact preview.")
    what, of_what, value, moving, ask = st.columns([1.7, 2.6, 1.6, 2, 0.9], vertical_alignment="bottom", gap="small")
    wanted = what.selectbox("I want", list(WANTED), format_func=WANTED.__getitem__, key="wanted")
    of, name, number = "object", "", 0.0
    with of_what:
        if wanted == "volume":
            left, right = st.columns(2, gap="small", vertical_alignment="bottom")
            of = left.selectbox("of", PERSPECTIVES, index=1, format_func=PERSPECTIVE_NAMES.__getitem__, key="wanted of")
            name = right.text_input("Entity", key="wanted entity", placeholder="person")
        elif wanted == "tail":
            of = st.selectbox("in", PERSPECTIVES, index=1, format_func=PERSPECTIVE_NAMES.__getitem__, key="wanted of")
    if wanted == "tail":
        number = value.number_input("% of what is left", 0.0, 100.0, 15.0, 0.5, key="share wanted")
    else:
        number = value.number_input(
            "Instances", 0, value=preview.size if wanted == "size" else 100, step=1, key=f"{wanted} wanted"
        )
    perspective = moving.selectbox(
        "by moving",
        ["", *recipe.perspectives],
        key="moving",
        format_func=lambda p: PERSPECTIVE_NAMES[p] if p else TOGETHER,
    )
    asked = ask.button(
        "Find τ", key="find tau", type="primary", width="stretch", disabled=wanted == "volume" and not name.strip()
    )
    if asked:
        with st.spinner("Looking for τ …"):
            if wanted == "size":
                answer = for_size(engine, recipe, int(number), perspective=perspective or None)
            elif wanted == "volume":
                answer = for_volume(
                    engine, recipe, of, name.strip().lower(), int(number), perspective=perspective or None
                )
            else:
                answer = for_tail_share(engine, recipe, of, number / 100, perspective=perspective or None)
        state().found = answer
    found = state().found
    if found is not None:
        said, take = st.columns([6, 1], vertical_alignment="center")
        (said.success if found.exact else said.info)(found.sentence)
        take.button(
            "Use it",
            key="use answer",
            width="stretch",
            on_click=lambda: tune(found.recipe),
            disabled=found.recipe == recipe,
        )
