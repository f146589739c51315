"""Reads one record's text carefully: a conversation, or the reason for refusing it.

This defines what a record means, in Python and one record at a time; `adr.ingest.plain` reads the many records of plain
shape in SQL and leaves the rest to this module. Knows nothing of files or tables.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adr.ingest.forms import FORMS, IMAGE_KEYS, VIDEO_KEYS
from adr.ingest.mapping import mapped, roles_of
from adr.ingest.media import paths_in
from adr.ingest.options import IngestOptions
from adr.ingest.refusal import LARGEST, Refusal, RefusedError, kind_of
from adr.ingest.talk import Talk, talk_in
from adr.markers import Turns, paths_in_text, place_markers, spelled_otherwise
from adr.names import STEPS_OUT

OBJECT_KEYS = ("objects", "annotations")
NAME_KEYS = ("name", "category", "label", "category_name", "class")
SOME_TEXT = r"[^ \t\r\n]"
_SOME_TEXT = re.compile(SOME_TEXT)
_STEPS_OUT = re.compile(STEPS_OUT)
EXCERPT = 200
MOST_DIGITS = 4300  # of a number, as Python reads them
AS_GIVEN = IngestOptions()


@dataclass(frozen=True)
class Conversation:
    """What a record says: id as JSON text or None, image paths, (role, text) turns, objects it names, its form, its
    videos, and what is odd about it that its instance does not show (kinds of adr.ingest.oddities)."""

    id: str | None
    images: list[str]
    turns: list[tuple[str, str]]
    objects: list[str] = field(default_factory=list)
    form: str = "llava"
    videos: list[str] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)


def read_record(text: bytes, options: IngestOptions = AS_GIVEN) -> Conversation | Refusal:
    """The conversation in one record's text, or why there is none."""
    try:
        return _conversation(parsed(text), options)
    except RefusedError as refused:
        return refused.refusal


def excerpt(text: bytes) -> str:
    """The first 200 characters; bytes that are not UTF-8 show as �, null bytes as ␀."""
    return text[: EXCERPT * 4].decode("utf-8", "replace")[:EXCERPT].replace("\x00", "\N{SYMBOL FOR NULL}")


def object_names(value: Any) -> list[str] | None:
    """The names in a list of objects (strings, or {"name": …}), each once; None when `value` is not a list.

    Entries without a name are left out.
    """
    if not isinstance(value, list):
        return None
    names: dict[str, None] = {}
    for entry in value:
        if isinstance(entry, dict):
            entry = next((entry[key] for key in NAME_KEYS if isinstance(entry.get(key), str)), None)
        if isinstance(entry, str) and entry.strip():
            names.setdefault(entry.strip())
    return list(names)


def parsed(text: bytes) -> Any:
    """The JSON value in a text; RefusedError when it cannot be read, or holds what UTF-8 cannot encode."""
    if len(text) > LARGEST:
        raise RefusedError("too_large", f"It is larger than {LARGEST >> 20} MB; does it hold the bytes of a picture?")
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError("bad_utf8", f"Byte {error.start} (0x{text[error.start]:02x}) is not UTF-8.") from None
    if not decoded:
        raise RefusedError("invalid_json", "There is nothing between two commas.")
    try:
        value = json.loads(decoded)
        if "\\u" in decoded:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise RefusedError("bad_utf8", "An escape (\\ud800 …) stands for only half a character.") from None
    except RecursionError:
        raise RefusedError("too_deep", "Brackets are nested too deep to be read.") from None
    except ValueError as error:
        raise RefusedError("invalid_json", f"{str(error)[0].upper()}{str(error)[1:]}.") from None
    return value


def _conversation(record: Any, options: IngestOptions) -> Conversation:
    if not isinstance(record, dict):
        raise RefusedError("not_an_object", f"It is {kind_of(record)}.")
    given = mapped(record, options.map) if options.map else record
    talk = talk_in(given, roles_of(options.map))
    images, videos = _media(given, talk)
    said = [(turn.role, turn.text) for turn in talk.turns]
    marked = not _marks(talk, options) or options.place_markers
    turns = place_markers(said, len(images), len(videos)) if marked and (images or videos) else said
    _check_texts(turns)
    for path in (*images, *videos):
        _check_path(path)
    return Conversation(
        None if given.get("id") is None else json.dumps(given["id"], ensure_ascii=False),
        images,
        _with_system(turns, given.get("system")),
        list(dict.fromkeys(name for key in OBJECT_KEYS for name in object_names(given.get(key)) or ())),
        "mapped" if options.map else talk.form,
        videos,
        _oddities(given, talk, images, said, turns),
    )


def _media(record: Mapping[str, Any], talk: Talk) -> tuple[list[str], list[str]]:
    """The images and the videos: those of the record's own keys first, then those of the turns and in their texts."""
    images = [path for key in IMAGE_KEYS for path in paths_in(key, record.get(key))]
    videos = [path for key in VIDEO_KEYS for path in paths_in(key, record.get(key), "video")]
    images += [path for turn in talk.turns for path in turn.images]
    videos += [path for turn in talk.turns for path in turn.videos]
    return images or paths_in_text([(turn.role, turn.text) for turn in talk.turns]), videos


def _marks(talk: Talk, options: IngestOptions) -> bool:
    """Whether the texts of the record say themselves where an image stands."""
    return FORMS[talk.form].marks and not ("conversations" in options.map and "answer" in options.map)


def _check_texts(turns: Turns) -> None:
    for number, (role, text) in enumerate(turns, 1):
        if role != "system" and not _SOME_TEXT.search(text):
            raise RefusedError("turn_without_text", f"Turn {number} is blank.")


def _with_system(turns: list[tuple[str, str]], system: Any) -> list[tuple[str, str]]:
    """The turns after the text of the record's key `system`, unless one of them is a system turn already."""
    if not isinstance(system, str) or not system or any(role == "system" for role, _ in turns):
        return turns
    return [("system", system), *turns]


def _oddities(record: Mapping[str, Any], talk: Talk, images: list[str], said: Turns, turns: Turns) -> list[str]:
    found = {
        "image_empty": talk.form == "llava" and "image" in record and not images,
        "marker_spelled_otherwise": spelled_otherwise(said),
        "marker_placed": FORMS[talk.form].marks and turns != said,
    }
    return [kind for kind, holds in found.items() if holds]


def _check_path(path: str) -> None:
    if not _STEPS_OUT.search(path):
        return
    shown = path[:80].replace("\x00", "\N{SYMBOL FOR NULL}")
    raise RefusedError("unsafe_path", f"The image path “{shown}” leaves the image folder; paths are relative to it.")
