"""The field for a filter, and what it finds. The filter stands in the address, as every control does."""

import streamlit as st

from adr.figures import counted
from adr.plain_text import SENTENCE, plain
from adr.select.filter_text import parse, to_text
from adr.select.filter_tree import Filter
from adr.select.filter_words import in_words
from adr.select.find import FoundPage, before, found_page, reads_every_text, unknown_entities
from adr.select.word_table import make_word_table
from adr.store import Store
from adr.ui.access import may, need
from adr.ui.dataset.saved_filters import saved_menu
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked, move

_KEY = "find field"
MANY = 20_000
"""Instances from which on the table of words is worth making."""


def find_field(here: Frame) -> Filter | None:
    """A field for a filter, which is read when Enter is pressed, and the saved filters; None where it is empty.
    AdrError where it cannot be read."""
    text = "".join(letter if letter.isprintable() else " " for letter in asked("find")).strip()
    st.session_state[_KEY] = text
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text_input(
            "Find",
            key=_KEY,
            type="search",
            placeholder='Find: object:dog and not object:person, "red car", run:2 dropped, turns>4, #500 …',
            on_change=_typed,
            icon=":material/search:",
            label_visibility="collapsed",
        )
        saved_menu(here, text)
    return parse(text) if text else None


def found_line(here: Frame, asked_for: Filter, count: int) -> None:
    """How many instances were found, and the filter in a sentence."""
    st.caption(f"**{counted(count, 'instance')} found:** {plain(in_words(asked_for), SENTENCE)}.")
    if notice := unknown_entities(here.store, asked_for):
        st.caption(plain(notice, SENTENCE))
    if here.standing.instances >= MANY and reads_every_text(here.store, asked_for):
        _offer_words(here)


def _offer_words(here: Frame) -> None:
    """A button that makes the table of words."""
    if not may("owner") or here.jobs.running("words"):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Every text was read for this. A table of words, made once, makes it faster.", width="content")
        prepare_button(here)


def prepare_button(here: Frame) -> None:
    """A button that makes the table of words, as a job."""
    busy = bool(here.jobs.running("words"))
    st.button("Prepare the search", key="prepare search", disabled=busy, on_click=_prepare, args=(here,))


def _prepare(here: Frame) -> None:
    need("owner")
    here.jobs.start("words", "Preparing the search", lambda progress: make_word_table(here.store, progress))


def found(here: Frame, asked_for: Filter, offset: int, limit: int) -> FoundPage:
    """A page of what a filter finds, found again only when the workspace changes."""
    return _found(here.key, here.store, to_text(asked_for), offset, limit)


def place(here: Frame, asked_for: Filter | None, instance: int) -> int | None:
    """How many of the instances found come before one; None where it is not among them."""
    return _place(here.key, here.store, to_text(asked_for) if asked_for else "", instance)


@st.cache_data(show_spinner="Finding …", max_entries=64)
def _found(key: tuple[str, int], _store: Store, text: str, offset: int, limit: int) -> FoundPage:
    return found_page(_store, parse(text), offset, limit)


@st.cache_data(show_spinner="Finding …", max_entries=64)
def _place(key: tuple[str, int], _store: Store, text: str, instance: int) -> int | None:
    return before(_store, parse(text) if text else None, instance)


def _typed() -> None:
    move(find=st.session_state[_KEY].strip(), page=None, instance=None)
