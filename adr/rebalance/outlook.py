"""What caps would do before they are set."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from adr.errors import AdrError
from adr.rebalance import loops
from adr.rebalance.engine import Engine
from adr.rebalance.preview import RecipePreview
from adr.recipe import Recipe


@dataclass(frozen=True)
class Loss:
    """An entity that loses instances: how many of it are kept without the caps, and how many with them."""

    perspective: str
    entity: str
    kept: int
    left: int


@dataclass(frozen=True)
class CapOutlook:
    """What caps of one perspective add to a recipe.

    goes: instances that would be dropped as well; tail: of these, those that hold a tail entity or a protected one;
    kept: instances with any of the entities that would be kept; losing: entities with other names that would lose most,
    pairs not counted.
    """

    perspective: str
    caps: Mapping[str, int]
    kept: int
    goes: int
    tail: int
    losing: tuple[Loss, ...]


def with_caps(recipe: Recipe, perspective: str, caps: Mapping[str, int | None]) -> Recipe:
    """The recipe with these caps of a perspective set; None takes one away."""
    held = {**recipe.at_most.get(perspective, {}), **caps}
    left = {name: most for name, most in held.items() if most is not None}
    return replace(recipe, at_most={**recipe.at_most, perspective: left})


def cap_outlook(
    engine: Engine, preview: RecipePreview, perspective: str, caps: Mapping[str, int], *, top: int = 5
) -> CapOutlook:
    """What these caps would do to the recipe of a preview, compared with it without them. AdrError for an entity that
    does not occur."""
    places = engine.places(perspective, list(caps))
    if missing := [name for name in caps if name not in places]:
        raise AdrError(
            f"There is no {perspective.replace('_', '-')} {missing[0]!r}.", "Search for it on the Explore page."
        )
    without = with_caps(preview.recipe, perspective, dict.fromkeys(caps))
    before = preview.kept if without == preview.recipe else engine.kept(without)
    after = engine.kept(with_caps(preview.recipe, perspective, caps))
    gone = np.flatnonzero(before & ~after)
    having = np.zeros(engine.rows, dtype=bool)
    for place in places.values():
        having[engine.rows_of(perspective, place)] = True
    return CapOutlook(
        perspective=perspective,
        caps=dict(caps),
        kept=int(np.count_nonzero(after & having)),
        goes=len(gone),
        tail=int(np.count_nonzero(engine.held(preview.recipe, preview.tau)[gone])),
        losing=_losing(engine, before, gone, frozenset(caps), top),
    )


def _losing(engine: Engine, before: np.ndarray, gone: np.ndarray, capped: frozenset[str], top: int) -> tuple[Loss, ...]:
    """The entities that lose most instances, those named like a capped one left out."""
    losses: list[Loss] = []
    for perspective in engine.perspectives:
        if perspective == "co_occurrence":
            continue
        postings = engine.postings[perspective]
        lost = np.zeros(len(postings.n), dtype=np.int64)
        loops.add_listed(postings.offsets, postings.entities, gone, 1, lost)
        most = [int(e) for e in np.argsort(-lost, kind="stable")[: top + len(capped)] if lost[e]]
        for place, name in zip(most, engine.names(perspective, most) if most else [], strict=True):
            if name not in capped:
                kept = int(np.count_nonzero(before[engine.rows_of(perspective, place)]))
                losses.append(Loss(perspective, name, kept, kept - int(lost[place])))
    return tuple(sorted(losses, key=lambda one: -(one.kept - one.left))[:top])
