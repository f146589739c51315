"""What the board of a mixture shows: the values of one perspective, and what the mixture does to the others.

Part of the rebalance stage; knows nothing of pages.
"""

from dataclasses import dataclass, replace

from adr.errors import AdrError
from adr.rebalance.engine import Engine
from adr.rebalance.mixture import Mixed
from adr.rebalance.mixture_effect import effect_of
from adr.rebalance.preview import MixtureEffect, Numbers, RecipePreview
from adr.recipe_mixture import Mixture


@dataclass(frozen=True)
class MixtureSide:
    """Another perspective beside a mixture: before anything, after keep rule and caps, with the mixture, and in a
    uniform random subset of equal size."""

    perspective: str
    before: Numbers
    without: Numbers
    mixed: Numbers
    random: Numbers


def effect_on(engine: Engine, preview: RecipePreview, perspective: str) -> MixtureEffect:
    """What the recipe's mixture does to the values of a perspective; where it mixes none or another one, the values as
    keep rule and caps leave them."""
    if preview.mixture is not None and preview.mixture.perspective == perspective:
        return preview.mixture
    stock = engine.stock(preview.recipe, perspective)
    total = int(stock.counts.sum())
    as_it_is = Mixed(stock.pool, stock.counts, stock.counts, {})
    return effect_of(Mixture(perspective, size=total), stock, as_it_is)


def sides_of(engine: Engine, preview: RecipePreview, perspective: str) -> tuple[MixtureSide, ...]:
    """The perspectives beside the one that is mixed."""
    plain = engine.preview(replace(preview.recipe, mixture=None))
    return tuple(
        MixtureSide(p, columns.before, plain.perspectives[p].after, columns.after, columns.random)
        for p, columns in preview.perspectives.items()
        if p != perspective
    )


def listed_too(engine: Engine, effect: MixtureEffect, preview: RecipePreview, value: str) -> tuple[str, int]:
    """(the value as the index writes it, copies that keep rule and caps keep) of a value that the effect need not list.
    AdrError when no instance has it as its value."""
    stock = engine.stock(preview.recipe, effect.perspective)
    for name in (value, value.lower()):
        number = stock.values.numbers.get(name)
        if number is not None and stock.values.before[number]:
            return name, int(stock.counts[number])
    raise AdrError(f"No instance has {value!r} as its value.", "Search for it on the Explore page.")
