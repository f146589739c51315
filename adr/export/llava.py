"""LLaVA: one JSON array of {"id", "image", "conversations"}, as read by LLaVA's llava/train/train.py --data_path.

Records that were read in this shape are written byte for byte as they were. LLaVA-NeXT reads the same file, with lists
of pictures and one `video` per row beside them.
"""

from adr.export.lint import Rules
from adr.export.parts import FOLDER, by_number, used
from adr.export.records import conversations
from adr.export.work import Format, Weighted, Work
from adr.export.writing import write_array

FILE = "llava.json"
LIST = "llava_next.yaml"


def write(work: Work) -> list[str]:
    """Write the array; returns [FILE]."""
    return [_rows(work, FILE)]


def write_parts(work: Work) -> list[str]:
    """Write an array for each value, and LLaVA-NeXT's list of them; returns the arrays and LIST."""
    written = [_rows(work.of_part(part), f"{FOLDER}/{part.name}.json") for part in work.parts]
    entries = []
    for part in used(work.parts):
        whole, rest = part.whole_and_rest
        for strategy in ["all"] * whole + [f"random:{rest}"] * bool(rest):
            entries.append(f"  - json_path: {FOLDER}/{part.name}.json\n    sampling_strategy: {strategy}\n")
    with work.file(LIST) as out:
        out.write(("datasets:\n" + "".join(entries)).encode())
    return [*written, LIST]


def _rows(work: Work, name: str) -> str:
    return write_array(work, name, lambda row: conversations(row, work.form))


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
    weighted=Weighted(
        sentence="One JSON array for each value of the mixture (data), and LLaVA-NeXT's list of them with how many "
        "rows of each it takes (llava_next.yaml).",
        setting="--data_path llava_next.yaml --image_folder {root}, with {out}/ before each json_path in it",
        write=write_parts,
        takes=by_number,
    ),
)
