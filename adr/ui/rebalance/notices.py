"""What a person should know of the recipe on the board before tuning it, each with the button that helps."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from adr.figures import share_words
from adr.plain_text import plain
from adr.rebalance.advice import CommonEntity, PassesAll, common_entities, passes_all
from adr.rebalance.engine import Engine
from adr.rebalance.preview import RecipePreview
from adr.recipe import Recipe
from adr.ui.parts.palette import title_text
from adr.ui.rebalance.state import current, tune
from adr.ui.rebalance.steps import with_limit

SHOWN = 6


def notices(engine: Engine, preview: RecipePreview) -> None:
    """Perspectives by which nearly everything passes, and entities that most instances have."""
    recipe = preview.recipe
    if not recipe.min_passes:
        return
    for found in passes_all(engine, preview):
        _passing(recipe, found)
    quiet = {p: recipe.limits(p) for p in recipe.perspectives}
    if recipe.pass_rule == "mean":
        _unclamped(engine, preview)
    common = [c for c in common_entities(engine, recipe.perspectives) if quiet[c.perspective].get(c.entity) != 0]
    if common:
        _common(engine, common)


def _unclamped(engine: Engine, preview: RecipePreview) -> None:
    kept = engine.kept(replace(preview.recipe, pass_rule="mean_unclamped"))
    other = engine.scaled(int(np.count_nonzero(kept)))
    st.caption(
        f"By the published script's mean, in which τ / n may exceed 1, {other:,} instances would be kept; here it is "
        f"{preview.size:,}. The script's form is under More, for replays."
    )


def _passing(recipe: Recipe, found: PassesAll) -> None:
    others = tuple(p for p in recipe.perspectives if p != found.perspective)
    _with_button(
        f"**{title_text(found.perspective)}:** {passing_text(found)}",
        "Leave it out",
        f"leave out {found.perspective}",
        lambda recipe: replace(recipe, perspectives=others, min_passes=min(recipe.min_passes, len(others))),
        disabled=not others,
    )


def passing_text(found: PassesAll) -> str:
    """How many pass, and by what: one entity, or a rare one in nearly every instance."""
    if 2 * found.by_entity < found.passing:
        return f"{share_words(found.passing / found.instances)} pass, since nearly every instance has something rare."
    by = f"by “{plain(found.entity)}” ({found.by_entity:,} of {found.instances:,})"
    if found.passing == found.instances:
        return f"everything passes {by}."
    return f"{share_words(found.passing / found.instances)} pass, most of them {by}."


def _common(engine: Engine, found: list[CommonEntity]) -> None:
    told = [f"{plain(c.entity)} {share_words(c.n / engine.total, 0)}" for c in found[:SHOWN]]
    more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""

    def muted(recipe: Recipe) -> Recipe:
        for perspective in recipe.perspectives:
            names = [c.entity for c in found if c.perspective == perspective]
            recipe = with_limit(recipe, perspective, names, 0.0) if names else recipe
        return recipe

    _with_button(
        f"**In more than half of all instances:** {', '.join(told)}{more}. They tell few instances apart.",
        "Mute them" if len(found) > 1 else "Mute it",
        "mute common",
        muted,
    )


def _with_button(
    said: str, label: str, key: str, change: Callable[[Recipe], Recipe], *, disabled: bool = False
) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.caption(said, width="stretch")
        st.button(label, key=key, disabled=disabled, on_click=lambda: tune(change(current())))
