"""The perspective column:NAME: what a column of the records says, such as a category or a rating."""

import json
import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import Any

from adr.figures import number_words
from adr.index.perspectives.batch import Batch, Names
from adr.index.perspectives.name_text import name_text

AS_THEY_ARE = 100
"""Whole numbers from minus this to this are often ratings, levels or classes, and no two of them belong together."""
_ABOVE = [step * 10.0**power for power in range(2, 15) for step in (1, 2, 5)]
_POSITIVE = [*(n / 10 for n in range(1, 10)), *map(float, range(1, 10)), *map(float, range(10, 100, 10)), *_ABOVE]
EDGES = [*(-edge for edge in reversed(_POSITIVE)), 0.0, *_POSITIVE]
"""Where a band of numbers begins: tenths up to 1, ones up to 10, tens up to 100, then 100, 200, 500 … 5 · 10^14."""
_WRITTEN_ONE_WAY = re.compile(r"[A-Za-z0-9_. -]+")  # JSON may write other letters as \\u escapes


def of_column(name: str) -> Callable[[Batch], Names]:
    """The function from a batch to what the column says of each instance; none where it is missing, null or an object.

    name: a key of the record, or keys with dots between them ("meta.rating") that lead into objects and lists.
    """
    keys = name.split(".")
    last = json.dumps(keys[-1])[1:]  # with its closing quote: the key may be the whole name
    seek = last if _WRITTEN_ONE_WAY.fullmatch(name) else ""

    def names(batch: Batch) -> Names:
        return [_values(raw, name, keys) if raw is not None and seek in raw else [] for raw in batch.raw]

    return names


def _values(raw: str, name: str, keys: list[str]) -> list[str]:
    record = json.loads(raw)
    found = [record[name]] if name in record else _led_to(record, keys)
    return list(dict.fromkeys(word for value in found for word in _words(value)))


def _led_to(value: Any, keys: list[str]) -> Iterator[Any]:
    """What the keys lead to, through objects and through each entry of a list."""
    if not keys:
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _led_to(one, keys)
    elif isinstance(value, dict) and keys[0] in value:
        yield from _led_to(value[keys[0]], keys[1:])


def _words(value: Any) -> Iterator[str]:
    """The entities of a value: one for text, a number or a boolean, those of each entry for a list."""
    if isinstance(value, list):
        for one in value:
            yield from _words(one)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, int):
        yield _of_whole(value)
    elif isinstance(value, float) and not math.isnan(value):
        yield _of_fraction(value)
    elif isinstance(value, str) and (text := name_text(value)):
        yield text


def _of_whole(number: int) -> str:
    """ "5", "101 to 200", "over 500,000,000,000,000"."""
    if abs(number) <= AS_THEY_ARE:
        return str(number)
    if number < 0:
        low, high = _neighbours(bisect_right(EDGES, number))
        return _band(low, None if high is None else high - 1, " to ")
    low, high = _neighbours(bisect_left(EDGES, number))
    return _band(None if low is None else low + 1, high, " to ")


def _of_fraction(number: float) -> str:
    """ "0.3 to under 0.4", "200 to under 500", "500,000,000,000,000 or more"."""
    return _band(*_neighbours(bisect_right(EDGES, number)), " to under ")


def _neighbours(place: int) -> tuple[float | None, float | None]:
    """The edges on both sides of a place between two edges, None beyond the first and the last."""
    return EDGES[place - 1] if place else None, EDGES[place] if place < len(EDGES) else None


def _band(low: float | None, high: float | None, to: str) -> str:
    if low is None:
        return f"under {number_words(EDGES[0])}"
    return f"{number_words(low)}{to}{number_words(high)}" if high is not None else f"{number_words(low)} or more"
