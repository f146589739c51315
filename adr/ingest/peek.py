"""A look at a file before it is ingested: what it is, and whether its first records and their images can be read.

Reads only the beginning of the file, so that a form can answer while someone types.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from adr.ingest.image_paths import image_folder
from adr.ingest.layout import look_at
from adr.ingest.lists import listed
from adr.ingest.record import Conversation, read_record
from adr.ingest.records import Records
from adr.ingest.sources import Given
from adr.ingest.written_paths import relative

_STRETCH = 256 << 10
_RECORDS = 50


@dataclass(frozen=True)
class Peek:
    """What the first `records` records of a file hold. folder: an image folder to suggest when none was given."""

    path: Path
    layout: str
    bytes: int
    records: int
    conversations: int
    reasons: Counter[str] = field(default_factory=Counter)
    images: int = 0  # distinct image paths among them
    found: int = 0  # how many of these are in the image folder
    folder: Path | None = None
    datasets: int = 1  # more than one: a list, whose first dataset this is


def peek(source: Path, images: Path | None = None, *, outside: bool = True) -> Peek:
    """Look at the beginning of `source`, or of the first dataset of a list; AdrError for a file that cannot be ingested
    or a wrong image folder. outside: as for `listed`."""
    entries = listed(Given(source, images), outside=outside)
    layout = look_at(entries[0].path)
    folder = image_folder(entries[0].images) if entries[0].images is not None else None
    block = next(iter(Records(layout, block=_STRETCH)), None)
    read = [read_record(text, entries[0].options) for text in (block.texts[:_RECORDS] if block else [])]
    paths = sorted({path for one in read if isinstance(one, Conversation) for path in one.images})
    return Peek(
        layout.path,
        layout.layout,
        layout.bytes,
        len(read),
        sum(isinstance(one, Conversation) for one in read),
        Counter(one.reason for one in read if not isinstance(one, Conversation)),
        len(paths),
        _found(folder, paths) if folder else 0,
        None if folder else _suggested(layout.path, paths),
        len(entries),
    )


def _found(folder: Path, paths: list[str]) -> int:
    found = 0
    for path in paths:
        try:
            found += (folder / (relative(path, folder) or path)).is_file()
        except (OSError, ValueError):
            continue
    return found


def _suggested(source: Path, paths: list[str]) -> Path | None:
    """The folder near the source that holds most of the images; None when no folder holds any."""
    beside = [
        source.parent,
        source.parent / "images",
        source.parent / source.stem,
        source.parent.parent / "images",
        source.parent.parent,
    ]
    best = max(beside, key=lambda folder: _found(folder, paths), default=None)
    return best if best and _found(best, paths) else None
