"""Whether an export is limited to the instances that this session has selected."""

import streamlit as st

from adr.export.only import Only
from adr.figures import counted
from adr.plain_text import plain
from adr.ui.parts.controls import asked
from adr.ui.parts.selection import selection


def chosen_only() -> Only | None:
    """A box for the selected instances; None where all are written, or nothing is selected."""
    chosen = selection()
    if chosen is None:
        return None
    limited = st.checkbox(
        f"Only the selected instances ({counted(len(chosen.positions), 'instance')}: {plain(chosen.words)})",
        value=asked("selected") == "only",
        key="export only selected",
        help="Of these, the ones that the run keeps. Candidates are not written.",
    )
    return Only(chosen.words, chosen.positions) if limited else None
