"""Reads one turn of a conversation: who speaks, what is said, and the images and videos in its parts.

Knows nothing of the record around it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from adr.conversation import MARKER
from adr.ingest.media import paths_in
from adr.ingest.refusal import RefusedError, kind_of
from adr.markers import VIDEO_MARKER

# What the trainers' formats call a speaker (LLaVA, ShareGPT, OpenAI, LLaMA-Factory, ms-swift, XTuner) → our role.
ROLES = {
    **dict.fromkeys(("human", "user", "prompter", "instruction", "question"), "human"),
    **dict.fromkeys(("gpt", "assistant", "model", "bot", "chatgpt", "chatbot", "gpt4", "ai", "answer"), "gpt"),
    "pretrain": "gpt",  # a text to be learned as a whole
    "system": "system",
    "developer": "system",
    **dict.fromkeys(("tool", "function", "function_call", "tool_call", "tool_calls", "observation"), "tool"),
    **dict.fromkeys(("tool_response", "tool_result", "function_response", "ipython"), "tool"),
}
TURN_KEYS = (("from", "value"), ("role", "content"))
_CALLS = ("tool_calls", "function_call")
_TEXT_PARTS = ("text", "input_text", "output_text", "reasoning", "thinking", "tool_call", "tool_calls")
_MEDIA = {
    "image": ("image", MARKER),
    "image_url": ("image", MARKER),
    "input_image": ("image", MARKER),
    "video": ("video", VIDEO_MARKER),
    "video_url": ("video", VIDEO_MARKER),
}


class Spoken(NamedTuple):
    """One turn. form: 'llava' or 'messages' as its keys are those of that form, or 'turns'."""

    role: str
    text: str
    images: Sequence[str] = ()
    videos: Sequence[str] = ()
    form: str = "turns"


def read_turn(number: int, turn: Any, roles: Mapping[str, str] = ROLES) -> Spoken:
    """The turn in a JSON value; RefusedError, which names turn `number`, when it is not a turn."""
    if not isinstance(turn, dict):
        raise RefusedError("turn_without_text", f"Turn {number} is {kind_of(turn)}, not an object.")
    return _usual(turn, roles) or _unusual(number, turn, roles)


def _usual(turn: Mapping[str, Any], roles: Mapping[str, str]) -> Spoken | None:
    """A turn of a text by a known speaker, under the keys of its form: nearly all of them are, and this is quick."""
    form, by, said = ("llava", "from", "value") if "from" in turn else ("messages", "role", "content")
    speaker, text = turn.get(by), turn.get(said)
    if not isinstance(speaker, str) or not isinstance(text, str) or not text or speaker not in roles:
        return None
    return Spoken(roles[speaker], text, form=form)


def _unusual(number: int, turn: Mapping[str, Any], roles: Mapping[str, str]) -> Spoken:
    by = "from" if "from" in turn or ("role" not in turn and "value" in turn) else "role"
    role = _role(number, turn.get(by), roles)
    said = _said_key(turn, by)
    value = turn.get(said)
    if role == "gpt" and value in (None, "", []) and any(turn.get(key) for key in _CALLS):
        call = next(turn[key] for key in _CALLS if turn.get(key))
        return Spoken("tool", json.dumps(call, ensure_ascii=False), form="messages")
    own = "llava" if (by, said) == TURN_KEYS[0] and isinstance(value, str) else "turns"
    if isinstance(value, list | dict):
        return _from_parts(number, role, value if isinstance(value, list) else [value], (by, said) == TURN_KEYS[1])
    if not isinstance(value, str):
        what = f"“{said}” is {kind_of(value)}" if said in turn else f"it has no “{said}”"
        raise RefusedError("turn_without_text", f"Turn {number}: {what}.")
    return Spoken(role, value, form="messages" if (by, said) == TURN_KEYS[1] else own)


def _role(number: int, speaker: Any, roles: Mapping[str, str]) -> str:
    if not isinstance(speaker, str):
        raise RefusedError("unknown_role", f"Turn {number} does not say who speaks.")
    role = roles.get(speaker) or roles.get(speaker.strip().lower())
    if role is None:
        raise RefusedError("unknown_role", f"Turn {number} is by “{speaker[:40]}”.")
    return role


def _said_key(turn: Mapping[str, Any], by: str) -> str:
    usual, other = ("value", "content") if by == "from" else ("content", "value")
    return other if usual not in turn and other in turn else usual


def _from_parts(number: int, role: str, parts: list[Any], usual: bool) -> Spoken:
    """A content list: its text with one marker for each image and video, and their paths."""
    said: list[str] = []
    paths: dict[str, list[str]] = {"image": [], "video": []}
    standard = usual
    for part in parts:
        kind = _kind_of_part(part)
        if kind in _MEDIA:
            what, marker = _MEDIA[kind]
            said.append(marker)
            paths[what] += _part_paths(number, part, kind, what)
        else:
            said.append(_part_text(number, part, kind))
        standard = standard and not (isinstance(part, dict) and "value" in part)
    form = "messages" if standard else "turns"
    return Spoken(role, "\n".join(said), paths["image"], paths["video"], form)


def _kind_of_part(part: Any) -> str:
    """The type of a part; without one, the key that holds its content."""
    if not isinstance(part, dict):
        return "text"
    given = part.get("type")
    if isinstance(given, str):
        return given
    return next((key for key in (*_MEDIA, "text") if key in part), "text")


def _part_paths(number: int, part: Mapping[str, Any], kind: str, what: str) -> list[str]:
    """The path of a part; none where it only says that an image stands here, whose path the record gives."""
    given = next((part[key] for key in (kind, what, "path", "url", f"{what}_url", "value") if key in part), None)
    if isinstance(given, list) and what == "video":
        raise RefusedError("video_not_text", f"Turn {number} gives a video as a list of frames.")
    return paths_in(f"turn {number}", given, what)


def _part_text(number: int, part: Any, kind: str) -> str:
    if isinstance(part, str):
        return part
    text: str | None = None
    if isinstance(part, dict) and kind in _TEXT_PARTS:
        text = next((part[key] for key in ("text", "value", kind, "content") if isinstance(part.get(key), str)), None)
    if text is None:
        shown = f"of type “{kind[:40]}”" if isinstance(part, dict) and kind not in _TEXT_PARTS else "without text"
        raise RefusedError("unknown_part", f"Turn {number} has a part {shown}; text, images and videos are read.")
    return text
