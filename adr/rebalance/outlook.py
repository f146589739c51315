"""What a cap would do before it is set."""

from dataclasses import dataclass, replace

import numpy as np

from adr.errors import AdrError
from adr.rebalance import loops
from adr.rebalance.engine import Engine
from adr.rebalance.preview import RecipePreview
from adr.recipe import PERSPECTIVES, Recipe


@dataclass(frozen=True)
class Loss:
    """An entity that loses instances: how many of it are kept without the cap, and how many with it."""

    perspective: str
    entity: str
    kept: int
    left: int


@dataclass(frozen=True)
class CapOutlook:
    """What a cap adds to a recipe. goes: instances that would be dropped too; tail: of these, those that hold a tail
    entity or a protected one; kept: instances with the entity that would stay; losing: the other entities that would
    lose most of these."""

    perspective: str
    entity: str
    at_most: int
    kept: int
    goes: int
    tail: int
    losing: tuple[Loss, ...]


def with_cap(recipe: Recipe, perspective: str, entity: str, at_most: int | None) -> Recipe:
    """The recipe with this cap set, or taken away where `at_most` is None."""
    held = {name: most for name, most in recipe.at_most.get(perspective, {}).items() if name != entity}
    if at_most is not None:
        held[entity] = at_most
    return replace(recipe, at_most={**recipe.at_most, perspective: held})


def cap_outlook(
    engine: Engine, preview: RecipePreview, perspective: str, entity: str, at_most: int, *, top: int = 5
) -> CapOutlook:
    """What the cap would do to the recipe of a preview; AdrError for an entity that does not occur."""
    place = engine.places(perspective, [entity]).get(entity)
    if place is None:
        raise AdrError(f"There is no {perspective.replace('_', '-')} {entity!r}.", "Search for it on the Explore page.")
    without = with_cap(preview.recipe, perspective, entity, None)
    before = preview.kept if without == preview.recipe else engine.kept(without)
    after = engine.kept(with_cap(preview.recipe, perspective, entity, at_most))
    gone = np.flatnonzero(before & ~after)
    rows = engine.rows_of(perspective, place)
    return CapOutlook(
        perspective=perspective,
        entity=entity,
        at_most=at_most,
        kept=int(np.count_nonzero(after[rows])),
        goes=len(gone),
        tail=int(np.count_nonzero(engine.held(preview.recipe, preview.tau)[gone])),
        losing=_losing(engine, before, gone, (perspective, place), top),
    )


def _losing(engine: Engine, before: np.ndarray, gone: np.ndarray, own: tuple[str, int], top: int) -> tuple[Loss, ...]:
    """The entities that lose most instances, but for the capped one and the pairs that it is part of."""
    found: list[tuple[int, str, int]] = []
    for perspective in PERSPECTIVES:
        postings = engine.postings[perspective]
        lost = np.zeros(len(postings.n), dtype=np.int64)
        loops.add_listed(postings.offsets, postings.entities, gone, 1, lost)
        most = np.argsort(-lost, kind="stable")[: top + 1]
        found += [(int(lost[e]), perspective, int(e)) for e in most if lost[e] and (perspective, int(e)) != own]
    losses = []
    for lost_here, perspective, e in sorted(found, key=lambda one: (-one[0], PERSPECTIVES.index(one[1]), one[2]))[:top]:
        kept = int(np.count_nonzero(before[engine.rows_of(perspective, e)]))
        losses.append(Loss(perspective, engine.names(perspective, [e])[0], kept, kept - lost_here))
    return tuple(losses)
