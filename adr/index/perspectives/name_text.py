"""Text from a record as the name of an entity."""

import re

LONGEST = 200
_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")  # no table takes half a character


def name_text(text: str) -> str:
    """The text on one line, at most 200 characters of it; empty when it holds nothing."""
    return _UNFIT.sub("\ufffd", " ".join(text.split())[:LONGEST])
