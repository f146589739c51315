"""Ticking instances on the Dataset page: one by one, a range, the page, or all that the filter finds."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from adr.figures import counted
from adr.select.filter_text import parse, to_text
from adr.select.filter_tree import Filter
from adr.select.filter_words import in_words
from adr.select.find import found_positions
from adr.store import Store
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked
from adr.ui.parts.selection import Positions, select, selection

_BY_HAND = "ticked by hand"
_CHANGED = ", changed by hand"


def ticked(shown: Sequence[int]) -> list[int]:
    """Those of the instances shown that are selected."""
    found: list[int] = np.intersect1d(_selected(), np.asarray(shown, np.int32)).tolist()
    return found


def selected_only() -> bool:
    """Whether the address asks for the selected instances only, and there are any."""
    return asked("selected") == "only" and selection() is not None


def selected_among(here: Frame, narrowed: Filter | None) -> Positions:
    """The positions of the selected instances that the filter finds, ascending."""
    if narrowed is None:
        return _selected()
    return np.intersect1d(_selected(), all_found(here, narrowed))


def all_found(here: Frame, narrowed: Filter | None) -> Positions:
    """The positions of all instances that the filter finds (None: all), ascending; found again only when the workspace
    changes."""
    return _found_positions(here.key, here.store, to_text(narrowed) if narrowed else "")


@st.cache_data(show_spinner="Finding …", max_entries=4)
def _found_positions(key: tuple[str, int], _store: Store, text: str) -> Positions:
    return found_positions(_store, parse(text) if text else None)


def tick(shown: Sequence[int], wanted: Sequence[int]) -> None:
    """Make `wanted` those of the instances shown that are selected; the selection among others stays."""
    others = np.setdiff1d(_selected(), np.asarray(shown, np.int32))
    select(np.union1d(others, np.asarray(wanted, np.int32)), _words())


def tick_line(here: Frame, narrowed: Filter | None, total: int, shown: Sequence[int]) -> None:
    """Buttons that select the page, and all instances that the filter finds."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Select page",
            key="select page",
            type="tertiary",
            icon=":material/select_check_box:",
            on_click=tick,
            args=(shown, shown),
            disabled=not shown,
        )
        if total > len(shown):
            st.button(
                f"Select all {counted(total, 'instance')}",
                key="select all found",
                type="tertiary",
                icon=":material/select_all:",
                on_click=_select_found,
                args=(here, narrowed),
            )


def _select_found(here: Frame, narrowed: Filter | None) -> None:
    select(found_positions(here.store, narrowed), in_words(narrowed) if narrowed else "all instances")


def _selected() -> Positions:
    chosen = selection()
    return chosen.positions if chosen else np.empty(0, np.int32)


def _words() -> str:
    """Where a selection comes from after a change by hand."""
    chosen = selection()
    if chosen is None or chosen.words == _BY_HAND:
        return _BY_HAND
    return chosen.words if chosen.words.endswith(_CHANGED) else chosen.words + _CHANGED
