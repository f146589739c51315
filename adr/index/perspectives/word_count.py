"""How many words texts have, in any script, fast enough for millions of conversations. Knows no language."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from adr.conversation import MARKER

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of scripts that put no blank between words: Thai, Lao, Burmese, Khmer, kana, Han."""
_MARKER = MARKER.encode()
_BLOCK = 256  # texts at a time, so that they stay in the processor's cache


def word_counts(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """The number of words of each text: what stands between blanks and line breaks, image markers left out; of a script
    that puts no blanks between words, two letters count as one word."""
    counts = np.zeros(len(texts), np.int64)
    for first in range(0, len(texts), _BLOCK):
        block = [text.encode(errors="surrogatepass") for text in texts[first : first + _BLOCK]]
        counts[first : first + _BLOCK] = _spaced(block)
    for at, text in enumerate(texts):
        if not text.isascii() and _unspaced(text):
            counts[at] = _mixed(text.replace(MARKER, " "))
    return counts


def at_most(words: int, text: str) -> bool:
    """Whether a text without image markers has at most so many words, counted the same way."""
    if not text.isascii() and _unspaced(text):
        return _mixed(text) <= words
    return len(text.split(None, words)) <= words


def _spaced(parts: Sequence[bytes]) -> npt.NDArray[np.int64]:
    """Words of each text, counted by their first bytes: those after a blank, a line break or a control character."""
    whole = b"\n" + b"\n".join(parts)
    letters = np.frombuffer(whole.replace(_MARKER, b" " * len(_MARKER)), np.uint8) > ord(" ")
    begins = np.zeros(len(letters), bool)
    np.greater(letters[1:], letters[:-1], out=begins[1:])
    lengths = np.fromiter(map(len, parts), np.int64, len(parts)) + 1
    return np.add.reduceat(begins, np.cumsum(lengths) - lengths, dtype=np.int64)


def _mixed(text: str) -> int:
    letters = len(_UNSPACED.findall(text))
    return len(_UNSPACED.sub(" ", text).split()) + (letters + 1) // 2


def _unspaced(text: str) -> bool:
    try:
        text.encode("latin-1")  # a quick look: most texts that are not ASCII have an accent or two
    except UnicodeEncodeError:
        return _UNSPACED.search(text) is not None
    return False
