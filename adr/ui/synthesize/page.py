"""The Synthesize page: nothing to plan from, the form, or a plan."""

from collections.abc import Mapping

import streamlit as st

from adr.synthesize.plans import PlanInShort, plans_in_short
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import asked, asked_number, jump
from adr.ui.synthesize.new_plan import form_view
from adr.ui.synthesize.plan import plan_view
from adr.ui.synthesize.planning import planned_view
from adr.ui.synthesize.words import made_words


def synthesize_view(here: Frame) -> None:
    """The page: nothing to plan from, the form, or a plan."""
    if not here.standing.runs:
        st.title("Synthesize", anchor=False)
        st.info(
            "**Nothing to fill yet.** A run of a recipe decides what the tail is and how much is dropped; a "
            "plan starts from a run.",
            icon=":material/brush:",
        )
        if here.standing.postings:
            link("Rebalance", "Rebalance first")
        else:
            link("Dataset", "Read a dataset and build its index first")
        return
    if planned_view(here):
        return
    entities = _asked_entities()
    plans = {one.plan: one for one in plans_in_short(here.store)}
    wanted = asked("plan")
    asked_plan = asked_number("plan", 0)
    number = asked_plan if asked_plan in plans else next(iter(plans), None)
    if number is None or entities or wanted == "new":
        _header(plans, None)
        form_view(here, entities)
    else:
        _header(plans, number)
        plan_view(here, number)


def _asked_entities() -> list[int]:
    """Entities in the address, as several parameters or one with commas: "fill these" of the Explore page."""
    parts = ",".join(st.query_params.get_all("entities")).split(",")
    return sorted({int(part) for part in parts if part.isdecimal() and len(part) < 10})


def _header(plans: Mapping[int, PlanInShort], number: int | None) -> None:
    title, picker, new = st.columns([3, 3, 1], vertical_alignment="center")
    title.title("Synthesize", anchor=False)
    if not plans:
        return
    described = {
        number: f"Plan {number} · run {plan.run} · {plan.slots:,} {made_words(plan.generator)}"
        for number, plan in plans.items()
    }
    shown = [*plans] if number is not None else [0, *plans]
    key = f"plan_picker {number} {len(plans)}"

    def picked() -> None:
        chosen = st.session_state[key]
        st.query_params.pop("entities", None)
        st.query_params["plan"] = str(chosen) if chosen else "new"

    picker.selectbox(
        "Plan",
        shown,
        index=shown.index(number or 0),
        key=key,
        on_change=picked,
        format_func=lambda plan: described.get(plan, "A new plan"),
        label_visibility="collapsed",
    )
    if number is not None and new.button("New plan", key="new_plan", width="stretch", icon=":material/add:"):
        jump(plan="new")
