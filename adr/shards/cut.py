"""Sources → the shards of a dataset: which records each shard holds, and where they lie.

Uncompressed arrays and JSON Lines stay where they are, and a shard is a stretch of the file. The records of everything
else are copied, byte for byte. Knows where a record begins and ends and nothing of what is in it.
"""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from adr.containers import SHARDS, picture_root
from adr.errors import AdrError
from adr.files import sha256_of, whole_file, whole_folder
from adr.ingest.image_paths import image_folder, links_are_followed
from adr.ingest.inside import NamedInside, refuse_other_folder
from adr.ingest.kept_texts import ROWS, TEXTS, write_texts
from adr.ingest.layout import Layout, look_at_source
from adr.ingest.lists import listed
from adr.ingest.objects import keep_objects
from adr.ingest.opened import Reader, reader, texts_of
from adr.ingest.records import Block, Records
from adr.ingest.sources import Given, SourcePlace, keep_place, next_place
from adr.ingest.table_rows import RowBlock
from adr.progress import Progress, silent
from adr.ranges import RANGE
from adr.shards.shard_set import FILE, CutSource, RecordShard, ShardSet
from adr.store import Store

COPIES = "cut"
"""The folder of what is copied, in the folder of the shards."""
_LIKE_PREFIX = re.compile(rb'"(@[^/"]*/)')
_LAST_POSITION = 2**31 - 1

Piece = tuple[int, Sequence[Any], int]
"""(number of the shard of the dataset, texts or ends of some records, bytes of the source read so far)."""


@dataclass(frozen=True)
class CutReport:
    """What was cut. copied: bytes of the copies; 0 where every shard is a stretch of its source."""

    folder: str
    sources: int
    records: int
    shards: int
    bytes: int
    copied: int
    objects_unread: int
    seconds: float


def cut(
    sources: Sequence[Path],
    out: Path,
    *,
    records: int = RANGE,
    images: Path | None = None,
    objects: Path | None = None,
    progress: Progress = silent,
) -> CutReport:
    """Cut sources, anything that `adr ingest` reads, into shards, and write the list of them to `out`.

    A shard holds records of one source and ends where the position in the dataset is a multiple of `records`. images,
    objects: as for `ingest`, of every source. What `out` listed before gives way. AdrError when a source as a whole
    cannot be used.
    """
    started = time.monotonic()
    follow = links_are_followed()
    given = [one for path in sources for one in listed(Given(path, images, objects), outside=follow)]
    out.mkdir(parents=True, exist_ok=True)
    (out / FILE).unlink(missing_ok=True)
    with closing(Store.memory()) as store, whole_folder(out / COPIES) as copies:
        cutting = _Cutting(copies, records, store, progress)
        for one in given:
            cutting.add(one)
    made = ShardSet(out, tuple(cutting.sources), tuple(cutting.shards))
    made.write()
    return CutReport(
        folder=str(out),
        sources=len(made.sources),
        records=made.records,
        shards=len(made.shards),
        bytes=sum(one.bytes for one in made.sources),
        copied=sum(file.stat().st_size for file in (out / COPIES).iterdir()),
        objects_unread=cutting.unread,
        seconds=round(time.monotonic() - started, 2),
    )


class _Cutting:
    """Sources that are cut one after another; positions and numbers of shards count on. copies: the folder to fill."""

    def __init__(self, copies: Path, each: int, store: Store, progress: Progress) -> None:
        self.sources: list[CutSource] = []
        self.shards: list[RecordShard] = []
        self.unread = 0
        self._copies, self._each, self._store, self._progress = copies, each, store, progress
        self._like_prefixes: set[bytes] = set()

    def add(self, given: Given) -> None:
        """Cut one source."""
        source = reader(look_at_source(given.path))
        layout = source.layout
        folder = image_folder(given.images) if given.images is not None else None
        inside = layout.layout in SHARDS
        with self._store.atomic() as writer:
            place = next_place(writer, given, folder or (picture_root(layout.path) if inside else None))
        if place.prefix.encode() in self._like_prefixes:
            raise AdrError(
                f"Picture paths of {layout.path} are to begin with {place.prefix}, which other sources have already.",
                "Give the file another name.",
            )
        changed, before = layout.path.stat().st_mtime_ns, len(self.shards)
        named = NamedInside(layout) if inside else None
        found = self._stretches(source, place) if _stays(source) else self._copied(source, place, named)
        self.shards += list(found)
        records = sum(one.records for one in self.shards[before:])
        _refuse(layout.path, records, place, changed)
        if named is not None and named.found:
            folder = refuse_other_folder(layout, folder)
        with self._store.atomic() as writer:
            keep_place(writer, place, layout.path, folder, records)
        self.sources.append(self._cut_source(given, layout, place, folder, records, source.sha256, changed))

    def _cut_source(
        self,
        given: Given,
        layout: Layout,
        place: SourcePlace,
        folder: Path | None,
        records: int,
        sha256: str,
        changed: int,
    ) -> CutSource:
        return CutSource(
            source=place.source,
            name=place.name,
            path=str(layout.path),
            layout=layout.layout,
            bytes=layout.bytes,
            sha256=sha256,
            first=place.first,
            records=records,
            images=str(folder) if folder is not None else None,
            objects=str(given.objects) if given.objects is not None else None,
            prefix=place.prefix,
            options=given.options.table() or None,
            changed=changed,
            taken=given.taken,
            **self._objects(given, place),
        )

    def _objects(self, given: Given, place: SourcePlace) -> dict[str, Any]:
        """What is said of a source's annotations, which are copied."""
        if given.objects is None:
            return {}
        name = f"objects-{place.source}.parquet"
        self.unread += keep_objects(given.objects, self._copies / name, self._progress)
        return {"objects_sha256": sha256_of(given.objects), "kept_objects": f"{COPIES}/{name}"}

    def _stretches(self, source: Reader, place: SourcePlace) -> Iterator[RecordShard]:
        """Shards that are stretches of the source's file."""
        layout, first, begin = source.layout, place.first, source.layout.start
        blocks = ((block.ends, block.read) for block in self._watched(source) if isinstance(block, Block))
        for number, (_, pieces) in enumerate(self._shards_of(blocks, place, layout), len(self.shards)):
            count, end = 0, begin
            for _, ends, _ in pieces:
                count, end = count + len(ends), ends[-1]
            yield RecordShard(number, place.source, first, count, str(layout.path), layout.layout, begin, end)
            first, begin = first + count, end + 1

    def _copied(self, source: Reader, place: SourcePlace, named: NamedInside | None) -> Iterator[RecordShard]:
        """Shards whose records are copied into files."""
        kind = ROWS if source.layout.layout in ("parquet", "arrow") else TEXTS
        first, count = place.first, 0

        def texts(pieces: Iterable[Piece]) -> Iterator[list[bytes]]:
            nonlocal count
            for _, piece, _ in pieces:
                if named is not None:
                    named.look(piece)
                count += len(piece)
                self._look_for_prefixes(piece)
                yield list(piece)

        for number, (_, pieces) in enumerate(self._shards_of(texts_of(source), place, source.layout), len(self.shards)):
            count, name = 0, f"{number:05d}.parquet"
            with whole_file(self._copies / name) as partial:
                write_texts(partial, texts(pieces))
            yield RecordShard(number, place.source, first, count, f"{COPIES}/{name}", kind)
            first += count

    def _watched(self, source: Reader) -> Iterator[Block | RowBlock]:
        for block in source:
            if isinstance(block, Block):
                self._look_for_prefixes(block.texts)
            yield block

    def _look_for_prefixes(self, texts: Sequence[bytes]) -> None:
        """Note texts that begin like a prefix of picture paths (@NAME/), which a later source may not have."""
        for text in texts:
            if b'"@' in text:
                self._like_prefixes.update(_LIKE_PREFIX.findall(text))

    def _shards_of(
        self, blocks: Iterable[tuple[Sequence[Any], int]], place: SourcePlace, layout: Layout
    ) -> Iterator[tuple[int, Iterator[Piece]]]:
        """What is said of each record, shard by shard."""
        return groupby(self._pieces(blocks, place.first, layout.bytes), itemgetter(0))

    def _pieces(self, blocks: Iterable[tuple[Sequence[Any], int]], first: int, size: int) -> Iterator[Piece]:
        """Blocks divided where shards end."""
        position, each = first, self._each
        for block, read in blocks:
            at = 0
            while at < len(block):
                taken = min(each - position % each, len(block) - at)
                yield position // each, block[at : at + taken], read
                at, position = at + taken, position + taken
            done = position - first
            self._progress(done, max(done, round(done * size / max(read, 1))), "Cutting")


def _stays(source: Reader) -> bool:
    """Whether shards are stretches of the source's file."""
    return (
        isinstance(source, Records) and source.layout.compression is None and source.layout.layout in ("array", "lines")
    )


def _refuse(path: Path, records: int, place: SourcePlace, changed: int) -> None:
    """AdrError for what cannot be cut."""
    if not records:
        raise AdrError(f"{path} holds no records.", "Name a file with conversations in it.")
    if place.first + records - 1 > _LAST_POSITION:
        raise AdrError(
            f"With {path} the dataset has {place.first + records:,} records; {_LAST_POSITION + 1:,} are possible.",
            "Cut fewer sources into one dataset.",
        )
    if path.stat().st_mtime_ns != changed:
        raise AdrError(f"{path} has changed while it was cut.", "Cut it again when nobody writes to it.")
