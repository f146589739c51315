"""The instances that a visitor has selected, on whichever page: remembered for the session, shown by `selection_bar`.

Knows no page; what selects calls `select`. A selection of instances that have been replaced since is dropped.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from adr.figures import counted
from adr.ingest.sources import changed_at
from adr.plain_text import SENTENCE, plain
from adr.ui.frame import Frame
from adr.ui.navigation import go
from adr.ui.parts.controls import asked
from adr.ui.parts.state import remembered
from adr.ui.selecting.compare import compare_action
from adr.ui.selecting.plan import plan_action
from adr.ui.selecting.recipe import recipe_action
from adr.ui.selecting.said import said
from adr.ui.selecting.tags import tag_action

Positions = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Selection:
    """positions: of the selected instances, ascending, one or more; words: where they come from."""

    positions: Positions
    words: str


@dataclass
class SelectionState:
    """The selection of a session, and of which state of the sources its positions are (None: not yet known)."""

    selection: Selection | None = None
    sources: str | None = None


def selection() -> Selection | None:
    """What this session has selected; None where nothing is."""
    return remembered(SelectionState).selection


def select(positions: Iterable[int], words: str) -> None:
    """Make these instances the selection of this session; without any, nothing is selected."""
    found = np.unique(np.asarray(positions if isinstance(positions, np.ndarray) else list(positions), dtype=np.int32))
    remembered(SelectionState).selection = Selection(found, words) if len(found) else None


def clear_selection() -> None:
    """Select nothing."""
    remembered(SelectionState).selection = None
    said().sentence = ""


def selection_bar(here: Frame) -> None:
    """What is selected, and what can be done with it; draws nothing where nothing is."""
    _drop_stale(here)
    place = st.container()  # always there: a grid below that moved would be mounted anew and forget its last tick
    if chosen := selection():
        with place:
            _bar(here, chosen)


def _bar(here: Frame, chosen: Selection) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f"**{counted(len(chosen.positions), 'instance')} selected:** {plain(chosen.words, SENTENCE)}",
                width="stretch",
            )
            _show_and_clear()
        with st.container(horizontal=True, gap="small"):
            tag_action(here, chosen.positions, chosen.words)
            recipe_action(here, chosen.positions, chosen.words)
            plan_action(here, chosen.positions)
            compare_action(here, chosen.positions, chosen.words)
            if here.standing.runs and st.button("Export", key="export selection", icon=":material/output:"):
                go("Export", selected="only")
        if sentence := said().sentence:
            st.caption(f":{'red' if said().fault else 'green'}[{plain(sentence, SENTENCE)}]")


def _show_and_clear() -> None:
    if asked("selected") == "only":
        if st.button("Show all", key="show all", type="tertiary", icon=":material/visibility_off:"):
            go("Dataset")
    elif st.button("Show", key="show selection", type="tertiary", icon=":material/visibility:"):
        go("Dataset", selected="only")
    st.button("Clear", key="clear selection", type="tertiary", icon=":material/close:", on_click=clear_selection)


def _drop_stale(here: Frame) -> None:
    """Let go of a selection that was made before the sources changed."""
    state = remembered(SelectionState)
    sources = changed_at(here.store)
    if state.sources is not None and state.sources != sources:
        state.selection = None
    state.sources = sources
