"""Applying the recipe that the board shows, and the run that it gives."""

import streamlit as st

from adr.plain_text import plain
from adr.rebalance.engine import Engine
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.ui.frame import Frame
from adr.ui.parts.controls import move
from adr.ui.parts.job_view import job_view
from adr.ui.rebalance.state import state

_KIND = "rebalance"


def apply_button(here: Frame, engine: Engine, recipe: Recipe) -> None:
    """Write what the board shows as a run."""
    with st.popover("Apply", icon=":material/check:", type="primary", width="stretch"):
        st.markdown(plain(recipe.in_words()))
        name = st.text_input("Name of the run", value=recipe.name, placeholder="optional", key="run name")
        if st.button("Write the run", key="apply", type="primary", width="stretch"):
            here.jobs.start(
                _KIND,
                "Rebalancing",
                lambda progress: rebalance(
                    here.store, recipe, name=name.strip() or None, engine=engine, progress=progress
                ),
            )
            st.rerun(scope="app")


def applied(here: Frame) -> None:
    """Show the run being written; announce the one just written and go to it."""
    job = job_view(here.jobs, _KIND)
    if job is not None and job.state == "done" and state().announced != job.job:
        report = job.outcome
        st.toast(
            f"Run {report.run:d} is written: {report.kept:,} kept, {report.dropped:,} dropped.", icon=":material/check:"
        )
        state().announced = job.job
        move(part="runs", run=report.run)
