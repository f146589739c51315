"""Which columns of an Arrow schema hold pictures as bytes, and how the pictures of a row are numbered.

The pictures of a row are counted from 0 through these columns in their order, empty entries included. Knows nothing of
files.
"""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.types as kinds


@dataclass(frozen=True)
class PictureColumn:
    """A column of pictures. several: each row has a list; struct: {bytes, path}, not bytes alone; path: whether it has
    a field `path`."""

    name: str
    several: bool
    struct: bool
    path: bool


def picture_columns(schema: pa.Schema) -> list[PictureColumn]:
    """The columns that hold bytes, {bytes, path}, or a list of either, as `datasets` stores pictures."""
    found = []
    for field in schema:
        several = is_list(field.type)
        inner = field.type.value_type if several else field.type
        struct = kinds.is_struct(inner) and inner.get_field_index("bytes") >= 0
        if is_binary(inner.field("bytes").type if struct else inner):
            path = struct and inner.get_field_index("path") >= 0
            found.append(PictureColumn(field.name, several, struct, path))
    return found


def pictures_of(columns: list[PictureColumn], row: dict[str, Any]) -> list[bytes | None]:
    """The pictures of a row (as `to_pylist` gives it) in the order in which they are numbered; None for no bytes."""
    found: list[bytes | None] = []
    for column in columns:
        value = row[column.name]
        for one in (value or []) if column.several else [value]:
            found.append(one.get("bytes") if isinstance(one, dict) else one)
    return found


def is_list(kind: pa.DataType) -> bool:
    """Whether it is a list of any kind."""
    return bool(kinds.is_list(kind) or kinds.is_large_list(kind) or kinds.is_fixed_size_list(kind))


def is_binary(kind: pa.DataType) -> bool:
    """Whether it holds bytes of any kind."""
    tests = (kinds.is_binary, kinds.is_large_binary, kinds.is_fixed_size_binary, kinds.is_binary_view)
    return any(test(kind) for test in tests)
