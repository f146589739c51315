"""Which questions in other languages than English are answered with no, so that what they ask about is not shown.

Knows nothing of things. An answer says no by how it begins; what it says later is not read.
"""

import re

import numpy as np
import pyarrow as pa

from adr.language_names import LANGUAGES

NO = {
    "zh": "没有|沒有|没|沒|不是|不在|不能|不会|不會|不存在|否|并没有|並沒有|并不|並不|不(?=[，,。.！!、\\s]|$)",
    "ja": "いいえ|いや(?=[、。,]|$)|ありません|いません|ないです|ない(?=[。.]|$)|違います",
    "ko": "아니|없습니다|없어요|없다|없음",
    "es": "no\\b",
    "de": "nein\\b",
    "fr": "non\\b",
    "ru": "нет\\b",
}
"""The beginnings of an answer that says no, as patterns."""
_SAYS_NO = {code: re.compile(rf"[\s\"'«“「¡]*(?:{pattern})", re.IGNORECASE) for code, pattern in NO.items()}


def denied(texts: pa.Array, language: np.ndarray, instance: np.ndarray, human: np.ndarray) -> np.ndarray:
    """Which turns (bool) are human turns whose answer, the instance's next turn, says no in a language of NO."""
    found = np.zeros(len(human), dtype=bool)
    answered = human[:-1] & ~human[1:] & (instance[1:] == instance[:-1])
    for code, says_no in _SAYS_NO.items():
        at = np.flatnonzero(answered & (language[1:] == LANGUAGES.index(code)))
        if len(at):
            said = texts.take(pa.array(at + 1)).to_pylist()
            found[at] |= np.fromiter((says_no.match(answer) is not None for answer in said), bool, len(at))
    return found
