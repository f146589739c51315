"""What a run's tail lacks, and which instances can be parents: the questions that a plan asks the tables.

Knows nothing of prompts, models or files.
"""

import functools
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from adr.errors import AdrError
from adr.perspectives import is_known
from adr.recipe import Recipe
from adr.store import Store
from adr.tail import tail_share_to_tau

# Entities that no instance has are numbered from here.
UNSEEN = 1 << 30
# Pictures show objects, so slots are planned for objects first, then for pairs, then for nouns.
LEAD = {"object": 0, "co_occurrence": 1, "token": 2, "interrogation": 3}
# A picture of five objects has ten pairs of them, so a pair counts less than an object: cluttered pictures would come
# before those of the rarest things.
_PAIR_COUNTS = 0.5


@dataclass(frozen=True)
class RunFacts:
    """What a plan needs to know of a run. tau: per perspective of its recipe; muted: entities with the cap 0."""

    run: int
    recipe: Recipe
    dropped: int
    tau: Mapping[str, float]
    muted: frozenset[tuple[str, str]]

    def usual(self, perspective: str) -> float:
        """τ of a perspective; the greatest τ when the recipe does not use the perspective."""
        return self.tau.get(perspective, max(self.tau.values(), default=1.0))


@dataclass(frozen=True)
class Tail:
    """Entities that lack instances, ordered by id. have: kept instances with the entity, and rows retrieved for the run
    that are not rejected; target: instances wanted; scale: instances usually wanted in its perspective, which differ
    from target where it was set by hand."""

    entity: npt.NDArray[np.int64]
    perspective: list[str]
    name: list[str]
    have: npt.NDArray[np.float64]
    target: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.entity)

    def where(self, mask: npt.NDArray[np.bool_]) -> "Tail":
        """The entities for which `mask` is set."""
        rows = np.flatnonzero(mask).tolist()
        named = [self.perspective[row] for row in rows], [self.name[row] for row in rows]
        return Tail(self.entity[mask], *named, self.have[mask], self.target[mask], self.scale[mask])

    @property
    def unseen(self) -> npt.NDArray[np.bool_]:
        """Which of them no instance of the index has."""
        return self.entity >= UNSEEN

    def noun_of(self, position: int) -> int | None:
        """The position of the noun that names the object at `position`; None when no such noun lacks instances."""
        return self._nouns.get(self.name[position]) if self.perspective[position] == "object" else None

    @functools.cached_property
    def _nouns(self) -> dict[str, int]:
        return {name: i for i, (p, name) in enumerate(zip(self.perspective, self.name, strict=True)) if p == "token"}

    @property
    def weight(self) -> npt.NDArray[np.float64]:
        """What raising each counts beside raising an object."""
        return np.where(self.lead == LEAD["co_occurrence"], _PAIR_COUNTS, 1.0)

    @property
    def lead(self) -> npt.NDArray[np.int64]:
        """The order in which a slot picks the entity it is planned for: objects, then pairs, nouns, question forms."""
        return np.array([LEAD.get(p, len(LEAD)) for p in self.perspective], dtype=np.int64)


def run_facts(store: Store, run: int) -> RunFacts:
    """The recipe, τ and dropped instances of a run; AdrError when there is no such run."""
    row = store.row("select recipe, dropped, report from run where run = $1", [run])
    if row is None:
        known = [str(r) for (r,) in store.rows("select run from run order by run")]
        raise AdrError(
            f"There is no run {run}.",
            f"Runs: {', '.join(known)}."
            if known
            else "Rebalance first, with `python -m adr rebalance` or on the Rebalance page.",
        )
    recipe = Recipe.from_toml(row[0], f"the recipe of run {run}")
    report = json.loads(row[2] or "{}").get("perspectives", {})
    tau = {}
    for p in recipe.perspectives:
        told = report.get(p, {}) if isinstance(report, Mapping) else {}
        found = told.get("tau", recipe.tau.get(p))
        if found is None:
            counts = store.arrays("select n from entity where perspective = perspective_number($1)", [p])["n"]
            found = tail_share_to_tau(counts, recipe.share_for(p))
        tau[p] = float(found)
    muted = frozenset((p, name) for p, names in recipe.mute.items() for name in names)
    return RunFacts(run, recipe, int(row[1]), tau, muted)


def lacking(
    store: Store,
    facts: RunFacts,
    perspectives: Iterable[str],
    target: float | None = None,
    only: Iterable[int] | None = None,
    without: Iterable[int] = (),
    targets: Mapping[int, float] | None = None,
) -> Tail:
    """The entities of a run that lack instances: n(e) < τ (without muted ones) and fewer kept than wanted.

    target: instances wanted per entity; None for τ of its perspective. targets: {entity: instances wanted}, which
    overrides target. only: the only entities (ids) to look at, in the tail or not. without: entities to leave out.
    """
    chosen = [p for p in perspectives if p in facts.tau]
    told = targets or {}
    listed = sorted(set(only)) if only is not None else None
    rows = store.rows(
        """
        with wanted as (
            select entity, perspective, name from entity
            where list_contains($perspectives, perspective_name(perspective)) and (
                list_contains($listed, entity) or $whole and n < map($voting, $tau)[perspective_name(perspective)])
        ), kept as (
            select p.entity, count(*) as have
            from posting p
            semi join wanted w on w.entity = p.entity
            join decision d on d.run = $run and d.instance = p.instance and d.kept
            group by p.entity
        ), retrieved as (
            select entity, count(*) as have from (
                select unnest(c.entities) as entity
                from candidate c join plan using (plan) left join current_verdict v using (candidate)
                where c.retrieved is not null and plan.run = $run and coalesce(v.judgement, 'accept') = 'accept'
            ) group by entity
        )
        select w.entity, perspective_name(w.perspective), w.name, coalesce(k.have, 0) + coalesce(r.have, 0)
        from wanted w left join kept k on k.entity = w.entity left join retrieved r on r.entity = w.entity
        order by w.entity
        """,
        {
            "perspectives": chosen,
            "listed": (listed or []) + sorted(told),
            "whole": listed is None,
            "run": facts.run,
            "voting": list(facts.tau),
            "tau": [float(count) for count in facts.tau.values()],
        },
    )
    dropped = set(without)
    found = []
    for entity, perspective, name, have in rows:
        wants = told.get(entity, facts.tau[perspective] if target is None else target)
        if have < wants and entity not in dropped and (perspective, name) not in facts.muted:
            found.append((entity, perspective, name, have, wants))
    usual = [facts.tau[f[1]] if target is None else target for f in found]
    return tail_of(found, usual)


def tail_of(rows: Sequence[tuple[int, str, str, float, float]], scale: Sequence[float]) -> Tail:
    """The tail of rows (entity, perspective, name, have, target) in the order of the entities' ids."""
    return Tail(
        np.array([row[0] for row in rows], np.int64),
        [row[1] for row in rows],
        [row[2] for row in rows],
        np.array([row[3] for row in rows], np.float64),
        np.array([row[4] for row in rows], np.float64),
        np.array(scale, np.float64),
    )


def by_hand(store: Store, facts: RunFacts, quotas: Mapping[int, int]) -> Tail:
    """The entities that are to get a number of slots, {entity: slots}, and as many instances more than they have."""
    some = {e: n for e, n in quotas.items() if n > 0}
    known = lacking(store, facts, list(facts.tau), math.inf, some)
    made = store.rows("select entity, name from made_thing where list_contains($1::integer[], entity)", [list(some)])
    tail = joined(known, never_seen(facts, dict(made), None, {}))
    more = np.array([some[int(e)] for e in tail.entity], np.float64)
    return replace(tail, target=tail.have + more, scale=np.array([facts.usual(p) for p in tail.perspective]))


def never_seen(facts: RunFacts, names: Mapping[int, str], target: float | None, targets: Mapping[int, float]) -> Tail:
    """The tail of things that no instance has, {entity: name}; wanted as often as objects are."""
    usual = facts.usual("object") if target is None else target
    rows = [(e, "object", name, 0.0, targets.get(e, usual)) for e, name in sorted(names.items())]
    return tail_of(rows, [usual] * len(rows))


def joined(first: Tail, second: Tail) -> Tail:
    """Both tails; the entities of the second come after those of the first."""
    if not len(second):
        return first
    return Tail(
        np.concatenate([first.entity, second.entity]),
        first.perspective + second.perspective,
        first.name + second.name,
        np.concatenate([first.have, second.have]),
        np.concatenate([first.target, second.target]),
        np.concatenate([first.scale, second.scale]),
    )


@dataclass(frozen=True)
class Parents:
    """Instances that may be parents, in order, with positions of their entities in a `Tail` (as in `greedy.Pool`)."""

    instance: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]
    entities: npt.NDArray[np.int64]


def pool(
    store: Store,
    tail: Tail,
    chosen: Mapping[int, Iterable[int]] | None = None,
    *,
    run: int | None = None,
    named: int | None = None,
    known: Collection[str] | None = None,
    words: bool = False,
) -> Parents:
    """The synthesis pool (DESIGN §2): instances whose images are all on disk and used by no other instance, and that
    have at least one entity of `tail` that a picture made from them would have.

    run: leaves out the instances that it excludes.
    named: how many of the parent's objects, the rarest ones, a prompt names; None when the picture keeps all of them.
    known: the only objects that a prompt names; None for all.
    Pairs count when both their objects are in the picture, tokens when they name one of its objects. With `words` (the
    parent's own conversation is kept) all tokens and question forms count. chosen: {entity: its only parents}.
    """
    found = store.arrays(
        """
        with used as (
            select image, count(distinct instance) as instances
            from (select instance, unnest(images) as image from instance) group by image
        ), alone as (
            select i.instance
            from (select instance, unnest(images) as image from instance where missing = 0) i
            join used u on u.image = i.image
            anti join (select instance from decision where run = $run and reason = 'excluded') x
                on x.instance = i.instance
            group by i.instance having max(u.instances) = 1
        ), shown as (
            select p.instance, p.entity, e.name
            from posting p join alone a on a.instance = p.instance join entity e on e.entity = p.entity
            where p.perspective = perspective_number('object')
              and ($every or e.name in (select unnest($known::varchar[])))
            qualify $named is null or row_number() over (partition by p.instance order by e.n, p.entity desc) <= $named
        )
        select p.instance, p.entity
        from posting p
        join alone a on a.instance = p.instance
        join entity e on e.entity = p.entity
        left join shown o on o.instance = p.instance and o.entity = p.entity
        left join shown f on f.instance = p.instance and f.entity = e.first
        left join shown s on s.instance = p.instance and s.entity = e.second
        left join shown t on t.instance = p.instance and t.name = e.name
        where p.entity in (select unnest($entities::integer[])) and case perspective_name(p.perspective)
            when 'object' then o.entity is not null
            when 'co_occurrence' then f.entity is not null and s.entity is not null
            when 'token' then $words or t.entity is not null
            else $words end
        order by p.instance, p.entity
        """,
        {
            "entities": tail.entity.tolist(),
            "named": named,
            "run": run,
            "words": words,
            "every": named is None or known is None,
            "known": sorted(known or ()),
        },
    )
    instance, entity = found["instance"].astype(np.int64), found["entity"].astype(np.int64)
    for one, parents in (chosen or {}).items():
        may = (entity != one) | np.isin(instance, np.fromiter(parents, np.int64))
        instance, entity = instance[may], entity[may]
    instances, starts = np.unique(instance, return_index=True)
    return Parents(instances, np.append(starts, len(instance)).astype(np.int64), np.searchsorted(tail.entity, entity))


def entity_ids(store: Store, names: Iterable[Any]) -> list[int]:
    """Ids of entities given as ids, as 'perspective:name' or as a bare name (objects first); AdrError for an unknown
    name."""
    found = []
    for asked in names:
        if isinstance(asked, int) and not isinstance(asked, bool):
            found.append(asked)
            continue
        perspective, colon, name = str(asked).partition(":")
        rows = store.rows(
            "select entity, perspective_name(perspective) from named_entity where name = $1",
            [name if colon and is_known(perspective) else str(asked)],
        )
        if colon and is_known(perspective):
            rows = [row for row in rows if row[1] == perspective]
        if not rows:
            raise AdrError(f"There is no entity {asked!r}.", "Look for it on the Explore page.")
        found.append(min(rows, key=lambda row: LEAD.get(row[1], len(LEAD)))[0])
    return found
