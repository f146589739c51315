"""One row as JSON text, in the two shapes that sources and trainers use: `conversations` and `messages`.

A record that already has the shape stays as it was read. Knows nothing of files.
"""

import json
from typing import Any

from adr.export.leaving import Exported, dumps, one_line

OPENAI_ROLES = {"human": "user", "gpt": "assistant", "system": "system", "tool": "tool"}


def conversations(row: Exported, form: str, *, several: str = "image") -> str:
    """The row as {"id", "image", "conversations"} (LLaVA). Text-only rows have no image key, because LLaVA's loader
    looks at the key, not its value. One picture is a string; several are a list under `several`."""
    if row.raw is not None and _came_as("llava", row.raw, form) and (several == "image" or len(row.images) < 2):
        return _with_id(row, row.raw)
    record: dict[str, Any] = {} if row.id is None else {"id": json.loads(row.id)}
    if len(row.images) == 1:
        record["image"] = row.images[0]
    elif row.images:
        record[several] = row.images
    record["conversations"] = [{"from": role, "value": text} for role, text in row.turns]
    return dumps(record)


def messages(row: Exported, form: str) -> str:
    """The row as {"messages", "images"} with the roles user, assistant, system and tool. Text-only rows have an empty
    list of images, so that all rows have the same keys."""
    if row.raw is not None and _came_as("messages", row.raw, form):
        return _with_id(row, row.raw)
    return dumps(
        {"messages": [{"role": OPENAI_ROLES[role], "content": text} for role, text in row.turns], "images": row.images}
    )


def line(record: str) -> bytes:
    """A record as one line of a JSONL file."""
    return one_line(record).encode() + b"\n"


def _came_as(shape: str, raw: str, form: str) -> bool:
    """Whether a record has this shape. form: the shape of all records, or both shapes where a source mixes them."""
    if "," not in form:
        return form == shape
    return ("conversations" if shape == "llava" else "messages") in json.loads(raw)


def _with_id(row: Exported, raw: str) -> str:
    """The record as it was read, with its id replaced when that was repaired."""
    if not row.repaired:
        return raw
    record = json.loads(raw)
    record["id"] = json.loads(row.id or "null")
    return dumps(record)
