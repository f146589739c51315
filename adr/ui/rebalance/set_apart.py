"""The instances that the recipe excludes or protects, each part with a button that releases it."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from adr.figures import counted
from adr.plain_text import SENTENCE, plain
from adr.recipe import Recipe
from adr.recipe_frozen import FrozenInstances
from adr.ui.rebalance.state import current, tune

_KINDS = {
    "exclude": ("excluded", "They count nowhere: neither in n(e) and τ, nor as kept, nor in the random baseline."),
    "protect_instances": ("always kept", "They are kept whatever their draws, caps and the mixture say."),
}


def set_apart_view(recipe: Recipe) -> None:
    """A line for each part; nothing where the recipe sets no instances apart."""
    with st.container(gap="xsmall"):
        for key, (kind, help) in _KINDS.items():
            for number, part in enumerate(getattr(recipe, key)):
                _line(key, kind, help, number, part)


def _line(key: str, kind: str, help: str, number: int, part: FrozenInstances) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = f": {plain(part.words, SENTENCE)}" if part.words else ""
        st.caption(f"**{counted(len(part.numbers), 'instance')} {kind}**{said}", help=help, width="content")
        st.button(
            "Release",
            key=f"release {key} {number}",
            type="tertiary",
            icon=":material/close:",
            on_click=lambda: tune(released(current(), key, number)),
        )


def released(recipe: Recipe, key: str, number: int) -> Recipe:
    """The recipe without one of the parts that it excludes, or protects."""
    parts: Sequence[FrozenInstances] = getattr(recipe, key)
    left = tuple(part for at, part in enumerate(parts) if at != number)
    return replace(recipe, exclude=left) if key == "exclude" else replace(recipe, protect_instances=left)
