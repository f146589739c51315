"""The frame that every page enters: page set-up, sidebar, the open workspace, and errors shown as a sentence.

How a page uses it:

    from adr.ui.frame import frame
    from adr.ui.telling import fragment

    with frame("Explore") as here:          # the page's name as in PAGES
        here.store, here.workspace, here.jobs, here.standing

        @fragment                           # or @fragment(run_every=1); shows an AdrError as the frame does
        def controls() -> None: ...

An `AdrError` inside becomes its sentence, its next step and a link to the page that the next step names ("... on the
Dataset page"). Anything else is a bug and keeps its traceback. Cached results of a page are keyed by `here.key`
(workspace and its revision): `@st.cache_data` on `def answer(key, _store, ...)`. `go("Review", candidate="p1-0-0")`
of `adr.ui.navigation` changes the page with query parameters, `link(...)` draws a link that does.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from adr.errors import AdrError, WorkspaceInUse
from adr.explore.standing import Standing, standing
from adr.jobs import Job, Jobs
from adr.plain_text import plain
from adr.prove.under_way import experiments
from adr.shipped import shipped
from adr.store import Store
from adr.ui.access import may, need
from adr.ui.navigation import PAGES, link
from adr.ui.parts.chart_saving import chart_saving
from adr.ui.parts.component import style
from adr.ui.parts.skip import skip_links
from adr.ui.search_field import search_field
from adr.ui.signing_in import sign_in, who_line
from adr.ui.telling import fragment, tell
from adr.ui.waiting import waiting_view
from adr.ui.workspaces import chosen_folder, open_workspace, workspace_picker
from adr.workspace import Workspace

_Seen = tuple[int, tuple[int, ...]]


@dataclass(frozen=True)
class Frame:
    """What a page works with."""

    workspace: Workspace
    store: Store
    jobs: Jobs
    standing: Standing
    revision: int  # of the store when this run of the page began

    @property
    def key(self) -> tuple[str, int]:
        """The cache key of what a page computes: it changes with the workspace and with every write."""
        return str(self.workspace.folder), self.revision

    @property
    def proofs(self) -> list[int]:
        """The numbers of the experiments, newest first."""
        return experiments(self.workspace.folder / "prove")


@contextmanager
def frame(title: str) -> Iterator[Frame]:
    """Set up the page `title` (a name in PAGES), draw the sidebar and yield the open workspace.

    An AdrError, here or in the block, is shown and ends the run of the page.
    """
    st.set_page_config(
        page_title=title if title == "ADR Workbench" else f"{title} · ADR Workbench",
        page_icon=str(shipped("assets/icon.png")),
        layout="wide",
    )
    st.logo(str(shipped("assets/logo.svg")), icon_image=str(shipped("assets/icon.png")), size="large")
    st.html(style("frame"))
    _boot()
    sign_in()
    folder = chosen_folder()
    try:
        workspace, store, jobs = open_workspace(folder)
        seen = _standing(jobs)  # before the workspace is read: a job that ends in between is news
        here = Frame(workspace, store, jobs, standing(store), store.revision)
    except AdrError as error:
        _sidebar(folder)
        if isinstance(error, WorkspaceInUse):
            waiting_view(folder, error, open_workspace)
        else:
            tell(error)
        st.stop()
    _sidebar(str(workspace.folder), here, seen)
    if store.notice:
        st.text(store.notice)
    skip_links(key="skip to instances", content=False)
    chart_saving()
    try:
        yield here
    except AdrError as error:
        tell(error)


@st.cache_resource(show_spinner=False)
def _boot() -> None:
    """Import what is heavy and set it aside from the garbage collector, which Streamlit runs after every rerun."""
    import pandas  # noqa: F401
    import plotly.graph_objects  # noqa: F401
    import pyarrow  # noqa: F401

    gc.collect()
    gc.freeze()


def _sidebar(folder: str, here: Frame | None = None, seen: _Seen = (0, ())) -> None:
    states = stage_states(here.standing, len(here.proofs)) if here else {}
    with st.sidebar:
        skip_links(key="skip navigation", content=True)
        if here and here.standing.instances:
            search_field(here.standing)
        for name in PAGES:
            said = states.get(name, "")
            link(name, f"{name} :gray[· {said}]" if said else name)
        workspace_picker(folder)
        who_line()
        if here:
            fragment(_jobs_line, run_every=2.0, key="jobs line")(here.jobs, seen)


def _standing(jobs: Jobs) -> _Seen:
    """How many jobs have been started, by any session or the command line, and which of them run."""
    return jobs.begun, tuple(job.job for job in jobs.running())


def _jobs_line(jobs: Jobs, seen: _Seen) -> None:
    """The running jobs, shown on every page; the page is drawn again when one has begun or ended since it was drawn."""
    running = jobs.running()
    if _standing(jobs) != seen:
        st.rerun(scope="app")
    for job in running:
        share = job.share
        st.caption(
            f":material/progress_activity: {plain(job.title)}" + (f" · {share:.0%}" if share is not None else "")
        )
        asked = job.cancel_asked.is_set()
        label = "Stopping …" if asked else "Cancel"
        st.button(
            label,
            key=f"cancel from sidebar {job.job}",
            type="tertiary",
            disabled=asked or not may("owner"),
            on_click=_cancel,
            args=(job,),
        )


def _cancel(job: Job) -> None:
    need("owner")
    job.cancel()


def stage_states(stands: Standing, proofs: int) -> dict[str, str]:
    """What each page has to show, in a few words; empty where there is nothing. proofs: number of experiments."""

    def said(count: int, one: str, many: str) -> str:
        return f"{count:,} {one if count == 1 else many}" if count else ""

    return {
        "Dataset": said(stands.instances, "instance", "instances") or "empty",
        "Explore": said(stands.entities, "entity", "entities") or ("no index" if stands.instances else ""),
        "Rebalance": said(stands.runs, "run", "runs"),
        "Synthesize": said(stands.candidates, "candidate", "candidates") or said(stands.plans, "plan", "plans"),
        "Review": f"{stands.left:,} left" if stands.left else "all judged" if stands.chosen else "",
        "Export": said(stands.exports, "export", "exports"),
        "Prove": said(proofs, "experiment", "experiments"),
    }
