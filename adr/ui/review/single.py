"""One candidate at a time, by keyboard.

A step from the card is applied in the component's callback, before the page draws, so that the answer to a key press is
the next candidate, and the verdict is on disk by then.
"""

from typing import Any

import streamlit as st

from adr.errors import AdrError
from adr.review.candidate import entity_forms, is_candidate
from adr.review.claims import claim_next
from adr.review.queue import Filter
from adr.review.verdicts import JUDGEMENTS, edit, judge, undo
from adr.ui.frame import Frame, fragment
from adr.ui.review.card import card, described, nothing_left
from adr.ui.review.filter import filter_row, progress_line, why_empty


@fragment
def single_view(here: Frame, reviewer: str) -> None:
    """The filter, the progress and one candidate; steps come from keys and buttons of the card."""
    asked, order = filter_row(here, reviewer)
    meters = progress_line(here, asked.plan)
    state = _trail()
    if state.get("asked") != (asked, order):
        state.update(asked=(asked, order), skipped=set(), shown=None)
    if state["shown"] is None:
        wanted = st.query_params.get("candidate")
        known = wanted and is_candidate(here.store, wanted)
        state["shown"] = wanted if known and not state["visited"] else _next(here, asked, order, reviewer)
        state["version"] += 1
    shown = state["shown"]
    if shown is None:
        st.query_params.pop("candidate", None)
        card(
            nothing_left(*why_empty(here, asked), ack=state["ack"], version=str(state["version"]), can_undo=True),
            lambda: _step(here, reviewer),
        )
        return
    if st.query_params.get("candidate") != shown:
        st.query_params["candidate"] = shown
    blind = asked.state == "second"
    card(
        described(
            here.store,
            here.workspace,
            shown,
            ack=state["ack"],
            version=str(state["version"]),
            fault=state.pop("fault", None),
            blind=blind,
            meters=meters,
        ),
        lambda: _step(here, reviewer),
    )


def open_candidate(candidate: str) -> None:
    """Show this candidate in the single view, which the page turns to."""
    st.query_params["candidate"] = candidate
    trail = _trail()
    trail.update(shown=candidate, version=trail["version"] + 1)
    st.session_state["open_single"] = True


def _trail() -> dict[str, Any]:
    """Where this session stands: what is shown, what was seen, the last step that was answered."""
    if "review_trail" not in st.session_state:
        st.session_state["review_trail"] = {
            "shown": None,
            "visited": [],
            "skipped": set(),
            "ack": None,
            "version": 0,
            "asked": None,
        }
    trail: dict[str, Any] = st.session_state["review_trail"]
    return trail


def _next(here: Frame, asked: Filter, order: str, reviewer: str) -> str | None:
    return claim_next(here.store, asked, reviewer, order=order, skip=frozenset(_trail()["skipped"]))


def _step(here: Frame, reviewer: str) -> None:
    """Apply one step of the card; a step that was answered already is not applied twice."""
    step = st.session_state["review_card"].step
    state = _trail()
    if not step or step.get("number") == state["ack"]:
        return
    state["ack"] = step["number"]
    state["version"] += 1
    state.pop("fault", None)
    asked, order = state["asked"]
    candidate, action = step.get("candidate"), step["action"]
    try:
        if action in JUDGEMENTS:
            judge(here.store, [candidate], action, reviewer, reason=step.get("reason"))
            state["visited"].append(candidate)
            state["skipped"].add(candidate)
            state["shown"] = _next(here, asked, order, reviewer)
        elif action == "undo":
            undone = undo(here.store, reviewer)
            if undone:
                state["skipped"].difference_update(undone.candidates)
                state["shown"] = undone.candidates[0]  # also when the filter would hide it now
            else:
                state["fault"] = "There is nothing of yours left to undo."
        elif action == "edit":
            edit(here.store, candidate, step["turns"], reviewer, entity_forms(here.store, candidate))
        elif action == "show":
            state["shown"] = candidate
        elif action == "skip":
            state["visited"].append(candidate)
            state["skipped"].add(candidate)
            state["shown"] = _next(here, asked, order, reviewer)
        elif action == "back" and state["visited"]:
            state["shown"] = state["visited"].pop()
            state["skipped"].discard(state["shown"])
    except AdrError as error:
        state["fault"] = f"{error.sentence} {error.next_step}".strip()
