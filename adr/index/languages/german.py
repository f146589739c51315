"""The nouns of German texts, by HanTa: words tagged in their sentence, as their dictionary form."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*|[^\w\s]")


def nouns(texts: Sequence[str]) -> list[list[str]]:
    """The nouns and names of each text, in the order of the text, in lower case."""
    return [[noun for sentence in _SENTENCE.split(text) for noun in _nouns(sentence)] for text in texts]


def _nouns(sentence: str) -> list[str]:
    words = _WORD.findall(sentence)
    if not any(map(str.isalpha, sentence)):
        return []
    tagged = _tagger().tag_sent(words, taglevel=1)
    return [lemma.lower() for word, lemma, tag in tagged if tag.startswith(("NN", "NE")) and word[0].isalpha()]


@cache
def _tagger() -> Any:
    from HanTa.HanoverTagger import HanoverTagger

    return HanoverTagger("morphmodel_ger.pgz")
