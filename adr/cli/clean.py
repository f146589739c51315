"""Text from data, made safe to print. Knows nothing of where it comes from."""

import re
import unicodedata

# Characters that change the writing direction: the text after one is easily misread.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(text: object) -> str:
    """One line of text without characters that a terminal acts on: white space of any kind becomes a space, other
    control characters and changes of direction are removed, and what UTF-8 cannot hold becomes '�'."""
    return "".join(map(_printable, _DIRECTION.sub("", str(text))))


def _printable(character: str) -> str:
    kind = unicodedata.category(character)
    if character in "\t\n\v\f\r\x85" or kind in ("Zl", "Zp"):
        return " "
    if kind == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    return "" if kind == "Cc" else character
