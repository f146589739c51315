"""Rows to files of JSON: one array, or one line each. Knows no format."""

from collections.abc import Callable

from adr.export.leaving import Exported
from adr.export.records import line
from adr.export.work import Work

Record = Callable[[Exported], str]
"""The JSON text of a row."""


def write_array(work: Work, name: str, record: Record) -> str:
    """Write the rows as one JSON array, one record after the other; returns the file's name."""
    first = True
    with work.file(name) as out:
        for batch in work.rows(turns=True):
            text = ",\n".join(map(record, batch))
            out.write((("[\n" if first else ",\n") + text).encode())
            first = False
        out.write(b"[]\n" if first else b"\n]\n")
    return name


def write_lines(work: Work, name: str, record: Record) -> str:
    """Write the rows as one JSON object a line; returns the file's name."""
    with work.file(name) as out:
        for batch in work.rows(turns=True):
            out.write(b"".join(line(record(row)) for row in batch))
    return name
