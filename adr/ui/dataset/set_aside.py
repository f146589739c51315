"""The records that did not become instances, each with its reason."""

from collections.abc import Mapping

import streamlit as st

from adr.explore import dataset
from adr.ingest.refusal import REASONS
from adr.plain_text import plain
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked_number, choice, pages

ROWS = 50


def rejected_view(here: Frame) -> None:
    """Records that were set aside: by reason, with position and excerpt, and as a file."""
    reasons = dataset.rejected_reasons(here.store)
    if not reasons:
        st.success("Every record of the source became an instance; nothing was set aside.", icon=":material/check:")
        return
    reason = _reason(reasons)
    chosen = None if reason == "all" else reason
    count = reasons[chosen] if chosen else sum(reasons.values())
    why = REASONS.get(reason, "each record with its reason")
    st.caption(
        f"{why[:1].upper()}{why[1:]}. Positions count the records of the source from 0. Instances keep their "
        "positions, so a record that was set aside leaves a gap."
    )
    offset = (asked_number("page", 1, 1, max(1, -(-count // ROWS))) - 1) * ROWS
    _records(here, chosen, offset)
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        pages(count, ROWS, "page")
    right.download_button(
        "Download as CSV",
        key="rejected csv",
        icon=":material/download:",
        mime="text/csv",
        on_click="ignore",
        file_name=f"set_aside{'_' + chosen if chosen else ''}.csv",
        width="stretch",
        data=lambda: dataset.rejected(here.store, chosen).to_csv(index=False).encode(),
    )


def _reason(reasons: Mapping[str, int]) -> str:
    """The reason that is looked at, or 'all'."""
    counts = {"all": sum(reasons.values()), **reasons}
    return choice(
        "Reason",
        tuple(counts),
        "reason",
        default="all",
        drops=("page",),
        says=lambda reason: f"{plain(reason.replace('_', ' ').capitalize())} {counts[reason]:,}",
    )


def _records(here: Frame, reason: str | None, offset: int) -> None:
    """One page of the records, of one reason or of all."""
    st.dataframe(
        dataset.rejected(here.store, reason, offset, ROWS),
        hide_index=True,
        key="rejected",
        height="content",
        column_config={
            "position": st.column_config.NumberColumn("Position", width="small", format="localized"),
            "reason": st.column_config.TextColumn("Reason", width="small"),
            "detail": st.column_config.TextColumn("Detail", width="medium"),
            "excerpt": st.column_config.TextColumn("How it begins", width="large"),
        },
    )
