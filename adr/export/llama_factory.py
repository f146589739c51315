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
from adr.export.parts import FOLDER, interleaved, used, written_probabilities
from adr.export.records import messages
from adr.export.said import said
from adr.export.work import Format, Weighted, Work
from adr.export.writing import write_array

FILE = "data.json"
INFO = "dataset_info.json"
MIXTURE = "mixture.yaml"
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
    return [_rows(work, FILE), _info(work, {"adr": FILE})]


def write_parts(work: Work) -> list[str]:
    """Write an array and an entry for each value, and the settings that draw from them; returns the arrays, INFO and
    MIXTURE."""
    files = {part.data_set: _rows(work.of_part(part), f"{FOLDER}/{part.name}.json") for part in work.parts}
    parts = used(work.parts)
    with work.file(MIXTURE) as out:
        out.write(
            f"dataset: {','.join(part.data_set for part in parts)}\n"
            "mix_strategy: interleave_over\n"
            f'interleave_probs: "{",".join(written_probabilities(parts))}"\n'.encode()
        )
    return [*files.values(), _info(work, files), MIXTURE]


def _rows(work: Work, name: str) -> str:
    return write_array(work, name, lambda row: _record(row, work.form, work.columns))


def _info(work: Work, files: dict[str, str]) -> str:
    entries = {name: entry(work.form, work.columns, file) for name, file in files.items()}
    with work.file(INFO) as out:
        out.write(json.dumps(entries, indent=2).encode() + b"\n")
    return INFO


def join(work: Work, folder: str, names: Sequence[str]) -> None:
    """Write an info file that names the data sets `adr-NAME` of several folders below `folder`."""
    entries = {}
    for name in names:
        info = json.loads((work.folder / folder / name / INFO).read_text(encoding="utf-8"))["adr"]
        entries[f"adr-{name}"] = {**info, "file_name": f"{name}/{info['file_name']}"}
    with work.file(f"{folder}/{INFO}") as out:
        out.write(json.dumps(entries, indent=2).encode() + b"\n")


def entry(form: str, columns: RowColumns, file: str = FILE) -> dict[str, Any]:
    """The data set's entry in the info file."""
    as_messages = _as_messages(form, columns)
    named = {"messages": "messages" if as_messages else "conversations"}
    named |= {name: name for name in columns.media}
    if columns.tools:
        named["tools"] = "tools"
    made: dict[str, Any] = {"file_name": file, "formatting": "sharegpt"}
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
    weighted=Weighted(
        sentence="A JSON array for each value of the mixture (data), their dataset_info.json, and the settings that "
        "draw from them (mixture.yaml).",
        setting="dataset_dir: {out}, media_dir: {root}, and the lines of mixture.yaml",
        write=write_parts,
        takes=interleaved,
    ),
)
