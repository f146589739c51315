"""Qwen-VL: JSON Lines in LLaVA's shape (qwen-vl-finetune/README.md of QwenLM/Qwen3-VL, qwenvl/data/data_processor.py).

`image` and `video` hold one path or a list of them. Its reader takes markers from human turns only, and each must have
its picture or video.
"""

import json
from collections.abc import Sequence

from adr.export.lint import Rules
from adr.export.parts import FOLDER, Part, Take, used
from adr.export.records import conversations
from adr.export.work import Format, Weighted, Work
from adr.export.writing import write_lines

FILE = "train.jsonl"
REGISTRY = "registry.json"


def write(work: Work) -> list[str]:
    """Write one line per row, and the entry for the trainer's data registry; returns [FILE, REGISTRY]."""
    return [_rows(work, FILE), _registry(work, {"adr": FILE})]


def write_parts(work: Work) -> list[str]:
    """Write the lines of each value to a file, and an entry for each; returns the files and REGISTRY."""
    files = {part.data_set: _rows(work.of_part(part), f"{FOLDER}/{part.name}.jsonl") for part in work.parts}
    return [*files.values(), _registry(work, files)]


def takes(parts: Sequence[Part]) -> list[Take]:
    """A file is read as often as its name stands in `--dataset_use`, and NAME%40 draws 40 % of it: whole percents, at
    least one row."""
    return [_take(part) if part in used(parts) else Take("", 0) for part in parts]


def _take(part: Part) -> Take:
    whole, percent = divmod(round(100 * part.times), 100)
    if not whole:
        percent = max(percent, -(-100 // part.rows))
        whole, percent = divmod(percent, 100)
    said = [f"{part.data_set}%100"] * whole + [f"{part.data_set}%{percent}"] * bool(percent)
    return Take(",".join(said), whole * part.rows + int(part.rows * (percent / 100.0)))


def _rows(work: Work, name: str) -> str:
    return write_lines(work, name, lambda row: conversations(row, work.form))


def _registry(work: Work, files: dict[str, str]) -> str:
    root = "IMAGE_FOLDER" if work.images == "reference" else "images"
    entries = {name: {"annotation_path": file, "data_path": root} for name, file in files.items()}
    with work.file(REGISTRY) as out:
        out.write(json.dumps(entries, indent=2).encode() + b"\n")
    return REGISTRY


FORMAT = Format(
    name="qwen-vl",
    title="Qwen-VL",
    sentence="JSON Lines (train.jsonl), and the entry for its data registry (registry.json).",
    setting='{{"annotation_path": "{out}/train.jsonl", "data_path": "{root}"}} in qwenvl/data/__init__.py',
    rules=Rules(system_turn=False, markers_in_answers=False, videos="several", counts=("<image>", "<video>")),
    images=("reference", "copy", "link"),
    write=write,
    keeps=lambda form: form == "llava",
    weighted=Weighted(
        sentence="JSON Lines for each value of the mixture (data), and the entries for its data registry "
        "(registry.json).",
        setting="the entries of {out}/registry.json in qwenvl/data/__init__.py, and --dataset_use NAME%NN,…",
        write=write_parts,
        takes=takes,
    ),
)
