"""What a recipe sets for single entities, what each cap does, what the mixture asks for."""

from collections.abc import Sequence

import streamlit as st

from adr.figures import counted, number_words
from adr.perspectives import described
from adr.plain_text import plain
from adr.rebalance.preview import CapEffect, EachCapEffect, RecipePreview
from adr.recipe import Recipe
from adr.ui.rebalance.state import current, tune
from adr.ui.rebalance.steps import all_released

SHOWN = 8


def in_force_view(preview: RecipePreview) -> None:
    """One line per kind, with a button that releases all; nothing where the recipe sets nothing."""
    recipe = preview.recipe
    lines = [
        line
        for line in (
            _caps(preview.caps),
            *[_each(cap) for cap in preview.caps_each],
            *_limits(recipe),
            _mixture(preview),
            _unused(preview),
        )
        if line
    ]
    if not lines:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.caption("  \n".join(lines), width="stretch")
        st.button("Release all", key="caps release all", on_click=lambda: tune(all_released(current())))


def _caps(caps: Sequence[CapEffect]) -> str:
    if not caps:
        return ""
    told = [
        f"{plain(cap.entity)} at most {cap.at_most:,} ({cap.by_rule:,} pass, {cap.kept:,} kept)"
        for cap in sorted(caps, key=lambda cap: cap.kept - cap.by_rule)
    ]
    return f"**{counted(len(caps), 'cap')}:** {_shortened(told)}"


def _each(cap: EachCapEffect) -> str:
    title = plain(described(cap.perspective).title)
    if not cap.binds:
        return f"**{title}:** each at most {cap.at_most:,}, which none is over"
    told = f"{cap.over:,} over it: {cap.by_rule:,} pass, {cap.kept:,} kept"
    return f"**{title}:** each at most {cap.at_most:,} ({told})"


def _limits(recipe: Recipe) -> list[str]:
    kinds = {
        "muted": [plain(name) for p in recipe.mentioned for name in recipe.mute.get(p, ())],
        "protected": [plain(name) for p in recipe.mentioned for name in recipe.protect.get(p, ())],
        "with their own τ": [
            f"{plain(name)} {number_words(value)}"
            for p in recipe.mentioned
            for name, value in recipe.own_tau.get(p, {}).items()
        ],
    }
    return [f"**{len(names):,} {kind}:** {_shortened(names)}" for kind, names in kinds.items() if names]


def _mixture(preview: RecipePreview) -> str:
    if not preview.recipe.mixture or not preview.mixture:
        return ""
    said = " ".join(plain(notice) for notice in preview.mixture.notices)
    return f"**Mixture:** {plain(preview.recipe.mixture.in_words())}. {said}".strip()


def _unused(preview: RecipePreview) -> str:
    names = [plain(name) for name in preview.unused]
    return f"**Not in this dataset:** {_shortened(names)}" if names else ""


def _shortened(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
