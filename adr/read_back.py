"""Reads back JSON objects that were written to a file, and says in a phrase what is wrong with one that has changed.

Knows nothing of what the objects mean: the caller gives the kinds of values that it expects.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Kind = Callable[[Any], bool]
_LARGEST = 64 << 20


class DamagedError(Exception):
    """A file that is not what was written. reason: a fixed word; detail: one phrase."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def text(value: Any) -> bool:
    """A string that UTF-8 can encode."""
    return isinstance(value, str) and value.encode("utf-8", "replace").decode() == value


def whole(value: Any) -> bool:
    """An integer from 0 to 2^63 − 1."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def number(value: Any) -> bool:
    """A finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def optional(kind: Kind) -> Kind:
    """Null, or a value of this kind."""
    return lambda value: value is None or kind(value)


def list_of(kind: Kind) -> Kind:
    """A list of values of this kind."""
    return lambda value: isinstance(value, list) and all(map(kind, value))


def object_of(kind: Kind) -> Kind:
    """An object whose values are all of this kind."""
    return lambda value: isinstance(value, dict) and all(map(text, value)) and all(map(kind, value.values()))


def turn(value: Any) -> bool:
    """A turn of a conversation: a role and a text."""
    return isinstance(value, dict) and set(value) == {"role", "text"} and all(map(text, value.values()))


def read_file(path: Path, reason: str, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """The JSON object in a file; DamagedError with this reason when it is not a plain file or as `read_text`."""
    return read_text(read_plain(path, reason), reason, kinds)


def read_plain(path: Path, reason: str, most: int = _LARGEST) -> bytes:
    """What a plain file of at most `most` bytes holds; DamagedError with this reason for anything else, such as a link,
    a folder or a named pipe, of which reading might never end."""
    try:
        if path.is_symlink() or not path.is_file():
            raise DamagedError(reason, "it is not a plain file")
        if path.stat().st_size > most:
            raise DamagedError(reason, "it is too large")
        return path.read_bytes()
    except OSError as error:
        raise DamagedError(reason, str(error.strerror or error)) from error


def read_text(data: bytes, reason: str, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """The JSON object in UTF-8 text; DamagedError with this reason when it cannot be read, or has another kind of
    value under a key of `kinds` (null where it lacks the key)."""
    try:
        read = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamagedError(reason, f"it is not JSON: {str(error)[:200]}") from error
    if not isinstance(read, dict):
        raise DamagedError(reason, "it is not an object")
    for key, kind in kinds.items():
        if not kind(read.setdefault(key, None)):
            raise DamagedError(reason, f"its “{key}” is missing or cannot be used")
    return read
