"""The folder that tells a process which pictures to hash, and keeps what it found: WORKSPACE/hashes/.

A picture is known by path, size and modification time. Knows nothing of how hashes are computed.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from adr.embed.picture_folder import PictureFolder
from adr.picture_file import picture_stat

_COLUMNS = {"pixels": pa.string(), "perceptual": pa.int64(), "mirrored": pa.int64()}


@dataclass(frozen=True)
class PictureHashes:
    """pixels: of size and RGB values, '' where the picture cannot be decoded; perceptual: 63 bits, None there and for a
    blank picture; mirrored: the same of the picture mirrored left to right."""

    pixels: str
    perceptual: int | None
    mirrored: int | None


class HashFolder(PictureFolder[PictureHashes]):
    """One folder of hashes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, PictureHashes, _COLUMNS)


def stamp_of(file: Path) -> str | None:
    """What a picture is known by; None when it is not there."""
    try:
        facts = picture_stat(file)
    except (OSError, ValueError):
        return None
    text = f"{file}\0{facts.st_size}\0{facts.st_mtime_ns}"
    return hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=12).hexdigest()
