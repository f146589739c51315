"""The nouns of Korean texts, by kiwipiepy: the noun morphemes of a word joined, without its particles."""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

_HEADS = frozenset({"NNG", "NNP"})
_PARTS = _HEADS | {"XPN", "XSN"}


def nouns(texts: Sequence[str]) -> list[list[str]]:
    """The nouns of each text, in the order of the text."""
    return [_nouns(morphemes) for morphemes in _analyser().tokenize(list(texts))]


def _nouns(morphemes: Sequence[Any]) -> list[str]:
    found = []
    for _, word in groupby(morphemes, key=lambda morpheme: (morpheme.sent_position, morpheme.word_position)):
        for of_noun, run in groupby(word, key=lambda morpheme: morpheme.tag in _PARTS):
            parts = list(run)
            if of_noun and any(part.tag in _HEADS for part in parts):
                found.append("".join(part.form for part in parts))
    return found


@cache
def _analyser() -> Any:
    from kiwipiepy import Kiwi

    return Kiwi()
