"""The sources of the dataset: a table of them, and taking one out."""

import pandas as pd
import streamlit as st

from adr.figures import counted
from adr.ingest.sources import ReadSource, RemoveReport, remove_source
from adr.plain_text import code, plain
from adr.ui.frame import Frame
from adr.ui.parts.job_view import job_view

KIND = "remove"


def sources_view(here: Frame, found: list[ReadSource]) -> None:
    """A row per source, where there are several, and what the last removal took."""
    if len(found) > 1:
        st.dataframe(_table(found), hide_index=True, width="stretch")
    job = job_view(here.jobs, KIND)
    if job is not None and isinstance(job.outcome, RemoveReport):
        st.caption(plain(_said(job.outcome)))


def _table(found: list[ReadSource]) -> pd.DataFrame:
    columns = {
        "Source": [one.name for one in found],
        "Instances": [one.instances for one in found],
        "Set aside": [one.rejected for one in found],
        "Positions": [f"{one.first:,} – {one.first + one.records - 1:,}" for one in found],
        "File": [one.path for one in found],
        "Image folder": [one.images or "none" for one in found],
    }
    if any(one.taken for one in found):
        columns["Its list takes"] = [one.taken or "all" for one in found]
    return pd.DataFrame(columns)


def remove_form(here: Frame, found: list[ReadSource]) -> None:
    """A form that takes a source out; nothing where there is only one."""
    if len(found) < 2:
        return
    with st.popover("Take a source out", icon=":material/delete:"):
        name = st.selectbox("Source", [one.name for one in found], key="source to remove", format_func=plain)
        one = next(source for source in found if source.name == name)
        st.markdown(
            f"{counted(one.instances, 'instance')} of {code(one.name)} leave the workspace. Runs, plans and candidates "
            "stay, but a run that decided about them has to be applied again before it is exported. The index has to "
            "be built again. The positions of this source are not used again; no file is deleted."
        )
        agreed = st.checkbox("Take it out", key="agree_remove")
        if st.button("Take the source out", type="primary", key="remove source", disabled=not agreed):
            here.jobs.start(KIND, f"Taking {name} out", lambda progress: remove_source(here.store, one.name))
            st.session_state.pop("agree_remove", None)
            st.rerun(scope="app")


def _said(report: RemoveReport) -> str:
    return (
        f"{report.name} was taken out: {counted(report.instances, 'instance')} went, "
        f"{counted(report.left, 'instance')} stayed."
    )
