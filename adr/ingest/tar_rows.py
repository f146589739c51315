"""The samples of WebDataset shards as records: files of a tar archive with one name up to its first dot are one sample.

A sample's JSON is its record, with its pictures' names in place of what the JSON calls them; a text beside it is the
caption. Knows nothing of what a record says.
"""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, cast

from adr.containers import picture_root, source_sha256, unreadable
from adr.ingest.layout import Layout
from adr.ingest.records import Block

_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".ppm", ".pgm")
_VIDEOS = (".mp4", ".webm", ".mkv", ".avi", ".mov")
_BYTES, _COUNT = 8 << 20, 4_000  # of a block
_LARGEST_TEXT = 128 << 20

Sample = dict[str, bytes | None]
"""{member's name: what it says, None for pictures and everything else that is no text}, in the archive's order."""


class TarRows:
    """The records of a source of tar shards; iterate once. Afterwards `sha256` is the hash of the source.

    AdrError when a shard cannot be read.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.sha256 = ""

    def __iter__(self) -> Iterator[Block]:
        position, texts, size = 0, list[bytes](), 0
        for read, text in self.records():
            texts.append(text)
            size += len(text)
            if size >= _BYTES or len(texts) >= _COUNT:
                yield Block(position, texts, read)
                position, texts, size = position + len(texts), [], 0
        if texts:
            yield Block(position, texts, self.layout.bytes)
        self.sha256 = source_sha256(self.layout.path)

    def records(self) -> Iterator[tuple[int, bytes]]:
        """(bytes of the source read so far, text of a record)."""
        root, done = picture_root(self.layout.path), 0
        for path in self.layout.files:
            shard = path.relative_to(root).as_posix()
            try:
                with tarfile.open(path, "r:") as tar:
                    for key, sample in _samples(tar):
                        yield max(1, done + tar.offset), record(shard, key, sample)
            except (tarfile.TarError, OSError, EOFError) as error:
                raise unreadable(path, error) from error
            done += path.stat().st_size


def record(shard: str, key: str, sample: Sample) -> bytes:
    """The record of a sample as JSON text; a JSON member that is no object comes out as it is."""
    said = next((text for name, text in sample.items() if name.endswith(".json")), None)
    found: dict[str, Any] = {}
    if said is not None:
        try:
            read = json.loads(said)
        except (ValueError, RecursionError):
            return said.strip()
        if not isinstance(read, dict):
            return said.strip()
        found = read
    found = {**({} if "id" in found else {"id": key}), **found}
    for one, many, endings in (("image", "images", _PICTURES), ("video", "videos", _VIDEOS)):
        _name_files(found, one, many, [f"{shard}/{name}" for name in sample if name.lower().endswith(endings)])
    caption = next((text for name, text in sample.items() if name.endswith((".txt", ".caption"))), None)
    if caption is not None and "caption" not in found:
        found["caption"] = caption.decode("utf-8", "replace").strip()
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _name_files(found: dict[str, Any], one: str, many: str, paths: list[str]) -> None:
    """Put the paths in place of what a record has under the keys `one` or `many`."""
    if not paths:
        return
    if many in found:
        found.pop(one, None)
        found[many] = paths
    else:
        found[one] = paths[0] if len(paths) == 1 else paths


def _samples(tar: tarfile.TarFile) -> Iterator[tuple[str, Sample]]:
    """(key, sample) in the archive's order; only neighbours are one sample."""
    key, sample = "", Sample()
    for member in tar:
        path = PurePosixPath(member.name)
        if not member.isreg() or path.name.startswith("."):
            continue
        own = str(path.with_name(path.name.partition(".")[0]))
        if own != key and sample:
            yield key, sample
            sample = {}
        key = own
        sample[member.name] = _text(tar, member)
        cast(Any, tar).members = []  # a shard may have millions, and the archive would keep them all
    if sample:
        yield key, sample


def _text(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | None:
    if Path(member.name).suffix not in (".json", ".txt", ".caption") or member.size > _LARGEST_TEXT:
        return None
    file = tar.extractfile(member)
    return file.read() if file else None
