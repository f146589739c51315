"""A step on the board of the mixture as the next recipe. Pure; docs/engine.md defines what a mixture does."""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace

from adr.rebalance.preview import MixtureEffect
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture

_DIGITS = 12  # sums of some thousand shares with an error below that of a mixture's shares (SLACK)
Shares = dict[str | None, float]


def mixture_by(recipe: Recipe, perspective: str) -> Mixture | None:
    """The mixture of the recipe if it mixes this perspective."""
    mixture = recipe.mixture
    return mixture if mixture is not None and mixture.perspective == perspective else None


def shares_shown(effect: MixtureEffect, mixture: Mixture | None) -> tuple[Shares, float]:
    """(wanted share of each listed value, of all unlisted ones together); None: instances without a value."""
    if mixture is None or mixture.sizes:
        total = max(1, effect.size)
        listed = {value.value: value.wanted / total for value in effect.values}
        return listed, max(0, effect.size - sum(value.wanted for value in effect.values)) / total
    others = sum(value.pool for value in effect.values if not value.named) + effect.unlisted_pool
    named = math.fsum(mixture.shares.values())
    scale = 1 / named if named and not others else 1.0
    each = max(0.0, 1 - named) / others if others else 0.0
    listed = {v.value: scale * mixture.shares[str(v.value)] if v.named else each * v.pool for v in effect.values}
    return listed, each * effect.unlisted_pool


def with_share_of(
    recipe: Recipe, effect: MixtureEffect, value: str, share: float, locked: Collection[str] = ()
) -> Recipe:
    """The recipe with this wanted share of a value. The locked values keep theirs, the others share what is left in
    their proportions; where no other value can take what is left, the value gets all of it."""
    shown, rest = shares_shown(effect, mixture_by(recipe, effect.perspective))
    named = {v.value: shown[v.value] for v in effect.values if v.named and v.value is not None}
    free = {name: of for name, of in named.items() if name != value and name not in locked}
    fixed = math.fsum(of for name, of in named.items() if name != value and name in locked)
    loose = rest + math.fsum(shown[v.value] for v in effect.values if not v.named and v.value != value)
    room, weight = max(0.0, 1 - fixed), math.fsum(free.values()) + loose
    given = min(share, room) if weight > 0 else room
    factor = (room - given) / weight if weight > 0 else 0.0
    shares = {name: of * factor if name in free else of for name, of in named.items()} | {value: given}
    return _with_shares(recipe, effect.perspective, shares)


def with_named(recipe: Recipe, effect: MixtureEffect, value: str, pool: int = 0) -> Recipe:
    """The recipe that names a value with the share that it has; pool: its copies, where the effect does not list it."""
    mixture = mixture_by(recipe, effect.perspective)
    if mixture is not None and value in mixture.named:
        return recipe
    if mixture is not None and mixture.sizes:
        return with_rows_of(recipe, effect.perspective, value, pool)
    shown, rest = shares_shown(effect, mixture)
    share = shown.get(value, rest * pool / max(1, effect.unlisted_pool))
    return _with_shares(recipe, effect.perspective, {**(mixture.shares if mixture else {}), value: share})


def with_rows_of(recipe: Recipe, perspective: str, value: str, rows: int) -> Recipe:
    """The recipe with a wanted number of rows of a value; values without one keep all their rows."""
    mixture = mixture_by(recipe, perspective)
    sizes = {**(mixture.sizes if mixture else {}), value: rows}
    return replace(recipe, mixture=Mixture(perspective, sizes=sizes, repeat=mixture.repeat if mixture else 1))


def without_value(recipe: Recipe, value: str) -> Recipe:
    """The recipe whose mixture does not name a value; without a mixture where that was all it said."""
    if recipe.mixture is None:
        return recipe
    shares = {name: share for name, share in recipe.mixture.shares.items() if name != value}
    sizes = {name: rows for name, rows in recipe.mixture.sizes.items() if name != value}
    says = shares or sizes or recipe.mixture.size is not None
    return replace(recipe, mixture=replace(recipe.mixture, shares=shares, sizes=sizes) if says else None)


def with_preset(
    recipe: Recipe, effect: MixtureEffect, preset: Mapping[str, float], locked: Collection[str] = ()
) -> Recipe:
    """The recipe with the shares of a preset; locked values keep theirs, and the preset shares out what they leave."""
    shown, _ = shares_shown(effect, mixture_by(recipe, effect.perspective))
    fixed = {v.value: shown[v.value] for v in effect.values if v.value in locked and v.value is not None}
    open_shares = {name: share for name, share in preset.items() if name not in fixed}
    weight = math.fsum(open_shares.values())
    left = max(0.0, math.fsum(preset.values()) - math.fsum(fixed.values()))
    factor = left / weight if weight else 0.0
    scaled = {name: share * factor for name, share in open_shares.items()} if fixed else open_shares
    return _with_shares(recipe, effect.perspective, {**scaled, **fixed})


def with_size(recipe: Recipe, perspective: str, size: int | None) -> Recipe:
    """The recipe whose mixture has this many rows in all; None: as many as possible."""
    mixture = mixture_by(recipe, perspective)
    if mixture is None:
        return recipe if size is None else replace(recipe, mixture=Mixture(perspective, size=size))
    says = mixture.shares or size is not None
    return replace(recipe, mixture=replace(mixture, size=size) if says else None)


def counted_in_rows(recipe: Recipe, effect: MixtureEffect) -> Recipe:
    """The recipe with the rows that its shares give, in place of the shares."""
    mixture = mixture_by(recipe, effect.perspective)
    if mixture is None or mixture.sizes:
        return recipe
    sizes = {str(value.value): value.wanted for value in effect.values if value.named}
    return replace(recipe, mixture=replace(mixture, shares={}, size=None, sizes=sizes) if sizes else None)


def counted_in_shares(recipe: Recipe, effect: MixtureEffect) -> Recipe:
    """The recipe with the shares that its numbers of rows are, in place of the numbers."""
    mixture = mixture_by(recipe, effect.perspective)
    if mixture is None or not mixture.sizes:
        return recipe
    shown, _ = shares_shown(effect, mixture)
    shares = {name: round(shown.get(name, 0.0), _DIGITS) for name in mixture.sizes}
    return replace(recipe, mixture=replace(mixture, sizes={}, shares=shares))


def _with_shares(recipe: Recipe, perspective: str, shares: Mapping[str, float]) -> Recipe:
    rounded = {name: round(share, _DIGITS) for name, share in shares.items()}
    former = mixture_by(recipe, perspective)
    size, repeat = (former.size, former.repeat) if former else (None, 1)
    return replace(recipe, mixture=Mixture(perspective, shares=rounded, size=size, repeat=repeat))
