"""Splits a file into the texts of its records, byte for byte as they stand, in blocks of bounded size.

Knows where a record begins and ends and nothing of what is in it: a broken record comes out like any other, so that
it does not cost the rest of the file. (DuckDB's own reader gives the same bytes, but it stops at the first bad
character.) Boundaries are found by NumPy over whole blocks, which lets other threads run.
"""

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from adr.errors import AdrError
from adr.ingest.boundaries import LARGEST_RECORD, boundaries
from adr.ingest.compressed import SourceText
from adr.ingest.layout import BLANK, Layout

BLOCK = 8 << 20
_LINE_END = 10
_PRETTY = re.compile(rb"\n(?=\{)")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Block:
    """Some records of the file, in order."""

    position: int  # of the first
    texts: list[bytes]
    read: int  # bytes of the file read so far
    ends: Sequence[int] = ()  # of an array and of lines: where the comma, bracket or line end after each record lies

    @property
    def count(self) -> int:
        """How many records it has."""
        return len(self.texts)


class Records:
    """The records of a file; iterate once. Afterwards `sha256` is the hash of the whole file.

    Of a line of more than `largest` bytes only the beginning comes out. AdrError for faults that make the whole file
    unusable: an array that is cut off or has a record of `largest` bytes, and text after its end.
    """

    def __init__(self, layout: Layout, block: int = BLOCK, largest: int = LARGEST_RECORD) -> None:
        self.layout = layout
        self.sha256 = ""
        self._block = block
        self._largest = largest
        self._read = 0  # bytes of the text

    def __iter__(self) -> Iterator[Block]:
        ways = {"array": self._array, "keyed": self._keyed, "objects": self._objects, "lines": self._lines}
        try:
            with self.layout.open() as file:
                self._take(file, self.layout.start)
                yield from ways[self.layout.layout](file)
                while self._take(file, self._block):
                    pass
                self.sha256 = file.sha256
        except (EOFError, zlib.error, OSError) as error:
            if self.layout.compression is None:
                raise
            raise AdrError(
                f"{self.layout.path} cannot be unpacked ({self.layout.compression}): {error}.",
                "The file is cut off or broken: fetch it again.",
            ) from error

    def _take(self, file: SourceText, count: int) -> bytes:
        data = file.read(count)
        self._read += len(data)
        self._taken = file.taken
        return data

    def _keyed(self, file: SourceText) -> Iterator[Block]:
        for block in self._array(file):
            yield Block(block.position, [_with_key(text) for text in block.texts], block.read)

    def _array(self, file: SourceText) -> Iterator[Block]:
        position, buffer, want = 0, b"", self._block
        while True:
            data = self._take(file, want)
            buffer += data
            commas, closing = boundaries(buffer)
            if closing is None and not data and self.layout.stretch is not None:
                closing = len(buffer)  # no bracket closes a stretch of an array
            ends = commas if closing is None else [*commas[: np.searchsorted(commas, closing)].tolist(), closing]
            texts, start = [], 0
            offset = self._read - len(buffer)
            lie = [offset + int(end) for end in ends]
            for end in ends:
                texts.append(buffer[start:end].strip(BLANK))
                start = int(end) + 1
            if closing is not None:
                if texts == [b""] and position == 0 and self.layout.stretch is None:
                    texts = []  # an empty array
                if texts:
                    yield Block(position, texts, self._taken, lie)
                self._after_the_end(file, buffer[closing + 1 :], position + len(texts))
                return
            if texts:
                yield Block(position, texts, self._taken, lie)
                position += len(texts)
                buffer, want = buffer[start:], self._block
            else:
                want = len(buffer)  # one record larger than a block: look further
            if not data or (not texts and len(buffer) >= self._largest):
                raise self._unfinished(position, buffer, cut=not data)

    @property
    def _whole(self) -> str:
        return "array" if self.layout.layout == "array" else "object"

    def _unfinished(self, position: int, buffer: bytes, cut: bool) -> AdrError:
        offset = self._read - len(buffer)
        excerpt = buffer.strip(BLANK)[:60].decode("utf-8", "replace").replace("\n", " ")
        if cut:
            where = f"record {position} (from byte {offset:,})" if excerpt else f"the comma after record {position - 1}"
            return AdrError(
                f"{self.layout.path} ends in the middle of its {self._whole}, at {where}"
                f"{f', which begins “{excerpt}”' if excerpt else ''}.",
                "The file is cut off, or that record lacks a quote or a bracket: fetch it again, or mend that place.",
            )
        return AdrError(
            f"{self.layout.path}: record {position} (from byte {offset:,}) does not end within "
            f"{self._largest >> 20} MB; it begins “{excerpt}”.",
            "It probably lacks a quote or a bracket: mend it.",
        )

    def _after_the_end(self, file: SourceText, rest: bytes, count: int) -> None:
        while not (text := rest.strip(BLANK)):
            rest = self._take(file, self._block)
            if not rest:
                return
        excerpt = text[:40].decode("utf-8", "replace").split("\n")[0]
        raise AdrError(
            f"{self.layout.path} goes on after the end of its {self._whole}, after {count:,} records: “{excerpt}”.",
            "Keep one JSON array in the file, or write one record per line (JSON Lines).",
        )

    def _lines(self, file: SourceText) -> Iterator[Block]:
        position, rest = 0, b""
        while data := self._take(file, self._block):
            lines = (rest + data).split(b"\n")
            rest = lines.pop()
            rest = rest[: self._largest]  # the rest of a line that is too large in any case
            texts = [text for line in lines if (text := line.strip(BLANK))]
            if texts:
                yield Block(position, texts, self._taken, self._line_ends(data, lines))
                position += len(texts)
        if text := rest.strip(BLANK):
            yield Block(position, [text], self._taken, [self._read])

    def _line_ends(self, data: bytes, lines: list[bytes]) -> list[int]:
        """Where the lines that hold a record end. data: what was read last, in which all these lines end."""
        offset = self._read - len(data)
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _LINE_END)
        return [offset + int(end) for end, line in zip(ends, lines, strict=True) if line.strip(BLANK)]

    def _objects(self, file: SourceText) -> Iterator[Block]:
        position, rest = 0, b""
        while data := self._take(file, self._block):
            rest += data
            *whole, rest = _PRETTY.split(rest)
            rest = rest[: self._largest]  # as in `_lines`
            texts = [text for piece in whole if (text := piece.strip(BLANK))]
            if texts:
                yield Block(position, texts, self._taken)
                position += len(texts)
        if text := rest.strip(BLANK):
            yield Block(position, [text], self._taken)


def _with_key(piece: bytes) -> bytes:
    """The record in `"key": {…}`, with the key as its id where it has none; what cannot be read stays as it is."""
    try:
        said = piece.decode("utf-8")
        key, end = _DECODER.raw_decode(said)
        value = said[end:].lstrip(" \t\r\n").removeprefix(":").lstrip(" \t\r\n")
        record = json.loads(value)
    except (ValueError, RecursionError):
        return piece
    if not isinstance(record, dict) or "id" in record:
        return value.encode()
    return f'{{"id": {json.dumps(key, ensure_ascii=False)}{", " if record else ""}{value[1:].lstrip()}'.encode()
