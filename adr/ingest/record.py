"""Reads one record's text carefully: a conversation, or the reason for refusing it.

This defines what a record means, in Python and one record at a time; `adr.ingest.plain` reads the many records of plain
shape in SQL and leaves the rest to this module. Knows nothing of files or tables.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from adr.conversation import MARKER
from adr.names import STEPS_OUT

# What the trainers' formats call a speaker (LLaVA, ShareGPT, OpenAI, LLaMA-Factory, ms-swift) → our role.
ROLES = {
    "human": "human",
    "user": "human",
    "gpt": "gpt",
    "assistant": "gpt",
    "model": "gpt",
    "bot": "gpt",
    "chatgpt": "gpt",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
    "function_call": "tool",
    "tool_call": "tool",
    "observation": "tool",
    "tool_response": "tool",
}
TALK_KEYS = ("conversations", "messages", "conversation")  # looked for in this order
TURN_KEYS = (("from", "value"), ("role", "content"))
IMAGE_KEYS = ("image", "images")
OBJECT_KEYS = ("objects", "annotations")
NAME_KEYS = ("name", "category", "label", "category_name", "class")
SOME_TEXT = r"[^ \t\r\n]"
EXCERPT = 200
MOST_DIGITS = 4300  # of a number, as Python reads them
LARGEST = 16 << 20
"""Bytes of the largest record that is read: DuckDB needs many times its size in memory."""

# Why a record is set aside: fixed word → what it means. (What exactly is wrong with a path stands in the detail.)
REASONS = {
    "too_large": f"the record is larger than {LARGEST >> 20} MB",
    "bad_utf8": "the text is not UTF-8",
    "invalid_json": "the record is not valid JSON",
    "too_deep": "the record is nested too deep",
    "not_an_object": "the record is not a JSON object",
    "no_conversation": "the record has no conversation",
    "empty_conversation": "the conversation has no turns",
    "turn_without_text": "a turn has no text",
    "unknown_role": "the speaker of a turn is not known",
    "image_not_text": "an image is not given as a path",
    "unsafe_path": "an image path leaves the image folder",
}


@dataclass(frozen=True)
class Conversation:
    """What a record says: id as JSON text or None, image paths, (role, text) turns, objects it names, and its form."""

    id: str | None
    images: list[str]
    turns: list[tuple[str, str]]
    objects: list[str] = field(default_factory=list)
    form: str = "llava"


@dataclass(frozen=True)
class Refusal:
    """Why a record is set aside: a word of REASONS and a sentence."""

    reason: str
    detail: str


class RefusedError(Exception):
    """A record, or what is in place of one, that is set aside. reason, detail: as in `Refusal`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.refusal = Refusal(reason, detail)


def read_record(text: bytes) -> Conversation | Refusal:
    """The conversation in one record's text, or why there is none."""
    try:
        return _conversation(parsed(text))
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


def _conversation(record: Any) -> Conversation:
    if not isinstance(record, dict):
        raise RefusedError("not_an_object", f"It is {_kind(record)}.")
    key = next((key for key in TALK_KEYS if key in record), None)
    if key is None:
        shown = ", ".join(list(record)[:6]) or "none"
        raise RefusedError("no_conversation", f"It has neither “conversations” nor “messages”; its keys: {shown}.")
    talk = record[key]
    if not isinstance(talk, list):
        raise RefusedError("no_conversation", f"“{key}” is {_kind(talk)}, not a list of turns.")
    if not talk:
        raise RefusedError("empty_conversation", f"“{key}” has no turns.")
    images = [path for name in IMAGE_KEYS for path in _images(name, record.get(name))]
    turns: list[tuple[str, str]] = []
    form = "llava"
    for number, turn in enumerate(talk, 1):
        role, text, own, form = _turn(number, turn)
        turns.append((role, text))
        images += own
    for path in images:
        _check_path(path)
    objects = [name for name in OBJECT_KEYS for name in object_names(record.get(name)) or ()]
    identity = None if record.get("id") is None else json.dumps(record["id"], ensure_ascii=False)
    return Conversation(identity, images, turns, list(dict.fromkeys(objects)), form)


def _turn(number: int, turn: Any) -> tuple[str, str, list[str], str]:
    if not isinstance(turn, dict):
        raise RefusedError("turn_without_text", f"Turn {number} is {_kind(turn)}, not an object.")
    by, said = next((keys for keys in TURN_KEYS if keys[0] in turn), TURN_KEYS[0] if "value" in turn else TURN_KEYS[1])
    speaker = turn.get(by)
    role = ROLES.get(speaker) if isinstance(speaker, str) else None
    if role is None:
        who = f"is by “{speaker[:40]}”" if isinstance(speaker, str) else "does not say who speaks"
        raise RefusedError("unknown_role", f"Turn {number} {who}.")
    value = turn.get(said)
    text, images = _parts(number, value) if isinstance(value, list) else (value, [])
    if not isinstance(text, str):
        what = f"“{said}” is {_kind(value)}" if said in turn else f"it has no “{said}”"
        raise RefusedError("turn_without_text", f"Turn {number}: {what}.")
    if not re.search(SOME_TEXT, text) and role != "system":
        raise RefusedError("turn_without_text", f"Turn {number} is blank.")
    return role, text, images, "llava" if by == "from" else "messages"


def _parts(number: int, parts: list[Any]) -> tuple[str, list[str]]:
    """A content list ({"type": "text"}, {"type": "image"} …): its text with one marker per image, and the paths."""
    said, images = [], []
    for part in parts:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, dict) and isinstance(part.get("text"), str) and part.get("type", "text") == "text":
            said.append(part["text"])
        elif isinstance(part, dict) and part.get("type") in ("image", "image_url"):
            said.append(MARKER)
            given = part.get("image", part.get("path", part.get("image_url", part.get("url"))))
            if isinstance(given, dict) and "url" in given:
                given = given["url"]
            images += _images(f"turn {number}", given)
        else:
            raise RefusedError("turn_without_text", f"Turn {number} has a part that is neither text nor an image.")
    return "\n".join(said), images


def _images(where: str, value: Any) -> list[str]:
    """Paths as given: a string, an object with a path, or a list of those. None and "" stand for no image."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [path for one in value for path in _images(where, one)]
    if isinstance(value, dict) and isinstance(value.get("path"), str):
        value = value["path"]
    if not isinstance(value, str):
        raise RefusedError("image_not_text", f"“{where}” holds {_kind(value)}, not a path.")
    return [value]


def _check_path(path: str) -> None:
    if not re.search(STEPS_OUT, path):
        return
    shown = path[:80].replace("\x00", "\N{SYMBOL FOR NULL}")
    raise RefusedError("unsafe_path", f"The image path “{shown}” leaves the image folder; paths are relative to it.")


def _kind(value: Any) -> str:
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "a string"),
        (list, "a list"),
        (dict, "an object"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")
