"""Guesses which key of an unknown record holds what, to propose a mapping. A person decides whether it is right."""

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from adr.ingest.turns import ROLES

_DEPTH = 3
_PICTURE = re.compile(r"\.(jpe?g|png|gif|webp|bmp|tiff?)$", re.IGNORECASE)
_FILM = re.compile(r"\.(mp4|avi|mov|mkv|webm)$", re.IGNORECASE)
# Names by which the last part of a key is known, most telling first.
_NAMES = {
    "question": ("question", "q", "ques", "query", "prompt", "instruction", "user", "human", "input", "problem", "qn"),
    "answer": (
        "answer",
        "a",
        "ans",
        "response",
        "output",
        "completion",
        "assistant",
        "gpt",
        "target",
        "label",
        "solution",
        "reply",
        "caption",
        "description",
        "gt",
    ),
    "image": ("image", "img", "image_path", "img_path", "image_file", "picture", "file_name", "filename", "photo"),
    "id": ("id", "uid", "uuid", "qid", "question_id"),
}
_ROLE_NAMES = ("role", "from", "speaker", "by", "author", "who", "sender")
_TEXT_NAMES = ("text", "content", "value", "utterance", "message", "said")


def propose(record: Mapping[str, Any]) -> str:
    """`--map` options for a record of no known form; '' when nothing in it looks like a conversation."""
    return " ".join(f"--map {shlex.quote(f'{t}={key}')}" for t, key in proposal(record).items())


def proposal(record: Mapping[str, Any]) -> dict[str, str]:
    """{target: key} that may fit a record of no known form; empty when nothing in it looks like a conversation."""
    values = dict(keys_of(record))
    found = _turn_list(values) or _pair(values)
    if not found:
        return {}
    image = next((key for key, value in values.items() if _is_path(value, _PICTURE)), None)
    video = next((key for key, value in values.items() if _is_path(value, _FILM)), None)
    named = image or next((key for key in values if _named(key, "image")), None)
    more = {"image": named, "video": video, "id": next((key for key in values if key in _NAMES["id"]), None)}
    return {**found, **{target: key for target, key in more.items() if key and key not in found.values()}}


def keys_of(record: Mapping[str, Any], before: str = "", depth: int = _DEPTH) -> Iterator[tuple[str, Any]]:
    """Every key of a record with its value, nested objects by dotted paths; keys with a dot in them are left out."""
    for key, value in record.items():
        if not isinstance(key, str) or "." in key or not key:
            continue
        yield before + key, value
        if isinstance(value, Mapping) and depth > 1:
            yield from keys_of(value, f"{before}{key}.", depth - 1)


def _turn_list(values: Mapping[str, Any]) -> dict[str, str]:
    """A list of objects in which two keys say who speaks and what, or what is asked and answered."""
    for key, value in values.items():
        if not isinstance(value, list) or not value or not isinstance(value[0], Mapping):
            continue
        inside = dict(value[0])
        by, said = _first(inside, _ROLE_NAMES), _first(inside, _TEXT_NAMES)
        if by and said:
            return {"conversations": key, "role": by, "text": said, **_speakers(value, by)}
        if pair := _pair(inside):
            return {"conversations": key, **pair}
    return {}


def _speakers(turns: list[Any], by: str) -> dict[str, str]:
    """The names of two speakers that are not known: the first to speak is taken for the human."""
    said = [turn.get(by) for turn in turns if isinstance(turn, Mapping)]
    names = list(dict.fromkeys(name for name in said if isinstance(name, str)))
    if len(names) != 2 or any(name.strip().lower() in ROLES for name in names):
        return {}
    return {"human": names[0], "gpt": names[1]}


def _pair(values: Mapping[str, Any]) -> dict[str, str]:
    """Two keys with texts, one named as a question and one as an answer; or an answer alone beside an image."""
    texts = {key: value for key, value in values.items() if isinstance(value, str)}
    said = [key for key in texts if not _is_path(texts[key], _PICTURE)]
    answer = next((key for name in _NAMES["answer"] for key in said if _last(key) == name), None)
    question = next((key for name in _NAMES["question"] for key in said if _last(key) == name and key != answer), None)
    if answer and question:
        return {"question": question, "answer": answer}
    pictured = any(_is_path(value, _PICTURE) for value in values.values())
    return {"answer": answer} if answer and pictured else {}


def _first(inside: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((key for name in names for key in inside if str(key).lower() == name), None)


def _named(key: str, target: str) -> bool:
    return _last(key) in _NAMES[target]


def _last(key: str) -> str:
    return key.rpartition(".")[2].lower()


def _is_path(value: Any, ending: re.Pattern[str]) -> bool:
    if isinstance(value, list):
        value = value[0] if value else None
    return isinstance(value, str) and len(value) < 1000 and bool(ending.search(value))
