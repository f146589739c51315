"""A step of the user as the next recipe. Pure."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from adr.rebalance.outlook import with_caps
from adr.recipe import Recipe


def with_tau(recipe: Recipe, perspective: str, tau: float) -> Recipe:
    """The recipe with a count as τ of one perspective."""
    shares = {p: s for p, s in recipe.tail_share.items() if p != perspective}
    return replace(recipe, tau={**recipe.tau, perspective: int(tau) if tau.is_integer() else tau}, tail_share=shares)


def with_share(recipe: Recipe, perspective: str, share: float) -> Recipe:
    """The recipe with a tail share in place of a count."""
    tau = {p: t for p, t in recipe.tau.items() if p != perspective}
    return replace(recipe, tau=tau, tail_share={**recipe.tail_share, perspective: share})


def with_limit(recipe: Recipe, perspective: str, names: Iterable[str], limit: float | None) -> Recipe:
    """The recipe with what replaces τ for these entities: 0 mutes them, inf protects them, any other count is their own
    τ, and None leaves them to τ."""
    changed = frozenset(names)
    own = {name: value for name, value in recipe.own_tau.get(perspective, {}).items() if name not in changed}
    mute = [name for name in recipe.mute.get(perspective, ()) if name not in changed]
    protect = [name for name in recipe.protect.get(perspective, ()) if name not in changed]
    if limit == 0:
        mute += changed
    elif limit == math.inf:
        protect += changed
    elif limit is not None:
        own |= dict.fromkeys(changed, limit)
    return replace(
        recipe,
        own_tau={**recipe.own_tau, perspective: own},
        mute={**recipe.mute, perspective: mute},
        protect={**recipe.protect, perspective: protect},
    )


def with_cap_on_each(recipe: Recipe, perspective: str, most: int | None) -> Recipe:
    """The recipe with one cap for every entity of a perspective that has none of its own; None: without it."""
    others = {p: n for p, n in recipe.at_most_each.items() if p != perspective}
    return replace(recipe, at_most_each=others if most is None else {**others, perspective: int(most)})


def with_notes(recipe: Recipe, perspective: str, notes: Mapping[str, str]) -> Recipe:
    """The recipe with these notes on entities; an empty one is removed."""
    said = {**recipe.notes.get(perspective, {}), **notes}
    return replace(recipe, notes={**recipe.notes, perspective: {e: text for e, text in said.items() if text}})


def released(recipe: Recipe, perspective: str, names: Iterable[str]) -> Recipe:
    """The recipe with nothing set for these entities."""
    free = list(names)
    loose = with_limit(with_caps(recipe, perspective, dict.fromkeys(free)), perspective, free, None)
    return with_notes(loose, perspective, dict.fromkeys(free, ""))


def all_released(recipe: Recipe) -> Recipe:
    """The recipe with nothing set for any entity."""
    return replace(recipe, own_tau={}, mute={}, protect={}, at_most={}, at_most_each={}, notes={})
