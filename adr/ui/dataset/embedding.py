"""Dataset, Copies: how many pictures a model has looked at, and a button that lets it look at the others."""

import streamlit as st

from adr.embed.embed import Embedded, embed, embedded
from adr.plain_text import plain
from adr.store import Store
from adr.ui.frame import Frame
from adr.workspace import Workspace

KIND = "embed"


def embedding_view(here: Frame) -> None:
    """A line, and the button where a picture is left."""
    stands = _embedded(here.key, here.jobs.begun, here.store, here.workspace)
    looked = f"**{stands.embedded:,} of {stands.pictures:,} pictures** looked at by {plain(stands.model)}."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(looked, width="stretch")
        left = stands.embedded < stands.pictures
        if st.button(
            "Embed pictures",
            key="embed pictures",
            icon=":material/visibility:",
            disabled=not left or bool(here.jobs.running()),
            help="A process of its own lets the scorer of the settings look at every picture. It can be stopped, and "
            "goes on from there. Cropped copies, pictures that look alike and near duplicates of synthetic pictures "
            "are found by what it sees.",
        ):
            store, workspace = here.store, here.workspace
            here.jobs.start(KIND, "Embedding pictures", lambda progress: embed(store, workspace, progress=progress))
            st.rerun(scope="app")


@st.cache_data(show_spinner=False, max_entries=8)
def _embedded(key: tuple[str, int], begun: int, _store: Store, _workspace: Workspace) -> Embedded:
    """Counted again when the workspace changes, which it does when a job ends."""
    return embedded(_store, _workspace)
