"""One plan: its figures, the work on it, and what is planned.

Asks `adr.synthesize` and draws; computes nothing itself.
"""

import streamlit as st

from adr.figures import counted, number_words
from adr.plain_text import plain
from adr.synthesize import outlook
from adr.synthesize.plan import plan_report, settings_of
from adr.synthesize.plan_file import RETRIEVE, PlanSettings
from adr.synthesize.plans import plan_counts
from adr.synthesize.tail import RunFacts, run_facts
from adr.ui.frame import Frame
from adr.ui.parts.figures import figures
from adr.ui.synthesize.offers import WAYS
from adr.ui.synthesize.table import table_view
from adr.ui.synthesize.tail import tail_view
from adr.ui.synthesize.words import made_words, tau_words
from adr.ui.synthesize.work import KIND, failures_view, made_view, work_view
from adr.ui.telling import fragment


def plan_view(here: Frame, number: int) -> None:
    """Everything about plan `number`."""
    settings = settings_of(here.store, number)
    stands = outlook.standing(here.store, here.workspace, number)
    projections = outlook.projected(here.store, number)
    each = outlook.seconds_each(here.store, here.workspace, settings)
    running = bool(here.jobs.running(KIND))
    _numbers(here, number, settings, None if running else stands, projections)
    st.caption(_in_words(settings, run_facts(here.store, settings.run)))
    for notice in plan_report(here.store, number).notices:
        if notice == settings.no_score:
            st.info(plain(notice), icon=":material/visibility:")
        else:
            st.caption(plain(notice))
    work_view(here, number, stands, each)
    if stands.finished or running:
        made_view(here, number)
    if stands.failed and not running:
        failures_view(here, number, stands)
    st.subheader("What is planned", anchor=False)
    table, curve = st.columns([3, 2], gap="large")
    with table:
        fragment(table_view)(here, number, settings, locked=bool(stands.finished or running))
    with curve:
        fragment(tail_view)(here, number, list(projections))


def _numbers(
    here: Frame,
    number: int,
    settings: PlanSettings,
    stands: outlook.PlanStanding | None,
    projections: dict[str, outlook.Projection],
) -> None:
    """The plan in figures. stands: how far it is; None while work goes on, which shows its own progress."""
    counts, made = plan_counts(here.store, number), made_words(settings.generator)
    lacking = sum(len(p.name) for p in projections.values())
    reached = sum(p.lacking_before - p.lacking_after for p in projections.values())
    shown = [
        (f"{counts.slots:,}", f"{made} planned", "Slots; each is filled by the best of its candidates."),
        (
            f"{counts.filled:,} of {lacking:,}",
            "lacking entities gain some",
            "Entities below their target that the plan adds to.",
        ),
        (f"{reached:,}", "reach their target", "If the best candidate of every slot is accepted."),
    ]
    if stands is not None:
        shown.insert(
            1, (f"{stands.finished:,} of {stands.candidates:,}", "candidates made", "The alternatives of all slots.")
        )
        shown.append(
            (f"{sum(stands.failed.values()):,}", "could not be made", "Set aside with a reason; tried again on resume.")
        )
    figures(shown)


def _in_words(settings: PlanSettings, facts: RunFacts) -> str:
    wanted = (
        f"τ instances wanted ({tau_words(facts.tau)})"
        if settings.target is None
        else f"{number_words(settings.target)} {'instance' if settings.target == 1 else 'instances'} wanted per entity"
    )
    if settings.generator == RETRIEVE:
        said = f"Run {settings.run:d} · {wanted} per entity · rows of the reservoir {plain(settings.model)}"
        return said + (f" · {len(settings.without)} entities left out" if settings.without else "")
    said = (
        f"Run {settings.run:d} · {wanted} · budget {settings.budget:,}, shared {WAYS[settings.allocation]} · "
        f"{plain(settings.generator)} with {plain(settings.model)} · "
        f"{settings.per_slot:d} {'try' if settings.per_slot == 1 else 'tries'} each, up to {settings.per_parent:d} per "
        f"parent · conversations: {plain(settings.conversations.replace('_', ' '))} · seed {settings.seed:d}"
    )
    if settings.also:
        said += f" · also {counted(len(settings.also), 'thing', 'things')} that no picture shows"
    return said + (f" · {len(settings.without)} entities left out" if settings.without else "")
