"""LLaMA-Factory: a JSON array beside its dataset_info.json (data/README.md of that project, "sharegpt" formatting).

LLaVA's shape becomes `conversations` with lists of `images` and `videos`; the `messages` shape is theirs already and
stays. The info file names a column only when the rows have it, because its converter looks each of them up.
"""

import json
from collections.abc import Sequence
from typing import Any

from adr.export.columns import RowColumns
from adr.export.leaving import Exported, dumps
from adr.export.lint import Rules
from adr.export.records import messages
from adr.export.said import said
from adr.export.work import Format, Work

FILE = "data.json"
INFO = "dataset_info.json"
TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}
ROLES = {
    "human": "user",
    "gpt": "assistant",
    "system": "system",
    "function_call": "function_call",
    "observation": "observation",
}


def write(work: Work) -> list[str]:
    """Write the array and its entry; returns [FILE, INFO]."""
    first = True
    with work.file(FILE) as out:
        for batch in work.rows(turns=True):
            text = ",\n".join(_record(row, work.form, work.columns) for row in batch)
            out.write((("[\n" if first else ",\n") + text).encode())
            first = False
        out.write(b"[]\n" if first else b"\n]\n")
    with work.file(INFO) as out:
        out.write(json.dumps({"adr": entry(work.form, work.columns)}, indent=2).encode() + b"\n")
    return [FILE, INFO]


def join(work: Work, folder: str, names: Sequence[str]) -> None:
    """Write an info file that names the data sets `adr-NAME` of several folders below `folder`."""
    entries = {}
    for name in names:
        info = json.loads((work.folder / folder / name / INFO).read_text(encoding="utf-8"))["adr"]
        entries[f"adr-{name}"] = {**info, "file_name": f"{name}/{info['file_name']}"}
    with work.file(f"{folder}/{INFO}") as out:
        out.write(json.dumps(entries, indent=2).encode() + b"\n")


def entry(form: str, columns: RowColumns) -> dict[str, Any]:
    """The data set's entry in the info file."""
    as_messages = _as_messages(form, columns)
    named = {"messages": "messages" if as_messages else "conversations"}
    named |= {name: name for name in columns.media}
    if columns.tools:
        named["tools"] = "tools"
    made: dict[str, Any] = {"file_name": FILE, "formatting": "sharegpt"}
    if columns.rejected:
        made["ranking"] = True
        named |= {"chosen": "chosen", "rejected": "rejected"}
    made["columns"] = named
    return {**made, "tags": TAGS} if as_messages else made


def _as_messages(form: str, columns: RowColumns) -> bool:
    return form == "messages" and not columns.rejected


def _record(row: Exported, form: str, columns: RowColumns) -> str:
    if _as_messages(form, columns):
        return messages(row, form, ROLES, columns)
    meant = said(row)
    turns = [{"from": role, "value": text} for role, text in meant.turns]
    made: dict[str, Any] = {"conversations": turns[:-1] if columns.rejected else turns}
    made |= {name: getattr(row, name) for name in columns.media}
    if columns.tools:
        made["tools"] = meant.tools
    if columns.rejected:
        made |= {"chosen": turns[-1], "rejected": {"from": "gpt", "value": meant.rejected or ""}}
    return dumps(made)


FORMAT = Format(
    name="llama-factory",
    title="LLaMA-Factory",
    sentence="A JSON array (data.json) with lists of images and videos, and its dataset_info.json (dataset “adr”).",
    setting="dataset_dir: {out}, dataset: adr, media_dir: {root}",
    rules=Rules(
        system_turn=True,
        tool_turns=True,
        tool_order=True,
        one_schema=True,
        carries_ids=False,
        videos="several",
        counts=("<image>", "<video>", "<audio>"),
        places=frozenset({"tools", "system"}),
        preferences=True,
    ),
    images=("reference", "copy", "link"),
    write=write,
    join=join,
    keeps=lambda form: form == "messages",
)
