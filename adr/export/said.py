"""What a row says in the words of its record: who calls a tool and who answers, its tools, and the answer it rejects.

Knows the shapes of records, and neither formats nor files.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adr.export.leaving import Exported, Turns, dumps

TALK_KEYS = ("conversations", "messages", "message", "conversation")
CALLS = frozenset({"function_call", "tool_call", "tool_calls"})
REJECTED_KEYS = ("rejected", "rejected_conversations", "rejected_messages", "rejected_response")
Record = Mapping[str, Any]


@dataclass(frozen=True)
class RowTalk:
    """turns: (role, text), with 'function_call' and 'observation' in place of 'tool'. tools: JSON text, or ''.
    rejected: the answer that the row rejects in favour of its last one, or None."""

    turns: Turns
    tools: str = ""
    rejected: str | None = None


def said(row: Exported, record: Record | None = None) -> RowTalk:
    """What a row says; record: its `raw` as JSON, where the caller has read it already."""
    if record is None:
        record = json.loads(row.raw) if row.raw is not None else {}
    return RowTalk(named_turns(row.turns, record), tools_of(record), rejected_answer(record))


def named_turns(turns: Turns, record: Record) -> Turns:
    """The turns of a record with 'function_call' and 'observation' in place of 'tool', after its key `system`."""
    return _named(_with_system(turns, record), record)


def talk_of(record: Record) -> list[Any]:
    """The list of turns in a record as it was read; empty where it has none."""
    talk: list[Any] = next((record[key] for key in TALK_KEYS if isinstance(record.get(key), list)), [])
    return talk[0] if len(talk) == 1 and isinstance(talk[0], list) else talk


def tools_of(record: Record) -> str:
    """The tools that a record offers to the assistant, as JSON text; '' for none."""
    tools = record.get("tools")
    return tools if isinstance(tools, str) else dumps(tools) if tools else ""


def rejected_answer(record: Record) -> str | None:
    """The answer that a record rejects: a text, or the last turn of what is rejected."""
    value = next((record[key] for key in REJECTED_KEYS if record.get(key)), None)
    turn = value[-1] if isinstance(value, list) else value
    text = next((turn[key] for key in ("value", "content") if key in turn), None) if isinstance(turn, dict) else turn
    return text if isinstance(text, str) else None


def calls_in(text: str) -> list[Any]:
    """The calls in a function call's text, each {"name", "arguments"}; empty where it is not OpenAI's list of them."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    listed = found if isinstance(found, list) else [found]
    if not listed or not all(isinstance(one, dict) and isinstance(one.get("function"), dict) for one in listed):
        return []
    return [_with_arguments(one["function"]) for one in listed]


def tool_turns_fit(turns: Sequence[tuple[str, str]]) -> bool:
    """Whether questions and observations take turns with answers and function calls, as LLaMA-Factory wants them."""
    roles = [role for role, _ in turns]
    talk = roles[1:] if roles[:1] == ["system"] else roles
    sides = (("human", "observation"), ("gpt", "function_call"))
    return len(talk) % 2 == 0 and all(role in sides[n % 2] for n, role in enumerate(talk))


def _with_arguments(function: Mapping[str, Any]) -> dict[str, Any]:
    """A function whose arguments, which OpenAI writes as JSON text, are JSON."""
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            return dict(function)
    return {**function, "arguments": arguments}


def _with_system(turns: Turns, record: Record) -> Turns:
    """The turns after the text of the record's key `system`, unless there is a system turn already."""
    text = record.get("system")
    if not isinstance(text, str) or not text.strip() or any(role == "system" for role, _ in turns):
        return turns
    return [("system", text), *turns]


def _named(turns: Turns, record: Record) -> Turns:
    """The turns with the tool turns told apart: by the record's names, or by where they stand."""
    if not any(role == "tool" for role, _ in turns):
        return turns
    names = _names(turns, talk_of(record))
    return [(_tool_role(names, turns, n) if role == "tool" else role, text) for n, (role, text) in enumerate(turns)]


def _names(turns: Turns, talk: Iterable[Any]) -> list[str]:
    """The speaker of each turn as the record names it; empty when the turns are not those of the record."""
    listed = [_speaker(turn) for turn in talk]
    if turns[0][0] == "system" and listed[:1] not in (["system"], ["developer"]):
        listed = ["system", *listed]
    return listed if len(listed) == len(turns) else []


def _speaker(turn: Any) -> str:
    if not isinstance(turn, dict):
        return ""
    return "tool_call" if turn.get("tool_calls") else str(turn.get("from", turn.get("role")))


def _tool_role(names: Sequence[str], turns: Turns, n: int) -> str:
    if names:
        return "function_call" if names[n] in CALLS else "observation"
    return "function_call" if n and turns[n - 1][0] == "human" else "observation"


# Keys that a record's conversation is read from, by the key that says which they are.
_READ = {
    **{key: (key,) for key in TALK_KEYS},
    "texts": ("texts",),
    "chosen": ("chosen", "prompt", "question", "query", "history"),
    "query": ("query", "response", "history"),
    "question": ("question", "answer"),
    "prefix": ("prefix", "suffix"),
    "instruction": ("instruction", "input", "output", "history"),
    "prompt": ("prompt", "completion"),
    "caption": ("caption",),
    "text": ("text",),
}


def read_keys(keys: Iterable[str]) -> frozenset[str]:
    """Those of a record's keys that say its conversation, pictures and videos."""
    has = frozenset(keys)
    said_by = next((read for key, read in _READ.items() if key in has), ())
    return has.intersection(("image", "images", "video", "videos", "system", *said_by))
