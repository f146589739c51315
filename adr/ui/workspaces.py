"""Which workspace a session works in: the one in the address, in the session, or in the setting."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from adr.errors import AdrError
from adr.jobs import Jobs
from adr.owner import Owner
from adr.plain_text import code, plain
from adr.settings import setting
from adr.store import Store
from adr.ui.access import PagesStore, allowed_path, by_itself, need, roots
from adr.ui.ownership import served
from adr.ui.parts.state import remembered
from adr.ui.telling import tell
from adr.workspace import Workspace


@dataclass
class WorkspaceState:
    """The folder this session works in (None: the setting's), and why the last folder could not be opened."""

    folder: str | None = None
    fault: AdrError | None = None


def switch_workspace(folder: str) -> None:
    """Make `folder` this session's workspace, opened at the next run; what pages remember of the old one is cleared.

    A fault is kept for the next run to show, since callbacks of buttons run outside the frame.
    """
    try:
        if folder not in _known(folder):  # opening an unknown one may create it
            need("owner")
        chosen = Workspace.at(allowed_path(folder))
    except AdrError as error:
        remembered(WorkspaceState).fault = error
        return
    st.session_state.clear()
    remembered(WorkspaceState).folder = str(chosen.folder)
    st.query_params.clear()


@st.cache_resource(show_spinner=False)
def _recent() -> list[str]:
    """Workspace folders opened in this process, newest first."""
    return []


def _release(opened: tuple[Workspace, Store, Jobs, Owner | None]) -> None:
    _, store, _, owner = opened
    if owner is not None:
        owner.close()
    store.close()


@st.cache_resource(show_spinner="Opening the workspace …", on_release=_release)
def opened(folder: str) -> tuple[Workspace, Store, Jobs, Owner | None]:
    """The workspace in `folder` with its store, its jobs and what serves it to the command line, the same for all
    sessions of this process."""
    workspace = Workspace.at(folder)
    with by_itself():
        store = PagesStore(workspace.database)
        jobs = Jobs(store)
        return workspace, store, jobs, served(workspace, store, jobs)


def open_workspace(folder: str) -> tuple[Workspace, Store, Jobs]:
    """The workspace in `folder`, its store and its jobs; the folder becomes the first of the recent ones."""
    workspace, store, jobs, _ = opened(folder)
    recent = _recent()
    if folder in recent:
        recent.remove(folder)
    recent.insert(0, folder)
    return workspace, store, jobs


def chosen_folder() -> str:
    """The workspace in the address, else the session's, else the setting's. The address holds the name of a folder,
    and only a known workspace is opened: a link cannot make the app open an arbitrary folder of the machine."""
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
    allowed = roots()
    found = [
        folder
        for folder in dict.fromkeys([*_recent(), *beside])
        if not allowed or any(Path(folder).resolve().is_relative_to(root) for root in allowed)
    ]
    return list(dict.fromkeys([own, *found]))[:20]


def workspace_picker(current: str) -> None:
    """The open workspace (the folder `current`), in a popover that opens another one."""
    state = remembered(WorkspaceState)
    fault, state.fault = state.fault, None
    st.caption("Workspace")
    name = Path(current).name
    with st.popover(
        plain(name, 26), icon=":material/folder:", width="stretch", help=code(current), key=f"workspaces from {current}"
    ):
        if fault is not None:
            tell(fault)
        others = [folder for folder in _known(current) if folder != current][:8]
        st.markdown(f"**{plain(Path(current).name)}**  \n:gray[{plain(current)}]")
        for folder in others:
            st.button(
                plain(Path(folder).name),
                key=f"workspace {folder}",
                help=code(folder),
                width="stretch",
                icon=":material/folder_open:",
                on_click=switch_workspace,
                args=(folder,),
            )
        with st.form("other workspace", border=False, clear_on_submit=True):
            folder = st.text_input("Another folder", placeholder="/data/my-workspace", key="workspace_folder")
            if st.form_submit_button("Open or create", width="stretch") and folder.strip():
                switch_workspace(folder.strip())
                st.rerun()
