"""Text from data, made fit to be printed. Knows nothing of where it comes from."""

import re
import unicodedata

# Characters that turn the direction of the text around them: what stands after one is misread.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(text: object) -> str:
    """One line of text without a character that a terminal obeys: blanks of any kind become spaces, other control
    characters and turns of direction go, what UTF-8 cannot hold is shown as '�'."""
    return "".join(map(_printable, _DIRECTION.sub("", str(text))))


def _printable(character: str) -> str:
    kind = unicodedata.category(character)
    if character in "\t\n\v\f\r\x85" or kind in ("Zl", "Zp"):
        return " "
    if kind == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    return "" if kind == "Cc" else character
