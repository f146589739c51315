"""The field in the sidebar of every page: a position leads to that instance, anything else to what the filter finds."""

import re
from dataclasses import dataclass

import streamlit as st

from adr.explore.standing import Standing
from adr.ui.navigation import go
from adr.ui.parts.state import remembered

_KEY = "search from everywhere"
_POSITION = re.compile(r"#?\d{1,9}")


@dataclass
class Sought:
    """What was typed and has not been followed yet."""

    text: str = ""


def search_field(standing: Standing) -> None:
    """The field; once Enter was pressed in it, the page changes."""
    wanted = remembered(Sought)
    text, wanted.text = wanted.text, ""
    if text:
        _follow(text, standing)
    st.text_input(
        "Find in the dataset",
        key=_KEY,
        type="search",
        placeholder="Find: #500, dog, object:dog …",
        help="A position opens that instance. Anything else is a filter: words, entities, decisions of a run, "
        "verdicts on candidates (candidate:rejected).",
        on_change=_typed,
        icon=":material/search:",
        label_visibility="collapsed",
    )


def _typed() -> None:
    remembered(Sought).text = _one_line(st.session_state[_KEY])
    st.session_state[_KEY] = ""


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _follow(text: str, standing: Standing) -> None:
    if not _POSITION.fullmatch(text):
        go("Dataset", find=text)
    go("Explore" if standing.postings else "Dataset", instance=int(text.removeprefix("#")))
