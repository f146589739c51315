"""What can be done about entities that should not be: mute them in the recipe, or select their instances."""

from collections.abc import Mapping
from typing import NoReturn

import numpy as np

from adr.explore.entities import entity_named
from adr.explore.instances import positions_of
from adr.figures import counted
from adr.store import Store
from adr.ui.navigation import go
from adr.ui.parts.selection import select
from adr.ui.rebalance.latest import latest_recipe, open_recipe
from adr.ui.rebalance.steps import with_limit, with_notes

Why = Mapping[tuple[str, str], str]
"""{(perspective, name of the entity): why it should not be}."""


def mute_entities(found: Why) -> NoReturn:
    """Open the Rebalance page with the recipe that was tuned last, these entities muted and noted."""
    recipe = latest_recipe()
    for perspective in sorted({perspective for perspective, _ in found}):
        notes = {name: why for (its, name), why in found.items() if its == perspective}
        recipe = with_notes(with_limit(recipe, perspective, notes, 0.0), perspective, notes)
    open_recipe(
        recipe,
        "So many mutes do not fit into the address of the Rebalance page.",
        "Pick fewer, or write them into a recipe file under [rebalance.mute].",
    )


def select_instances(store: Store, found: Why) -> NoReturn:
    """Select the instances that have one of these entities, and show them on the Dataset page."""
    positions = [positions_of(store, entity_named(store, *one)) for one in found]
    names = sorted({name for _, name in found})
    named = " or ".join(f"“{name}”" for name in names) if len(names) <= 3 else f"one of {counted(len(names), 'name')}"
    select(np.unique(np.concatenate(positions)), f"have {named}")
    go("Dataset", selected="only")
