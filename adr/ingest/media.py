"""The paths of images and videos in a JSON value, as given. Looks for no file."""

import math
from typing import Any

from adr.ingest.refusal import RefusedError, kind_of

NO_PATH = ("", "None")
"""What stands for no image: Python's None comes out as text from some scripts."""
_BYTES_ONLY = "an object with bytes and no path"


def paths_in(where: str, value: Any, what: str = "image") -> list[str]:
    """Paths in a value: a string, {"path": …} or {"url": …}, or a list of those; none for null, "", "None" and NaN.

    what: 'image' or 'video'. RefusedError, which names `where`, for anything else.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return []
    if isinstance(value, str):
        return [] if value in NO_PATH else [value]
    if isinstance(value, list):
        return [path for one in value for path in paths_in(where, one, what)]
    if isinstance(value, dict):
        return _in_object(where, value, what)
    raise RefusedError(f"{what}_not_text", f"“{where}” holds {kind_of(value)}, not a path.")


def _in_object(where: str, value: dict[str, Any], what: str) -> list[str]:
    key = next((key for key in ("path", "url") if isinstance(value.get(key), str)), None)
    if key is not None:
        return paths_in(where, value[key], what)
    if value.get("bytes") is not None:
        raise RefusedError(f"{what}_not_text", f"“{where}” holds {_BYTES_ONLY}.")
    if "path" in value:
        return []
    raise RefusedError(f"{what}_not_text", f"“{where}” holds an object, not a path.")
