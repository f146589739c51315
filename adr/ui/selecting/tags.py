"""Tagging the selected instances: a tag put on, taken off, and the last step undone."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from adr.figures import counted
from adr.plain_text import plain
from adr.select.tags import tag, tags, tags_among, undo, untag
from adr.store import Store
from adr.ui.access import reviewing
from adr.ui.frame import Frame
from adr.ui.review.reviewer import reviewer_now
from adr.ui.review.state import state
from adr.ui.selecting.said import do

Positions = npt.NDArray[np.int32]
_NAME, _WHO = "tag name", "tag reviewer"


def tag_action(here: Frame, positions: Positions, words: str) -> None:
    """A button that opens the tags of the selected instances."""
    with st.popover("Tag", icon=":material/sell:"):
        st.selectbox(
            "Tag",
            _tags(here.key, here.store),
            index=None,
            key=_NAME,
            accept_new_options=True,
            placeholder="Choose a tag, or type a new one",
        )
        who = reviewer_now()
        if not who:
            st.text_input("Your name", key=_WHO, max_chars=40, help="It is kept with every tag and verdict you give.")
        with st.container(horizontal=True):
            st.button(
                "Put on", key="put tag on", type="primary", on_click=do, args=(lambda: _put(here, positions, words),)
            )
            st.button("Undo", key="undo tag", type="tertiary", on_click=do, args=(lambda: _undo(here),))
        for name, count in _among(here.key, here.store, positions.tobytes()).items():
            _tag_row(here, positions, words, name, count)


def _tag_row(here: Frame, positions: Positions, words: str, name: str, count: int) -> None:
    """A tag that some of the selected instances have, with a button that takes it off."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"**{plain(name)}** has {count:,} of them")
        st.button(
            "Take off",
            key=f"take tag off {name}",
            type="tertiary",
            on_click=do,
            args=(lambda: _take_off(here, name, positions, words),),
        )


def _put(here: Frame, positions: Positions, words: str) -> str:
    who, name = _who(), str(st.session_state.get(_NAME) or "")
    with reviewing(who):
        count = tag(here.store, name, positions, who, words=words)
    return f"{counted(count, 'instance')} got the tag “{name.strip()}”; {len(positions) - count:,} had it before."


def _take_off(here: Frame, name: str, positions: Positions, words: str) -> str:
    who = _who()
    with reviewing(who):
        count = untag(here.store, name, positions, who, words=words)
    return f"{counted(count, 'instance')} lost the tag “{name}”."


def _undo(here: Frame) -> str:
    who = _who()
    with reviewing(who):
        undone = undo(here.store, who)
    if undone is None:
        return "You have no step left to undo."
    did = "putting on" if undone.action == "tag" else "taking off"
    return f"Undone: {did} “{undone.tag}”, {counted(undone.instances, 'instance')}."


def _who() -> str:
    """Who is tagging; a name typed here is that of the Review page, too."""
    if typed := str(st.session_state.get(_WHO) or "").strip():
        state().reviewer = typed
    return reviewer_now()


@st.cache_data(show_spinner=False, max_entries=4)
def _tags(key: tuple[str, int], _store: Store) -> list[str]:
    return list(tags(_store))


@st.cache_data(show_spinner=False, max_entries=8)
def _among(key: tuple[str, int], _store: Store, positions: bytes) -> dict[str, int]:
    return tags_among(_store, np.frombuffer(positions, np.int32))
