"""Sixty candidates at a time, judged by selection; one step is one batch and one undo."""

import streamlit as st

from adr.errors import AdrError
from adr.review.queue import count, identifiers, queue
from adr.review.verdicts import JUDGEMENTS, judge, undo
from adr.ui.frame import Frame, fragment
from adr.ui.review.filter import STATE_NAMES, filter_row, progress_line, why_empty
from adr.ui.review.grid import PAGE, grid, tiles
from adr.ui.review.single import open_candidate


@fragment
def grid_view(here: Frame, reviewer: str) -> None:
    """Sixty at a time, judged by selection; one step is one batch."""
    asked, order = filter_row(here, reviewer)
    progress_line(here, asked.plan)
    state = st.session_state.setdefault("review_grid_state", {"page": 0, "version": 0, "ack": None, "said": ""})
    if state.get("asked") != (asked, order):
        state.update(asked=(asked, order), page=0, version=state["version"] + 1, said="")
    total = count(here.store, asked)
    pages = -(-total // PAGE)
    state["page"] = max(0, min(state["page"], pages - 1))
    rows = queue(here.store, asked, order, limit=PAGE, offset=state["page"] * PAGE)
    if rows.empty:
        title, text = why_empty(here, asked)
        st.info(f"**{title}.** {text}")
    grid(
        {
            "tiles": tiles(here.workspace, rows),
            "total": total,
            "page": state["page"],
            "pages": pages,
            "version": str(state["version"]),
            "ack": state["ack"],
            "said": state["said"],
        },
        lambda: _grid_step(here, reviewer),
    )


def _grid_step(here: Frame, reviewer: str) -> None:
    step = st.session_state["review_grid"].step
    state = st.session_state["review_grid_state"]
    if not step or step.get("number") == state["ack"]:
        return
    state["ack"], state["said"] = step["number"], ""
    state["version"] += 1
    action = step["action"]
    try:
        if action in JUDGEMENTS:
            asked, order = state["asked"]
            chosen = identifiers(here.store, asked, order) if step["all"] else step["candidates"]
            count = judge(here.store, chosen, action, reviewer)
            state["said"] = f"{count:,} {STATE_NAMES[action]}. Z takes all of them back."
        elif action == "undo":
            undone = undo(here.store, reviewer)
            state["said"] = (
                f"{len(undone.candidates):,} taken back ({undone.judgement})."
                if undone
                else "There is nothing of yours left to undo."
            )
        elif action == "open":
            open_candidate(step["candidates"][0])
        elif action in ("next", "previous"):
            state["page"] += 1 if action == "next" else -1
    except AdrError as error:
        state["said"] = f"{error.sentence} {error.next_step}"
