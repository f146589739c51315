"""The list of plans: what each was made for, and how far it is according to its files and to `candidate`. Writes
nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adr.store import Store
from adr.synthesize.outlook import standing
from adr.synthesize.plan import plan_report, settings_of
from adr.workspace import Workspace


@dataclass(frozen=True)
class ListedPlan:
    """A plan in short. entities: tail entities that get slots, of `lacking`; filled: instances planned, of `missing`;
    candidates: planned, of which `finished` are made, `failed` could not be made ({reason: n}) and `left` remain;
    collected: taken in; waiting: the best of their slots, without a verdict; accepted: by a person or a rule."""

    plan: int
    run: int
    generator: str
    model: str
    conversations: str
    budget: int
    slots: int
    entities: int
    lacking: int
    missing: int
    filled: int
    candidates: int
    finished: int
    failed: Mapping[str, int]
    left: int
    collected: int
    waiting: int
    accepted: int
    created_at: datetime


@dataclass(frozen=True)
class PlansReport:
    """The synthesis plans of a workspace, newest first."""

    plans: tuple[ListedPlan, ...]


def plans_report(store: Store, workspace: Workspace) -> PlansReport:
    """All plans in short, newest first."""
    rows = store.rows(
        """
        select p.plan, p.created_at, count(c.candidate),
               count(*) filter (where c.chosen and v.judgement is null),
               count(*) filter (where v.judgement = 'accept')
        from plan p left join candidate c using (plan) left join current_verdict v using (candidate)
        group by p.plan, p.created_at order by p.plan desc
        """
    )
    return PlansReport(tuple(_listed(store, workspace, *row) for row in rows))


def _listed(
    store: Store, workspace: Workspace, plan: int, created_at: datetime, collected: int, waiting: int, accepted: int
) -> ListedPlan:
    report, settings, stands = plan_report(store, plan), settings_of(store, plan), standing(store, workspace, plan)
    return ListedPlan(
        plan=plan,
        run=report.run,
        generator=report.generator,
        model=report.model,
        conversations=settings.conversations,
        budget=report.budget,
        slots=report.slots,
        entities=report.entities,
        lacking=report.lacking,
        missing=report.missing,
        filled=report.filled,
        candidates=report.candidates,
        finished=stands.finished,
        failed=stands.failed,
        left=stands.left,
        collected=collected,
        waiting=waiting,
        accepted=accepted,
        created_at=created_at,
    )
