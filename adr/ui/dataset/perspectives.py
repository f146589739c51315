"""Dataset, Index: which perspectives the index has beside the paper's four; others are added and taken out here."""

import streamlit as st

from adr.explore.columns import columns
from adr.index.perspectives.change import beside, change_perspectives
from adr.perspectives import COLUMN, PAPER_NAMES, choices, indexed, is_known
from adr.plain_text import plain
from adr.ui.frame import Frame
from adr.ui.parts.palette import title_of

_KEY = "perspectives of the index"


def perspectives_view(here: Frame) -> None:
    """A field with the perspectives that there are, and a button that reads those that are new."""
    had = beside(indexed(here.store))
    known = [name for name in choices() if name not in PAPER_NAMES and not name.startswith(COLUMN)]
    offered = dict.fromkeys([*known, *(COLUMN + column for column in columns(here.store)), *had])
    wanted = st.multiselect(
        "Perspectives beside the paper's four",
        [name for name in offered if is_known(name)],
        list(had),
        format_func=title_of,
        key=_KEY,
        placeholder="source, style, length, a column of the records …",
        help="They are shown like the paper's four, can be capped, and decide where a recipe names them. Reading them "
        "takes seconds and leaves the rest of the index as it is.",
    )
    if set(wanted) == set(had):
        return
    gone = [title_of(name) for name in had if name not in wanted]
    if gone:
        st.caption(f"{plain(', '.join(gone))} will be taken out, with the postings.")
    new = bool(set(wanted) - set(had))
    busy = bool(here.jobs.running())
    if st.button("Read them" if new else "Take them out", key="read perspectives", disabled=busy):
        store = here.store
        here.jobs.start(
            "index", "Reading perspectives", lambda progress: change_perspectives(store, wanted, progress=progress)
        )
        st.rerun(scope="app")
