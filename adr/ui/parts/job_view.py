"""Long work as a page shows it: a bar with a count and an estimate, a way to cancel, and how it ended.

Knows nothing of what the work is.
"""

import streamlit as st

from adr.figures import time_words
from adr.jobs import Job, Jobs
from adr.plain_text import plain
from adr.ui.access import may
from adr.ui.telling import fragment, tell


def job_view(jobs: Jobs, kind: str) -> Job | None:
    """Draw the newest job of `kind` and return it, or None when none was started in this process.

    While it runs, only this part of the page is drawn again, twice per second; when it ends, the whole page is drawn
    once. The error of a failed job is shown; the page takes the result of a finished one from `job.outcome`.
    """
    job = jobs.latest(kind)
    if job is None:
        return None
    if job.state == "running":
        fragment(_running, run_every=0.5, key=f"job {kind}")(job)
    elif job.state == "cancelled":
        st.info(f"{plain(job.title)}: cancelled. Finished work is kept.", icon=":material/block:")
    elif job.error is not None:
        tell(job.error)
    return job


def _running(job: Job) -> None:
    if job.state != "running":
        st.rerun(scope="app")
    with st.container(border=True):
        bar, button = st.columns([6, 1], vertical_alignment="center")
        count = f"{job.done:,} of {job.total:,}" if job.total else f"{job.done:,}" if job.done else ""
        said = " · ".join(
            part
            for part in (job.title, job.message if job.message != job.title else "", count, _left(job.seconds_left))
            if part
        )
        bar.progress(job.share or 0.0, plain(said))
        asked = job.cancel_asked.is_set()
        button.button(
            "Stopping …" if asked else "Cancel",
            key=f"cancel {job.job}",
            disabled=asked or not may("owner"),
            on_click=_cancel,
            args=(job,),
            width="stretch",
        )


def _cancel(job: Job) -> None:
    if may("owner"):
        job.cancel()


def _left(seconds: float | None) -> str:
    """'about 3 min left'; nothing while there is no estimate."""
    return "" if seconds is None else f"about {time_words(seconds)} left"
