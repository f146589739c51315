"""The nouns of Russian texts, by pymorphy3: each word by itself, in its likeliest reading, as its dictionary form."""

import html
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

_WORD = re.compile(r"[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*")


def nouns(texts: Sequence[str]) -> list[list[str]]:
    """The nouns of each text, in the order of the text, in the nominative singular."""
    found = ([_noun(word.lower()) for word in _WORD.findall(html.unescape(text))] for text in texts)
    return [[noun for noun in words if noun] for words in found]


@lru_cache(200_000)
def _noun(word: str) -> str:
    """The dictionary form of a noun; '' for any other word."""
    reading = _analyser().parse(word)[0]
    return str(reading.normal_form) if reading.tag.POS == "NOUN" else ""


@cache
def _analyser() -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer()
