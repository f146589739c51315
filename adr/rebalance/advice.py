"""What a person should know of a recipe on this data before tuning it: where everything passes, and why."""

from dataclasses import dataclass, replace

import numpy as np

from adr.perspectives import PAPER_NAMES
from adr.rebalance.engine import Engine
from adr.rebalance.preview import RecipePreview
from adr.rebalance.suggestions import COMMON

NEARLY_ALL = 0.95
"""From this share on, a perspective that passes tells no instances apart."""


@dataclass(frozen=True)
class PassesAll:
    """A perspective by which nearly every instance passes, and the entity by which most of them do."""

    perspective: str
    passing: int
    instances: int
    entity: str
    by_entity: int


@dataclass(frozen=True)
class CommonEntity:
    """An entity that more than half of all instances have."""

    perspective: str
    entity: str
    n: int


def sizes_by_passes(engine: Engine, preview: RecipePreview) -> tuple[int, ...]:
    """How many instances the recipe keeps when 1, 2, … of its perspectives must pass."""
    recipe = preview.recipe
    if recipe.capped or recipe.protect_instances:
        asked = (replace(recipe, min_passes=least) for least in range(1, len(recipe.perspectives) + 1))
        return tuple(engine.scaled(int(np.count_nonzero(engine.kept(one)))) for one in asked)
    passes = preview.pass_count[engine.survives(recipe)]
    counts = np.bincount(passes, minlength=len(recipe.perspectives) + 1)[: len(recipe.perspectives) + 1]
    return tuple(engine.scaled(int(n)) for n in np.cumsum(counts[::-1])[::-1][1:])


def passing_shares(engine: Engine, preview: RecipePreview) -> dict[str, float]:
    """The share of all instances that passes in each of the recipe's perspectives."""
    return {p: float(np.count_nonzero(_passed(engine, preview, p))) / max(1, engine.rows) for p in _voting(preview)}


def passes_all(engine: Engine, preview: RecipePreview) -> tuple[PassesAll, ...]:
    """The recipe's perspectives by which NEARLY_ALL of the instances pass."""
    found = []
    for perspective in _voting(preview):
        passed = _passed(engine, preview, perspective)
        if engine.rows and np.count_nonzero(passed) >= NEARLY_ALL * engine.rows:
            critical = engine.critical(preview.recipe, perspective, engine.own(preview.recipe)[perspective])
            deciders = critical.decider[passed]
            places, counts = np.unique(deciders[deciders >= 0], return_counts=True)
            most = int(np.argmax(counts))
            name = engine.names(perspective, [int(places[most])])[0]
            passing, by_entity = (engine.scaled(int(rows)) for rows in (np.count_nonzero(passed), counts[most]))
            found.append(PassesAll(perspective, passing, engine.total, name, by_entity))
    return tuple(found)


def common_entities(engine: Engine, perspectives: tuple[str, ...] = PAPER_NAMES) -> tuple[CommonEntity, ...]:
    """Entities that more than COMMON of all instances have, the most frequent first. Pairs are left out: their parts
    say the same."""
    found = []
    for perspective in perspectives:
        if perspective != "co_occurrence":
            n = engine.postings[perspective].n
            many = np.flatnonzero(n > COMMON * engine.total)
            names = engine.names(perspective, many) if len(many) else []
            found += [CommonEntity(perspective, name, int(n[e])) for name, e in zip(names, many, strict=True)]
    return tuple(sorted(found, key=lambda one: -one.n))


def _voting(preview: RecipePreview) -> tuple[str, ...]:
    return preview.recipe.perspectives


def _passed(engine: Engine, preview: RecipePreview, perspective: str) -> np.ndarray:
    own = engine.own(preview.recipe)[perspective]
    passed: np.ndarray = preview.tau[perspective] > engine.critical(preview.recipe, perspective, own).tau
    return passed
