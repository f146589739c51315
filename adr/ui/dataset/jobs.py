"""Reading, indexing, embedding and comparing as the Dataset page shows them: progress, and how they ended."""

import streamlit as st

from adr.plain_text import plain
from adr.ui.dataset.state import state
from adr.ui.frame import Frame
from adr.ui.parts.job_view import job_view


def jobs_view(here: Frame) -> None:
    """The running jobs with their bars, and how the last job of each kind ended."""
    for kind in ("ingest", "index", "reservoir", "embed", "copies"):
        job = job_view(here.jobs, kind)
        if job is not None and job.state == "done" and job.job not in state().announced:
            state().announced.add(job.job)
            st.toast(f"{plain(job.title)}: done.", icon=":material/check_circle:")
