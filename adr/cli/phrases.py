"""Phrases that the pages of several verbs share."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from adr.figures import share_words
from adr.perspectives import described


def spoken(word: str) -> str:
    """A fixed word of tables and reports as people write it: 'near duplicate'."""
    return word.replace("_", " ")


def perspective_words(perspective: str) -> str:
    """A perspective as people write it: 'co-occurrence'."""
    return described(perspective).called


def reasons(counts: Mapping[str, int], words: Mapping[str, str] | None = None) -> str:
    """'too few perspectives pass (480), no entity in any perspective (17)': counts by reason, the largest first."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{(words or {}).get(reason, spoken(reason))} ({n:,})" for reason, n in ordered if n)


def optional_share(value: float | None) -> str:
    """A share as percent, or '–' where there is none."""
    return "–" if value is None else share_words(value)


def time_of(when: datetime) -> str:
    """'2026-01-01 12:00', in UTC as it is stored."""
    return f"{when:%Y-%m-%d %H:%M}"


def enumerated(shown: Sequence[object], total: int) -> str:
    """'2, 4, 7 and 166 more': the shown names, and how many of `total` are not shown."""
    more = total - len(shown)
    return ", ".join(map(str, shown)) + (f" and {more:,} more" if more else "")
