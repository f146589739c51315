"""What tells whether two pictures are the same one: hashes of the file, of the pixels and of the rough look.

Facts are kept in `WORKSPACE/prove/pictures.parquet`, so that a picture is decoded once; safe to delete.
"""

import hashlib
import io
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

from adr.files import whole_file
from adr.picture_file import picture_stat, read_picture
from adr.picture_hash import NEAR_BITS, perceptual_hash
from adr.progress import Progress, silent
from adr.settings import setting

_TOGETHER = 256
_COLUMNS = ("path", "stamp", "sha256", "pixels", "perceptual")


@dataclass(frozen=True)
class PictureFacts:
    """sha256: of the file; pixels: of size and RGB values, '' when it cannot be decoded; perceptual: the hash, None
    when it cannot be decoded."""

    sha256: str
    pixels: str
    perceptual: int | None


def facts_of(data: bytes) -> PictureFacts:
    """The facts of a picture, from the bytes of its file."""
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        with Image.open(io.BytesIO(data)) as opened:
            picture = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return PictureFacts(sha256, "", None)
    pixels = hashlib.sha256(f"{picture.width} {picture.height} ".encode() + picture.tobytes()).hexdigest()
    return PictureFacts(sha256, pixels, perceptual_hash(picture))


class KnownPictures:
    """The facts of pictures by path, from the workspace's file where the picture has not changed since."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._held: dict[str, tuple[str, PictureFacts]] = {}
        if file.is_file():
            try:
                rows = pq.read_table(file).to_pylist()
            except (OSError, pa.ArrowInvalid):  # damaged: the pictures are read again
                rows = []
            for path, stamp, *facts in (tuple(row[name] for name in _COLUMNS) for row in rows):
                self._held[path] = stamp, PictureFacts(*facts)

    def of(self, paths: Iterable[Path], progress: Progress = silent) -> dict[Path, PictureFacts]:
        """{path: its facts} of those that can be read; what was not known is written to the file."""
        wanted = list(dict.fromkeys(paths))
        found: dict[Path, PictureFacts] = {}
        before = len(self._held)
        with ThreadPoolExecutor(max(1, int(setting("ADR_THREADS")))) as pool:
            for start in range(0, len(wanted), _TOGETHER):
                progress(start, len(wanted), "Comparing pictures")
                part = wanted[start : start + _TOGETHER]
                found.update(
                    (path, facts) for path, facts in zip(part, pool.map(self._facts, part), strict=True) if facts
                )
        if len(self._held) > before:
            self._write()
        return found

    def _facts(self, path: Path) -> PictureFacts | None:
        try:
            stat = picture_stat(path)
            stamp = f"{stat.st_size}-{stat.st_mtime_ns}"
            held = self._held.get(str(path))
            if held is None or held[0] != stamp:
                held = self._held[str(path)] = stamp, facts_of(read_picture(path))
        except (OSError, ValueError):
            return None
        return held[1]

    def _write(self) -> None:
        rows = [
            dict(zip(_COLUMNS, (path, stamp, facts.sha256, facts.pixels, facts.perceptual), strict=True))
            for path, (stamp, facts) in self._held.items()
        ]
        kinds = dict.fromkeys(_COLUMNS, pa.string()) | {"perceptual": pa.int64()}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(self._file) as partial:
            pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items()))), partial)


def near_any(one: PictureFacts, others: Mapping[str, str], hashes: NDArray[np.uint64], names: list[str]) -> str | None:
    """The name of a picture that is the same as `one`; None without one. others: {SHA-256 of file or pixels: name};
    hashes, names: of the pictures that could be decoded."""
    for key in (one.sha256, one.pixels):
        if key and key in others:
            return others[key]
    if one.perceptual is None or not len(hashes):
        return None
    apart = np.bitwise_count(hashes ^ np.uint64(one.perceptual))
    at = int(np.argmin(apart))
    return names[at] if apart[at] <= NEAR_BITS else None
