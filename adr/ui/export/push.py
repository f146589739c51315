"""Sending an export to a Hub: the name of the repository, the button, and how it went."""

from pathlib import Path

import streamlit as st

from adr.export.push import push, refuse_push
from adr.plain_text import plain
from adr.ui.access import may, need
from adr.ui.frame import Frame
from adr.ui.parts.job_view import job_view

KIND = "push"


def push_job_view(here: Frame) -> None:
    """The push that is running, or how the last one ended."""
    job = job_view(here.jobs, KIND)
    if job is not None and job.state == "done":
        st.success(f"The export was sent to {plain(str(job.outcome))}.", icon=":material/cloud_done:")


def push_part(here: Frame, export: int, folder: Path) -> None:
    """Asks for a repository and sends the export in a folder to it."""
    with st.expander("Push to the Hugging Face Hub", icon=":material/cloud_upload:"):
        st.caption(
            "Sends the folder to a dataset repository, which is private when it is new, with the token of this machine "
            "(`hf auth login` or `HF_TOKEN`)."
        )
        name = st.text_input("Repository", key=f"push name {export}", placeholder="OWNER/NAME").strip()
        replace = st.checkbox("Replace what the repository holds", key=f"push replace {export}")
        idle = not here.jobs.running(KIND)
        if st.button("Push", key=f"push {export}", disabled=not (name and idle and may("owner"))):
            need("owner")
            refuse_push(name, replace=replace)
            here.jobs.start(
                KIND, f"Sending to {name}", lambda progress: push(folder, name, replace=replace, progress=progress)
            )
            st.rerun(scope="app")
