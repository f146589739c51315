"""Making a map: the button, the job, and what has to be done before."""

import streamlit as st

from adr.embed.features import load_features
from adr.embed.map import MapReport, make_map
from adr.embed.read_conversations import read_conversations
from adr.errors import AdrError
from adr.figures import time_words
from adr.maps import CONVERSATIONS, PICTURES
from adr.plain_text import plain
from adr.progress import Progress
from adr.settings import setting
from adr.ui.access import may
from adr.ui.frame import Frame
from adr.ui.parts.job_view import job_view
from adr.ui.telling import tell

KINDS = {PICTURES: "map", CONVERSATIONS: "map of conversations"}
_NOT_YET = {
    PICTURES: "**No map yet.** It shows every instance as a point, near others whose pictures look alike. "
    "It is made once.",
    CONVERSATIONS: "**No map of conversations yet.** It shows every instance as a point, with or without a picture, "
    "near others whose conversations read alike to a model. It is made once: the model reads every conversation, then "
    "each gets its place. From a shell: `adr embed --of conversations`, then `adr map --of conversations`.",
}


def making_view(here: Frame, shows: str) -> None:
    """What the map is, its job, and the button that starts it."""
    job = job_view(here.jobs, KINDS[shows])
    if job is not None and job.state == "running":
        return
    if shows == PICTURES:
        try:
            load_features(here.workspace.features, setting("ADR_SCORER_MODEL"))
        except AdrError as error:
            tell(error)
            return
    st.info(_NOT_YET[shows], icon=":material/scatter_plot:")
    _button(here, shows, "Make the map", "primary")


def make_again(here: Frame, report: MapReport) -> None:
    """How the map was made, and the button that makes it anew."""
    with st.expander("How this map was made"):
        others = report.placed - report.laid_out
        anew = "Make it anew when more pictures have features." if report.shows == PICTURES else ""
        st.markdown(
            f"UMAP laid out {report.laid_out:,} {plain(report.shows)} by the features of {plain(report.model)}"
            + (f" and put {others:,} others among them" if others else "")
            + f", in {time_words(report.seconds)}. {anew}"
        )
        job = job_view(here.jobs, KINDS[report.shows])
        if job is None or job.state != "running":
            _button(here, report.shows, "Make the map anew", "secondary")


def _button(here: Frame, shows: str, label: str, look: str) -> None:
    st.button(
        label,
        key="make map",
        type="primary" if look == "primary" else "secondary",
        icon=":material/scatter_plot:",
        disabled=not may("owner"),
        on_click=_start,
        args=(here, shows),
    )


def _start(here: Frame, shows: str) -> None:
    def work(progress: Progress) -> MapReport:
        if shows == CONVERSATIONS:  # what has been read is not read again
            read_conversations(here.store, here.workspace, progress=progress)
        return make_map(here.store, here.workspace, shows=shows, progress=progress)

    try:
        here.jobs.start(KINDS[shows], "Making the map", work)
    except AdrError as error:
        st.toast(plain(error.sentence))
