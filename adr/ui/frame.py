"""The frame every page enters: page set-up, sidebar, the opened workspace, and errors told as a sentence.

How a page uses it:

    from adr.ui.frame import fragment, frame

    with frame("Explore") as here:          # the page's name as in PAGES
        here.store, here.workspace, here.jobs, here.standing

        @fragment                           # or @fragment(run_every=1); tells an AdrError like the frame does
        def controls() -> None: ...

An `AdrError` inside becomes its sentence, its next step and a link to the page that the next step names ("... on the
Dataset page"). Anything else is a bug and keeps its traceback. Cached answers of a page are keyed by `here.key`
(workspace and its revision): `@st.cache_data` on `def answer(key, _store, ...)`. `go("Review", candidate="p1-0-0")`
changes the page with query parameters, `link(...)` draws a link that does.
"""

import functools
import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import streamlit as st
from streamlit.errors import StreamlitAPIException

from adr.errors import AdrError
from adr.explore.standing import Standing, standing
from adr.jobs import Jobs
from adr.settings import setting
from adr.store import Store
from adr.ui.parts.component import style
from adr.ui.parts.state import remembered
from adr.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
# Page name → file below the root, icon. The files' numbers are the data's order.
PAGES: dict[str, tuple[str, str]] = {
    "Overview": ("app.py", ":material/space_dashboard:"),
    "Dataset": ("pages/1_Dataset.py", ":material/database:"),
    "Explore": ("pages/2_Explore.py", ":material/query_stats:"),
    "Rebalance": ("pages/3_Rebalance.py", ":material/balance:"),
    "Synthesize": ("pages/4_Synthesize.py", ":material/brush:"),
    "Review": ("pages/5_Review.py", ":material/rate_review:"),
    "Export": ("pages/6_Export.py", ":material/output:"),
}


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
        """Changes with the workspace and with every write: the cache key of what a page has computed."""
        return str(self.workspace.folder), self.revision


@dataclass
class WorkspaceState:
    """The folder this session works in (None: the setting's), and what was wrong with the one asked for last."""

    folder: str | None = None
    fault: AdrError | None = None


@contextmanager
def frame(title: str) -> Iterator[Frame]:
    """Set up the page `title` (a name in PAGES), draw the sidebar and give the opened workspace.

    An AdrError, here or in the block, is told and ends the page's run.
    """
    st.set_page_config(
        page_title=title if title == "ADR Workbench" else f"{title} · ADR Workbench",
        page_icon=str(ROOT / "assets" / "icon.png"),
        layout="wide",
    )
    st.logo(str(ROOT / "assets" / "logo.svg"), icon_image=str(ROOT / "assets" / "icon.png"), size="large")
    st.html(style("frame"))
    _boot()
    try:
        here = _open(_chosen_folder())
    except AdrError as error:
        _sidebar(None)
        tell(error)
        st.stop()
    _sidebar(here)
    try:
        yield here
    except AdrError as error:
        tell(error)


def fragment(draw: Callable[..., Any] | None = None, *, run_every: float | None = None, key: str | None = None) -> Any:
    """`st.fragment` that tells an AdrError: a fragment's own reruns do not pass through the frame."""
    if draw is None:
        return functools.partial(fragment, run_every=run_every, key=key)

    @functools.wraps(draw)
    def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return draw(*args, **kwargs)
        except AdrError as error:
            tell(error)
            return None

    return st.fragment(told, run_every=run_every, key=key)


def tell(error: AdrError) -> None:
    """Show what is wrong and what to do about it, with links to the pages that the next step names."""
    with st.container(border=True, key=None):
        st.error(error.sentence, icon=":material/error:")
        if error.next_step:
            st.markdown(f"**Next:** {error.next_step}")
        for name in PAGES:
            if f"{name} page" in error.next_step:
                link(name)


def go(name: str, **query: Any) -> NoReturn:
    """Change to the page `name` with these query parameters."""
    st.switch_page(str(ROOT / PAGES[name][0]), query_params=_texts(query))


def link(
    name: str, label: str | None = None, *, icon: str | None = None, help: str | None = None, **query: Any
) -> None:
    """Draw a link to the page `name`; nothing when its file does not exist or the page runs without its siblings."""
    file, own_icon = PAGES[name]
    if not (ROOT / file).is_file():
        return
    try:
        st.page_link(
            str(ROOT / file), label=label or name, icon=icon or own_icon, help=help, query_params=_texts(query) or None
        )
    except (StreamlitAPIException, KeyError):  # a page that a test runs alone knows no siblings
        return


def switch_workspace(folder: str) -> None:
    """Make `folder` this session's workspace, opened at the next run; what pages remember of the other is forgotten.

    A fault is kept for the next run to tell: callbacks of buttons run outside the frame.
    """
    try:
        chosen = Workspace.at(folder)
    except AdrError as error:
        remembered(WorkspaceState).fault = error
        return
    st.session_state.clear()
    remembered(WorkspaceState).folder = str(chosen.folder)
    st.query_params.clear()


@st.cache_resource(show_spinner=False)
def _boot() -> None:
    """Import what is heavy and set it aside from the garbage collector, which Streamlit runs after every rerun."""
    import pandas  # noqa: F401
    import plotly.graph_objects  # noqa: F401
    import pyarrow  # noqa: F401

    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=False)
def _recent() -> list[str]:
    """Workspace folders opened in this process, newest first."""
    return []


@st.cache_resource(show_spinner="Opening the workspace …", on_release=lambda opened: opened[1].close())
def _opened(folder: str) -> tuple[Workspace, Store, Jobs]:
    workspace = Workspace.at(folder)
    store = Store(workspace.database)
    return workspace, store, Jobs(store)


def _open(folder: str) -> Frame:
    workspace, store, jobs = _opened(folder)
    recent = _recent()
    if folder in recent:
        recent.remove(folder)
    recent.insert(0, folder)
    return Frame(workspace, store, jobs, standing(store), store.revision)


def _chosen_folder() -> str:
    """The workspace named in the address, else the session's, else the setting's. The address names a workspace by
    its folder's name and only one that is known here: a link cannot make the app open any folder of the machine."""
    own = str(Path(setting("ADR_WORKSPACE")).expanduser().resolve())
    asked = st.query_params.get("workspace")
    if asked:
        named = [folder for folder in _known(own) if Path(folder).name == asked]
        if named:
            remembered(WorkspaceState).folder = named[0]
    chosen = remembered(WorkspaceState).folder or own
    if chosen != own and asked != Path(chosen).name:
        st.query_params["workspace"] = Path(chosen).name
    return chosen


def _known(current: str) -> list[str]:
    """Workspaces to offer: those opened in this process, the setting's, and those beside the current one."""
    try:
        beside = sorted(str(file.parent) for file in Path(current).parent.glob("*/adr.duckdb"))
    except OSError:
        beside = []
    own = str(Path(setting("ADR_WORKSPACE")).expanduser().resolve())
    return list(dict.fromkeys([*_recent(), own, *beside]))[:20]


def _sidebar(here: Frame | None) -> None:
    states = stage_states(here.standing) if here else {}
    with st.sidebar:
        for name in PAGES:
            said = states.get(name, "")
            link(name, f"{name} :gray[· {said}]" if said else name)
        _workspace_picker(here)
        if here and here.jobs.running():
            fragment(_jobs_line, run_every=2.0, key="jobs line")(here.jobs)


def _jobs_line(jobs: Jobs) -> None:
    """The work under way, on whatever page one is; when the last of it ends, the page is drawn again."""
    running = jobs.running()
    if not running:
        st.rerun(scope="app")
    for job in running:
        share = job.share
        st.caption(f":material/progress_activity: {job.title}" + (f" · {share:.0%}" if share is not None else ""))


def stage_states(stands: Standing) -> dict[str, str]:
    """What each page has to show so far, in a few words; empty where there is nothing."""

    def said(count: int, one: str, many: str) -> str:
        return f"{count:,} {one if count == 1 else many}" if count else ""

    return {
        "Dataset": said(stands.instances, "instance", "instances") or "empty",
        "Explore": said(stands.entities, "entity", "entities") or ("no index" if stands.instances else ""),
        "Rebalance": said(stands.runs, "run", "runs"),
        "Synthesize": said(stands.candidates, "candidate", "candidates"),
        "Review": f"{stands.left:,} left" if stands.left else "all judged" if stands.chosen else "",
        "Export": said(stands.exports, "export", "exports"),
    }


def _workspace_picker(here: Frame | None) -> None:
    state = remembered(WorkspaceState)
    fault, state.fault = state.fault, None
    current = str(here.workspace.folder) if here else _chosen_folder()
    st.caption("Workspace")
    name = Path(current).name
    with st.popover(
        name if len(name) <= 26 else f"{name[:25]}…",
        icon=":material/folder:",
        width="stretch",
        help=current,
        key=f"workspaces from {current}",
    ):
        if fault is not None:
            tell(fault)
        others = [folder for folder in _known(current) if folder != current][:8]
        st.markdown(f"**{Path(current).name}**  \n:gray[{current}]")
        for folder in others:
            st.button(
                Path(folder).name,
                key=f"workspace {folder}",
                help=folder,
                width="stretch",
                icon=":material/folder_open:",
                on_click=switch_workspace,
                args=(folder,),
            )
        with st.form("other workspace", border=False, clear_on_submit=True):
            folder = st.text_input("Another folder", placeholder="/data/my-workspace", key="workspace_folder")
            if st.form_submit_button("Open or make it", width="stretch") and folder.strip():
                switch_workspace(folder.strip())
                st.rerun()


def _texts(query: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Query parameters as text, those without a value left out."""
    return {
        name: [str(part) for part in value] if isinstance(value, list | tuple) else str(value)
        for name, value in query.items()
        if value is not None
    }
