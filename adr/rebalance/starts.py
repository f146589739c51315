"""Where to start on a dataset: the paper's recipe, and two that are solved for these postings."""

from dataclasses import dataclass, replace

import numpy as np

from adr.rebalance.advice import NEARLY_ALL, passing_shares
from adr.rebalance.backwards import for_size
from adr.rebalance.engine import Engine
from adr.rebalance.preview import RecipePreview
from adr.recipe import Recipe

TENTH, THIRD = 0.10, 1 / 3
_NEAR = 0.25
"""How far, of the wanted drop, a solved recipe may be from it to be offered."""


@dataclass(frozen=True)
class Start:
    """A recipe to start from, with what it does. name: 'paper', 'tenth' or 'third'; drops: the share it drops."""

    name: str
    recipe: Recipe
    preview: RecipePreview

    @property
    def drops(self) -> float:
        """The share of the instances that it drops."""
        return self.preview.dropped / max(1, self.preview.total)


def starts(engine: Engine) -> tuple[Start, ...]:
    """The paper's recipe first, then those of a tenth and a third that can be reached on these postings.

    They need as many of the perspectives that tell instances apart as drop at least what is wanted at the paper's
    tail shares, and raise τ from there, so that whatever is tail by the paper's rule still passes.
    """
    paper = _start(engine, "paper", Recipe())
    apart = telling_apart(engine, paper.preview)
    found = [paper]
    for name, share in (("tenth", TENTH), ("third", THIRD)):
        if apart and (solved := _solved(engine, apart, share)) is not None:
            found.append(_start(engine, name, solved))
    return tuple(found)


def telling_apart(engine: Engine, preview: RecipePreview) -> tuple[str, ...]:
    """The recipe's perspectives by which some instances pass and a noticeable part does not."""
    return tuple(p for p, share in passing_shares(engine, preview).items() if 0 < share < NEARLY_ALL)


def why_nothing(engine: Engine, found: tuple[Start, ...]) -> str:
    """A sentence for when no start changes anything; '' when one does."""
    if any(start.preview.dropped for start in found):
        return ""
    if engine.rows < 2:
        return "There is one instance, and nothing to balance it against."
    return (
        "Nothing can be dropped by rarity here: in every perspective nearly all instances hold something rare, or all "
        "hold the same."
    )


def _start(engine: Engine, name: str, recipe: Recipe) -> Start:
    return Start(name, recipe, engine.preview(recipe))


def _solved(engine: Engine, apart: tuple[str, ...], share: float) -> Recipe | None:
    """A recipe over `apart` that drops about `share`, or None where none comes near it."""
    wanted = round(engine.rows * (1 - share))
    for least in range(1, len(apart) + 1):
        recipe = Recipe(perspectives=apart, min_passes=least, tau=engine.tau(Recipe()))
        if np.count_nonzero(engine.kept(recipe)) <= wanted or least == len(apart):
            found = for_size(engine, recipe, wanted)
            near = abs(found.reached - wanted) <= _NEAR * share * engine.rows
            return replace(found.recipe, tau={p: found.recipe.tau[p] for p in apart}) if near else None
    return None
