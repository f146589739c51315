"""Texts that everything a regular expression matches contains. Knows no workspace.

Python's reader of regular expressions is asked about one of RE2. Where the two differ, nothing is claimed.
"""

import re
import warnings
from collections.abc import Iterable
from typing import Any

_PLAIN = frozenset(map(chr, range(32, 127)))
_LONG_S = "\u017f"  # RE2 takes it for an s when it ignores case; in small letters it stays what it is

_MOST = 12
"""Texts in a group."""


def literals(pattern: str) -> tuple[tuple[str, ...], ...]:
    """Groups of texts: whatever matches contains, in small letters, one text of each group. Empty: nothing is known."""
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
    """The groups of parts that follow one another; what stands next to one another makes longer texts."""
    found: list[tuple[str, ...]] = []
    joined: tuple[str, ...] = ("",)
    for part in parts:
        texts = _texts(part)
        if texts is not None and len(joined) * len(texts) <= _MOST:
            joined = tuple(before + text for before in joined for text in texts)
            continue
        found.append(joined)
        joined = ("",) if texts is None else texts
        found += _of_part(part) if texts is None else ()
    return tuple(group for group in (*found, joined) if all(group))


def _texts(part: Any) -> tuple[str, ...] | None:
    """All texts, in small letters, that a part can match; None where they are too many or cannot be told."""
    kind, held = str(part[0]), part[1]
    if kind == "LITERAL":
        return _spellings(chr(held))
    if kind == "IN":
        return _either([_texts(one) for one in held])
    if kind == "SUBPATTERN":
        return _in_turn(held[-1])
    if kind == "BRANCH":
        return _either([_in_turn(branch) for branch in held[1]])
    if kind in ("MAX_REPEAT", "MIN_REPEAT") and held[:2] == (0, 1):
        return _either([("",), _in_turn(held[2])])
    return None


def _spellings(letter: str) -> tuple[str, ...] | None:
    """The small letters that a letter of a pattern matches; None for one of which that is not known."""
    if letter not in _PLAIN:
        return None
    return ("s", _LONG_S) if letter in "sS" else (letter.lower(),)


def _either(choices: list[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    known = [one for one in choices if one is not None]
    every = tuple(dict.fromkeys(text for one in known for text in one))
    return every if len(known) == len(choices) and len(every) <= _MOST else None


def _in_turn(parts: Iterable[Any]) -> tuple[str, ...] | None:
    joined: tuple[str, ...] = ("",)
    for part in parts:
        texts = _texts(part)
        if texts is None or len(joined) * len(texts) > _MOST:
            return None
        joined = tuple(before + text for before in joined for text in texts)
    return joined


def _of_part(part: Any) -> tuple[tuple[str, ...], ...]:
    """The groups of a part whose texts are not known as a whole."""
    kind, held = str(part[0]), part[1]
    if kind == "SUBPATTERN":
        return _of_sequence(held[-1])
    if kind in ("MAX_REPEAT", "MIN_REPEAT") and held[0] >= 1:
        return _of_sequence(held[2])
    if kind == "BRANCH":
        return _of_branches([_of_sequence(branch) for branch in held[1]])
    return ()


def _of_branches(branches: list[tuple[tuple[str, ...], ...]]) -> tuple[tuple[str, ...], ...]:
    """One group with the longest texts of every branch; nothing where a branch has none."""
    longest = [max(branch, key=lambda group: min(map(len, group)), default=()) for branch in branches]
    return (tuple(text for group in longest for text in group),) if all(longest) else ()
