"""A recipe with more instances excluded or protected: an instance is never both. Knows no workspace."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from adr.recipe import Recipe
from adr.recipe_frozen import FrozenInstances, Positions, frozen


def excluding(recipe: Recipe, positions: Positions, words: str) -> Recipe:
    """The recipe with these instances excluded, and none of them protected."""
    return replace(
        recipe,
        exclude=(*recipe.exclude, frozen(positions, words)),
        protect_instances=_less(recipe.protect_instances, positions),
    )


def protecting(recipe: Recipe, positions: Positions, words: str) -> Recipe:
    """The recipe with these instances protected, and none of them excluded."""
    return replace(
        recipe,
        exclude=_less(recipe.exclude, positions),
        protect_instances=(*recipe.protect_instances, frozen(positions, words)),
    )


def _less(parts: Sequence[FrozenInstances], positions: Positions) -> tuple[FrozenInstances, ...]:
    """What was set apart, without these positions."""
    left = [(part, np.setdiff1d(part.numbers, positions)) for part in parts]
    return tuple(frozen(numbers, part.words) for part, numbers in left if len(numbers))
