"""What the selected instances are for the recipe: excluded, protected, or an entity of theirs capped.

Each changes the recipe that the Rebalance page showed last in this session, and opens that page with it.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import streamlit as st

from adr.explore.often import Often, often_among
from adr.perspectives import described
from adr.plain_text import plain
from adr.recipe import Recipe
from adr.recipe_apart import excluding, protecting
from adr.store import Store
from adr.ui.frame import Frame
from adr.ui.rebalance.latest import latest_recipe, latest_words, open_recipe

Positions = npt.NDArray[np.int32]


def recipe_action(here: Frame, positions: Positions, words: str) -> None:
    """A button that opens what the recipe can do with the selected instances; nothing without an index."""
    if not here.standing.postings:
        return
    with st.popover("Recipe", icon=":material/balance:"):
        st.caption(f"Each changes {latest_words()} and shows it on the Rebalance page.")
        for label, key, change, help in (
            ("Exclude them", "exclude", excluding, "They count nowhere: neither in n(e) and τ, nor as kept."),
            ("Protect them", "protect", protecting, "They are always kept, whatever their draws and caps say."),
        ):
            if st.button(label, key=f"{key} selection", width="stretch", help=help):
                _open(change(latest_recipe(), positions, words))
        _cap(here, positions)


def _cap(here: Frame, positions: Positions) -> None:
    """A cap on one of the entities that most of the selected instances have."""
    found = _often(here.key, here.store, positions.tobytes())
    if not found:
        return
    entity = st.selectbox(
        "Cap an entity of theirs",
        found,
        key="cap of selection",
        format_func=lambda one: f"{plain(one.name)} · {described(one.perspective).word} · {one.count:,} of them",
    )
    if entity is None:
        return
    at_most = int(st.number_input("At most so many kept", 0, value=max(1, entity.n // 2), key="cap number"))
    if st.button(f"Cap “{plain(entity.name)}”", key="cap selection", width="stretch"):
        recipe = latest_recipe()
        own = {**recipe.at_most.get(entity.perspective, {}), entity.name: at_most}
        _open(replace(recipe, at_most={**recipe.at_most, entity.perspective: own}))


def _open(recipe: Recipe) -> None:
    open_recipe(
        recipe,
        "So many single instances do not fit into the address of the Rebalance page.",
        "Tag them, then write them into a recipe file: adr find 'tag:NAME' --exclude RECIPE.toml, or --protect.",
    )


@st.cache_data(show_spinner=False, max_entries=8)
def _often(key: tuple[str, int], _store: Store, positions: bytes) -> list[Often]:
    return often_among(_store, np.frombuffer(positions, np.int32))
