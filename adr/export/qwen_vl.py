"""Qwen-VL: JSON Lines in LLaVA's shape (qwen-vl-finetune/README.md of QwenLM/Qwen3-VL, qwenvl/data/data_processor.py).

`image` and `video` hold one path or a list of them. Its reader takes markers from human turns only, and each must have
its picture or video.
"""

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
            out.write(b"".join(line(conversations(row, work.form)) for row in batch))
    entry = {"adr": {"annotation_path": FILE, "data_path": "IMAGE_FOLDER" if work.images == "reference" else "images"}}
    with work.file(REGISTRY) as out:
        out.write(json.dumps(entry, indent=2).encode() + b"\n")
    return [FILE, REGISTRY]


FORMAT = Format(
    name="qwen-vl",
    title="Qwen-VL",
    sentence="JSON Lines (train.jsonl), and the entry for its data registry (registry.json).",
    setting='{{"annotation_path": "{out}/train.jsonl", "data_path": "{root}"}} in qwenvl/data/__init__.py',
    rules=Rules(system_turn=False, markers_in_answers=False, videos="several", counts=("<image>", "<video>")),
    images=("reference", "copy", "link"),
    write=write,
    keeps=lambda form: form == "llava",
)
