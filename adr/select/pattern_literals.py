"""Texts that everything a regular expression matches contains. Knows no workspace.

Python's reader of regular expressions is asked about one of RE2. Where the two differ, nothing is claimed.
"""

import re
import warnings
from collections.abc import Iterable
from itertools import groupby
from typing import Any

# Letters that a match without regard to case may find in another spelling (s in U+017F, k in U+212A) are no evidence.
_PLAIN = frozenset(map(chr, range(32, 127))) - set("sSkK")


def literals(pattern: str) -> tuple[tuple[str, ...], ...]:
    """Groups of texts: whatever matches contains, without regard to case, one text of each group. Empty: nothing is
    known."""
    if "[:" in pattern:  # a class by name, which only RE2 knows
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed: Iterable[Any] = re._parser.parse(pattern)  # type: ignore[attr-defined]
            return _of_sequence(parsed)
    except (re.error, OverflowError, RecursionError, ValueError):
        return ()


def _of_sequence(parts: Iterable[Any]) -> tuple[tuple[str, ...], ...]:
    found: list[tuple[str, ...]] = []
    for plain, run in groupby(parts, _is_plain):
        if plain:
            found.append(("".join(chr(letter) for _, letter in run),))
        else:
            found += [group for part in run for group in _of_part(part)]
    return tuple(found)


def _is_plain(part: Any) -> bool:
    return str(part[0]) == "LITERAL" and chr(part[1]) in _PLAIN


def _of_part(part: Any) -> tuple[tuple[str, ...], ...]:
    kind, held = str(part[0]), part[1]
    if kind == "SUBPATTERN":
        return _of_sequence(held[-1])
    if kind in ("MAX_REPEAT", "MIN_REPEAT") and held[0] >= 1:
        return _of_sequence(held[2])
    if kind == "BRANCH":
        return _of_branches([_of_sequence(branch) for branch in held[1]])
    return ()


def _of_branches(branches: list[tuple[tuple[str, ...], ...]]) -> tuple[tuple[str, ...], ...]:
    """One group with the longest text of every branch; nothing where a branch has none."""
    longest = [max(branch, key=lambda group: min(map(len, group)), default=()) for branch in branches]
    return (tuple(text for group in longest for text in group),) if all(longest) else ()
