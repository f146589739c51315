"""The nouns of Chinese texts, by jieba: as it cuts them, with the tags of its dictionary, not by its slower tagger."""

import logging
from collections.abc import Sequence
from functools import cache
from typing import Any

from adr.index.languages import chinese_things

_NOUNS = ("n", "vn", "an", "s", "t", "j", "eng")
"""Beginnings of tags: nouns and names, verbs and adjectives used as nouns, places, times, short forms, Latin words."""


def nouns(texts: Sequence[str]) -> list[list[str]]:
    """The nouns of each text, in the order of the text."""
    cut = _tagger().dt.tokenizer.lcut
    return [_nouns(cut(text)) for text in texts]


def nouns_and_things(texts: Sequence[str]) -> tuple[list[list[str]], list[list[str]]]:
    """The nouns of each text, and the things that it names; every text is cut once, or twice in traditional script."""
    cut, tags = _tagger().dt.tokenizer.lcut, _tagger().dt.word_tag_tab
    said, named = [], []
    for text in texts:
        words, plain = cut(text), chinese_things.plain_characters(text)
        said.append(_nouns(words))
        named.append(chinese_things.things(plain, words if plain == text else cut(plain), tags))
    return said, named


def _nouns(words: Sequence[str]) -> list[str]:
    tag = _tagger().dt.word_tag_tab
    return [word for word in words if tag.get(word, _unknown(word)).startswith(_NOUNS)]


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
