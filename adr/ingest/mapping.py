"""Applies a mapping: makes a record of a known form from one with other keys. Knows nothing of files or tables."""

from collections.abc import Mapping
from typing import Any

from adr.ingest.forms import IMAGE_KEYS, TALK_KEYS, VIDEO_KEYS
from adr.ingest.refusal import RefusedError, kind_of
from adr.ingest.turns import ROLES

_SAYS = ("question", "answer", "conversations")
_OTHER_FORMS = (*TALK_KEYS, "texts", "chosen", "query", "response", "question", "answer", "caption", "text", "history")


def mapped(record: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """A record with what the mapping names under the keys of the form "question" or "llava", and its other keys.

    RefusedError when a key that says what the conversation is, is not there.
    """
    made = dict(record)
    if any(target in mapping for target in _SAYS):
        for key in _OTHER_FORMS:
            made.pop(key, None)
        made |= _conversation(record, mapping)
    for target, keys in (("image", IMAGE_KEYS), ("video", VIDEO_KEYS)):
        if target in mapping:
            for key in keys:
                made.pop(key, None)
    for target in ("image", "video", "id", "system", "objects"):
        if target in mapping:
            made[target] = at(record, mapping[target])
    return made


def roles_of(mapping: Mapping[str, str]) -> Mapping[str, str]:
    """The known roles, with the names that the mapping gives to the human and the assistant."""
    named = {mapping[role]: role for role in ("human", "gpt") if role in mapping}
    return {**ROLES, **named} if named else ROLES


def at(record: Any, path: str) -> Any:
    """The value at a dotted path ("meta.caption", "answers.0"), None when it is not there. A key that holds the dots
    itself is found first."""
    if isinstance(record, Mapping) and path in record:
        return record[path]
    value = record
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _conversation(record: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    if "conversations" in mapping:
        return {"conversations": _turns(_there(record, mapping["conversations"]), mapping)}
    answer = _there(record, mapping["answer"])
    if "question" not in mapping:
        return {"caption": answer}
    return {"question": _there(record, mapping["question"]), "answer": answer}


def _turns(turns: Any, mapping: Mapping[str, str]) -> Any:
    """A list of turns in the form "llava", as far as the mapping says how its turns are written."""
    if not isinstance(turns, list):
        raise RefusedError("no_conversation", f"“{mapping['conversations']}” is {kind_of(turns)}, not a list of turns.")
    if "role" in mapping:
        return [{"from": at(turn, mapping["role"]), "value": at(turn, mapping["text"])} for turn in turns]
    if "answer" not in mapping:
        return turns
    keys = (("human", mapping.get("question")), ("gpt", mapping["answer"]))
    return [{"from": role, "value": at(turn, key)} for turn in turns for role, key in keys if key]


def _there(record: Mapping[str, Any], path: str) -> Any:
    value = at(record, path)
    if value is None:
        keys = ", ".join(str(key)[:40] for key in list(record)[:8]) or "none"
        raise RefusedError("no_conversation", f"It has no “{path}”, which the mapping names; its keys: {keys}.")
    return value
