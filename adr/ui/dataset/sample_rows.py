"""The first rows of a dataset as they stand, each with the conversation that would be read from it."""

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from adr.ingest.peek import Sample
from adr.ingest.record import Conversation
from adr.plain_text import code, plain
from adr.ui.parts.instance_view import conversation_view

_KEYS, _VALUE = 9, 150
_TURNS, _TEXT = 4, 280


def sample_rows(samples: Sequence[Sample]) -> None:
    """Draw the rows, one below the other."""
    st.markdown("**The first rows, and what is read from them**")
    for sample in samples:
        with st.container(border=True):
            st.caption(f"Row {sample.position:,}")
            st.code(_as_it_stands(sample.record), language=None, wrap_lines=True)
            _what_is_read(sample)


def _as_it_stands(record: Any) -> str:
    """A row as short lines "key: value", so that its keys can be seen."""
    if not isinstance(record, dict):
        return _short(record)
    lines = [f"{key}: {_short(value)}" for key, value in list(record.items())[:_KEYS]]
    return "\n".join(lines + ["…"] * (len(record) > _KEYS))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _VALUE else f"{text[:_VALUE]}…"


def _what_is_read(sample: Sample) -> None:
    read = sample.read
    if not isinstance(read, Conversation):
        st.warning(plain(read.detail), icon=":material/block:")
        return
    conversation_view([(role, _shortened(text)) for role, text in read.turns[:_TURNS]])
    more = [f"{len(read.turns) - _TURNS:,} more turns"] if len(read.turns) > _TURNS else []
    paths = [*(f"image {code(path)}" for path in read.images[:3]), *(f"video {code(path)}" for path in read.videos[:3])]
    if said := more + paths:
        st.caption(" · ".join(said))


def _shortened(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}…"
