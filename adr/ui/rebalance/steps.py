"""A step of the user as the next recipe. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from adr.recipe import Recipe


def with_tau(recipe: Recipe, perspective: str, tau: float) -> Recipe:
    """The recipe with a count as τ of one perspective."""
    shares = {p: s for p, s in recipe.tail_share.items() if p != perspective}
    return replace(recipe, tau={**recipe.tau, perspective: int(tau) if tau.is_integer() else tau}, tail_share=shares)


def with_share(recipe: Recipe, perspective: str, share: float) -> Recipe:
    """The recipe with a tail share in place of a count."""
    tau = {p: t for p, t in recipe.tau.items() if p != perspective}
    return replace(recipe, tau=tau, tail_share={**recipe.tail_share, perspective: share})


def with_caps(
    recipe: Recipe, perspective: str, caps: Mapping[str, float | None], notes: Mapping[str, str] | None = None
) -> Recipe:
    """The recipe with these caps changed (None: τ applies again) and these notes; removing a cap removes its note."""
    held = {**recipe.caps.get(perspective, {}), **caps}
    said = {**recipe.notes.get(perspective, {}), **(notes or {})}
    kept = {name: cap for name, cap in held.items() if cap is not None}
    gone = {name for name, cap in caps.items() if cap is None}
    return replace(
        recipe,
        caps={**recipe.caps, perspective: kept},
        notes={**recipe.notes, perspective: {e: text for e, text in said.items() if text and e not in gone}},
    )
