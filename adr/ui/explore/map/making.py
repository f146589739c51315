"""Making the map: the button, the job, and what has to be done before."""

import streamlit as st

from adr.embed.features import load_features
from adr.embed.map import MapReport, make_map
from adr.errors import AdrError
from adr.figures import time_words
from adr.plain_text import plain
from adr.progress import Progress
from adr.settings import setting
from adr.ui.access import may
from adr.ui.frame import Frame
from adr.ui.parts.job_view import job_view
from adr.ui.telling import tell

KIND = "map"


def making_view(here: Frame) -> None:
    """What the map is, its job, and the button that starts it."""
    job = job_view(here.jobs, KIND)
    if job is not None and job.state == "running":
        return
    try:
        load_features(here.workspace.features, setting("ADR_SCORER_MODEL"))
    except AdrError as error:
        tell(error)
        return
    st.info(
        "**No map yet.** It shows every instance as a point, near others whose pictures look alike. It is made once.",
        icon=":material/scatter_plot:",
    )
    _button(here, "Make the map", "primary")


def make_again(here: Frame, report: MapReport) -> None:
    """How the map was made, and the button that makes it anew."""
    with st.expander("How this map was made"):
        others = report.pictures - report.laid_out
        st.markdown(
            f"UMAP laid out {report.laid_out:,} pictures by the features of {plain(report.model)}"
            + (f" and put {others:,} others among them" if others else "")
            + f", in {time_words(report.seconds)}. Make it anew when more pictures have features."
        )
        job = job_view(here.jobs, KIND)
        if job is None or job.state != "running":
            _button(here, "Make the map anew", "secondary")


def _button(here: Frame, label: str, look: str) -> None:
    st.button(
        label,
        key="make map",
        type="primary" if look == "primary" else "secondary",
        icon=":material/scatter_plot:",
        disabled=not may("owner"),
        on_click=_start,
        args=(here,),
    )


def _start(here: Frame) -> None:
    def work(progress: Progress) -> MapReport:
        return make_map(here.store, here.workspace, progress=progress)

    try:
        here.jobs.start(KIND, "Making the map", work)
    except AdrError as error:
        st.toast(plain(error.sentence))
