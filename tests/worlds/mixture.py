"""The mixture as a plain loop over literal rows, and recipes that have one."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from adr.perspectives import PAPER_NAMES
from adr.recipe import Recipe
from adr.recipe_mixture import SLACK, Mixture
from tests.worlds.zoo import Rows, bounds_of, by_definition, counts_of, draw_of, holds, names, recipes

Sizes = dict[str | None, int]


@st.composite
def mixtures(draw: st.DrawFn) -> Mixture:
    """Any mixture of values "a" to "h": shares in twentieths, or sizes."""
    perspective = draw(st.sampled_from(PAPER_NAMES))
    repeat = draw(st.integers(1, 4))
    if draw(st.booleans()):
        sizes = draw(st.dictionaries(names, st.integers(0, 12), min_size=1, max_size=4))
        return Mixture(perspective, sizes=sizes, repeat=repeat)
    parts = draw(st.dictionaries(names, st.integers(0, 6), max_size=3))
    if draw(st.booleans()) and sum(parts.values()):  # the named values are all there is
        shares = {value: part / sum(parts.values()) for value, part in parts.items()}
    else:
        shares = {value: part / 20 for value, part in parts.items()}
    size = draw(st.integers(0, 25)) if not shares or draw(st.booleans()) else None
    return Mixture(perspective, shares=shares, size=size, repeat=repeat)


mixed_recipes = st.builds(lambda recipe, mixture: replace(recipe, mixture=mixture), recipes(), mixtures())


def value_of(row: dict[str, list[str]], perspective: str, counts: Counter[str]) -> str | None:
    """The entity of the row that most instances have, the first by name of equals; None where it has none."""
    return min(row.get(perspective, ()), key=lambda e: (-counts[e], e), default=None)


def mixed_by_definition(rows: Rows, recipe: Recipe) -> list[int]:
    """Copies of each instance after keep rule, caps and mixture, row by row."""
    tau, mixture, counts = recipe.tau, recipe.mixture, counts_of(rows)
    pool = by_definition(rows, recipe, tau)
    order = sorted(
        range(len(rows)),
        key=lambda i: (-holds(rows[i], recipe, tau, counts), draw_of(recipe.seed, "at_most", "", i), i),
    )
    value = [value_of(row, mixture.perspective, counts[mixture.perspective]) for row in rows]
    there: Sizes = Counter()
    for i in order:
        there[value[i]] += pool[i]
    there = {v: n for v, n in there.items() if n}
    if mixture.sizes:
        return _given(rows, recipe, order, value, pool, {**there, **mixture.sizes})
    shares = _shares(mixture, there)
    if mixture.size is not None:
        return _given(rows, recipe, order, value, pool, _apportioned(mixture.size, shares))
    can_give = {v: mixture.repeat * there.get(v, 0) for v in shares}
    for _ in range(8):
        total = _largest(shares, can_give)
        wanted = _apportioned(total, shares)
        copies = _given(rows, recipe, order, value, pool, wanted)
        got: Sizes = Counter()
        for i in order:
            got[value[i]] += copies[i]
        short = [v for v in there if got[v] < wanted[v]]
        if not short:
            break
        can_give |= {v: got[v] for v in short}
    return copies


def _shares(mixture: Mixture, there: Sizes) -> dict[str | None, Fraction]:
    named = {v: Fraction(repr(float(share))) for v, share in mixture.shares.items()}
    total = sum(named.values(), Fraction(0))
    others = {v: n for v, n in there.items() if v not in named}
    if total >= 1 - Fraction(SLACK) or not others:
        scaled = {v: share / total if total else Fraction(0) for v, share in named.items()}
        return {**scaled, **dict.fromkeys(others, Fraction(0))}
    return {**named, **{v: (1 - total) * n / sum(others.values()) for v, n in others.items()}}


def _apportioned(total: int, shares: dict[str | None, Fraction]) -> Sizes:
    if not any(shares.values()):
        return dict.fromkeys(shares, 0)
    rows = {v: int(total * share) for v, share in shares.items()}
    by_remainder = sorted(shares, key=lambda v: (rows[v] - total * shares[v], -shares[v], v is None, v))
    for v in by_remainder[: total - sum(rows.values())]:
        rows[v] += 1
    return rows


def _largest(shares: dict[str | None, Fraction], can_give: Sizes) -> int:
    bounds = [(can_give[v], share) for v, share in shares.items() if share and can_give[v]]
    if not bounds:
        return 0
    nearly = min((give + Fraction(1, 10**6)) // share for give, share in bounds)
    wanted = _apportioned(nearly, shares)
    if all(wanted[v] <= give for v, give in can_give.items() if give):
        return nearly
    return min(give // share for give, share in bounds)


def _given(
    rows: Rows, recipe: Recipe, order: list[int], value: list[str | None], pool: list[int], wanted: Sizes
) -> list[int]:
    copies, got = [0] * len(rows), Counter[str | None]()
    for i in order:
        for _ in range(pool[i]):
            if got[value[i]] < wanted[value[i]]:
                copies[i] += 1
                got[value[i]] += 1
    for _ in range(recipe.mixture.repeat - 1):
        for i in order:
            for _ in range(pool[i]):
                if got[value[i]] < wanted[value[i]] and _fits(rows, recipe, copies, i):
                    copies[i] += 1
                    got[value[i]] += 1
    return copies


def _fits(rows: Rows, recipe: Recipe, copies: list[int], i: int) -> bool:
    """Whether one more copy of the instance leaves every cap that it has within its bound."""
    return all(
        sum(c for c, row in zip(copies, rows, strict=True) if entity in row.get(perspective, ())) < most
        for perspective in PAPER_NAMES
        for entity, most in bounds_of(recipe, perspective, counts_of(rows)).items()
        if entity in rows[i].get(perspective, ())
    )
