"""docs/formats.md, made from the registries; `python -m adr.cli.formats_page docs/formats.md` writes it.

The registries are the forms that ingest reads, the shards that hold pictures, and the formats that export writes.
ROUND_TRIPS says what comes back of each format; a test exports, ingests and compares.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from adr.containers import SHARDS
from adr.export.formats import FORMATS
from adr.export.reading import SNIPPETS
from adr.export.work import Format
from adr.ingest.forms import FORMS, Form


@dataclass(frozen=True)
class RoundTrip:
    """What `adr ingest` makes of an export. form: a name of FORMS; equal: a key of EQUAL; but: where they differ."""

    form: str
    equal: str
    but: str = ""


# What is the same after an export was ingested: every row of the table keeps what those below it keep.
EQUAL = {
    "text": "every record, byte for byte",
    "values": "every record, value for value",
    "conversation": "conversations and pictures",
}
ROUND_TRIPS: dict[str, RoundTrip | None] = {
    "llava": RoundTrip("llava", "text"),
    "llama-factory": RoundTrip("llava", "conversation"),
    "ms-swift": RoundTrip("messages", "conversation"),
    "qwen-vl": RoundTrip("llava", "values"),
    "internvl": RoundTrip("llava", "values"),
    "parquet": RoundTrip("messages", "conversation", "a marker that touches its neighbour gets a line end in between"),
    "finevision": RoundTrip("texts", "conversation", "pictures come before the first question"),
    "webdataset": RoundTrip("llava", "values", "paths are those in the shard, and a record without an id gets its key"),
    "coco": None,
    "selection": None,
}
_FILES = """\
- **JSON text**: one array; one record per line (JSON Lines); objects one after another, each over several lines; one
  object that holds the records under their ids. It may be packed with gzip or zstd and begin with a byte order mark.
- **Shards**, one or a folder of them: {shards}.
  A folder written by `save_to_disk`, and an export of this program, are such folders. Pictures that lie inside stay
  there: they are read from the shard when they are shown, embedded, generated from or exported.
"""
_SHARDS = {"parquet": "Parquet", "arrow": "Arrow, as `datasets` saves it", "webdataset": "WebDataset"}
_FORM_HEADS = ("form", "keys", "markers", "written as it was read by", "tested with")
_FORMAT_HEADS = ("format", "written by", "read again as", "round trip", "tested with")
_USUAL = ("json", "pathlib", "PIL")  # imports of the reading code that are no reader


def page() -> str:
    """The text of docs/formats.md."""
    parts = [
        "# Formats: what is read, what is written\n",
        "This page is made from the program's own lists by `make formats`. [export.md](export.md) shows how an export\n"
        "looks and is read.\n",
        "## Files that are read\n",
        _FILES.format(shards=", ".join(f"{_SHARDS.get(one, one)} (`{end}`)" for one, end in SHARDS.items())),
        "## Forms of records that are read\n",
        "A set may mix them. A record of another form is read by a mapping (`--map answer=A`, or on the Dataset\n"
        "page). In a form without markers, the pictures stand before the first question.\n",
        *_table(_FORM_HEADS, map(_form_row, FORMS.values())),
        "",
        "For example:\n",
        *(f"- {form.title}\n  `{form.example}`" for form in FORMS.values()),
        "",
        "## Formats that are written\n",
        "Round trip: what is the same when the export is ingested again. The tests ingest every one and compare; they\n"
        "also run the readers in the last column, with the code of [export.md](export.md).\n",
        *_table(_FORMAT_HEADS, map(_format_row, FORMATS.values())),
    ]
    return "\n".join(parts) + "\n"


def readers(name: str) -> list[str]:
    """The packages that read a format in the code of docs/export.md; 'json' where nothing else does."""
    imported = re.findall(r"^(?:from|import) (\w+)", SNIPPETS[name], re.MULTILINE)
    found = [package for package in imported if package not in _USUAL] or ["json"]
    return [*found, "mlcroissant"] if ".parquet" in SNIPPETS[name] else found


def _form_row(form: Form) -> tuple[str, ...]:
    keepers = [f"`{format.name}`" for format in FORMATS.values() if format.part == "all" and format.keeps(form.name)]
    keys = ", ".join(f"`{key}`" for key in form.keys) or "any"
    return f"`{form.name}`", keys, "yes" if form.marks else "–", ", ".join(keepers) or "–", "its example below"


def _format_row(format: Format) -> tuple[str, ...]:
    trip = ROUND_TRIPS[format.name]
    again = f"`{trip.form}`" if trip else "–"
    same = f"{EQUAL[trip.equal]}{f'; {trip.but}' if trip.but else ''}" if trip else "– (holds no conversations)"
    tested = [*readers(format.name), *(["`adr ingest`"] if trip else [])]
    return format.title, f"`--format {format.name}`", again, same, ", ".join(tested)


def _table(heads: tuple[str, ...], rows: "map[tuple[str, ...]]") -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (heads, ("---",) * len(heads), *rows)]


def write(path: Path) -> None:
    """Write the page to a file."""
    path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
