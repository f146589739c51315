"""One candidate at a time, by keyboard.

A step from the card is applied in the component's callback, before the page draws. So the answer to a key press is the
next candidate, and the verdict is on disk by then.
"""

import streamlit as st

from adr.errors import AdrError
from adr.review.candidate import entity_forms, is_candidate
from adr.review.claims import claim_next
from adr.review.queue import Filter, queue
from adr.review.verdicts import JUDGEMENTS, edit, judge, undo
from adr.ui.access import may, reviewing
from adr.ui.frame import Frame
from adr.ui.review.card import card, described, nothing_left
from adr.ui.review.filter import filter_row, why_empty
from adr.ui.review.progress import progress_line
from adr.ui.review.reviewer import reviewer_now
from adr.ui.review.state import state
from adr.ui.telling import fragment


@fragment
def single_view(here: Frame, reviewer: str) -> None:
    """The filter, the progress and one candidate; steps come from keys and buttons of the card."""
    asked, order = filter_row(here, reviewer)
    meters = progress_line(here, asked.plan)
    now = state().card
    if now.asked != (asked, order):
        now.asked, now.skipped, now.shown = (asked, order), set(), None
    wanted = st.query_params.get("candidate")
    if wanted and wanted != now.linked and is_candidate(here.store, wanted):
        now.shown = wanted
        now.version += 1
    elif now.shown is None:
        now.shown = _next(here, asked, order, reviewer)
        now.version += 1
    shown = now.linked = now.shown
    if shown is None:
        st.query_params.pop("candidate", None)
        card(
            nothing_left(*why_empty(here, asked), ack=now.ack, version=str(now.version), can_undo=True),
            lambda: _step(here, reviewer_now()),
        )
        return
    if reviewer and st.query_params.get("candidate") != shown:  # it would stay there when a name is given
        st.query_params["candidate"] = shown
    fault, now.fault = now.fault, None
    card(
        described(
            here.store,
            here.workspace,
            shown,
            ack=now.ack,
            version=str(now.version),
            fault=fault,
            blind=asked.state == "second",
            meters=meters,
        ),
        lambda: _step(here, reviewer_now()),
    )


def open_candidate(candidate: str) -> None:
    """Show this candidate in the single view, to which the page changes."""
    st.query_params["candidate"] = candidate
    review = state()
    review.card.shown = review.card.linked = candidate
    review.open_single = True
    review.card.version += 1


def _next(here: Frame, asked: Filter, order: str, reviewer: str) -> str | None:
    skipped = frozenset(state().card.skipped)
    if not reviewer or not may("reviewer"):  # whoever only looks holds no candidate
        rows = queue(here.store, asked, order, limit=1 + len(skipped))["candidate"]
        return next((str(candidate) for candidate in rows if candidate not in skipped), None)
    with reviewing(reviewer):
        return claim_next(here.store, asked, reviewer, order=order, skip=skipped)


def _step(here: Frame, reviewer: str) -> None:
    """Apply one step of the card; a step that was answered already is not applied twice."""
    step = st.session_state["review_card"].step
    now = state().card
    if not step or step.get("number") == now.ack:
        return
    now.ack = step["number"]
    now.version += 1
    now.fault = None
    assert now.asked is not None  # a card is drawn for a filter
    asked, order = now.asked
    candidate, action = step.get("candidate"), step["action"]
    if action in JUDGEMENTS and reviewer and candidate != now.shown:
        return  # the key was pressed on a card that is being replaced, which others may be judging
    try:
        if action in JUDGEMENTS:
            with reviewing(reviewer):
                judge(here.store, [candidate], action, reviewer, reason=step.get("reason"))
            now.visited.append(candidate)
            now.skipped.add(candidate)
            now.shown = _next(here, asked, order, reviewer)
        elif action == "undo":
            with reviewing(reviewer):
                undone = undo(here.store, reviewer)
            if undone:
                now.skipped.difference_update(undone.candidates)
                now.shown = undone.candidates[0]  # even if the filter hides it
            else:
                now.fault = "You have no step left to undo."
        elif action == "edit":
            with reviewing(reviewer):
                edit(here.store, candidate, step["turns"], reviewer, entity_forms(here.store, candidate))
        elif action == "show":
            now.shown = candidate
        elif action == "skip":
            now.visited.append(candidate)
            now.skipped.add(candidate)
            now.shown = _next(here, asked, order, reviewer)
        elif action == "back" and now.visited:
            now.shown = now.visited.pop()
            now.skipped.discard(now.shown)
    except AdrError as error:
        now.fault = f"{error.sentence} {error.next_step}".strip()
