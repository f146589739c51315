"""Why: for one instance, what each perspective decided and by which draw; for one entity, what happens to it.

Part of the rebalance stage; reads tables, writes none. The critical τ comes from the same compiled function as the
run's (`adr.rebalance.loops`), on the few postings of the one instance.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adr.draws import ALPHA_KEY, draw_key, draws, seed_start
from adr.errors import AdrError
from adr.figures import number_words
from adr.perspectives import described
from adr.rebalance import loops
from adr.rebalance.at_most import EachBound, ranks, ranks_over
from adr.rebalance.engine import Engine, unread_instances
from adr.rebalance.explain_mixture import MixtureRank, written_rank
from adr.rebalance.preview import REASONS, RecipePreview
from adr.recipe import Recipe
from adr.recipe_frozen import positions_of
from adr.report import Unbounded
from adr.store import Store


@dataclass(frozen=True)
class EntityDraw:
    """One entity of an instance: n instances have it; it passes when draw · n < limit (τ, or what replaces τ)."""

    entity: str
    n: int
    limit: Unbounded
    by_hand: str  # 'own_tau', 'mute' or 'protect' where the recipe says so of this entity, else ''
    probability: float  # min(1, limit / n)
    draw: float
    product: float  # draw · n: the τ from which it passes
    passed: bool


@dataclass(frozen=True)
class Pass:
    """What one perspective decided. critical_tau: it passes when τ is larger; −1: it passes whatever τ is, by an entity
    that is protected or has its own τ; inf: it never passes. entity: the one that decides, or null where no entity is
    left to draw."""

    perspective: str
    passed: bool
    tau: Unbounded
    critical_tau: Unbounded
    entity: str | None
    probability: float  # q: that the perspective passes, over all seeds
    entities: tuple[EntityDraw, ...]


@dataclass(frozen=True)
class CapRank:
    """A cap on an entity of the instance. rank: its place, from 1, among the `of` instances with the entity that the
    keep rule keeps, in the order of caps; copies count."""

    perspective: str
    entity: str
    at_most: int
    rank: int
    of: int


@dataclass(frozen=True)
class Explanation:
    """Why an instance is kept or dropped; run 0: a recipe that has not been applied."""

    run: int
    instance: int
    kept: bool
    copies: int
    reason: str
    pass_count: int
    min_passes: int
    alpha: float
    alpha_draw: float
    probability: float | None  # P(kept) over all seeds; None where caps or mixture bind and it was not estimated
    passes: tuple[Pass, ...]
    caps: tuple[CapRank, ...] = ()  # those that the instance is over
    mixture: MixtureRank | None = None  # where the mixture changes its copies

    @property
    def in_words(self) -> str:
        """The decision and its reason in one or two sentences."""
        return self._decision_in_words() + (f" {self.mixture.in_words}" if self.mixture else "")

    def _decision_in_words(self) -> str:
        if self.reason == "excluded":
            return "Dropped: the recipe excludes it, and it counts nowhere."
        if self.reason == "protected":
            return "Kept: the recipe protects it."
        if self.reason == "keeps_all":
            return "Kept: the recipe keeps every instance."
        if self.reason == "no_entities":
            return "Dropped: it has no entity in any of the recipe's perspectives."
        if self.reason == "unread":
            return "Kept: it holds text that was not read, and the recipe keeps such instances."
        passed = [f"{_plain(p.perspective)} {_from(p)}" for p in self.passes if p.passed]
        said = f"passes {', '.join(passed)}" if passed else "no perspective passes"
        if self.reason == "over_cap":
            over = "; ".join(
                f"“{c.entity}” is capped at {c.at_most:,} and this is number {c.rank:,} of {c.of:,}" for c in self.caps
            )
            return f"Dropped by a cap: {said}, but {over}."
        if self.reason == "mixture":
            return f"Dropped by the mixture: {said if passed else 'the rest of the recipe keeps it'}."
        if self.reason == "alpha":
            return f"Dropped by the last draw ({self.alpha_draw:.3f} is not below α {self.alpha:g}); {said}."
        if self.kept:
            return f"Kept{f' {self.copies} times' if self.copies > 1 else ''}: {said}."
        near = min(
            (p for p in self.passes if not p.passed and p.entity),
            key=lambda p: p.critical_tau / max(p.tau, 1),
            default=None,
        )
        last = f" Nearest: {_plain(near.perspective)} {_from(near)}." if near else ""
        return f"Dropped: {said}; {self.min_passes} needed.{last}"


@dataclass(frozen=True)
class EntityExplanation:
    """What a recipe does to one entity. Counts are instances."""

    perspective: str
    entity: str
    n: int
    limit: float  # τ, or what replaces it
    by_hand: str  # 'own_tau', 'mute' or 'protect', else ''
    at_most: int | None  # its cap
    probability: float  # p(e), of one draw
    kept: int
    dropped: int
    over_cap: int  # of the dropped, those that a cap keeps out: its own, or another entity's
    by_mixture: int  # of the dropped, those that the mixture drops
    expected: float | None  # expected number kept, over all seeds; None where caps or mixture bind
    random: int  # left in a random subset of equal size
    by_itself: int  # kept instances in which this entity decides its perspective's pass
    keepers: tuple[tuple[str, str, int], ...]  # (perspective, entity, instances it keeps), most first


def explain(store: Store, run: int, instance: int) -> Explanation:
    """Why `run` kept or dropped `instance`: the decision and critical τ that it wrote, with the draws behind them.

    AdrError when there is no such run or instance.
    """
    found = store.row("select recipe, report from run where run = $1", [run])
    if found is None:
        raise AdrError(f"There is no run {run}.", "Apply a recipe on the Rebalance page, or `python -m adr rebalance`.")
    decision = store.row(
        "select kept, copies, reason, pass_count, probability from decision where run = $1 and instance = $2",
        [run, instance],
    )
    if decision is None:
        raise AdrError(f"Run {run} has no instance {instance}.", "Instances are positions in the source, from 0.")
    recipe = Recipe.from_toml(str(found[0]), f"the recipe of run {run}")
    recorded = {
        p: (float(tau), name)
        for p, tau, name in store.rows(
            "select perspective_name(c.perspective), c.critical_tau, e.name from critical_tau c "
            "left join entity e on e.entity = c.entity where c.run = $1 and c.instance = $2",
            [run, instance],
        )
    }
    now = explain_recipe(store, recipe, json.loads(found[1])["tau"], instance)
    passes = tuple(
        p
        if p.perspective not in recorded
        else Pass(
            p.perspective,
            recorded[p.perspective][0] < p.tau,
            p.tau,
            *recorded[p.perspective],
            p.probability,
            p.entities,
        )
        for p in now.passes
    )
    kept, copies, reason, pass_count, probability = decision
    return Explanation(
        run=run,
        instance=instance,
        kept=bool(kept),
        copies=int(copies),
        reason=str(reason),
        pass_count=int(pass_count),
        min_passes=recipe.min_passes,
        alpha=recipe.alpha,
        alpha_draw=now.alpha_draw,
        probability=None if probability is None else float(probability),
        passes=passes,
        caps=_written_ranks(store, recipe, run, instance),
        mixture=written_rank(store, recipe.mixture.perspective, run, instance, int(copies)) if recipe.mixture else None,
    )


def _written_ranks(store: Store, recipe: Recipe, run: int, instance: int) -> tuple[CapRank, ...]:
    """The caps that a run found the instance to be over."""
    rows = store.rows(
        """
        select perspective_name(e.perspective), e.name, o.rank, o.of from over_cap o join entity e using (entity)
        where o.run = $1 and o.instance = $2 order by o.rank - o.of, e.name""",
        [run, instance],
    )
    return tuple(
        CapRank(
            perspective,
            name,
            recipe.at_most.get(perspective, {}).get(name, recipe.at_most_each.get(perspective, 0)),
            rank,
            of,
        )
        for perspective, name, rank, of in rows
    )


def explain_recipe(
    store: Store,
    recipe: Recipe,
    tau: Mapping[str, float],
    instance: int,
    caps: Sequence[CapRank] = (),
    mixture: MixtureRank | None = None,
) -> Explanation:
    """Why `recipe` with these τ keeps or drops `instance`, without a run. AdrError when there is no such instance.

    caps: the instance's ranks under the recipe's caps, as `cap_ranks` gives them; other caps are not looked at.
    mixture: what the recipe's mixture does to it, as `mixture_rank` gives it.
    """
    if not store.value("select 1 from instance where instance = $1", [instance]):
        raise AdrError(f"There is no instance {instance}.", "Instances are positions in the source, from 0.")
    if instance in positions_of(recipe.exclude):
        return _excluded(recipe, instance)
    rows = _entities(store, recipe, instance)
    passes = tuple(
        _pass(
            recipe, perspective, float(tau[perspective]), instance, [row[1:] for row in rows if row[0] == perspective]
        )
        for perspective in recipe.perspectives
    )
    pass_count = sum(p.passed for p in passes)
    alpha_draw = float(draws(recipe.seed, ALPHA_KEY, instance))
    unread = recipe.unread == "keep" and instance in unread_instances(store)
    protected = instance in positions_of(recipe.protect_instances)
    enough = pass_count >= recipe.min_passes or unread or protected
    by_rule = enough and (alpha_draw < recipe.alpha or protected)
    probability = np.empty(1)
    chances = np.array([[p.probability] for p in passes])
    loops.keep_chance(0, 1, chances, 0 if unread else recipe.min_passes, float(recipe.alpha), probability)
    copies = _copies(recipe, passes) if by_rule else 0
    over = tuple(cap for cap in caps if cap.rank + copies - 1 > cap.at_most) if by_rule else ()
    left = max(int(protected), min([copies, *(max(0, cap.at_most - cap.rank + 1) for cap in over)]))
    within_caps, left = left > 0, mixture.copies if mixture else left
    reason = _reason(recipe, passes, enough, by_rule, left > 0) if left or not within_caps else "mixture"
    return Explanation(
        run=0,
        instance=instance,
        kept=left > 0,
        copies=left,
        reason="protected" if protected else reason,
        pass_count=pass_count,
        min_passes=recipe.min_passes,
        alpha=recipe.alpha,
        alpha_draw=alpha_draw,
        probability=1.0 if protected else float(probability[0]),
        passes=passes,
        caps=over,
        mixture=mixture,
    )


def _entities(store: Store, recipe: Recipe, instance: int) -> list[tuple[Any, ...]]:
    """(perspective, name, n, draw key) of the entities of an instance, the most frequent first; n without the instances
    that the recipe excludes."""
    excluded = positions_of(recipe.exclude)
    rows = store.rows(
        """
        select perspective_name(p.perspective), e.name, e.n, e.draw_key, e.entity
        from posting p join entity e using (entity) where p.instance = $1""",
        [instance],
    )
    less = dict(
        store.rows(
            """
            select entity, count(*) from posting where entity in (select unnest($1::integer[]))
            and instance in (select unnest($2::integer[])) group by entity""",
            [[row[4] for row in rows], excluded],
        )
        if len(excluded)
        else ()
    )
    counted = [(*row[:2], row[2] - less.get(row[4], 0), *row[3:]) for row in rows]
    return [row[:4] for row in sorted(counted, key=lambda row: (-row[2], row[4]))]


def _excluded(recipe: Recipe, instance: int) -> Explanation:
    """Of an instance that the recipe excludes."""
    return Explanation(
        run=0,
        instance=instance,
        kept=False,
        copies=0,
        reason="excluded",
        pass_count=0,
        min_passes=recipe.min_passes,
        alpha=recipe.alpha,
        alpha_draw=float(draws(recipe.seed, ALPHA_KEY, instance)),
        probability=0.0,
        passes=(),
    )


def cap_ranks(engine: Engine, preview: RecipePreview, instance: int) -> tuple[CapRank, ...]:
    """The ranks of an instance under the caps of a preview's recipe; empty when the keep rule drops it."""
    row = engine.row(instance)
    if not preview.by_rule[row]:
        return ()
    place = engine.place(preview.recipe, preview.tau)
    found = []
    for perspective, name, bound in engine.caps(preview.recipe):
        at = int(np.searchsorted(bound.rows, row))
        if at < len(bound.rows) and bound.rows[at] == row:
            ordered, first = ranks(bound.rows, preview.by_rule, place)
            rank = int(first[np.flatnonzero(ordered == row)[0]])
            found.append(
                CapRank(perspective, name, bound.most, rank, int(preview.by_rule[ordered].sum(dtype=np.int64)))
            )
    for perspective, each in engine.caps_each(preview.recipe):
        found += _ranks_of_each(engine, preview.by_rule, place, perspective, each, row)
    return tuple(found)


def _ranks_of_each(
    engine: Engine, by_rule: np.ndarray, place: np.ndarray, perspective: str, bound: EachBound, row: int
) -> list[CapRank]:
    """The ranks of a row in those of its entities that are over a cap on each."""
    own = np.isin(bound.entities, bound.entities[bound.rows == row])
    over = ranks_over(EachBound(bound.rows[own], bound.entities[own], bound.most), by_rule, place)
    at = np.flatnonzero(over.rows == row)
    names = engine.names(perspective, over.entities[at])
    return [
        CapRank(perspective, name, bound.most, int(over.first[one]), int(over.of[one]))
        for name, one in zip(names, at.tolist(), strict=True)
    ]


def _reason(recipe: Recipe, passes: tuple[Pass, ...], enough: bool, by_rule: bool, kept: bool) -> str:
    if kept and not recipe.min_passes:
        return "keeps_all"
    if kept:
        return "passes" if sum(p.passed for p in passes) >= recipe.min_passes else "unread"
    if by_rule:
        return "over_cap"
    if enough:
        return "alpha"
    return "below_min_passes" if any(p.entities for p in passes) else "no_entities"


def _pass(recipe: Recipe, perspective: str, tau: float, instance: int, rows: list[tuple[Any, ...]]) -> Pass:
    number = len(rows)
    n = np.array([row[1] for row in rows], dtype=np.int32)
    keys = np.array([row[2] for row in rows], dtype=np.uint64)
    limits = recipe.limits(perspective)
    own = np.array([limits.get(row[0], -1.0) for row in rows], dtype=np.float64)
    offsets, entities = np.array([0, number], dtype=np.int64), np.arange(number, dtype=np.int32)
    critical, decider, chance = np.empty(1), np.empty(1, dtype=np.int32), np.empty(1)
    key = keys if recipe.pass_rule == "any" else np.uint64(draw_key(perspective, ""))
    loops.CRITICAL[recipe.pass_rule](
        0,
        1,
        np.ones(1, dtype=bool),
        offsets,
        entities,
        n,
        key,
        own,
        np.uint64(seed_start(recipe.seed)),
        np.array([instance], dtype=np.int32),
        critical,
        decider,
    )
    loops.CHANCE[recipe.pass_rule](offsets, entities, n, own, tau, chance)
    drawn = draws(recipe.seed, key, np.full(number, instance)) if number else np.empty(0)
    told = tuple(
        EntityDraw(
            entity=str(name),
            n=int(count),
            limit=float(limit),
            by_hand=_by_hand(recipe, perspective, str(name)),
            probability=min(1.0, limit / count),
            draw=float(u),
            product=float(u * count),
            passed=bool(u * count < limit),
        )
        for (name, count, _), limit, u in zip(rows, np.where(own < 0, tau, own), drawn, strict=True)
    )
    entity = str(rows[decider[0]][0]) if number and decider[0] >= 0 else None
    return Pass(perspective, bool(tau > critical[0]), tau, float(critical[0]), entity, float(chance[0]), told)


def _by_hand(recipe: Recipe, perspective: str, name: str) -> str:
    """How the recipe sets an entity apart from τ: a key of the recipe, or ''."""
    keys = ("own_tau", "mute", "protect")
    return next((key for key in keys if name in getattr(recipe, key).get(perspective, ())), "")


def _copies(recipe: Recipe, passes: tuple[Pass, ...]) -> int:
    """min(repeat, max(1, ⌊√p⌋)) for the largest unclamped p = limit / n over all entities."""
    copies = 1
    for drawn in (d for p in passes for d in p.entities):
        while copies < recipe.repeat and drawn.limit >= float((copies + 1) ** 2) * drawn.n:
            copies += 1
    return copies


def explain_entity(
    engine: Engine, preview: RecipePreview, perspective: str, name: str, *, top: int = 10
) -> EntityExplanation:
    """What a recipe does to one entity, and which other entities keep what is left of it.

    An instance that passes in several perspectives counts for the decider of each. AdrError for an unknown entity.
    """
    place = engine.places(perspective, [name]).get(name)
    if place is None:
        raise AdrError(f"There is no {_plain(perspective)} {name!r}.", "Search for its name on the Explore page.")
    recipe, postings = preview.recipe, engine.postings[perspective]
    rows = postings.rows_of(place)
    kept = rows[preview.kept[rows]]
    own = engine.own(recipe)
    tally: list[tuple[str, int, int]] = []
    by_itself = 0
    for other in recipe.perspectives:
        critical = engine.critical(recipe, other, own[other])
        deciders = critical.decider[kept[preview.tau[other] > critical.tau[kept]]]
        places, counts = np.unique(deciders[deciders >= 0], return_counts=True)
        for decider, count in zip(places.tolist(), counts.tolist(), strict=True):
            if other == perspective and decider == place:
                by_itself = count
            else:
                tally.append((other, decider, count))
    best = sorted(tally, key=lambda row: -row[2])[:top]
    named = [(other, engine.names(other, [decider])[0], count) for other, decider, count in best]
    limit = recipe.limits(perspective).get(name, preview.tau[perspective])
    n = int(postings.n[place])
    return EntityExplanation(
        perspective=perspective,
        entity=name,
        n=n,
        limit=limit,
        by_hand=_by_hand(recipe, perspective, name),
        at_most=recipe.at_most.get(perspective, {}).get(name, recipe.at_most_each.get(perspective)),
        probability=min(1.0, limit / n),
        kept=len(kept),
        dropped=len(rows) - len(kept),
        over_cap=int(np.count_nonzero(preview.reason[rows] == REASONS.index("over_cap"))),
        by_mixture=int(np.count_nonzero(preview.reason[rows] == REASONS.index("mixture"))),
        expected=None if preview.probability is None else float(preview.probability[rows].sum()),
        random=int(preview.random[perspective][place]),
        by_itself=by_itself,
        keepers=tuple(named),
    )


def _plain(perspective: str) -> str:
    return described(perspective).called


def _from(passed: Pass) -> str:
    if passed.critical_tau < 0:
        return f"whatever τ is, by “{passed.entity}”"
    if math.isinf(passed.critical_tau):
        return "never"
    return f"from τ = {number_words(passed.critical_tau)}, by “{passed.entity}”"
