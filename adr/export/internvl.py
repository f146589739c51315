"""InternVL: JSON Lines in LLaVA's shape and the meta file that names it (its fine-tuning docs, `--meta_path`).

A row has pictures (`image`, one or a list) or one video (`video`), never both.
"""

import json
from typing import Any

from adr.export.lint import Rules
from adr.export.parts import FOLDER, Part, by_number, used
from adr.export.records import conversations
from adr.export.work import Format, Weighted, Work
from adr.export.writing import write_lines

FILE = "train.jsonl"
META = "meta.json"


def write(work: Work) -> list[str]:
    """Write one line per row, and the meta file; returns [FILE, META]."""
    return [_rows(work, FILE), _meta(work, {"adr": _entry(work, FILE, 1, work.leave.instances)})]


def write_parts(work: Work) -> list[str]:
    """Write the lines of each value to a file, and the meta file with how often each is read; returns all of them."""
    files = [_rows(work.of_part(part), _name(part)) for part in work.parts]
    return [*files, _meta(work, {key: entry for part in used(work.parts) for key, entry in _entries(work, part)})]


def _entries(work: Work, part: Part) -> list[tuple[str, dict[str, Any]]]:
    """The entries of a file: from 1 on its trainer takes whole numbers only, so the rest has an entry beside them."""
    whole, rest = part.whole_and_rest
    made = [(part.data_set, _entry(work, _name(part), whole, part.rows))] if whole else []
    # The trainer cuts rows · repeat_time down to a whole number, so half a row more than the rest is safe.
    times = round((rest + 0.5) / part.rows, 9)
    name = f"{part.data_set}-rest" if whole else part.data_set
    return [*made, *([(name, _entry(work, _name(part), times, part.rows))] if rest else [])]


def _name(part: Part) -> str:
    return f"{FOLDER}/{part.name}.jsonl"


def _rows(work: Work, name: str) -> str:
    return write_lines(work, name, lambda row: conversations(row, work.form))


def _entry(work: Work, file: str, times: float, length: int) -> dict[str, Any]:
    return {
        "root": "IMAGE_FOLDER" if work.images == "reference" else "images",
        "annotation": file,
        "data_augment": False,
        "repeat_time": times,
        "length": length,
    }


def _meta(work: Work, entries: dict[str, dict[str, Any]]) -> str:
    with work.file(META) as out:
        out.write(json.dumps(entries, indent=2).encode() + b"\n")
    return META


FORMAT = Format(
    name="internvl",
    title="InternVL",
    sentence="JSON Lines (train.jsonl) and the meta file that names it (meta.json).",
    setting='--meta_path {out}/meta.json, with "root": "{root}" and "annotation": "{out}/train.jsonl" in it',
    rules=Rules(videos="one", empty_media_key=False, truncated_pictures=True, huge_pictures=True),
    images=("reference", "copy", "link"),
    write=write,
    keeps=lambda form: form == "llava",
    weighted=Weighted(
        sentence="JSON Lines for each value of the mixture (data), and the meta file with the repeat_time of each "
        "(meta.json).",
        setting='--meta_path {out}/meta.json, with "root": "{root}" and {out}/ before each "annotation" in it',
        write=write_parts,
        takes=by_number,
    ),
)
