"""ms-swift: JSON Lines of {"messages", "images", "videos"} (its docs, "Custom dataset"; the standard form).

A call of a tool has the role tool_call and its answer tool_response; `tools` lists them, and `rejected_response` is the
answer that a preference row rejects.
"""

import json

from adr.export.columns import RowColumns
from adr.export.leaving import Exported, dumps
from adr.export.lint import Rules
from adr.export.parts import FOLDER, interleaved
from adr.export.records import messages
from adr.export.said import REJECTED_KEYS, rejected_answer
from adr.export.work import Format, Weighted, Work
from adr.export.writing import write_lines

FILE = "train.jsonl"
ROLES = {
    "human": "user",
    "gpt": "assistant",
    "system": "system",
    "function_call": "tool_call",
    "observation": "tool_response",
}


def write(work: Work) -> list[str]:
    """Write one line per row; returns [FILE]."""
    return [_rows(work, FILE)]


def write_parts(work: Work) -> list[str]:
    """Write the lines of each value to a file; returns the files. Its trainer's setting is an option of its command."""
    return [_rows(work.of_part(part), f"{FOLDER}/{part.name}.jsonl") for part in work.parts]


def _rows(work: Work, name: str) -> str:
    return write_lines(work, name, lambda row: _record(row, work.form, work.columns))


def _record(row: Exported, form: str, columns: RowColumns) -> str:
    text = messages(row, form, ROLES, columns)
    if not columns.rejected or row.raw is None:
        return text
    rejected = rejected_answer(json.loads(row.raw))
    made = {key: value for key, value in json.loads(text).items() if key not in (*REJECTED_KEYS, "chosen")}
    return dumps({**made, "rejected_response": rejected})


FORMAT = Format(
    name="ms-swift",
    title="ms-swift",
    sentence="JSON Lines (train.jsonl) of messages, images and videos.",
    setting="ROOT_IMAGE_DIR={root} swift sft --dataset {out}/train.jsonl",
    rules=Rules(
        markers_equal_images=False,
        system_turn=True,
        tool_turns=True,
        one_schema=True,
        carries_ids=False,
        videos="several",
        reads_img_tags=True,
        places=frozenset({"tools", "system"}),
        preferences=True,
    ),
    images=("reference", "copy", "link"),
    write=write,
    keeps=lambda form: form == "messages",
    weighted=Weighted(
        sentence="JSON Lines for each value of the mixture (data); the probabilities are options of its command.",
        setting="ROOT_IMAGE_DIR={root} swift sft --dataset {out}/data/NAME.jsonl … --interleave_prob P …",
        write=write_parts,
        takes=interleaved,
    ),
)
