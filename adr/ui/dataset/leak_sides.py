"""The two sides of a leak: what the benchmark has, and what the dataset or a candidate has."""

import streamlit as st

from adr.explore.instances import instance_at
from adr.figures import counted
from adr.leaks.judging import JudgedLeak, candidate_of
from adr.plain_text import code
from adr.ui.frame import Frame
from adr.ui.navigation import link
from adr.ui.parts.images import LARGE, thumbnail
from adr.ui.parts.instance_view import conversation_view, images_view


def benchmark_side(here: Frame, leak: JudgedLeak) -> None:
    """The benchmark's picture, of which the workspace keeps a small copy, and its question."""
    st.subheader("Benchmark", anchor=False)
    small = thumbnail(here.workspace, here.workspace.folder / leak.shown, LARGE) if leak.shown else None
    if small:
        st.image(str(small), width=300)
    if leak.question:
        conversation_view([("human", leak.question)])


def workspace_side(here: Frame, leak: JudgedLeak) -> None:
    """The picture and conversation of the first instance that has it, or those of the candidate."""
    if leak.candidate is not None:
        _candidate(here, leak.candidate)
        return
    if leak.instance is None:  # its path is in no instance any more
        return
    shown = instance_at(here.store, leak.instance)
    st.subheader(f"Instance {leak.instance:,}", anchor=False)
    with st.container(width=300):
        images_view(here, [leak.path] if leak.path else shown.images)
    conversation_view(shown.turns)
    if leak.instances > 1:
        st.caption(f"{counted(leak.instances, 'instance')} have this picture.")
    link("Dataset", "This instance", icon=":material/search:", instance=leak.instance)


def _candidate(here: Frame, candidate: str) -> None:
    st.subheader("Candidate", anchor=False)
    st.caption(code(candidate))
    image, turns = candidate_of(here.store, candidate)
    small = thumbnail(here.workspace, here.workspace.folder / image, LARGE) if image else None
    if small:
        st.image(str(small), width=300)
    conversation_view(turns)
