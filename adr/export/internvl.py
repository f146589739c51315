"""InternVL: JSON Lines in LLaVA's shape and the meta file that names it (its fine-tuning docs, `--meta_path`).

A row has pictures (`image`, one or a list) or one video (`video`), never both.
"""

import json

from adr.export.lint import Rules
from adr.export.records import conversations, line
from adr.export.work import Format, Work

FILE = "train.jsonl"
META = "meta.json"


def write(work: Work) -> list[str]:
    """Write one line per row, and the meta file; returns [FILE, META]."""
    with work.file(FILE) as out:
        for batch in work.rows(turns=True):
            out.write(b"".join(line(conversations(row, work.form)) for row in batch))
    meta = {
        "adr": {
            "root": "IMAGE_FOLDER" if work.images == "reference" else "images",
            "annotation": FILE,
            "data_augment": False,
            "repeat_time": 1,
            "length": work.leave.instances,
        }
    }
    with work.file(META) as out:
        out.write(json.dumps(meta, indent=2).encode() + b"\n")
    return [FILE, META]


FORMAT = Format(
    name="internvl",
    title="InternVL",
    sentence="JSON Lines (train.jsonl) and the meta file that names it (meta.json).",
    setting='--meta_path {out}/meta.json, with "root": "{root}" and "annotation": "{out}/train.jsonl" in it',
    rules=Rules(videos="one", empty_media_key=False, truncated_pictures=True, huge_pictures=True),
    images=("reference", "copy", "link"),
    write=write,
    keeps=lambda form: form == "llava",
)
