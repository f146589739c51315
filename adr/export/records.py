"""One row as JSON text, in the two shapes that sources and trainers use: `conversations` and `messages`.

A record that already has the shape stays as it was read. One that its trainer could not read as it stands (pictures
under another key, other role names, content in parts) is rewritten, and its other keys stay. Knows nothing of files.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from adr.export.columns import RowColumns
from adr.export.leaving import Exported, Turns, dumps, one_line
from adr.export.said import REJECTED_KEYS, RowTalk, calls_in, said, talk_of

OPENAI_ROLES = {"human": "user", "gpt": "assistant", "system": "system", "tool": "tool"}
MEDIA_KEYS = ("image", "images", "video", "videos")
_OTHER_ROLE = re.compile(r'"from"\s*:\s*"(?!(?:human|gpt|system|tool)")')
_UNUSUAL = ('"images"', '"videos"', '"path"')
_TURN_KEYS = frozenset({"role", "content", "from", "value", "tool_calls", "function_call"})


def conversations(row: Exported, form: str) -> str:
    """The row as {"id", "image", "video", "conversations"} (LLaVA, Qwen-VL, InternVL).

    Text-only rows have no image key, because LLaVA's loader looks at the key, not its value. One picture is a string,
    several are a list.
    """
    if row.raw is not None and _came_as("conversations", row.raw, form):
        return _llava_record(row, row.raw)
    record: dict[str, Any] = {} if row.id is None else {"id": json.loads(row.id)}
    record |= _media(row)
    record["conversations"] = _from_value(row.turns)
    return dumps(record)


def messages(row: Exported, form: str, roles: Mapping[str, str], columns: RowColumns) -> str:
    """The row as {"messages", "images", …}, with the lists that `columns` says all rows have.

    roles: the names of 'human', 'gpt', 'system', 'function_call' and 'observation' in this format.
    """
    record = json.loads(row.raw) if row.raw is not None else {}
    came = row.raw is not None and _came_as("messages", row.raw, form)
    if came and _stands(row, record, roles, columns):
        return _with_id(row, row.raw or "")
    meant = said(row, record)
    made: dict[str, Any] = {"messages": _role_content(meant, roles, talk_of(record) if came else ())}
    made |= {name: getattr(row, name) for name in columns.media}
    if columns.tools:
        made["tools"] = meant.tools
    kept = {key: value for key, value in record.items() if key not in (*MEDIA_KEYS, *made, "system")} if came else {}
    if came and row.id is not None and "id" in kept:
        kept["id"] = json.loads(row.id)
    return dumps({**made, **kept})


def line(record: str) -> bytes:
    """A record as one line of a JSONL file."""
    return one_line(record).encode() + b"\n"


def _came_as(key: str, raw: str, form: str) -> bool:
    """Whether a record has its turns under `key`. form: of all records, or several forms where a source mixes them."""
    plain = {"llava": "conversations", "messages": "messages"}.get(form)
    return plain == key if plain else isinstance(json.loads(raw).get(key), list)


# --------------------------------------------------------------------------------------------- conversations


def _llava_record(row: Exported, raw: str) -> str:
    """The record as it was read when a trainer reads it so, else with its media and turns as they are read."""
    if not row.placed and _plain(row, raw):
        return _with_id(row, raw)
    record = json.loads(raw)
    if not row.placed and _llava_stands(row, record):
        return _with_id(row, raw)
    made: dict[str, Any] = {}
    for key, value in record.items():
        if key in MEDIA_KEYS or key == "conversations":
            made |= _media(row)
        if key not in MEDIA_KEYS:
            made[key] = value
    made |= _media(row) | {"conversations": _from_value(row.turns)}
    if row.id is not None and "id" in made:
        made["id"] = json.loads(row.id)
    return dumps(made)


def _plain(row: Exported, raw: str) -> bool:
    """Whether a record certainly stands as it is; seen without reading it as JSON, for speed."""
    if any(word in raw for word in _UNUSUAL) or _OTHER_ROLE.search(raw):
        return False
    if '"from"' not in raw or '"conversations"' not in raw:
        return False
    named = (*row.images, *row.videos)
    return all(f'"{name}"' in raw for name in named) and (bool(named) or '"image"' not in raw)


def _llava_stands(row: Exported, record: Mapping[str, Any]) -> bool:
    if "images" in record or "videos" in record:
        return False
    if _paths(record.get("image")) != row.images or _paths(record.get("video")) != row.videos:
        return False
    turns = talk_of(record)
    return turns is record.get("conversations") and all(
        isinstance(turn, dict) and turn.get("from") in ("human", "gpt", "system", "tool") for turn in turns
    )


def _paths(value: Any) -> list[str] | None:
    """A media key's value as a list; None when it is neither a text nor a list of texts."""
    if value is None or value == "":
        return []
    listed = value if isinstance(value, list) else [value]
    return listed if all(isinstance(one, str) for one in listed) else None


def _media(row: Exported) -> dict[str, Any]:
    named = {"image": row.images, "video": row.videos}
    return {key: paths[0] if len(paths) == 1 else paths for key, paths in named.items() if paths}


def _from_value(turns: Turns) -> list[dict[str, str]]:
    return [{"from": role, "value": text} for role, text in turns]


# --------------------------------------------------------------------------------------------- messages


def _stands(row: Exported, record: Mapping[str, Any], roles: Mapping[str, str], columns: RowColumns) -> bool:
    """Whether a record in messages form is read as it is: texts only, known roles, and the lists of all rows."""
    if row.placed or "image" in record or "video" in record or "system" in record:
        return False
    if columns.tools and not isinstance(record.get("tools"), str):
        return False
    if any(isinstance(record.get(key), dict) for key in REJECTED_KEYS):
        return False
    for name, there in (("images", columns.images), ("videos", columns.videos)):
        if there and not (isinstance(record.get(name), list) and record[name] == getattr(row, name)):
            return False
    turns = talk_of(record)
    return len(turns) == len(row.turns) and all(_turn_stands(turn, roles) for turn in turns)


def _turn_stands(turn: Any, roles: Mapping[str, str]) -> bool:
    if not isinstance(turn, dict) or turn.get("tool_calls"):
        return False
    return isinstance(turn.get("content"), str) and turn.get("role") in roles.values()


def _role_content(meant: RowTalk, roles: Mapping[str, str], talk: Any) -> list[dict[str, Any]]:
    """The turns, each with what else its record says of it, such as ms-swift's `loss`."""
    more = talk if len(talk) == len(meant.turns) else [{}] * len(meant.turns)
    made = []
    for (role, text), given in zip(meant.turns, more, strict=True):
        extra = {
            key: value for key, value in given.items() if key not in _TURN_KEYS and not isinstance(value, dict | list)
        }
        for said_text in _texts(role, text, roles):
            made.append({"role": roles[role], "content": said_text, **extra})
    return made


def _texts(role: str, text: str, roles: Mapping[str, str]) -> list[str]:
    """The texts of one turn: OpenAI's calls become one JSON list, or one turn each where the format has them so."""
    calls = calls_in(text) if role == "function_call" else []
    if not calls:
        return [text]
    return [dumps(call) for call in calls] if roles[role] == "tool_call" else [dumps(calls)]


def _with_id(row: Exported, raw: str) -> str:
    """The record as it was read, with its id replaced when that was repaired."""
    if not row.repaired:
        return raw
    record = json.loads(raw)
    record["id"] = json.loads(row.id or "null")
    return dumps(record)
