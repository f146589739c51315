"""Sixty candidates at a time, judged by selection; one step is one batch and one undo."""

import streamlit as st

from adr.errors import AdrError
from adr.review.queue import count, identifiers, queue
from adr.review.verdicts import JUDGEMENTS, judge, undo
from adr.ui.access import reviewing
from adr.ui.frame import Frame
from adr.ui.review.filter import STATE_NAMES, filter_row, why_empty
from adr.ui.review.grid import PAGE, grid, tiles
from adr.ui.review.progress import progress_line
from adr.ui.review.reviewer import reviewer_now
from adr.ui.review.single import open_candidate
from adr.ui.review.state import state
from adr.ui.telling import fragment


@fragment
def grid_view(here: Frame, reviewer: str) -> None:
    """Sixty at a time, judged by selection; one step is one batch."""
    asked, order = filter_row(here, reviewer)
    progress_line(here, asked.plan)
    now = state().grid
    if now.asked != (asked, order):
        now.asked, now.page, now.said = (asked, order), 0, ""
        now.version += 1
    total = count(here.store, asked)
    pages = -(-total // PAGE)
    now.page = max(0, min(now.page, pages - 1))
    rows = queue(here.store, asked, order, limit=PAGE, offset=now.page * PAGE)
    if rows.empty:
        title, text = why_empty(here, asked)
        st.info(f"**{title}.** {text}")
    grid(
        {
            "tiles": tiles(here.store, here.workspace, rows),
            "total": total,
            "page": now.page,
            "pages": pages,
            "version": str(now.version),
            "ack": now.ack,
            "said": now.said,
        },
        lambda: _grid_step(here, reviewer_now()),
    )


def _grid_step(here: Frame, reviewer: str) -> None:
    step = st.session_state["review_grid"].step
    now = state().grid
    if not step or step.get("number") == now.ack:
        return
    now.ack, now.said = step["number"], ""
    now.version += 1
    action = step["action"]
    try:
        if action in JUDGEMENTS:
            chosen = identifiers(here.store, *now.asked) if step["all"] and now.asked else step["candidates"]
            with reviewing(reviewer):
                count = judge(here.store, chosen, action, reviewer)
            now.said = f"{count:,} {STATE_NAMES[action]}. Z undoes them all."
        elif action == "undo":
            with reviewing(reviewer):
                undone = undo(here.store, reviewer)
            now.said = (
                f"{len(undone.candidates):,} undone ({undone.judgement})."
                if undone
                else "You have no step left to undo."
            )
        elif action == "open":
            open_candidate(step["candidates"][0])
        elif action in ("next", "previous"):
            now.page += 1 if action == "next" else -1
    except AdrError as error:
        now.said = f"{error.sentence} {error.next_step}"
