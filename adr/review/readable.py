"""Whether the values of an imported row can be kept at all. Knows nothing of candidates or judgements."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

TIMES = ("judged_at", "edited_at")
_PLAIN = (str, int, float, bool, type(None))


def unreadable(record: Mapping[str, Any]) -> bool:
    """Whether a row holds what no verdict can hold: a list or an object in place of a text (except in `turns`), half a
    character, or an invalid time."""
    try:
        if not all(isinstance(value, _PLAIN) for key, value in record.items() if key != "turns"):
            return True
        json.dumps(record, ensure_ascii=False).encode("utf-8")
        for key in TIMES:
            if record.get(key):
                _at_utc(str(record[key]))
    except (ValueError, OverflowError, RecursionError):
        return True
    return False


def _at_utc(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is None else at.astimezone(UTC)
