"""Rows to files of JSON: one array, or one line each. Knows no format."""

from collections.abc import Callable, Iterable, Iterator
from typing import IO

from adr.export.leaving import Exported
from adr.export.records import line
from adr.export.work import Work

Record = Callable[[Exported], str]
"""The JSON text of a row."""
SEPARATOR = b",\n"
"""Between two records of an array."""


def write_array(work: Work, name: str, record: Record) -> str:
    """Write the rows as one JSON array, one record after the other; returns the file's name."""
    with work.file(name) as out:
        write_whole_array(out, items(work, record))
    return name


def write_whole_array(out: IO[bytes], parts: Iterable[bytes]) -> None:
    """Write a JSON array of parts, none of them empty, each of them records with commas between."""
    first = True
    for part in parts:
        out.write((b"[\n" if first else SEPARATOR) + part)
        first = False
    out.write(b"[]\n" if first else b"\n]\n")


def items(work: Work, record: Record) -> Iterator[bytes]:
    """The rows as parts of a JSON array, for `write_whole_array`."""
    for batch in work.rows(turns=True):
        yield SEPARATOR.join(record(row).encode() for row in batch)


def write_lines(work: Work, name: str, record: Record) -> str:
    """Write the rows as one JSON object a line; returns the file's name."""
    with work.file(name) as out:
        for batch in work.rows(turns=True):
            out.write(b"".join(line(record(row)) for row in batch))
    return name
