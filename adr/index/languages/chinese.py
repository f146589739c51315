"""The nouns of Chinese texts, by jieba: words of its dictionary, tagged. Words stay as jieba cuts them."""

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any

_NOUNS = ("n", "vn", "an", "s", "t", "j", "eng")
"""Beginnings of tags: nouns and names, verbs and adjectives used as nouns, places, times, short forms, Latin words."""


def nouns(texts: Sequence[str]) -> list[list[str]]:
    """The nouns of each text, in the order of the text."""
    cut = _tagger().cut
    return [[pair.word for pair in cut(text) if pair.flag.startswith(_NOUNS)] for text in texts]


@cache
def _tagger() -> Any:
    import jieba
    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    return jieba.posseg
