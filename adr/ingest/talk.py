"""Finds the conversation in a record of any known form: its turns, in the words of the record.

Knows nothing of ids, of a record's own image keys, or of files.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adr.ingest.forms import IMAGE_KEYS, PAIRS, TALK_KEYS, VIDEO_KEYS, Form
from adr.ingest.proposal import propose
from adr.ingest.refusal import RefusedError, kind_of
from adr.ingest.turns import ROLES, Spoken, read_turn

CAPTION_KEYS = ("caption", "text")
_SHOWN_KEYS = 8
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Talk:
    """The turns of a record and the name of its form."""

    form: str
    turns: list[Spoken]


def talk_in(record: Record, roles: Mapping[str, str] = ROLES) -> Talk:
    """The conversation of a record; RefusedError when it has none, which names the record's keys."""
    key = next((key for key in TALK_KEYS if record.get(key) is not None), None)
    if key is not None:
        return _answered(_listed(key, record[key], roles), record, roles)
    if record.get("texts") is not None:
        return Talk("texts", _texts(record["texts"]))
    if record.get("chosen") is not None:
        return _preferred(record, roles)
    if form := next((form for form in PAIRS if all(record.get(key) is not None for key in form.keys)), None):
        return _pair(form, record, roles)
    if (caption := next((key for key in CAPTION_KEYS if record.get(key) is not None), None)) and _has_media(record):
        return Talk("caption", [Spoken("human", ""), _said("gpt", caption, record[caption])])
    raise _unknown(record)


def _listed(key: str, talk: Any, roles: Mapping[str, str]) -> Talk:
    """A list of turns; or a list that holds one such list."""
    turns = talk
    nested = isinstance(talk, list) and bool(talk) and all(isinstance(one, list) for one in talk)
    if nested:
        if len(talk) > 1:
            raise RefusedError("several_conversations", f"“{key}” holds {len(talk)} conversations; a record is one.")
        turns = talk[0]
    if not isinstance(turns, list):
        raise RefusedError("no_conversation", f"“{key}” is {kind_of(turns)}, not a list of turns.")
    if not turns:
        raise RefusedError("empty_conversation", f"“{key}” has no turns.")
    read = [read_turn(number, turn, roles) for number, turn in enumerate(turns, 1)]
    return Talk("turns" if nested else _form_of(key, read), read)


def _form_of(key: str, turns: list[Spoken]) -> str:
    """'llava' or 'messages' when every turn is as that form has it, under its key; else 'turns'."""
    wanted = {"conversations": "llava", "messages": "messages"}.get(key)
    return wanted if wanted and all(turn.form == wanted for turn in turns) else "turns"


def _answered(talk: Talk, record: Record, roles: Mapping[str, str]) -> Talk:
    """With the answer that a preference row keeps apart, where the conversation ends without one."""
    if record.get("chosen") is None or talk.turns[-1].role == "gpt":
        return talk
    return Talk("preference", [*talk.turns, *_answers("chosen", record["chosen"], roles)])


def _preferred(record: Record, roles: Mapping[str, str]) -> Talk:
    """`chosen` with its question under `prompt` or `instruction`; or a whole conversation in `chosen`."""
    key = next((key for key in ("prompt", "instruction", "question", "query") if record.get(key) is not None), None)
    answer = _answers("chosen", record["chosen"], roles)
    if key is None:
        if answer[0].role == "gpt":
            raise RefusedError("no_conversation", "“chosen” is an answer, and no key holds its question.")
        return Talk("preference", answer)
    asked = _asked(key, record[key], record, roles)
    return Talk("preference", [*_history(record), *asked, *answer])


def _answers(key: str, value: Any, roles: Mapping[str, str]) -> list[Spoken]:
    """An answer given as a text, a turn or a list of turns."""
    if isinstance(value, dict):
        return [read_turn(1, value, roles)]
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return [read_turn(number, turn, roles) for number, turn in enumerate(value, 1)]
    return [_said("gpt", key, value)]


def _asked(key: str, value: Any, record: Record, roles: Mapping[str, str]) -> list[Spoken]:
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return [read_turn(number, turn, roles) for number, turn in enumerate(value, 1)]
    more = record.get("input") if key == "instruction" else None
    asked = _said("human", key, value)
    if not isinstance(more, str) or not more:
        return [asked]
    return [Spoken("human", f"{asked.text}\n{more}" if asked.text else more)]


def _pair(form: Form, record: Record, roles: Mapping[str, str]) -> Talk:
    asked = _asked(form.asks, record[form.asks], record, roles)
    return Talk(form.name, [*_history(record), *asked, *_answers(form.answers, record[form.answers], roles)])


def _history(record: Record) -> list[Spoken]:
    """The earlier turns of ms-swift and Alpaca: a list of [question, answer]."""
    history = record.get("history")
    if history is None:
        return []
    if not isinstance(history, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in history):
        raise RefusedError("no_conversation", "“history” is not a list of [question, answer].")
    return [_said(role, "history", text) for pair in history for role, text in zip(("human", "gpt"), pair, strict=True)]


def _texts(texts: Any) -> list[Spoken]:
    """FineVision's pairs of `user` and `assistant`."""
    if not isinstance(texts, list) or not all(isinstance(pair, dict) for pair in texts):
        raise RefusedError("no_conversation", "“texts” is not a list of objects with “user” and “assistant”.")
    if not texts:
        raise RefusedError("empty_conversation", "“texts” has no turns.")
    keys = (("human", "user"), ("gpt", "assistant"))
    return [_said(role, key, pair.get(key)) for pair in texts for role, key in keys]


def _said(role: str, key: str, value: Any) -> Spoken:
    """A turn with the text of a key; a number is written as JSON writes it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = json.dumps(value)
    if not isinstance(value, str):
        raise RefusedError("turn_without_text", f"“{key}” is {kind_of(value)}, not a text.")
    return Spoken(role, value)


def _has_media(record: Record) -> bool:
    return any(record.get(key) for key in (*IMAGE_KEYS, *VIDEO_KEYS))


def _unknown(record: Record) -> RefusedError:
    if key := next((key for key in TALK_KEYS if key in record), None):
        return RefusedError("no_conversation", f"“{key}” is null, not a list of turns.")
    names = [str(key)[:40] for key in record]
    more = f" and {len(names) - _SHOWN_KEYS} more" if len(names) > _SHOWN_KEYS else ""
    keys = f"its keys are {', '.join(names[:_SHOWN_KEYS])}{more}" if names else "it has no keys"
    proposed = propose(record)
    step = f" A mapping may fit: {proposed}." if proposed else ""
    return RefusedError("no_conversation", f"It has no conversation under a known key; {keys}.{step}")
