"""Instances that a filter or a person found, frozen in a recipe: where they come from, and their positions.

The positions are text such as "5, 8-10", so that a recipe decides the same wherever it is read. Knows no workspace.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from adr.errors import AdrError

Positions = npt.NDArray[np.int32]
_RANGE = re.compile(r"\s*(\d{1,10})\s*(?:-\s*(\d{1,10})\s*)?")
_MOST = 2**31 - 1  # positions are 32-bit integers
LARGEST = 20_000_000
"""Positions that one part may hold: anybody can write a recipe, or the address of one."""
_KEYS = ("words", "positions")


@dataclass(frozen=True)
class FrozenInstances:
    """words: where they come from, which decides nothing; positions: ascending ranges, as `ranges_text` writes them.

    AdrError for positions that cannot be read, and for an empty list.
    """

    words: str
    positions: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "positions", ranges_text(read_ranges(self.positions)))

    @property
    def numbers(self) -> Positions:
        """The positions, ascending."""
        return read_ranges(self.positions)


def frozen(positions: npt.ArrayLike, words: str) -> FrozenInstances:
    """These positions, frozen; AdrError without any."""
    return FrozenInstances(words, ranges_text(np.asarray(positions, dtype=np.int64)))


def ranges_text(positions: npt.ArrayLike) -> str:
    """Positions in any order as ascending ranges, each once: "5, 8-10"; '' without any."""
    numbers = np.unique(np.asarray(positions, dtype=np.int64))
    if not len(numbers):
        return ""
    breaks = np.flatnonzero(np.diff(numbers) > 1)
    firsts = numbers[np.concatenate(([0], breaks + 1))].tolist()
    lasts = numbers[np.concatenate((breaks, [len(numbers) - 1]))].tolist()
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in zip(firsts, lasts, strict=True))


@lru_cache(maxsize=64)
def read_ranges(text: str) -> Positions:
    """The positions that ranges name, ascending, each once; AdrError for what is no list of ranges, or an empty one."""
    spans = [_span(part) for part in text.split(",")]
    if sum(last - first + 1 for first, last in spans) > LARGEST:
        raise AdrError("A recipe sets too many instances apart.", f"It may name {LARGEST:,} positions in one place.")
    parts = [np.arange(first, last + 1, dtype=np.int32) for first, last in spans]
    found: Positions = np.unique(np.concatenate(parts))
    found.setflags(write=False)
    return found


def _span(part: str) -> tuple[int, int]:
    """(first, last) of "5" or "8-10"."""
    read = _RANGE.fullmatch(part)
    first, last = (int(read[1]), int(read[2] or read[1])) if read else (1, 0)
    if first > last or last >= _MOST:
        raise AdrError(f"{part.strip()[:40]!r} is no position and no range of positions.", 'Write "5, 8-10".')
    return first, last


def positions_of(parts: Sequence[FrozenInstances]) -> Positions:
    """The positions of all parts together, ascending, each once."""
    return np.unique(np.concatenate([np.empty(0, np.int32), *(part.numbers for part in parts)]))


def frozen_of(key: str, said: Any, where: str) -> tuple[FrozenInstances, ...]:
    """What [[rebalance.exclude]] or [[rebalance.protect_instances]] says; a single table is a list of one."""
    tables = [said] if isinstance(said, Mapping) else said
    if not isinstance(tables, list | tuple) or not all(isinstance(table, Mapping) for table in tables):
        raise AdrError(f"{key} in {where} is {said!r}.", f"Write [[rebalance.{key}]] with words and positions.")
    for table in tables:
        unknown = sorted(set(table) - set(_KEYS))
        if unknown or not isinstance(table.get("positions"), str) or not isinstance(table.get("words", ""), str):
            raise AdrError(
                f"{key} in {where} holds {unknown[0]!r}." if unknown else f"{key} in {where} lacks its positions.",
                'Write words = "where they come from" and positions = "5, 8-10".',
            )
    return tuple(FrozenInstances(str(table.get("words", "")), table["positions"]) for table in tables)
