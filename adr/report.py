"""Reports as JSON and back: what a stage returns can be kept with its row and given again as the same value.

Knows nothing of any stage. A report is a frozen dataclass of numbers, texts, lists, mappings and such dataclasses.
"""

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar

R = TypeVar("R")


def plain(value: Any) -> Any:
    """A report as what JSON can hold; a number that is not finite becomes None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:  # a NumPy number
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def to_json(report: Any) -> str:
    """JSON text that `from_json` reads back to an equal report; infinities are kept."""
    return json.dumps(dataclasses.asdict(report), ensure_ascii=False, default=str)


def from_json(kind: type[R], text: str) -> R:
    """The report of type `kind` in `text`; unknown keys are left out."""
    from pydantic import TypeAdapter

    return TypeAdapter(kind).validate_python(json.loads(text))


def schema(kind: type[Any]) -> dict[str, Any]:
    """The JSON Schema of a report as the command line prints it (`plain`)."""
    from pydantic import TypeAdapter

    return TypeAdapter(kind).json_schema(mode="serialization")
