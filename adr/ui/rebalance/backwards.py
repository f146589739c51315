"""Questions asked backwards: the wanted result goes in, and a recipe comes out that can be used or left.

Knows the form; `adr.rebalance.backwards` finds the τ.
"""

from dataclasses import dataclass

import streamlit as st

from adr.rebalance.backwards import FoundRecipe, for_bounds, for_size, for_tail_share, for_volume
from adr.rebalance.engine import Engine
from adr.rebalance.preview import RecipePreview
from adr.recipe import Recipe
from adr.ui.parts.palette import title_of
from adr.ui.rebalance.state import state, tune

WANTED = {
    "size": "a size",
    "volume": "instances of one entity",
    "bounds": "at most N of some entities",
    "tail": "a tail share",
}
TOGETHER = "all together, in proportion"


@dataclass(frozen=True)
class Question:
    """What is wanted: 'size', 'volume' (of an entity), 'bounds' (on entities, separated by commas) or 'tail'; number:
    instances, or a share in percent."""

    what: str
    of: str  # perspective of the entity or of the tail
    entity: str
    number: float
    moving: str | None  # the perspective whose τ may move; None: all of them


def backwards_view(engine: Engine, recipe: Recipe, preview: RecipePreview) -> None:
    """Ask for a result, get the τ that gives it."""
    st.caption("Say what you want; the thresholds that give it are found by bisection over the exact preview.")
    question, asked = _question(engine, recipe, preview)
    if asked:
        with st.spinner("Looking for τ …"):
            state().found = _answer(engine, recipe, question)
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


def _question(engine: Engine, recipe: Recipe, preview: RecipePreview) -> tuple[Question, bool]:
    """The form in one row; whether its button was pressed."""
    what, of_what, value, moving, ask = st.columns([1.7, 2.6, 1.6, 2, 0.9], vertical_alignment="bottom", gap="small")
    wanted = what.selectbox("I want", list(WANTED), format_func=WANTED.__getitem__, key="wanted")
    with of_what:
        of, entity = _of_what(wanted, tuple(engine.perspectives))
    if wanted == "tail":
        number = value.number_input("% of what is left", 0.0, 100.0, 15.0, 0.5, key="share wanted")
    else:
        number = value.number_input(
            "Instances", 0, value=preview.size if wanted == "size" else 100, step=1, key=f"{wanted} wanted"
        )
    perspective = moving.selectbox(
        "by moving", ["", *recipe.perspectives], key="moving", format_func=lambda p: title_of(p) if p else TOGETHER
    )
    asked = ask.button(
        "Find τ",
        key="find tau",
        type="primary",
        width="stretch",
        disabled=wanted in ("volume", "bounds") and not entity,
    )
    return Question(wanted, of, entity, number, perspective or None), asked


def _of_what(wanted: str, known: tuple[str, ...]) -> tuple[str, str]:
    """The perspective and the entity that the question is about, as far as it is about one."""
    if wanted in ("volume", "bounds"):
        left, right = st.columns(2, gap="small", vertical_alignment="bottom")
        of = left.selectbox("of", known, index=1, format_func=title_of, key="wanted of")
        label, example = ("Entity", "person") if wanted == "volume" else ("Entities", "person, dog")
        return of, right.text_input(label, key=f"{wanted} entity", placeholder=example).strip().lower()
    if wanted == "tail":
        of = st.selectbox("in", known, index=1, format_func=title_of, key="wanted of")
        return of, ""
    return "object", ""


def _answer(engine: Engine, recipe: Recipe, question: Question) -> FoundRecipe:
    if question.what == "size":
        return for_size(engine, recipe, int(question.number), perspective=question.moving)
    if question.what == "volume":
        return for_volume(
            engine, recipe, question.of, question.entity, int(question.number), perspective=question.moving
        )
    if question.what == "bounds":
        names = [name for part in question.entity.split(",") if (name := part.strip())]
        return for_bounds(engine, recipe, {question.of: dict.fromkeys(names, int(question.number))})
    return for_tail_share(engine, recipe, question.of, question.number / 100, perspective=question.moving)
