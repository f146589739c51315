"""The SQL that writes a row of a table as JSON text, with the names of its pictures in place of their bytes.

Knows nothing of files: the caller names the shard.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.types as kinds

from adr.picture_columns import PictureColumn, is_binary, is_list, picture_columns

ROW = "adr_row_in_shard"  # the column with the row's number within the shard

# What the first bytes of a picture or video look like in hexadecimal, and what its name ends in.
_ENDINGS = (
    ("FFD8FF%", ".jpg"),
    ("89504E47%", ".png"),
    ("47494638%", ".gif"),
    ("52494646________57454250%", ".webp"),
    ("424D%", ".bmp"),
    ("49492A00%", ".tif"),
    ("4D4D002A%", ".tif"),
    ("________6674797061766966%", ".avif"),
    ("________66747970%", ".mp4"),
    ("1A45DFA3%", ".webm"),
)


def row_json_sql(schema: pa.Schema) -> str:
    """The expression for the JSON text of a row of a table with this schema and the column ROW. $shard: the name of the
    shard. Bytes that are no picture column's become null."""
    pictures = dict(_numbered(picture_columns(schema)))
    fields = ", ".join(
        f"{_text(field.name)}: {pictures.get(field.name) or _plain(_name(field.name), field.type)}" for field in schema
    )
    return f"to_json({{{fields}}})::varchar"


def _numbered(columns: list[PictureColumn]) -> Iterator[tuple[str, str]]:
    """Each column's name and the expression for its pictures' paths."""
    before = ["0"]
    for column in columns:
        name = _name(column.name)
        first = " + ".join(before)
        if column.several:
            yield column.name, f"list_transform({name}, lambda p, i: {_path(column, 'p', f'{first} + i - 1')})"
        else:
            yield column.name, _path(column, name, first)
        before.append(f"coalesce(len({name}), 0)" if column.several else "1")


def _path(column: PictureColumn, value: str, number: str) -> str:
    """The expression for one picture: {"path": …}, or the path alone where the column holds bytes alone."""
    data = f"({value}).bytes" if column.struct else value
    given = f"nullif(({value}).path, '')" if column.path else "null::varchar"
    inside = f"$shard || '/' || {ROW} || '-' || ({number}) || {_ending(data, given)}"
    path = f"case when coalesce(octet_length({data}), 0) = 0 then {given} else {inside} end"
    return f"case when {path} is not null then {{'path': {path}}} end" if column.struct else path


def _ending(data: str, given: str) -> str:
    by_bytes = " ".join(f"when {_head(data)} like '{first}' then '{ending}'" for first, ending in _ENDINGS)
    by_path = f"nullif(lower(regexp_extract({given}, '\\.[A-Za-z0-9]{{1,5}}$')), '')"
    return f"case {by_bytes} else coalesce({by_path}, '.bin') end"


def _head(data: str) -> str:
    return f"hex(({data})[1:12])"


def _plain(value: str, kind: pa.DataType) -> str:
    """A value that JSON can hold: bytes become null, and numbers that are not finite."""
    if is_binary(kind):
        return "null"
    if kinds.is_floating(kind):
        return f"case when isfinite({value}) then {value} end"
    if is_list(kind) and _to_change(kind.value_type):
        return f"list_transform({value}, lambda v{len(value)}: {_plain(f'v{len(value)}', kind.value_type)})"
    if kinds.is_struct(kind) and _to_change(kind):
        inner = ", ".join(f"{_text(part.name)}: {_plain(f'({value}).{_name(part.name)}', part.type)}" for part in kind)
        return f"case when {value} is not null then {{{inner}}} end"
    return value


def _to_change(kind: pa.DataType) -> bool:
    """Whether there are bytes or floating-point numbers anywhere inside."""
    if kinds.is_struct(kind):
        return any(_to_change(part.type) for part in kind)
    return _to_change(kind.value_type) if is_list(kind) else is_binary(kind) or kinds.is_floating(kind)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
