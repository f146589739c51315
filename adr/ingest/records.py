"""Splits a file into the texts of its records, byte for byte as they stand, in blocks of bounded size.

Knows where a record begins and ends and nothing of what is in it: a broken record comes out like any other, so that
it does not cost the rest of the file. (DuckDB's own reader gives the same bytes, but it stops at the first bad
character.) Boundaries are found by NumPy over whole blocks, which lets other threads run.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from adr.errors import AdrError
from adr.ingest.layout import BLANK, Layout

BLOCK = 8 << 20
LARGEST_RECORD = 128 << 20

_QUOTE, _COMMA, _OPEN, _CLOSE, _ESCAPE = 1, 2, 3, 4, 5
_MARKS = bytearray(256)
for _characters, _mark in ((b'"', _QUOTE), (b",", _COMMA), (b"[{", _OPEN), (b"]}", _CLOSE), (b"\\", _ESCAPE)):
    for _character in _characters:
        _MARKS[_character] = _mark
_STEP = np.zeros(6, dtype=np.int8)
_STEP[_OPEN], _STEP[_CLOSE] = 1, -1


@dataclass(frozen=True)
class Block:
    """Some records of the file, in order."""

    position: int  # of the first
    texts: list[bytes]
    read: int  # bytes of the file read so far


class Records:
    """The records of a file; iterate once. Afterwards `sha256` is the hash of the whole file.

    Of a line of more than `largest` bytes only the beginning comes out. AdrError for faults that make the whole file
    unusable: an array that is cut off or has a record of `largest` bytes, and text after its end.
    """

    def __init__(self, layout: Layout, block: int = BLOCK, largest: int = LARGEST_RECORD) -> None:
        self.layout = layout
        self._block = block
        self._largest = largest
        self._hash = hashlib.sha256()
        self._read = 0

    @property
    def sha256(self) -> str:
        """Hash of what has been read so far."""
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[Block]:
        with self.layout.path.open("rb") as file:
            self._take(file, self.layout.start)
            yield from self._array(file) if self.layout.layout == "array" else self._lines(file)

    def _take(self, file: BinaryIO, count: int) -> bytes:
        data = file.read(count)
        self._hash.update(data)
        self._read += len(data)
        return data

    def _array(self, file: BinaryIO) -> Iterator[Block]:
        position, buffer, want = 0, b"", self._block
        while True:
            data = self._take(file, want)
            buffer += data
            commas, closing = boundaries(buffer)
            ends = commas if closing is None else [*commas[: np.searchsorted(commas, closing)].tolist(), closing]
            texts, start = [], 0
            for end in ends:
                texts.append(buffer[start:end].strip(BLANK))
                start = int(end) + 1
            if closing is not None:
                if texts == [b""] and position == 0:
                    texts = []  # an empty array
                if texts:
                    yield Block(position, texts, self._read)
                self._after_the_end(file, buffer[closing + 1 :], position + len(texts))
                return
            if texts:
                yield Block(position, texts, self._read)
                position += len(texts)
                buffer, want = buffer[start:], self._block
            else:
                want = len(buffer)  # one record larger than a block: look further
            if not data or (not texts and len(buffer) >= self._largest):
                raise self._unfinished(position, buffer, cut=not data)

    def _unfinished(self, position: int, buffer: bytes, cut: bool) -> AdrError:
        offset = self._read - len(buffer)
        excerpt = buffer.strip(BLANK)[:60].decode("utf-8", "replace").replace("\n", " ")
        if cut:
            where = f"record {position} (from byte {offset:,})" if excerpt else f"the comma after record {position - 1}"
            return AdrError(
                f"{self.layout.path} ends in the middle of its array, at {where}"
                f"{f', which begins “{excerpt}”' if excerpt else ''}.",
                "The file is cut off, or that record lacks a quote or a bracket: fetch it again, or mend that place.",
            )
        return AdrError(
            f"{self.layout.path}: record {position} (from byte {offset:,}) does not end within "
            f"{self._largest >> 20} MB; it begins “{excerpt}”.",
            "It probably lacks a quote or a bracket: mend it.",
        )

    def _after_the_end(self, file: BinaryIO, rest: bytes, count: int) -> None:
        while not (text := rest.strip(BLANK)):
            rest = self._take(file, self._block)
            if not rest:
                return
        excerpt = text[:40].decode("utf-8", "replace").split("\n")[0]
        raise AdrError(
            f"{self.layout.path} goes on after the end of its array, after {count:,} records: “{excerpt}”.",
            "Keep one JSON array in the file, or write one record per line (JSON Lines).",
        )

    def _lines(self, file: BinaryIO) -> Iterator[Block]:
        position, rest = 0, b""
        while data := self._take(file, self._block):
            lines = (rest + data).split(b"\n")
            rest = lines.pop()
            rest = rest[: self._largest]  # the rest of a line that is too large in any case
            texts = [text for line in lines if (text := line.strip(BLANK))]
            if texts:
                yield Block(position, texts, self._read)
                position += len(texts)
        if text := rest.strip(BLANK):
            yield Block(position, [text], self._read)


def boundaries(buffer: bytes) -> tuple[np.ndarray, int | None]:
    """Offsets of the commas between records, and of the bracket that closes the array (None when it lies further on).

    `buffer` begins inside the array, between records. A comma or bracket counts where it is outside of strings and of
    every nested bracket.
    """
    marks = np.frombuffer(bytearray(buffer).translate(_MARKS), dtype=np.uint8)
    slashes = np.flatnonzero(marks == _ESCAPE)
    if len(slashes):
        # A character is escaped when an odd run of backslashes stands before it.
        first = slashes[np.diff(slashes, prepend=-2) != 1]
        last = slashes[np.diff(slashes, append=len(buffer) + 1) != 1]
        escaped = last[(last - first) % 2 == 0] + 1
        marks[slashes] = 0
        marks[escaped[escaped < len(marks)]] = 0
    offsets = np.flatnonzero(marks)
    kinds = marks[offsets]
    quotes = kinds == _QUOTE
    outside = ~((np.cumsum(quotes, dtype=np.int32) & 1).astype(bool) | quotes)
    offsets, kinds = offsets[outside], kinds[outside]
    depth = np.cumsum(_STEP[kinds], dtype=np.int32)
    closing = np.flatnonzero(depth < 0)
    return offsets[(kinds == _COMMA) & (depth == 0)], (int(offsets[closing[0]]) if len(closing) else None)
