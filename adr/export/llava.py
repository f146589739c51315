"""LLaVA: one JSON array of {"id", "image", "conversations"}, as read by LLaVA's llava/train/train.py --data_path.

Records that were read in this shape are written byte for byte as they were. LLaVA-NeXT reads the same file, with lists
of pictures and one `video` per row beside them.
"""

from adr.export.lint import Rules
from adr.export.records import conversations
from adr.export.work import Format, Work

FILE = "llava.json"


def write(work: Work) -> list[str]:
    """Write the array, one record after the other; returns [FILE]."""
    first = True
    with work.file(FILE) as out:
        for batch in work.rows(turns=True):
            text = ",\n".join(conversations(row, work.form) for row in batch)
            out.write((("[\n" if first else ",\n") + text).encode())
            first = False
        out.write(b"[]\n" if first else b"\n]\n")
    return [FILE]


FORMAT = Format(
    name="llava",
    title="LLaVA · LLaVA-NeXT",
    sentence="One JSON array (llava.json); unchanged records are byte for byte those of the source.",
    setting="--data_path {out}/llava.json --image_folder {root}",
    rules=Rules(
        markers_equal_images=False,
        system_turn=False,
        videos="next",
        counts=("<image>",),
        empty_media_key=False,
        truncated_pictures=True,
    ),
    images=("reference", "copy", "link"),
    write=write,
    keeps=lambda form: form == "llava",
)
