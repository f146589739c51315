"""Choosing which key of a record holds what, and whether missing markers are placed, before a dataset is read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from adr.errors import AdrError
from adr.ingest.mapping import at
from adr.ingest.options import TARGETS, IngestOptions
from adr.ingest.peek import Sample
from adr.ingest.proposal import keys_of, proposal
from adr.plain_text import plain

_PAIR = ("question", "answer", "image", "video", "id", "system")
_TURNS = ("conversations", "role", "text", "human", "gpt", "image", "video", "id", "system")
_IN_EACH_TURN = ("role", "text")
_NAMES = ("human", "gpt")
_LABELS = {
    "question": "Question",
    "answer": "Answer",
    "conversations": "List of turns",
    "role": "In a turn: who speaks",
    "text": "In a turn: what is said",
    "human": "Name of the human",
    "gpt": "Name of the assistant",
    "image": "Image",
    "video": "Video",
    "id": "Id",
    "system": "System text",
}
_WAYS = {"pair": "A question and its answer", "turns": "A list of turns"}


def mapping_choice(source: Path, samples: Sequence[Sample]) -> IngestOptions | None:
    """The mapping chosen for `source`, whose first rows read without one are `samples`; None while it is incomplete."""
    known = [record for sample in samples if isinstance(record := sample.record, dict)]
    unread = None if any(sample.read_whole for sample in samples) else next(iter(known), None)
    if not known or not st.toggle(
        "Say which key holds what",
        value=unread is not None,
        key=f"map {source}",
        help="For records of a form that is not known, or to read another key than the usual one.",
    ):
        return IngestOptions()
    try:
        return IngestOptions(_keys(source, known, proposal(unread) if unread is not None else {}))
    except AdrError as error:
        st.info(plain(error.sentence), icon=":material/edit:")
        return None


def marker_choice(source: Path, options: IngestOptions, unmarked: int) -> IngestOptions:
    """The options with the choice whether missing markers are placed; asked where `unmarked` of the first rows have
    images and no marker."""
    place = unmarked > 0 and st.checkbox(
        "Place `<image>` where a conversation has images and no marker",
        key=f"place {source}",
        help="At the start of the first human turn, one for each image. Each record is also kept as it was read.",
    )
    return replace(options, place_markers=place)


def _keys(source: Path, records: Sequence[Mapping[str, Any]], proposed: Mapping[str, str]) -> dict[str, str]:
    """{target: key} as chosen; a proposal is chosen at first."""
    way = st.segmented_control(
        "A row holds",
        list(_WAYS),
        default="turns" if "conversations" in proposed else "pair",
        key=f"map way {source}",
        format_func=_WAYS.__getitem__,
        required=True,
    )
    found = list(dict.fromkeys(key for record in records for key, _ in keys_of(record)))
    chosen: dict[str, str] = {}
    columns = st.columns(2)
    for place, target in enumerate(_TURNS if way == "turns" else _PAIR):
        offered = _offered(target, found, records, chosen)
        with columns[place % 2]:
            if key := _one(source, target, offered, proposed.get(target)):
                chosen[target] = key
    return chosen


def _one(source: Path, target: str, offered: list[str], proposed: str | None) -> str | None:
    """The key chosen for a target; None when there is none."""
    return st.selectbox(
        _LABELS[target],
        offered,
        index=offered.index(proposed) if proposed in offered else None,
        key=f"map {target} {source}",
        placeholder="none",
        help=f"{TARGETS[target][:1].upper()}{TARGETS[target][1:]}. Dots lead into nested keys.",
        accept_new_options=True,
    )


def _offered(
    target: str, found: list[str], records: Sequence[Mapping[str, Any]], chosen: Mapping[str, str]
) -> list[str]:
    """The keys to choose from: those of the rows, of their turns, or the names of speakers in the turns."""
    if target not in (*_IN_EACH_TURN, *_NAMES):
        return found
    turns = [turn for record in records for turn in _turns(record, chosen.get("conversations"))]
    if target in _IN_EACH_TURN:
        return list(dict.fromkeys(key for turn in turns for key, _ in keys_of(turn)))
    speakers = (turn.get(chosen.get("role", "")) for turn in turns)
    return list(dict.fromkeys(name for name in speakers if isinstance(name, str)))


def _turns(record: Mapping[str, Any], key: str | None) -> list[Mapping[str, Any]]:
    turns = at(record, key) if key else None
    return [turn for turn in turns if isinstance(turn, Mapping)] if isinstance(turns, list) else []
