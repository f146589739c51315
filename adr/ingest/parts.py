"""A part of a source: consecutive records that are read on their own, with the positions they have in the whole."""

from dataclasses import dataclass
from pathlib import Path

from adr.ingest.layout import Layout
from adr.ingest.sources import Given, SourcePlace


@dataclass(frozen=True)
class WholeSource:
    """What is known of the source that a part belongs to."""

    path: Path
    layout: str
    bytes: int
    sha256: str
    records: int
    objects_sha256: str | None = None


@dataclass(frozen=True)
class SourcePart:
    """Consecutive records of a source. layout: of the file that holds them; place: of the whole source; skipped: its
    records before these; records: how many there are; objects: the object annotations beside the source, as
    `adr.ingest.objects.keep_objects` writes them."""

    given: Given
    whole: WholeSource
    place: SourcePlace
    layout: Layout
    skipped: int
    records: int
    objects: Path | None = None
