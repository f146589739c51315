"""The recipe's other choices, above the board."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from adr.recipe import MOST_EPOCHS, PASS_RULES, UNREAD, Recipe
from adr.ui.parts.controls import asked, move
from adr.ui.rebalance.state import current, tune


def strip(recipe: Recipe, sizes: Sequence[int]) -> None:
    """The recipe's other choices, side by side where there is room.

    sizes: how many instances are kept when 1, 2, … perspectives must pass.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _need(recipe, sizes)
        _alpha(recipe)
        _seed(recipe)
        with st.popover("More"):
            _rare_choices(recipe)


def _need(recipe: Recipe, sizes: Sequence[int]) -> None:
    st.session_state["need"] = recipe.min_passes
    st.segmented_control(
        "Perspectives that must pass",
        range(len(recipe.perspectives) + 1),
        key="need",
        width="content",
        required=True,
        on_change=lambda: tune(replace(current(), min_passes=st.session_state["need"])),
        format_func=lambda n: "0 · all" if n == 0 else f"{n:d} · {sizes[n - 1]:,}",
        help="An instance is kept when at least this many perspectives pass; beside it, how many that keeps.",
    )


def _alpha(recipe: Recipe) -> None:
    st.session_state["alpha"] = float(recipe.alpha)
    st.number_input(
        "α",
        0.0,
        1.0,
        step=0.05,
        width=130,
        key="alpha",
        format="%.2f",
        on_change=lambda: tune(replace(current(), alpha=float(st.session_state["alpha"]))),
        help="A last draw keeps an instance with this probability.",
    )


def _seed(recipe: Recipe) -> None:
    st.session_state["seed"] = recipe.seed
    st.number_input(
        "Seed",
        0,
        step=1,
        width=150,
        key="seed",
        on_change=lambda: tune(replace(current(), seed=int(st.session_state["seed"]))),
        help="Another seed, other draws. The same seed gives the same result on every machine.",
    )


def _epochs(recipe: Recipe) -> None:
    st.session_state["epochs"] = recipe.epochs
    st.number_input(
        "Epochs",
        1,
        MOST_EPOCHS,
        step=1,
        width=130,
        key="epochs",
        on_change=lambda: tune(replace(current(), epochs=int(st.session_state["epochs"]))),
        help="A run draws the recipe once for each epoch of the training. The board shows epoch 1.",
    )


def _rare_choices(recipe: Recipe) -> None:
    _epochs(recipe)
    st.session_state["rule"] = recipe.pass_rule
    st.radio(
        "A perspective passes when",
        PASS_RULES,
        key="rule",
        format_func={
            "any": "any of its entities passes its draw (the published rule)",
            "mean": "one draw is below the mean probability of its entities",
            "mean_unclamped": "the same without holding each probability to 1 (the published script’s mean)",
        }.__getitem__,
        on_change=lambda: tune(replace(current(), pass_rule=st.session_state["rule"])),
    )
    st.session_state["repeat"] = recipe.repeat
    st.radio(
        "Rare instances at most",
        (1, 2, 3),
        key="repeat",
        horizontal=True,
        format_func={1: "once", 2: "twice", 3: "three times"}.__getitem__,
        on_change=lambda: tune(replace(current(), repeat=st.session_state["repeat"])),
        help="⌊√p⌋ times, where p = τ / n of the rarest entity, as with the published script's “add”.",
    )
    st.session_state["unread"] = recipe.unread
    st.radio(
        "Instances with text that was not read",
        UNREAD,
        key="unread",
        horizontal=True,
        format_func={"keep": "pass", "drop": "need passes like any other"}.__getitem__,
        on_change=lambda: tune(replace(current(), unread=st.session_state["unread"])),
        help="Text in a language without a reader has no entities, so these instances would rarely pass by themselves.",
    )
    st.toggle(
        "Plain sliders",
        value=asked("plain") == "1",
        key="plain sliders",
        on_change=lambda: move(plain="1" if st.session_state["plain sliders"] else None),
        help="Streamlit's own sliders; the curves change on release.",
    )
    st.button(
        "Back to the paper's thresholds",
        key="reset",
        on_click=lambda: tune(Recipe()),
        disabled=recipe == Recipe(),
        help="Tail shares of 10, 10, 25 and 10 %; one perspective must pass.",
    )
