"""What every page shows while another program owns the workspace: who it is and how far; it opens once that ends."""

from collections.abc import Callable

import streamlit as st

import adr
from adr.errors import WorkspaceInUse
from adr.owner import Holder, holder
from adr.plain_text import code, plain
from adr.ui.telling import fragment, tell
from adr.workspace import Workspace


def waiting_view(folder: str, used: WorkspaceInUse, try_again: Callable[[str], object]) -> None:
    """Show who has the workspace open, each second anew; when `try_again(folder)` can open it, draw the page.

    used: what the last attempt to open it raised.
    """
    fragment(_waiting, run_every=1.0, key="waiting")(folder, used, try_again)


def _waiting(folder: str, used: WorkspaceInUse, try_again: Callable[[str], object]) -> None:
    owner = holder(Workspace.at(folder))
    if owner is None or owner.kind == "verb":
        try:
            try_again(folder)
        except WorkspaceInUse as found:
            used = found
        else:
            st.rerun(scope="app")
    if owner is None:
        tell(used)
    elif owner.kind == "app":
        _other_app(owner)
    else:
        _verb(owner)


def _other_app(owner: Holder) -> None:
    with st.container(border=True):
        st.info(f"This workspace is open in another app (process {owner.pid:d}).", icon=":material/tab:")
        _version(owner)
        if owner.url.startswith(("http://", "https://")):
            st.link_button("Go to that app", owner.url, type="primary", icon=":material/open_in_new:")
        st.caption("To open it here instead, stop the other app; this page then opens it.")


def _verb(owner: Holder) -> None:
    with st.container(border=True):
        st.info(
            f"A command, {code(owner.title)} (process {owner.pid:d}), has this workspace open. "
            "This page opens it when the command has ended.",
            icon=":material/hourglass_top:",
        )
        _version(owner)
        share = min(1.0, owner.done / owner.total) if owner.total else 0.0
        count = f"{owner.done:,} of {owner.total:,}" if owner.total else f"{owner.done:,}" if owner.done else ""
        st.progress(share, f"{plain(owner.message) or 'Starting'} {count}")


def _version(owner: Holder) -> None:
    if owner.version != adr.__version__:
        st.caption(f"It runs version {plain(owner.version)} of the program; this is {plain(adr.__version__)}.")
