"""Every entity that a plan is to fill, in a table to edit."""

from typing import Any

import pandas as pd
import streamlit as st

from adr.synthesize import outlook
from adr.synthesize.allocation import HAND, LEVEL
from adr.synthesize.plan import plan_like
from adr.synthesize.plan_file import RETRIEVE, PlanSettings
from adr.synthesize.plans import plan_counts
from adr.ui.frame import Frame
from adr.ui.parts.palette import title_of
from adr.ui.synthesize.parents import parents_view
from adr.ui.synthesize.planning import change, planning
from adr.ui.synthesize.words import made_words

_ROWS = 500  # entities shown at once
_ORDERED = {"to make": "Most to make first", "lacking": "Most lacking first", "name": "By name"}


def table_view(here: Frame, number: int, settings: PlanSettings, locked: bool) -> None:
    """Every entity that lacks something: leave it out, want more or fewer, choose its parents."""
    search, order = _search_and_order(number)
    rows = outlook.planned(here.store, number, search=search, order=order, limit=_ROWS)
    total = plan_counts(here.store, number).wanted
    edited = _edited(rows, settings, locked=locked, key=f"plan_table {number} {search} {order} {here.revision}")
    if len(rows) < total:
        st.caption(f"{len(rows):,} of {total:,} entities; search or change the order to see others.")
    if locked:
        if st.button("Change it in a new plan", key=f"again {number}", icon=":material/content_copy:"):
            planning(here, lambda progress: plan_like(here.store, here.workspace, number, progress=progress))
        return
    _changes(here, number, settings, rows, edited)
    if settings.with_image and settings.generator != RETRIEVE:
        parents_view(here, number, settings, rows)


def _search_and_order(number: int) -> tuple[str, str]:
    left, right, _ = st.columns([4, 3, 2], vertical_alignment="bottom")  # the table's own tools appear above the last
    search = left.text_input(
        "Search",
        key=f"plan_search {number}",
        placeholder="Search entities",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    order = right.selectbox(
        "Order",
        list(outlook.ORDERS),
        key=f"plan_order {number}",
        label_visibility="collapsed",
        format_func=_ORDERED.__getitem__,
    )
    return search, order


def _edited(rows: pd.DataFrame, settings: PlanSettings, *, locked: bool, key: str) -> pd.DataFrame:
    """The rows in a table to edit, with what was edited."""
    frame = pd.DataFrame(
        {
            "Fill": True,
            "Entity": rows["name"],
            "Perspective": [title_of(p) for p in rows["perspective"]],
            "Have": rows["have"],
            "Wanted": rows["target"].astype(float),
            "To make": rows["quota"],
            "Parents": rows["parents"],
        }
    )
    to_make = (
        f"{made_words(settings.generator).capitalize()} planned that add to it. Change it to share the budget by hand."
    )
    column = st.column_config
    return st.data_editor(
        frame,
        key=key,
        hide_index=True,
        height=380,
        width="stretch",
        num_rows="fixed",
        disabled=True if locked else ["Entity", "Perspective", "Have", "Parents"],
        column_config={
            "Fill": column.CheckboxColumn("Fill", help="Untick to leave the entity out.", width="small"),
            "Entity": column.TextColumn("Entity", width=150),  # a long name must not push out the others
            "Have": column.NumberColumn("Have", help="Instances that have it after rebalancing."),
            "Wanted": column.NumberColumn("Wanted", min_value=0, step=1, help="Instances wanted.", format="%g"),
            "To make": column.NumberColumn("To make", min_value=0, step=1, help=to_make),
            "Parents": column.NumberColumn("Parents", help="How many instances they start from."),
        },
    )


def _changes(here: Frame, number: int, settings: PlanSettings, rows: pd.DataFrame, edited: pd.DataFrame) -> None:
    """Buttons that make the plan again with what was edited, or without any change by hand."""
    dropped = rows["entity"][~edited["Fill"].to_numpy(bool)].tolist()
    changed = {
        int(e): float(w)
        for e, w, old in zip(rows["entity"], edited["Wanted"], rows["target"], strict=True)
        if pd.notna(w) and float(w) != float(old)
    }
    by_hand = {
        int(e): int(n)
        for e, n, old in zip(rows["entity"], edited["To make"], rows["quota"], strict=True)
        if pd.notna(n) and int(n) != int(old)
    }
    apply, restore = st.columns([1, 1])
    nothing = not dropped and not changed and not by_hand
    if apply.button("Apply the changes", key=f"apply {number}", disabled=nothing, type="primary"):
        options: dict[str, Any] = {
            "without": [*settings.without, *map(int, dropped)],
            "targets": dict(settings.targets) | changed,
        }
        if by_hand:
            quotas = outlook.quotas(here.store, number) | by_hand | dict.fromkeys(map(int, dropped), 0)
            options = {"quotas": quotas, "budget": max(settings.budget, sum(quotas.values())), "allocation": HAND}
        change(here, number, **options)
    by_hand_now = settings.without or settings.targets or settings.parents or settings.quotas
    if by_hand_now and restore.button("Undo all changes", key=f"restore {number}"):
        way = LEVEL if settings.allocation == HAND else settings.allocation
        change(here, number, without=(), targets={}, parents={}, quotas={}, allocation=way)
