"""Reports as JSON and back: what a stage returns can be kept with its row and read again as an equal value.

Knows nothing of any stage. A report is a frozen dataclass of numbers, strings, times (UTC), lists, mappings and other
such dataclasses.
"""

import dataclasses
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, TypeVar, get_type_hints

R = TypeVar("R")
_ONLY_WHERE_THERE = "only_where_there"


class _NullWhenInfinite:
    """Says in a JSON Schema what `plain` does to a number that is not finite."""

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [handler(core_schema), {"type": "null"}]}


# A number of a report that may be infinite (a τ, a cap): null in what the command line prints.
Unbounded = Annotated[float, _NullWhenInfinite()]


class _OnlyWhereThere:
    """Marks, in a JSON Schema, a key that `plain` leaves out while its value is None."""

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        return {**handler(core_schema), _ONLY_WHERE_THERE: True}


# A field, None by default, whose key is there only where it has a value.
OnlyWhereThere = Annotated[R | None, _OnlyWhereThere()]


def plain(value: Any) -> Any:
    """A report in JSON's own types: a number that is not finite becomes None, a time becomes ISO 8601 text in UTC."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        told = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return {name: plain(one) for name, one in told.items() if one is not None or name not in _optional(type(value))}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:  # a NumPy number
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    return value


def to_json(report: Any) -> str:
    """JSON text that `from_json` reads back to an equal report; infinities are kept."""
    return json.dumps(dataclasses.asdict(report), ensure_ascii=False, default=str)


def from_json(kind: type[R], text: str) -> R:
    """The report of type `kind` that `text` holds; unknown keys are ignored."""
    from pydantic import TypeAdapter

    raw = json.loads(text)
    read: R = _whole_numbers(TypeAdapter(kind).validate_python(raw), raw)
    return read


def _whole_numbers(read: Any, raw: Any) -> Any:
    """`read` with the whole numbers of `raw` where its types say float, so that a report prints as it did before."""
    if dataclasses.is_dataclass(read) and not isinstance(read, type) and isinstance(raw, Mapping):
        named = {f.name: f for f in dataclasses.fields(read) if f.init and f.name in raw}
        return dataclasses.replace(read, **{name: _whole_numbers(getattr(read, name), raw[name]) for name in named})
    if isinstance(read, Mapping) and isinstance(raw, Mapping):
        return {key: _whole_numbers(value, raw.get(str(key))) for key, value in read.items()}
    if isinstance(read, list | tuple) and isinstance(raw, list):
        return type(read)(_whole_numbers(one, other) for one, other in zip(read, raw, strict=True))
    return raw if isinstance(read, float) and type(raw) is int else read


def schema(kind: type[Any]) -> dict[str, Any]:
    """The JSON Schema of a report as the command line prints it (`plain`); every field that is not
    `OnlyWhereThere` is required."""
    from pydantic import TypeAdapter

    made = TypeAdapter(kind).json_schema(mode="serialization")
    for part in (made, *made.get("$defs", {}).values()):
        properties = part.get("properties", {})
        part["required"] = [name for name, one in properties.items() if not one.pop(_ONLY_WHERE_THERE, False)]
    return made


@cache
def _optional(kind: type[Any]) -> frozenset[str]:
    """The fields of a report that are there only where they have a value."""
    hints = get_type_hints(kind, include_extras=True)
    marks = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
    return frozenset(name for name, found in marks.items() if any(isinstance(one, _OnlyWhereThere) for one in found))
