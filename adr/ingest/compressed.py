"""The text of a file that may be compressed with gzip or zstd, with the hash of the file as it lies on the disk.

Knows nothing of what the text says.
"""

import gzip
import hashlib
import io
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_PIECE = 1 << 20


def compression(head: bytes) -> str | None:
    """'gzip' or 'zstd' by the first bytes of a file, or None."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


class SourceText:
    """A file's unpacked text; close it, or use it in a `with` block.

    `taken` is how many bytes of the file have been read, `sha256` the hash of these. OSError or EOFError where the
    compressed data is cut off or broken. stretch: the bytes of the file that count as its text.
    """

    def __init__(self, path: Path, packed: str | None = None, stretch: tuple[int, int] | None = None) -> None:
        self._file = _Hashed(path, stretch)
        self._text: Any = self._file
        if packed == "gzip":
            self._text = gzip.GzipFile(mode="rb", fileobj=io.BufferedReader(self._file, _PIECE))
        elif packed == "zstd":
            self._text = pa.CompressedInputStream(pa.PythonFile(self._file, mode="r"), "zstd")

    def read(self, count: int) -> bytes:
        """The next bytes, at most `count`; b"" at the end."""
        return bytes(self._text.read(count))

    @property
    def taken(self) -> int:
        """How many bytes of the file have been read."""
        return self._file.taken

    @property
    def sha256(self) -> str:
        """Hash of what has been read of the file."""
        return self._file.hash.hexdigest()

    def close(self) -> None:
        """Close the file."""
        if self._text is not self._file:
            self._text.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Hashed(io.RawIOBase):
    """A file, or a stretch of one, that hashes what is read from it."""

    def __init__(self, path: Path, stretch: tuple[int, int] | None = None) -> None:
        self._raw = path.open("rb", buffering=0)
        self._bytes = None
        if stretch is not None:
            self._raw.seek(stretch[0])
            self._bytes = stretch[1] - stretch[0]
        self.hash = hashlib.sha256()
        self.taken = 0

    def readable(self) -> bool:
        """True."""
        return True

    def read(self, count: int = -1) -> bytes:
        """The next bytes, `count` of them unless the file ends."""
        pieces = []
        if self._bytes is not None:
            left = self._bytes - self.taken
            count = left if count < 0 else min(count, left)
        while count and (data := self._raw.read(count)):
            pieces.append(data)
            count -= len(data)
        found = b"".join(pieces)
        self.hash.update(found)
        self.taken += len(found)
        return found

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; returns how many bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
        super().close()
