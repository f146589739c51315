"""LLaMA-Factory: a JSON array beside its dataset_info.json (data/README.md of that project, "sharegpt" formatting).

LLaVA's shape becomes `conversations` with a list of `images`; the `messages` shape is theirs already and stays.
"""

import json

from adr.export.leaving import Exported, dumps
from adr.export.lint import Rules
from adr.export.records import messages
from adr.export.work import Format, Work

FILE = "data.json"
INFO = "dataset_info.json"
ROLES = {"human": "human", "gpt": "gpt", "system": "system", "tool": "observation"}
COLUMNS = {
    "llava": {
        "file_name": FILE,
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "images": "images"},
    },
    "messages": {
        "file_name": FILE,
        "formatting": "sharegpt",
        "columns": {"messages": "messages", "images": "images"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
            "observation_tag": "tool",
        },
    },
}


def write(work: Work) -> list[str]:
    """Write the array and its entry; returns [FILE, INFO]."""
    first = True
    with work.file(FILE) as out:
        for batch in work.rows(turns=True):
            text = ",\n".join(_record(row, work.form) for row in batch)
            out.write((("[\n" if first else ",\n") + text).encode())
            first = False
        out.write(b"[]\n" if first else b"\n]\n")
    entry = COLUMNS["messages" if work.form == "messages" else "llava"]
    with work.file(INFO) as out:
        out.write(json.dumps({"adr": entry}, indent=2).encode() + b"\n")
    return [FILE, INFO]


def _record(row: Exported, form: str) -> str:
    if form == "messages":
        return messages(row, form)
    return dumps(
        {"conversations": [{"from": ROLES[role], "value": text} for role, text in row.turns], "images": row.images}
    )


FORMAT = Format(
    name="llama-factory",
    title="LLaMA-Factory",
    sentence="A JSON array (data.json) with a list of images in each row, and its dataset_info.json (dataset “adr”).",
    setting="dataset_dir: {out}, dataset: adr, media_dir: {root}",
    rules=Rules(system_turn=True, tool_turns=True, one_schema=True, carries_ids=False),
    images=("reference", "copy", "link"),
    write=write,
    keeps=lambda form: form == "messages",
)
