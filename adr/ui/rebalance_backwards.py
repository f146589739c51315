"""The question asked backwards: what is wanted goes in, a recipe comes out, to be taken or left.

Knows the form; `adr.backwards` finds the τ.
"""

import streamlit as st

from adr.backwards import Answer, for_size, for_tail_share, for_volume
from adr.preview import Engine, Preview
from adr.recipe import PERSPECTIVES, Recipe
from adr.ui.charts import PERSPECTIVE_NAMES
from adr.ui.rebalance_state import tune

WANTED = {"size": "a size", "volume": "instances of one entity", "tail": "a tail share"}
TOGETHER = "all together, in proportion"


def backwards_view(engine: Engine, recipe: Recipe, preview: Preview) -> None:
    """Ask for a result, get the τ that gives it."""
    st.caption("Say what you want; the thresholds that give it are found by bisection over the exact preview.")
    with st.form("backwards", border=False):
        what, value, moving, ask = st.columns([2, 3.4, 2.2, 1], vertical_alignment="bottom", gap="medium")
        wanted = what.selectbox("I want", list(WANTED), format_func=WANTED.__getitem__, key="wanted")
        size = value.number_input("Instances kept (for a size, or of the entity)", 0, value=preview.size,
                                  key="size wanted")
        perspective = moving.selectbox("by moving", ["", *recipe.perspectives], key="moving",
                                       format_func=lambda p: PERSPECTIVE_NAMES[p] if p else TOGETHER)
        kind, entity, share, _ = st.columns([2, 3.4, 2.2, 1], vertical_alignment="bottom", gap="medium")
        of = kind.selectbox("of the perspective", PERSPECTIVES, index=1, format_func=PERSPECTIVE_NAMES.__getitem__,
                            key="wanted of")
        name = entity.text_input("Entity (for its instances)", key="wanted entity")
        part = share.number_input("Tail share, % of postings", 0.0, 100.0, 15.0, 0.5, key="share wanted")
        asked = ask.form_submit_button("Find τ", type="primary", width="stretch")
    if asked:
        with st.spinner("Looking for it …"):
            if wanted == "size":
                answer = for_size(engine, recipe, int(size), perspective=perspective or None)
            elif wanted == "volume":
                answer = for_volume(engine, recipe, of, name.strip().lower(), int(size),
                                    perspective=perspective or None)
            else:
                answer = for_tail_share(engine, recipe, of, part / 100, perspective=perspective or None)
        st.session_state["rebalance answer"] = answer
    found = st.session_state.get("rebalance answer")
    if isinstance(found, Answer):
        said, take = st.columns([6, 1], vertical_alignment="center")
        (said.success if found.exact else said.info)(found.sentence)
        take.button("Use it", key="use answer", width="stretch", on_click=lambda: tune(found.recipe),
                    disabled=found.recipe == recipe)
