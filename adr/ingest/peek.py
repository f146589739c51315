"""A look at a file before it is ingested: what it is, and whether its first records and their images can be read.

Reads only the beginning of the file, so that a form can answer while someone types.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adr.containers import picture_root
from adr.conversation import MARKER
from adr.ingest.image_paths import image_folder
from adr.ingest.layout import look_at_source
from adr.ingest.lists import listed
from adr.ingest.opened import first_texts
from adr.ingest.options import IngestOptions
from adr.ingest.record import AS_GIVEN, Conversation, parsed, read_record
from adr.ingest.refusal import Refusal, RefusedError
from adr.ingest.sources import Given
from adr.ingest.written_paths import relative
from adr.picture_file import is_picture

_STRETCH = 256 << 10
_RECORDS = 50
_SAMPLES = 3


@dataclass(frozen=True)
class Sample:
    """A row near the beginning: its position, what its JSON text holds (None if that cannot be read), and what is read
    from it."""

    position: int
    record: Any
    read: Conversation | Refusal

    @property
    def read_whole(self) -> bool:
        """Whether a conversation is read from it."""
        return isinstance(self.read, Conversation)


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
    inside: bool = False  # whether they lie inside the source
    samples: tuple[Sample, ...] = ()  # its first rows
    unmarked: int = 0  # how many of the conversations have images and no marker
    datasets: int = 1  # more than one: a list, whose first dataset this is


def peek(source: Path, images: Path | None = None, options: IngestOptions = AS_GIVEN, *, outside: bool = True) -> Peek:
    """Look at the beginning of `source`, or of the first dataset of a list, read with `options`.

    outside: as for `listed`. AdrError for a file that cannot be ingested or a wrong image folder.
    """
    entries = listed(Given(source, images, options=options), outside=outside)
    layout = look_at_source(entries[0].path)
    folder = image_folder(entries[0].images) if entries[0].images is not None else None
    texts = first_texts(layout, _RECORDS, _STRETCH)
    read = [read_record(text, entries[0].options) for text in texts]
    talks = [one for one in read if isinstance(one, Conversation)]
    paths = sorted({path for one in talks for path in one.images})
    inside = bool(layout.files) and _found(picture_root(layout.path), paths) > 0
    return Peek(
        layout.path,
        layout.layout,
        layout.bytes,
        len(read),
        len(talks),
        Counter(one.reason for one in read if not isinstance(one, Conversation)),
        len(paths),
        _found(folder or picture_root(layout.path), paths) if folder or inside else 0,
        None if folder or inside else _suggested(layout.path, paths),
        inside,
        tuple(Sample(n, _parsed(text), one) for n, (text, one) in enumerate(zip(texts[:_SAMPLES], read, strict=False))),
        sum(bool(one.images) and not any(MARKER in text for _, text in one.turns) for one in talks),
        len(entries),
    )


def _parsed(text: bytes) -> Any:
    try:
        return parsed(text)
    except RefusedError:
        return None


def _found(folder: Path, paths: list[str]) -> int:
    found = 0
    for path in paths:
        try:
            found += is_picture(folder / (relative(path, folder) or path))
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
