"""The folder that tells a process which pictures to hash, and keeps what it found: WORKSPACE/hashes/.

A picture is known by path, size and modification time, so what was found stays true when others come or go. Safe to
delete: then every picture is read again. Knows nothing of how hashes are computed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from adr.files import whole_file, write_whole
from adr.picture_file import picture_stat

_SCHEMA = pa.schema(
    [("stamp", pa.string()), ("pixels", pa.string()), ("perceptual", pa.int64()), ("mirrored", pa.int64())]
)


@dataclass(frozen=True)
class PictureHashes:
    """pixels: of size and RGB values, '' where the picture cannot be decoded; perceptual: 63 bits, None there and for a
    blank picture; mirrored: the same of the picture mirrored left to right."""

    pixels: str
    perceptual: int | None
    mirrored: int | None


class HashFolder:
    """One folder of hashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def log(self) -> Path:
        """What the process writes on standard error."""
        return self.folder / "log.txt"

    def ask(self, files: Sequence[Path]) -> None:
        """Write down which pictures are wanted."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / "asked.json", json.dumps([str(file) for file in files]).encode())

    def asked(self) -> list[Path]:
        """The pictures that are wanted."""
        return [Path(path) for path in json.loads((self.folder / "asked.json").read_text(encoding="utf-8"))]

    def known(self) -> dict[str, PictureHashes]:
        """{stamp: what was found}. A damaged file is deleted: what it held is read again."""
        found: dict[str, PictureHashes] = {}
        for path in sorted(self.folder.glob("[0-9]*.parquet")):
            try:
                block = pq.read_table(path, schema=_SCHEMA)
            except (OSError, pa.ArrowInvalid):
                path.unlink(missing_ok=True)
                continue
            columns = [block[name].to_pylist() for name in _SCHEMA.names]
            found |= {stamp: PictureHashes(*rest) for stamp, *rest in zip(*columns, strict=True)}
        return found

    def keep(self, found: Mapping[str, PictureHashes]) -> None:
        """Add what was found, as one file."""
        last = max((int(path.stem) for path in self.folder.glob("[0-9]*.parquet")), default=-1)
        columns = [list(found), *map(list, zip(*map(astuple, found.values()), strict=True))]
        with whole_file(self.folder / f"{last + 1:06d}.parquet") as partial:
            pq.write_table(pa.table(dict(zip(_SCHEMA.names, columns, strict=True)), schema=_SCHEMA), partial)


def stamp_of(file: Path) -> str | None:
    """What a picture is known by; None when it is not there."""
    try:
        facts = picture_stat(file)
    except (OSError, ValueError):
        return None
    text = f"{file}\0{facts.st_size}\0{facts.st_mtime_ns}"
    return hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=12).hexdigest()
