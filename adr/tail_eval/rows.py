"""The rows of a file, whatever writes them: JSON, JSON Lines, CSV, TSV or a sheet. Knows nothing of logs.

A sheet (.xlsx) is read by python-calamine, which is not needed otherwise.
"""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adr.errors import AdrError

_ZIP = b"PK\x03\x04"  # what a sheet begins with
_RECORD_IDS = frozenset(("doc_id", "question_id", "item", "index"))  # an object with one of these is a row itself
CELL_LIMIT = 10_000_000  # characters


def rows_of(path: Path) -> Any:
    """What a file holds: a list of rows (mappings) for lines, tables and sheets, else its JSON value.

    AdrError when it cannot be read, is empty, or is in no such form.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AdrError(f"{path} cannot be read: {error.strerror or error}.", "Check the path.") from error
    if data.startswith(_ZIP):
        return _sheet(path)
    text = data.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise AdrError(f"{path.name} is empty.", "Check that the evaluation has finished.")
    return _json(path, text) if text.lstrip()[0] in "[{" else _table(path, text)


def _json(path: Path, text: str) -> Any:
    if text.lstrip()[0] == "{" and (lines := _lines(text)) is not None:
        return lines
    try:
        return json.loads(text)
    except ValueError as error:
        raise AdrError(f"{path.name} is not whole JSON: {error}.", "Check that it was written to its end.") from error


def _lines(text: str) -> list[Mapping[str, Any]] | None:
    """The records of JSON Lines; None where the first line is no record, or the whole is one object."""
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        first = json.loads(lines[0])
    except ValueError:
        return None
    if not isinstance(first, dict) or (len(lines) == 1 and not _RECORD_IDS & first.keys()):
        return None
    made: list[Mapping[str, Any]] = [first]
    for number, line in enumerate(lines[1:], 2):
        try:
            made.append(json.loads(line))
        except ValueError as error:
            raise AdrError(
                f"Line {number:,} is not whole JSON: {error}.", "Check that the file was written to its end."
            ) from error
    return made


def _table(path: Path, text: str) -> list[dict[str, str]]:
    """The rows of a table with a header; a tab in the header makes it TSV."""
    header = text.split("\n", 1)[0]
    csv.field_size_limit(CELL_LIMIT)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in header else ",")
    return [{str(key): value or "" for key, value in row.items() if key is not None} for row in rows]


def _sheet(path: Path) -> list[dict[str, str]]:
    try:
        from python_calamine import CalamineError, load_workbook
    except ImportError as error:
        raise AdrError(
            f"{path.name} is a sheet, and the package that reads sheets is not installed.",
            "pip install 'adr-workbench[sheets]' (python-calamine), or save it as CSV.",
        ) from error
    try:
        cells = load_workbook(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise AdrError(f"{path.name} cannot be read as a sheet: {error}.", "Save it as CSV.") from error
    if not cells:
        raise AdrError(f"{path.name} is empty.", "Check that the evaluation has finished.")
    names = [_cell(value) for value in cells[0]]
    return [dict(zip(names, map(_cell, row), strict=False)) for row in cells[1:]]


def _cell(value: Any) -> str:
    """A cell as text; a whole number without a decimal point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
