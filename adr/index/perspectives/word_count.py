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


def word_counts(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """The number of words of each text: what stands between blanks and line breaks, image markers left out; of a script
    that puts no blanks between words, two letters count as one word."""
    if not texts:
        return np.zeros(0, np.int64)
    more = np.zeros(len(texts), np.int64)
    parts = []
    for at, text in enumerate(texts):
        if not text.isascii() and (letters := _unspaced(text)):
            more[at] = (letters + 1) // 2
            text = _UNSPACED.sub(" ", text)
        parts.append(text.encode(errors="surrogatepass"))
    return _spaced(parts) + more


def at_most(words: int, text: str) -> bool:
    """Whether a text without image markers has at most so many words, counted the same way."""
    if not text.isascii() and (letters := _unspaced(text)):
        return len(_UNSPACED.sub(" ", text).split()) + (letters + 1) // 2 <= words
    return len(text.split(None, words)) <= words


def _spaced(parts: Sequence[bytes]) -> npt.NDArray[np.int64]:
    """Words of each text, counted by their first bytes: those after a blank, a line break or a control character."""
    whole = b"\n" + b"\n".join(parts)
    letters = np.frombuffer(whole.replace(_MARKER, b" " * len(_MARKER)), np.uint8) > ord(" ")
    begins = np.zeros(len(letters), bool)
    np.greater(letters[1:], letters[:-1], out=begins[1:])
    lengths = np.fromiter(map(len, parts), np.int64, len(parts)) + 1
    return np.add.reduceat(begins, np.cumsum(lengths) - lengths, dtype=np.int64)


def _unspaced(text: str) -> int:
    try:
        text.encode("latin-1")  # a quick look: most texts that are not ASCII have an accent or two
    except UnicodeEncodeError:
        return len(_UNSPACED.findall(text))
    return 0
