"""How far each wanted entity is filled, and how the review is going."""

import math
from dataclasses import dataclass

import pandas as pd

from adr.errors import AdrError
from adr.store import Store


@dataclass(frozen=True)
class ReviewProgress:
    """Where the review of the chosen candidates stands. rate: people's verdicts per minute over the last ten minutes of
    activity, or None with fewer than two; minutes_left: the time that is left at that rate, or None."""

    candidates: int
    accepted: int
    rejected: int
    unsure: int
    left: int
    rate: float | None
    minutes_left: float | None


def progress(store: Store, plan: int | None = None) -> ReviewProgress:
    """Counts of those candidates of a plan (None for all plans) that are chosen or have a verdict."""
    counts = store.row(
        """
        select count(*), count(*) filter (where judgement = 'accept'), count(*) filter (where judgement = 'reject'),
               count(*) filter (where judgement = 'unsure'), count(*) filter (where judgement is null)
        from candidate left join current_verdict using (candidate)
        where (chosen or judgement is not null) and ($plan is null or plan = $plan)
    """,
        {"plan": plan},
    ) or (0, 0, 0, 0, 0)
    total, accepted, rejected, unsure, left = (int(n) for n in counts)
    recent = store.row("""
        with people as (
            select judged_at from verdict where rule is null and judgement in ('accept', 'reject', 'unsure')
        )
        select count(*), min(judged_at), max(judged_at) from people
        where judged_at >= (select max(judged_at) from people) - interval 10 minute
    """)
    rate = None
    if recent and recent[0] >= 2 and recent[2] > recent[1]:
        rate = (recent[0] - 1) / ((recent[2] - recent[1]).total_seconds() / 60)
    return ReviewProgress(total, accepted, rejected, unsure, left, rate, left / rate if rate else None)


def meters(store: Store, plan: int | None = None) -> pd.DataFrame:
    """One row per wanted entity that the plan has slots or candidates for.

    Columns: plan, entity, name, perspective, target, have, accepted, rejected, waiting, filled
    (have + accepted), to_go, rate (accepted as a share of judged, or NaN), state.

    state: 'filled', 'open' (candidates wait), 'short' (not filled, and no candidate waits), or 'given up' (short, with
    at least five rejected and none accepted).
    """
    frame = store.frame(
        """
        with judged as (
            select c.plan, unnest(c.entities) as entity, c.chosen, v.judgement
            from candidate c left join current_verdict v using (candidate)
        )
        select w.plan, w.entity, e.name, perspective_name(e.perspective) as perspective, w.target, w.have,
               count(*) filter (where j.judgement = 'accept') as accepted,
               count(*) filter (where j.judgement = 'reject') as rejected,
               count(*) filter (where j.plan is not null and j.judgement is null and j.chosen) as waiting
        from wanted w join named_entity e using (entity)
        left join judged j on j.plan = w.plan and j.entity = w.entity
        where ($plan is null or w.plan = $plan) and (w.quota > 0 or j.plan is not null)
        group by all order by w.plan, perspective, e.name
    """,
        {"plan": plan},
    )
    frame["filled"] = frame["have"] + frame["accepted"]
    frame["to_go"] = (frame["target"] - frame["filled"]).clip(lower=0).apply(math.ceil)
    judged = frame["accepted"] + frame["rejected"]
    frame["rate"] = (frame["accepted"] / judged.where(judged > 0)).astype(float)
    states = []
    for row in frame.itertuples():
        if row.to_go == 0:
            states.append("filled")
        elif row.waiting:
            states.append("open")
        else:
            states.append("given up" if row.accepted == 0 and row.rejected >= 5 else "short")
    frame["state"] = pd.Series(states, index=frame.index, dtype="str")
    return frame


@dataclass(frozen=True)
class Meter:
    """How far one wanted entity of a plan is filled: the columns of `meters`. rate: None while nothing is judged."""

    plan: int
    entity: int
    name: str
    perspective: str
    target: float
    have: int
    accepted: int
    rejected: int
    waiting: int
    filled: int
    to_go: int
    rate: float | None
    state: str


@dataclass(frozen=True)
class MetersReport:
    """Where the review of a plan (None for all plans) stands: counts of candidates as in `progress`, and its meters."""

    plan: int | None
    candidates: int
    accepted: int
    rejected: int
    unsure: int
    left: int
    rate: float | None
    minutes_left: float | None
    meters: tuple[Meter, ...]


def meters_report(store: Store, plan: int | None = None) -> MetersReport:
    """Where the review stands, and every meter of a plan or of all plans; AdrError when there is no such plan."""
    if plan is not None and not store.value("select 1 from plan where plan = $1", [plan]):
        raise AdrError(f"There is no plan {plan}.", "List the plans with `python -m adr plans`.")
    stands = progress(store, plan)
    found = meters(store, plan).astype(object)
    rows = found.where(found.notna(), None).to_dict("records")
    return MetersReport(
        plan=plan,
        candidates=stands.candidates,
        accepted=stands.accepted,
        rejected=stands.rejected,
        unsure=stands.unsure,
        left=stands.left,
        rate=stands.rate,
        minutes_left=stands.minutes_left,
        meters=tuple(Meter(**{str(name): value for name, value in row.items()}) for row in rows),
    )


def more_needed(store: Store, plan: int) -> pd.DataFrame:
    """What the next plan should make for the entities that stay short: name, entity, to_go, rate, to_make.

    to_make = ceil(to_go / acceptance rate). The rate is Laplace-smoothed, (accepted + 1) / (judged + 2), so that an
    entity with few verdicts does not get an absurd number.
    """
    frame = meters(store, plan)
    frame = frame[frame["state"].isin(["short", "given up"])].copy()
    smoothed = (frame["accepted"] + 1) / (frame["accepted"] + frame["rejected"] + 2)
    frame["to_make"] = (frame["to_go"] / smoothed).apply(math.ceil)
    return frame[["name", "perspective", "entity", "to_go", "rate", "to_make", "state"]].reset_index(drop=True)
