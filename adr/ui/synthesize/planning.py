"""Planning as a job: a small plan appears at once, a large one shows its progress."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from adr.progress import Progress
from adr.synthesize.plan import PlanReport, revise
from adr.ui.frame import Frame
from adr.ui.parts.controls import jump
from adr.ui.parts.job_view import job_view
from adr.ui.synthesize.state import state

PLANNING = "plan"
# A plan that is made within this time is shown at once, without a bar.
_PATIENCE_SECONDS = 1.0


def planning(here: Frame, work: Callable[[Progress], PlanReport]) -> None:
    """Make or change a plan as a job and go to it once it is made; a small one at once, a large one with progress."""
    job = here.jobs.start(PLANNING, "Planning", work)
    if job.thread is not None:
        job.thread.join(_PATIENCE_SECONDS)
    state().awaited = job.job
    st.rerun(scope="app")


def planned_view(here: Frame) -> bool:
    """Show planning in progress, or go to the plan that it made; True while there is nothing else to show."""
    job = here.jobs.latest(PLANNING)
    if job is None or state().awaited != job.job:
        return False
    if job.state == "done":
        state().awaited = None
        jump(plan=job.outcome.plan)
    job_view(here.jobs, PLANNING)
    return job.state == "running"


def change(here: Frame, number: int, **options: Any) -> None:
    """Make the plan again with other options; see `planning`."""
    planning(here, lambda progress: revise(here.store, here.workspace, number, progress=progress, **options))
