"""Qwen-VL: JSON Lines in LLaVA's shape (qwen-vl-finetune/README.md): `image` for one picture, `images` for several."""

import json

from adr.export.lint import Rules
from adr.export.records import conversations, line
from adr.export.work import Format, Work

FILE = "train.jsonl"
REGISTRY = "registry.json"


def write(work: Work) -> list[str]:
    """Write one line per row, and the entry for the trainer's data registry; returns [FILE, REGISTRY]."""
    with work.file(FILE) as out:
        for batch in work.rows(turns=True):
            out.write(b"".join(line(conversations(row, work.form, several="images")) for row in batch))
    entry = {"adr": {"annotation_path": FILE, "data_path": "IMAGE_FOLDER" if work.images == "reference" else "images"}}
    with work.file(REGISTRY) as out:
        out.write(json.dumps(entry, indent=2).encode() + b"\n")
    return [FILE, REGISTRY]


FORMAT = Format(
    name="qwen-vl",
    title="Qwen-VL",
    sentence="JSON Lines (train.jsonl), and the entry for its data registry (registry.json).",
    setting='{{"annotation_path": "{out}/train.jsonl", "data_path": "{root}"}} in qwenvl/data/__init__.py',
    rules=Rules(marker_in_answer=False, system_turn=False),
    images=("reference", "copy", "link"),
    write=write,
    keeps=lambda form: form == "llava",
)
