"""The question asked backwards: which τ gives this size, this many instances of an entity, this tail share?

Part of the rebalance stage. What is kept grows with τ, so bisection over the engine's own decisions finds the answer: a
recipe with what it reaches, which is counted, not estimated. Knows nothing of pages.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from adr.errors import AdrError
from adr.figures import number_words, share_words
from adr.rebalance.engine import Engine
from adr.recipe import Recipe
from adr.report import Unbounded

_HALVINGS = 70  # enough to reach neighbouring floats
_GRID = 33  # τ at which a measure that need not be monotone is computed before bisection
_STEPS = 24  # halvings between two of these


@dataclass(frozen=True)
class FoundRecipe:
    """A recipe that gives what was wanted, or comes nearest to it. scaled: the perspectives whose τ moved."""

    recipe: Recipe
    wanted: float
    reached: float
    scaled: tuple[str, ...]
    lowest: float  # what the smallest and the largest τ of these perspectives give
    highest: float
    sentence: str

    @property
    def exact(self) -> bool:
        """Whether it gives exactly what was wanted."""
        return self.wanted == self.reached


@dataclass(frozen=True)
class BackwardsReport:
    """An answer with its recipe as TOML. kept: instances that the recipe keeps; tau: τ of every perspective; scaled:
    the perspectives whose τ moved; lowest, highest: what their smallest and largest τ give; file: where the recipe was
    written."""

    wanted: float
    reached: float
    exact: bool
    kept: int
    tau: Mapping[str, Unbounded]
    scaled: tuple[str, ...]
    lowest: float
    highest: float
    sentence: str
    recipe: str
    file: str | None


def backwards_report(engine: Engine, answer: FoundRecipe, file: Path | None = None) -> BackwardsReport:
    """An answer as a report; file: where its recipe was written, or None."""
    return BackwardsReport(
        wanted=answer.wanted,
        reached=answer.reached,
        exact=answer.exact,
        kept=int(np.count_nonzero(engine.kept(answer.recipe))),
        tau=dict(answer.recipe.tau),
        scaled=answer.scaled,
        lowest=answer.lowest,
        highest=answer.highest,
        sentence=answer.sentence,
        recipe=answer.recipe.to_toml(),
        file=None if file is None else str(file),
    )


def for_size(engine: Engine, recipe: Recipe, size: int, *, perspective: str | None = None) -> FoundRecipe:
    """The τ that keep `size` instances: those of all the recipe's perspectives scaled alike, or of one alone."""

    def kept(asked: Recipe) -> float:
        return float(np.count_nonzero(engine.kept(asked)))

    return _bisected(engine, recipe, size, perspective, kept, "instances")


def for_volume(
    engine: Engine, recipe: Recipe, entity_of: str, entity: str, instances: int, *, perspective: str | None = None
) -> FoundRecipe:
    """The τ that keep `instances` instances of an entity of the perspective `entity_of`; AdrError if it is unknown."""
    place = engine.places(entity_of, [entity]).get(entity)
    if place is None:
        raise AdrError(
            f"There is no {entity_of.replace('_', '-')} {entity!r}.", "Search for its name on the Explore page."
        )
    rows = engine.postings[entity_of].rows_of(place)

    def left(asked: Recipe) -> float:
        return float(np.count_nonzero(engine.kept(asked)[rows]))

    return _bisected(engine, recipe, instances, perspective, left, f"instances of “{entity}”")


def for_bounds(engine: Engine, recipe: Recipe, bounds: Mapping[str, Mapping[str, int]]) -> FoundRecipe:
    """The recipe with these caps {perspective: {entity: at most}} added; AdrError for an entity that does not occur."""
    for perspective, wanted in bounds.items():
        there = engine.places(perspective, list(wanted))
        if missing := [name for name in wanted if name not in there]:
            raise AdrError(
                f"There is no {perspective.replace('_', '-')} {missing[0]!r}.",
                "Search for its name on the Explore page.",
            )
    at_most = {p: {**recipe.at_most.get(p, {}), **bounds.get(p, {})} for p in {*recipe.at_most, *bounds}}
    capped = replace(recipe, at_most=at_most)
    preview = engine.preview(capped)
    asked = [cap for cap in preview.caps if cap.entity in bounds.get(cap.perspective, {})]
    kept = ", ".join(f"{cap.kept:,} of “{cap.entity}”" for cap in asked)
    wanted_in_all = sum(most for wanted in bounds.values() for most in wanted.values())
    said = f"These caps keep {preview.size:,} instances: {kept}."
    return FoundRecipe(capped, wanted_in_all, sum(cap.kept for cap in asked), (), 0, preview.size, said)


def for_tail_share(
    engine: Engine, recipe: Recipe, tail_of: str, share: float, *, perspective: str | None = None
) -> FoundRecipe:
    """The τ under which tail entities of `tail_of` have `share` of the postings that are left.

    The share need not be monotone in τ: where it crosses `share` several times, the answer is the one that keeps most.
    """
    if not 0 <= share <= 1:
        raise AdrError(f"The tail share is {share!r}.", "Give a share from 0 to 1.")

    def measure(asked: Recipe) -> float:
        return engine.tail_share_of(tail_of, engine.counts_after(asked, tail_of))

    scaled, base, top = _scaling(engine, recipe, perspective)
    chosen, found = _on_a_grid(lambda f: measure(_scaled(recipe, base, scaled, f)), top, share)
    answer = _tidied(_scaled(recipe, base, scaled, chosen), scaled, share, measure)
    reached = measure(answer)
    what = f"a tail share of {share_words(reached, 2)} in {tail_of.replace('_', '-')}"
    near = ""
    if abs(reached - share) >= 0.0005:
        lowest, highest = share_words(min(found), 2), share_words(max(found), 2)
        near = f" {share_words(share, 2)} cannot be reached by these τ; they give {lowest} to {highest}."
    said = f"{_list_of(answer, scaled)} {'gives' if len(scaled) == 1 else 'give'} {what}.{near}"
    return FoundRecipe(answer, share, reached, scaled, min(found), max(found), said)


def _bisected(
    engine: Engine, recipe: Recipe, wanted: int, perspective: str | None, measure: Callable[[Recipe], float], what: str
) -> FoundRecipe:
    if wanted < 0:
        raise AdrError(f"{wanted} is below 0.", "Give a count from 0.")
    scaled, base, top = _scaling(engine, recipe, perspective)

    def at(factor: float) -> float:
        return measure(_scaled(recipe, base, scaled, factor))

    if recipe.capped or recipe.mixture:  # where they bind, more that pass can mean that fewer of something stay
        factor, found = _on_a_grid(at, top, wanted)
        lowest, highest = min(found), max(found)
    else:
        factor, lowest, highest = _halved(at, top, wanted)
    answer = _tidied(_scaled(recipe, base, scaled, factor), scaled, wanted, measure)
    reached = measure(answer)
    counted = what.replace("instances", "instance", 1) if reached == 1 else what
    said = f"{_list_of(answer, scaled)} {'keeps' if len(scaled) == 1 else 'keep'} {reached:,.0f} {counted}."
    if reached != wanted:
        said += (
            f" {wanted:,} cannot be reached: these τ keep {lowest:,.0f} to {highest:,.0f}."
            if not lowest <= wanted <= highest
            else f" Exactly {wanted:,} cannot be reached; this is the nearest."
        )
    return FoundRecipe(answer, wanted, reached, scaled, lowest, highest, said)


def _halved(at: Callable[[float], float], top: float, wanted: float) -> tuple[float, float, float]:
    """(the factor up to `top` at which a monotone `at` comes nearest to `wanted`, its lowest value, its highest)."""
    low, high = 0.0, top
    lowest, highest = at(low), at(high)
    if wanted <= lowest:
        high = low
    elif wanted >= highest:
        low = high
    else:
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            if at(middle) < wanted:
                low = middle
            else:
                high = middle
    return min((high, low), key=lambda factor: abs(at(factor) - wanted)), lowest, highest


def _on_a_grid(at: Callable[[float], float], top: float, wanted: float) -> tuple[float, list[float]]:
    """(the largest factor up to `top` at which `at` crosses `wanted`, or comes nearest to it; `at` over the grid)."""
    factors = [0.0, *np.geomspace(top / 10**6, top, _GRID).tolist()]
    found = [at(factor) for factor in factors]
    above = [value >= wanted for value in found]
    crossing = next((i for i in range(len(factors) - 1, 0, -1) if above[i] != above[i - 1]), None)
    best = min(range(len(factors) - 1, -1, -1), key=lambda i: abs(found[i] - wanted))
    if crossing is None:
        return factors[best], found
    low, high, rising = factors[crossing - 1], factors[crossing], above[crossing]
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if (at(middle) >= wanted) == rising:
            high = middle
        else:
            low = middle
    return min((low, high, factors[best]), key=lambda factor: abs(at(factor) - wanted)), found


def _scaling(
    engine: Engine, recipe: Recipe, perspective: str | None
) -> tuple[tuple[str, ...], dict[str, float], float]:
    """(perspectives that move, τ at factor 1, factor from which every entity in them always passes)."""
    if perspective is not None and perspective not in recipe.perspectives:
        raise AdrError(f"The recipe does not use {perspective.replace('_', '-')}.", "Choose one of its perspectives.")
    scaled = (perspective,) if perspective else recipe.perspectives
    tau = engine.tau(recipe)
    for name in scaled:
        if not 0 < tau[name] < math.inf:
            tau[name] = 1.0
    largest = {name: int(engine.postings[name].n[0]) if len(engine.postings[name].n) else 1 for name in scaled}
    return scaled, tau, max((largest[name] + 1) / tau[name] for name in scaled)


def _scaled(recipe: Recipe, base: dict[str, float], scaled: tuple[str, ...], factor: float) -> Recipe:
    return replace(recipe, tau={p: base[p] * factor if p in scaled else base[p] for p in base})


def _tidied(recipe: Recipe, scaled: tuple[str, ...], wanted: float, measure: Callable[[Recipe], float]) -> Recipe:
    """The same answer with τ rounded to as few decimals as bring it no further from what was wanted."""
    error = abs(measure(recipe) - wanted)
    for digits in range(8):
        shorter = replace(recipe, tau={p: float(round(t, digits)) if p in scaled else t for p, t in recipe.tau.items()})
        if abs(measure(shorter) - wanted) <= error:
            return shorter
    return recipe


def _list_of(recipe: Recipe, scaled: tuple[str, ...]) -> str:
    return "τ " + ", ".join(f"{p.replace('_', '-')} {number_words(recipe.tau[p], 10)}" for p in scaled)
