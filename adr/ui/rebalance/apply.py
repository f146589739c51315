"""Applying the recipe that the board shows, and the run that it gives."""

import streamlit as st

from adr.errors import AdrError
from adr.plain_text import plain
from adr.rebalance.engine import Engine
from adr.rebalance.memory import fits, free_bytes, run_words
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.recipe_replay import replayable
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.controls import move
from adr.ui.parts.job_view import job_view
from adr.ui.rebalance.engine import needed_bytes
from adr.ui.rebalance.follow import stamp
from adr.ui.rebalance.recipe_files import recipe_download
from adr.ui.rebalance.state import RunWritten, current, state

_KIND = "rebalance"


def apply_button(here: Frame, engine: Engine, recipe: Recipe) -> None:
    """Write what the board shows as a run."""
    with st.popover("Apply", icon=":material/check:", type="primary"):
        st.markdown(plain(recipe.in_words()))
        name = st.text_input("Name of the run", value=recipe.name, placeholder="optional", key="run name")
        st.button(
            "Write the run",
            key="apply",
            type="primary",
            width="stretch",
            disabled=engine.sample is not None and not _all_fit(here, engine, recipe),
            on_click=lambda: _begin(here, engine, name.strip() or None),
        )
    if state().begun:
        st.rerun(scope="app")  # the job is shown above this bar


def _all_fit(here: Frame, engine: Engine, recipe: Recipe) -> bool:
    """Whether all instances, of which the page shows a sample, fit into memory to be decided; says what that takes, and
    offers the recipe where they do not."""
    needed, free = needed_bytes(here), free_bytes()
    st.caption(plain(run_words(engine.total, needed, free)))
    if fits(needed, free):
        return True
    recipe_download(replayable(here.store, recipe), "recipe to run elsewhere")
    return False


def _begin(here: Frame, engine: Engine, name: str | None) -> None:
    """Start writing the run. A callback, so that a click counts even where another step
    interrupts the run that it causes."""
    recipe, whole = current(), engine if engine.sample is None else None
    try:
        job = here.jobs.start(
            _KIND,
            "Rebalancing",
            lambda progress: rebalance(here.store, recipe, name=name, engine=whole, progress=progress),
        )
    except AdrError as error:
        state().fault = error
        return
    state().applying, state().written, state().begun = job.job, None, True


def applied(here: Frame, recipe: Recipe) -> None:
    """Show the run being written, and remember the one that this session has written."""
    state().begun = False
    job = job_view(here.jobs, _KIND)
    if job is not None and job.state == "done" and state().applying == job.job:
        report = job.outcome
        state().written = RunWritten(report.run, report.kept, report.dropped, stamp(recipe))
        state().applying = None


def written_view(here: Frame, recipe: Recipe) -> None:
    """The run just written, with the next steps beside it, until the recipe changes."""
    written = state().written
    if written is None or written.stamp != stamp(recipe):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="rebalance_written"):
        st.markdown(
            f":green[:material/check_circle: **Run {written.run:d} is written:** {written.kept:,} kept, "
            f"{written.dropped:,} dropped.]",
            width="content",
        )
        link("Synthesize", "Fill the tail", run=written.run)
        link("Export", "Export what it keeps", run=written.run)
        st.button(
            "See the run",
            key="see run",
            type="tertiary",
            icon=":material/list_alt:",
            on_click=lambda: move(part="runs", run=written.run, page=None),
        )
