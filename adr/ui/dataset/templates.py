"""The recurring lines of prompts, with examples; each can be let in again, by building the index again."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from adr.explore.templates import RecurringLine, instances_with, recurring_lines
from adr.figures import counted
from adr.plain_text import code
from adr.ui.frame import Frame
from adr.ui.navigation import link

EXAMPLES = 5


def templates_view(here: Frame, build: Callable[[tuple[str, ...]], None]) -> None:
    """The templates in a table; `build` makes the index again with the texts that are let in."""
    lines = recurring_lines(here.store)
    if not lines:
        return
    apart = sum(not one.counted for one in lines)
    with st.expander(f"{counted(len(lines), 'recurring line')} of prompts, {apart:,} kept apart", key="templates"):
        st.caption(
            "Their nouns and things are no entities, since they say nothing about the single instance. Tick a line to "
            "count its words. Lines of system turns are never read."
        )
        picked = _table(lines)
        _examples(here, lines)
        held = {one.text for one in lines if one.counted}
        if picked != held:
            st.info("The index has to be built again for this change.", icon=":material/refresh:")
        if st.button("Build the index with these lines", key="let in", disabled=picked == held or _busy(here)):
            build(tuple(sorted(picked)))


def _busy(here: Frame) -> bool:
    return bool(here.jobs.running())


def _table(lines: list[RecurringLine]) -> set[str]:
    """The texts whose words are to count."""
    edited = st.data_editor(
        pd.DataFrame(
            {
                "Counts": [one.counted for one in lines],
                "Text": [one.text for one in lines],
                "Kind": [one.kind for one in lines],
                "Turn": [one.role for one in lines],
                "Instances": [one.instances for one in lines],
            }
        ),
        key="template lines",
        hide_index=True,
        disabled=["Text", "Kind", "Turn", "Instances"],
        column_config={"Instances": st.column_config.NumberColumn(format="localized")},
    )
    return {one.text for one, counts in zip(lines, edited["Counts"], strict=True) if counts and one.role == "human"}


def _examples(here: Frame, lines: list[RecurringLine]) -> None:
    number = st.selectbox(
        "Examples of", range(len(lines)), format_func=lambda n: lines[n].text, key="template examples"
    )
    st.markdown(f"Instances with {code(lines[number].text)}:")
    for instance in instances_with(here.store, lines[number], EXAMPLES):
        link("Explore", f"Instance {instance:,}", instance=instance)
