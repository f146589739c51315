"""The nouns of Chinese texts, by jieba: as it cuts them, with the tags of its dictionary, not by its slower tagger."""

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any

_NOUNS = ("n", "vn", "an", "s", "t", "j", "eng")
"""Beginnings of tags: nouns and names, verbs and adjectives used as nouns, places, times, short forms, Latin words."""


def nouns(texts: Sequence[str]) -> list[list[str]]:
    """The nouns of each text, in the order of the text."""
    tagger = _tagger()
    cut, tag = tagger.dt.tokenizer.lcut, tagger.dt.word_tag_tab
    return [[word for word in cut(text) if tag.get(word, _unknown(word)).startswith(_NOUNS)] for text in texts]


def _unknown(word: str) -> str:
    """The tag of a word that the dictionary does not have: two characters or more that belong together are a name, but
    a pronoun or number with its measure word (这张, 两辆) is none."""
    return "nz" if len(word) > 1 and word.isalpha() and word[0] not in _COUNTS else "x"


_COUNTS = "这這那哪每各某几幾两兩一二三四五六七八九十"
"""Characters with which counting begins; a dictionary has the names that begin with them (三亚)."""


@cache
def _tagger() -> Any:
    import jieba
    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    jieba.posseg.initialize()
    return jieba.posseg
