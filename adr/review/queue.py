"""What to look at next: the candidates of a filter, in order. Knows nothing of claims (see `claims`)."""

from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from adr.errors import AdrError
from adr.store import Store

STATES = ("pending", "accept", "reject", "unsure", "disputed", "second", "any")
# {order: (sentence, SQL)}. Ties are broken by candidate, so that the order is the same for everybody.
ORDERS = {
    "gain": ("most for the tail", "gain desc, score desc nulls last"),
    "score": ("score, best first", "score desc nulls last"),
    "score_up": ("score, worst first", "score asc nulls first"),
    "entity": ("entity", "name, score desc nulls last"),
    "newest": ("newest", "created_at desc"),
    "sample": ("random sample, to compare a judge with", "md5(candidate)"),
    "doubt": ("doubt: nearest to the middle of the scores", "abs(score - 0.5) asc nulls first"),
}


@dataclass(frozen=True)
class Filter:
    """Which candidates to list. None means that the field does not matter.

    state: 'pending' (no verdict in force), a judgement, 'disputed' (people's standing verdicts differ), 'second' (for a
    blind second review: judged by somebody else but not by `reviewer`), or 'any'. filled: include candidates that add
    to no entity that is short. alternatives: include candidates that were not the best of their slot.
    """

    state: str = "pending"
    plan: int | None = None
    entity: int | None = None
    flag: str | None = None
    generator: str | None = None
    judged_by: str | None = None
    score_from: float | None = None
    score_to: float | None = None
    reviewer: str | None = None
    second_share: float = 1.0
    filled: bool = False
    alternatives: bool = False


_GAINS = """
    with accepted as (
        select c.plan, unnest(c.entities) as entity
        from candidate c join current_verdict v using (candidate) where v.judgement = 'accept'
    ), short as (
        select w.plan, w.entity, greatest(0, w.target - w.have - count(a.entity)) / greatest(w.target, 1) as short
        from wanted w left join accepted a on a.plan = w.plan and a.entity = w.entity
        group by w.plan, w.entity, w.target, w.have
    ), adds as (
        select c.candidate, sum(coalesce(s.short, 0)) as gain, count(s.short) as meters
        from (select candidate, plan, unnest(entities) as entity from candidate) c
        left join short s on s.plan = c.plan and s.entity = c.entity
        group by c.candidate
    )"""
# Whose verdicts stand for each candidate: `disputed`, `mine`, `others`. Reads every verdict.
_PEOPLE = """, people as (
        select candidate, count(distinct judgement) > 1
                 and not bool_or(judgement = 'resolve') as disputed,
               count(distinct reviewer) filter (where reviewer = $reviewer) > 0 as mine,
               count(*) filter (where reviewer is distinct from $reviewer) > 0 as others
        from verdict v
        where rule is null and judgement in ('accept', 'reject', 'unsure', 'resolve')
          and not exists (select 1 from verdict u where u.judgement = 'undo' and u.undoes = v.verdict)
          and not exists (select 1 from verdict l
                          where l.candidate = v.candidate and l.reviewer = v.reviewer and l.verdict > v.verdict
                            and l.rule is null and l.judgement in ('accept', 'reject', 'unsure')
                            and v.judgement <> 'resolve'
                            and not exists (select 1 from verdict u
                                            where u.judgement = 'undo' and u.undoes = l.verdict))
        group by candidate
    )"""
# Its stand-in for the states that do not ask who judged.
_NOBODY = """, people as (
        select null as candidate, false as disputed, false as mine, $reviewer is null as others limit 0
    )"""
# One row per candidate with its verdict in force, its entity's name and `gain`: the sum of (still short) / target over
# the entities it adds to. `accepted` counts accepted candidates of the same plan.
_ROWS = """, listed as (
        select c.candidate, c.plan, c.slot, c.alternative, c.chosen, c.entity, e.name,
          perspective_name(e.perspective) as perspective, c.score,
               c.entity_rank, c.flags, c.generator, c.prompt, c.created_at, coalesce(a.gain, 0) as gain,
               v.judgement, v.reviewer, v.reason, v.rule, coalesce(p.disputed, false) as disputed
        from candidate c
        left join named_entity e on e.entity = c.entity
        left join adds a on a.candidate = c.candidate
        left join current_verdict v on v.candidate = c.candidate
        left join people p on p.candidate = c.candidate
        where ($plan is null or c.plan = $plan)
          and ($entity is null or list_contains(c.entities, $entity))
          and ($flag is null or list_contains(c.flags, $flag))
          and ($generator is null or c.generator = $generator)
          and ($judged_by is null or v.reviewer = $judged_by)
          and ($score_from is null or c.score >= $score_from)
          and ($score_to is null or c.score < $score_to)
          and ($alternatives or c.chosen or v.judgement is not null)
          and ($filled or $state <> 'pending' or coalesce(a.meters, 0) = 0 or a.gain > 0)
          and case $state when 'any' then true
                          when 'pending' then v.judgement is null
                          when 'disputed' then coalesce(p.disputed, false)
                          when 'second' then coalesce(p.others, false) and not coalesce(p.mine, false)
                               and md5_number_lower(c.candidate) % 1000 < 1000 * $second_share
                          else v.judgement = $state end
    )
"""
_LISTED = _GAINS + _PEOPLE + _ROWS


def queue(store: Store, wanted: Filter, order: str = "gain", limit: int = 60, offset: int = 0) -> pd.DataFrame:
    """One page of the queue: candidate, plan, slot, alternative, chosen, entity (id), name, perspective, score,
    entity_rank, flags, generator, prompt, gain, judgement, reviewer, reason, rule, disputed, shown_image (the image it
    is shown with, relative to the workspace or absolute, or null)."""
    return store.frame(
        f"""
        {_LISTED}, page as (
            select *, row_number() over (order by {_order(order)}, candidate) as place from listed
            order by place limit $limit offset $offset
        )
        select p.* exclude (created_at, place), s.shown_image
        from page p left join candidate_image s on s.candidate = p.candidate order by p.place
        """,
        {**_parameters(wanted), "limit": limit, "offset": offset},
    )


@dataclass(frozen=True)
class QueuedCandidate:
    """A candidate in the queue: perspective and name of the entity it was made for, its score (0 to 1, or None when it
    was not scored), what it adds to the tail (gain), and its verdict in force (None while it waits)."""

    candidate: str
    plan: int
    entity: int
    perspective: str | None
    name: str | None
    generator: str
    prompt: str
    score: float | None
    gain: float
    flags: tuple[str, ...]
    chosen: bool
    judgement: str | None
    reviewer: str | None
    reason: str | None
    rule: str | None
    disputed: bool


@dataclass(frozen=True)
class CandidatesReport:
    """One page of the queue, in one of ORDERS. total: how many candidates match the filter."""

    state: str
    order: str
    total: int
    candidates: tuple[QueuedCandidate, ...]


def candidates_report(
    store: Store, wanted: Filter, order: str = "gain", limit: int = 60, offset: int = 0
) -> CandidatesReport:
    """At most `limit` candidates of a filter from `offset` on, in order."""
    names = [f.name for f in fields(QueuedCandidate)]
    page = queue(store, wanted, order, limit, offset)[names].astype(object)
    rows = page.where(page.notna(), None).to_dict("records")
    return CandidatesReport(
        state=wanted.state,
        order=order,
        total=count(store, wanted),
        candidates=tuple(_queued({str(name): value for name, value in row.items()}) for row in rows),
    )


def _queued(row: dict[str, Any]) -> QueuedCandidate:
    flags = () if row["flags"] is None else tuple(str(flag) for flag in row["flags"])
    return QueuedCandidate(**{**row, "flags": flags})


def first(store: Store, wanted: Filter, order: str = "gain", limit: int = 50, offset: int = 0) -> list[str]:
    """The names of one page of the queue: what `queue` lists, at half its cost."""
    listed = _GAINS + (_PEOPLE if wanted.state in ("disputed", "second") else _NOBODY) + _ROWS
    return [
        str(candidate)
        for (candidate,) in store.rows(
            f"{listed} select candidate from listed order by {_order(order)}, candidate limit $limit offset $offset",
            {**_parameters(wanted), "limit": limit, "offset": offset},
        )
    ]


def count(store: Store, wanted: Filter) -> int:
    """How many candidates match a filter."""
    return int(store.value(f"{_LISTED} select count(*) from listed", _parameters(wanted)))


def identifiers(store: Store, wanted: Filter, order: str = "gain") -> list[str]:
    """All candidates that match a filter, in order, for "all in filter"."""
    return [
        row[0]
        for row in store.rows(
            f"{_LISTED} select candidate from listed order by {_order(order)}, candidate", _parameters(wanted)
        )
    ]


def neighbours(store: Store, candidate: str) -> pd.DataFrame:
    """The alternatives in a candidate's slot, best first: candidate, alternative, chosen, score, entity_rank, flags,
    shown_image (as in `queue`), seed, judgement."""
    # Look-ups by key take a fraction of the time of one query that joins the views.
    plan, slot = store.row("select plan, slot from candidate where candidate = $1", [candidate]) or (None, None)
    found = store.frame(
        """
        select candidate, alternative, chosen, score, entity_rank, flags, image as shown_image, seed from candidate
        where plan = $1 and slot = $2 order by chosen desc, score desc nulls last, alternative
        """,
        [plan, slot],
    )
    names = found["candidate"].tolist()
    judged = [store.value("select judgement from current_verdict where candidate = $1", [name]) for name in names]
    if found["shown_image"].isna().any():  # only the conversation is new: it is shown with its parent's image
        rows = store.rows(
            "select candidate, shown_image from candidate_image where candidate in (select unnest($1))", [names]
        )
        found["shown_image"] = [dict(rows).get(name) for name in names]
    return found.assign(judgement=judged)


def facets(store: Store) -> dict[str, list[Any]]:
    """The values to filter by: plans, entities [(id, name, perspective)], flags, generators, reviewers."""
    return {
        "plans": [r[0] for r in store.rows("select distinct plan from candidate order by 1")],
        "entities": store.rows("""
            select distinct e.entity, e.name, perspective_name(e.perspective) from candidate c
              join named_entity e using (entity)
            where c.chosen order by 2, 3"""),
        "flags": [r[0] for r in store.rows("select distinct unnest(flags) from candidate order by 1")],
        "generators": [r[0] for r in store.rows("select distinct generator from candidate order by 1")],
        "reviewers": [r[0] for r in store.rows("select distinct reviewer from verdict order by 1")],
    }


def facets_stamp(store: Store) -> tuple[int, int]:
    """(candidates, flags and verdicts' reviewers) in numbers: while they stay, so do the facets."""
    found = store.row(
        "select count(*), (select count(distinct reviewer) from verdict) + coalesce(sum(len(flags)), 0) from candidate"
    )
    assert found is not None  # an aggregate has one row
    return int(found[0]), int(found[1])


def _order(name: str) -> str:
    if name not in ORDERS:
        raise AdrError(f"{name!r} is not an order of the queue.", f"Choose one of {', '.join(ORDERS)}.")
    return ORDERS[name][1]


def _parameters(wanted: Filter) -> dict[str, Any]:
    if wanted.state not in STATES:
        raise AdrError(f"{wanted.state!r} is not a state of a candidate.", f"Choose one of {', '.join(STATES)}.")
    return {
        name: getattr(wanted, name)
        for name in (
            "state",
            "plan",
            "entity",
            "flag",
            "generator",
            "judged_by",
            "score_from",
            "score_to",
            "reviewer",
            "second_share",
            "filled",
            "alternatives",
        )
    }
