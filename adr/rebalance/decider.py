"""Deciding: what the keep rule of one recipe makes of rows, given their postings with n(e) and draw keys.

With fixed draws a perspective passes when τ > critical τ (docs/engine.md). Everything here depends on a row's own
entities, their counts and draw keys, and the row's position; so the rows of one shard, with the counts of the whole
dataset, are decided as they are among all others. Pure functions over arrays; knows no tables and remembers nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from adr.draws import ALPHA_KEY, AT_MOST_KEY, draw_key, draws, seed_start
from adr.rebalance import loops
from adr.rebalance.at_most import MOST_HELD, Bound, EachBound, Together, place_in_order, whole_draws, within
from adr.rebalance.marked_rows import Copies, MarkedRows, Marks
from adr.rebalance.postings import NO_ENTITY, PostingRows
from adr.rebalance.preview import Critical
from adr.recipe import Recipe
from adr.tail import tail_rule

Own = Mapping[int, float]
"""{number of an entity in PostingRows: what replaces its τ}"""
Chances = npt.NDArray[np.float64]
AtOnce = Callable[[list[Callable[[], Any]]], list[Any]]
"""Runs several functions and gives their results in order: one after the other, or at the same time."""


def in_turn(works: list[Callable[[], Any]]) -> list[Any]:
    """The results of several functions, called one after the other."""
    return [work() for work in works]


@dataclass(frozen=True)
class Decider:
    """The keep rule of one recipe over rows.

    postings, rarest: of every perspective that has a say, rarest being `PostingRows.rarest`; tau: τ by perspective;
    own: what replaces it, for the voting perspectives; rows_of: (perspective, entity) to the rows that have it.
    """

    recipe: Recipe
    rows: MarkedRows
    postings: Mapping[str, PostingRows]
    rarest: Mapping[str, npt.NDArray[np.int32]]
    tau: Mapping[str, float]
    own: Mapping[str, Own]
    rows_of: Callable[[str, int], npt.NDArray[np.int64]]

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        rows: MarkedRows,
        postings: Mapping[str, PostingRows],
        tau: Mapping[str, float],
        own: Mapping[str, Own],
    ) -> "Decider":
        """A decider that finds everything else in the postings."""
        rarest = {p: one.rarest() for p, one in postings.items()}
        return cls(recipe, rows, postings, rarest, tau, own, lambda p, entity: postings[p].rows_of(entity))

    def critical(self, perspective: str) -> Critical:
        """Critical τ of every row in one perspective, and the entity that gives it."""
        instances, own = self.rows.instances, self.own[perspective]
        return critical_of(self.postings[perspective], instances, self.recipe.seed, self.recipe.pass_rule, own)

    def pass_counts(self, critical: Callable[[str], Critical] | None = None) -> Copies:
        """How many of the recipe's perspectives pass, for every row. critical: gives what is known already."""
        passes = np.zeros(len(self.rows), dtype=np.int8)
        for perspective in self.recipe.perspectives:
            passes += self.tau[perspective] > (critical or self.critical)(perspective).tau
        return passes

    def by_rule(self, passes: Copies, last_draw: Callable[[], Chances] | None = None) -> Copies:
        """The copies of each row that the keep rule keeps: pass count, unread text and last draw, then `repeat`."""
        last = last_draw or partial(draws, self.recipe.seed, ALPHA_KEY, self.rows.instances)
        return self.copies(self.rows.enough(self.recipe, passes) & self.rows.survives(self.recipe, last))

    def copies(self, kept: Marks) -> Copies:
        """How many times each kept row counts; 0 for the others."""
        copies = kept.astype(np.int8)
        if self.recipe.repeat > 1:
            for perspective in self.recipe.perspectives:
                rows, limits = self.postings[perspective], limits_of(self.postings[perspective], self.own[perspective])
                tau, most = self.tau[perspective], self.recipe.repeat
                loops.copies_by_rarity(rows.offsets, rows.entities, rows.n, limits, tau, most, copies)
        return copies

    def held(self) -> Copies:
        """In how many of the recipe's perspectives each row holds a tail entity (n < τ) or a protected one; the most
        there may be for a protected instance."""
        held = np.zeros(len(self.rows), dtype=np.int8)
        for perspective in self.recipe.perspectives:
            limit = min(self.tau[perspective], NO_ENTITY)  # a row without entities holds none
            holds = self.rarest[perspective] < limit
            for entity in (e for e, value in self.own[perspective].items() if value == np.inf):
                holds[self.rows_of(perspective, entity)] = True
            held += holds
        if self.recipe.protect_instances:
            held[self.rows.protected] = MOST_HELD
        return held

    def place(self) -> npt.NDArray[np.uint64]:
        """Where each row comes in the order of caps, smallest first (see `adr.rebalance.at_most`)."""
        return place_in_order(self.held(), cap_draws(self.recipe.seed, self.rows.instances))

    def empty(self) -> Marks:
        """Rows that have no entity in any of the recipe's perspectives."""
        return without_entities(self.rarest, self.recipe.perspectives, len(self.rows))

    def chance(self, perspective: str) -> Chances:
        """The probability over all seeds that one perspective passes, for every row."""
        own, tau = self.own[perspective], self.tau[perspective]
        return chance_of(self.postings[perspective], self.recipe.pass_rule, tau, own)

    def probability(
        self, chance: Callable[[str], Chances] | None = None, at_once: AtOnce = in_turn, parts: int = 1
    ) -> Chances:
        """P(kept) of every row over all seeds, in closed form. chance: gives what is known already."""
        chances = np.stack(at_once([partial(chance or self.chance, p) for p in self.recipe.perspectives]))
        kept = np.empty(len(self.rows))
        fixed = chances, self.recipe.min_passes, float(self.recipe.alpha), kept
        at_once([partial(loops.keep_chance, begin, end, *fixed) for begin, end in _cut(len(self.rows), parts)])
        self.rows.overrule(self.recipe, kept)
        return kept


def critical_of(
    postings: PostingRows,
    instances: npt.NDArray[np.int32],
    seed: int,
    rule: str,
    own: Own,
    *,
    near: tuple[Own, Critical] | None = None,
    at_once: AtOnce = in_turn,
    parts: int = 1,
) -> Critical:
    """Critical τ of every row in the perspective of `postings`, under a seed, a pass rule and what replaces τ.

    near: another arrangement of own τ and its result; then only rows that have an entity in which they differ are
    computed.
    """
    rows = len(instances)
    wanted = np.ones(rows, dtype=bool)
    critical, decider = np.empty(rows), np.empty(rows, dtype=np.int32)
    if near is not None:
        marked = np.zeros(len(postings.n), dtype=bool)
        marked[[entity for entity, _ in set(own.items()) ^ set(near[0].items())]] = True
        wanted[:] = False
        loops.rows_with(postings.offsets, postings.entities, marked, wanted)
        critical, decider = near[1].tau.copy(), near[1].decider.copy()
    keys = postings.keys if rule == "any" else np.uint64(draw_key(postings.perspective, ""))
    of = wanted, postings.offsets, postings.entities, postings.n, keys
    how = limits_of(postings, own), np.uint64(seed_start(seed)), instances, critical, decider
    at_once([partial(loops.CRITICAL[rule], begin, end, *of, *how) for begin, end in _cut(rows, parts)])
    return Critical(critical, decider)


def chance_of(postings: PostingRows, rule: str, tau: float, own: Own) -> Chances:
    """The probability over all seeds that the perspective of `postings` passes, for every row."""
    q = np.empty(len(postings.offsets) - 1)
    loops.CHANCE[rule](postings.offsets, postings.entities, postings.n, limits_of(postings, own), tau, q)
    return q


def tau_of(recipe: Recipe, perspective: str, n: npt.ArrayLike, tail_share: float) -> float:
    """τ of a perspective: the recipe's count, or the count that its tail share gives on the counts `n`.

    tail_share: of the perspective, where the recipe has none.
    """
    if perspective in recipe.tau:
        return float(recipe.tau[perspective])
    return float(tail_rule(n, 1 - recipe.tail_share.get(perspective, tail_share)).tau)


def limits_of(postings: PostingRows, own: Own) -> Chances:
    """What replaces τ for each entity, -1 where τ applies."""
    limits = np.full(len(postings.n), -1.0)
    for entity, value in own.items():
        limits[entity] = value
    return limits


def without_entities(rarest: Mapping[str, npt.NDArray[np.int32]], perspectives: Sequence[str], rows: int) -> Marks:
    """Rows that have no entity in any of these perspectives."""
    empty = np.ones(rows, dtype=bool)
    for perspective in perspectives:
        empty &= rarest[perspective] == NO_ENTITY
    return empty


def cap_draws(seed: int, instances: npt.NDArray[np.int32]) -> npt.NDArray[np.uint64]:
    """The draw behind the order of caps, as whole numbers."""
    return whole_draws(draws(seed, AT_MOST_KEY, instances))


def within_caps(
    copies: Copies,
    place: Callable[[], npt.NDArray[np.uint64]],
    bounds: Sequence[Bound | EachBound],
    protected: Marks | None,
    together: Together | None = None,
) -> Copies:
    """Of the copies that the keep rule keeps, those that stay within every cap; a protected row keeps at least one.

    place: makes the place of each row in the shared order. protected: None where the recipe protects no instances.
    """
    if not bounds:
        return copies
    left = within(copies, place(), bounds, together)
    return left if protected is None else np.maximum(left, protected.astype(np.int8))


def _cut(rows: int, parts: int) -> list[tuple[int, int]]:
    """(begin, end) of about equal parts of the rows."""
    return list(pairwise(np.linspace(0, rows, parts + 1).astype(int).tolist()))
