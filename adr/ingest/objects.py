"""Reads object annotations from a file beside the dataset: one {"image" | "position" | "id", "objects"} per image.

Knows nothing of tables; `ingest` joins the annotations to instances by their key.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adr.errors import AdrError
from adr.ingest.layout import look_at
from adr.ingest.record import OBJECT_KEYS, object_names, parsed
from adr.ingest.records import Records
from adr.ingest.refusal import RefusedError
from adr.progress import Progress, let_pages_run, silent

KEYS = ("position", "image", "id")
_KEPT = pa.schema([("by", pa.string()), ("key", pa.string()), ("objects", pa.list_(pa.string()))])
_AT_ONCE = 200_000  # rows
_SHAPE = 'one {"image": "a.jpg", "objects": ["cat", "sofa"]} per line; "position" or "id" may replace "image"'


@dataclass(frozen=True)
class Named:
    """The objects of one image: `by` is 'position', 'image' or 'id', `key` its value as text (an id as JSON text)."""

    by: str
    key: str
    objects: list[str]


def read_objects(path: Path, progress: Progress = silent) -> Iterator[list[Named | None]]:
    """The annotations in batches; None stands for one that cannot be read. AdrError when none can be read."""
    layout = look_at(path)
    readable = 0
    for block in Records(layout):
        for start in range(0, len(block.texts), 500):
            rows = [_row(text) for text in block.texts[start : start + 500]]
            readable += sum(row is not None for row in rows)
            yield rows
            let_pages_run()
        progress(block.read, layout.bytes, "Reading object annotations (bytes)")
    if not readable:
        raise AdrError(f"{path} holds no object annotations that can be read.", f"Write {_SHAPE}.")


def keep_objects(source: Path, path: Path, progress: Progress = silent) -> int:
    """Write the annotations of a file as a Parquet file (by, key, objects), which is quick to look through; returns how
    many cannot be read."""
    unread = 0
    with pq.ParquetWriter(path, _KEPT, compression="zstd") as file:
        waiting: list[Named] = []
        for rows in read_objects(source, progress):
            kept = [row for row in rows if row is not None]
            unread += len(rows) - len(kept)
            waiting += kept
            if len(waiting) >= _AT_ONCE:
                file.write_table(_table(waiting))
                waiting = []
        if waiting:
            file.write_table(_table(waiting))
    return unread


def _table(rows: list[Named]) -> pa.Table:
    columns = {name: [getattr(row, name) for row in rows] for name in _KEPT.names}
    return pa.table(columns, schema=_KEPT)


def kept_objects(path: Path, keys: pa.ChunkedArray) -> Iterator[pa.Table]:
    """The annotations with one of these keys, in tables of (by, key, objects); path: what `keep_objects` has made."""
    with pq.ParquetFile(path) as file:
        for group in range(file.metadata.num_row_groups):
            chosen = pc.is_in(file.read_row_group(group, columns=["key"])["key"], value_set=keys)
            if pc.any(chosen).as_py():
                yield file.read_row_group(group).filter(chosen)


def _row(text: bytes) -> Named | None:
    try:
        row: Any = parsed(text)
    except RefusedError:
        return None
    if not isinstance(row, dict):
        return None
    names = next((found for key in OBJECT_KEYS if (found := object_names(row.get(key))) is not None), None)
    by = next((key for key in KEYS if row.get(key) is not None), None)
    if names is None or by is None or isinstance(row[by], bool | list | dict):
        return None
    if by == "position" and not isinstance(row[by], int):
        return None
    key = row[by] if by == "image" else json.dumps(row[by], ensure_ascii=False)
    return Named(by, str(key), names)
