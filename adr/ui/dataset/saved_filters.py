"""The menu of saved filters beside the field for a filter."""

from collections.abc import Callable

import streamlit as st

from adr.errors import AdrError
from adr.plain_text import SENTENCE, code, plain
from adr.select.saved import LONGEST_NAME, SavedFilter, forget_filter, save_filter, saved_filters
from adr.settings import setting
from adr.store import Store
from adr.ui.access import may, need, person
from adr.ui.frame import Frame
from adr.ui.parts.controls import move

_NAME = "name of the filter"


def saved_menu(here: Frame, text: str) -> None:
    """The saved filters, each with a way to use it; for an owner also to save `text` and to let names go."""
    known = _saved(here.key, here.store)
    if not known and not (text and may("owner")):
        return
    with st.popover("Saved", icon=":material/bookmark:", key="saved filters"):
        if text and may("owner"):
            _save_form(here, text)
        for one in known.values():
            _row(here, one)


def _save_form(here: Frame, text: str) -> None:
    st.caption(f"Save {code(text)} as")
    with st.container(horizontal=True):
        st.text_input("Name", key=_NAME, max_chars=LONGEST_NAME, label_visibility="collapsed", placeholder="A name")
        st.button("Save", key="save filter", type="primary", on_click=_do, args=(lambda: _save(here, text),))


def _row(here: Frame, one: SavedFilter) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            plain(one.name),
            key=f"use filter {one.name}",
            type="tertiary",
            icon=":material/search:",
            help=code(one.filter),
            on_click=_use,
            args=(one,),
        )
        st.space("stretch")
        if may("owner"):
            st.button(
                "Remove",
                key=f"forget filter {one.name}",
                type="tertiary",
                on_click=_do,
                args=(lambda: _forget(here, one.name),),
            )


def _do(action: Callable[[], str]) -> None:
    """Do what a button stands for, and show what it says."""
    try:
        st.toast(plain(action(), SENTENCE), icon=":material/bookmark:")
    except AdrError as error:
        st.toast(plain(f"{error.sentence} {error.next_step}", SENTENCE), icon=":material/error:")


def _save(here: Frame, text: str) -> str:
    need("owner")
    name = str(st.session_state[_NAME]).strip()
    save_filter(here.store, name, text, _who())
    st.session_state[_NAME] = ""
    return f"Saved. filter:{name} finds the same inside any filter." if name.isidentifier() else "Saved."


def _forget(here: Frame, name: str) -> str:
    need("owner")
    forget_filter(here.store, name, _who())
    return f"The name {name} is gone."


def _use(one: SavedFilter) -> None:
    move(find=one.filter, page=None, instance=None)


def _who() -> str:
    return person().name or setting("ADR_REVIEWER")


@st.cache_data(show_spinner=False, max_entries=8)
def _saved(key: tuple[str, int], _store: Store) -> dict[str, SavedFilter]:
    return saved_filters(_store)
