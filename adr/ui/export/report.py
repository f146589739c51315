"""The report of a run, as the page that can be saved and sent."""

import streamlit as st

from adr.export.report import report
from adr.store import Store
from adr.ui.frame import Frame
from adr.workspace import Workspace


@st.cache_data(show_spinner="Drawing the report …", max_entries=4)
def _report(key: tuple[str, int], _store: Store, _workspace: Workspace, run: int) -> str:
    return report(_store, _workspace, run)


def report_view(here: Frame, run: int) -> None:
    """Before and after, as the page that can be saved and sent."""
    page = _report(here.key, here.store, here.workspace, run)
    words, button = st.columns([4, 1], vertical_alignment="center")
    words.caption("One HTML file that loads nothing from elsewhere: save it or send it. Every export holds it as well.")
    button.download_button(
        "Save the page",
        page,
        f"report-run-{run}.html",
        "text/html",
        key="report save",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
        type="primary",
    )
    st.iframe(page, height=1000)
