"""The nouns of Japanese texts, by fugashi with unidic-lite, in UniDic's short units."""

from collections.abc import Sequence
from functools import cache
from typing import Any

_NO_NOUNS = frozenset({"数詞", "助動詞語幹"})
_MAKES_A_VERB = frozenset({"為る", "出来る", "致す"})


def nouns(texts: Sequence[str]) -> list[list[str]]:
    """The nouns of each text, in the order of the text, as they are written."""
    return [_nouns(_tagger()(text)) for text in texts]


def _nouns(words: Sequence[Any]) -> list[str]:
    return [word.surface for word, after in zip(words, [*words[1:], None], strict=True) if _is_noun(word, after)]


def _is_noun(word: Any, after: Any) -> bool:
    """Whether a word is a noun, or a suffix that makes one; 料理 in 料理する is part of a verb."""
    said = word.feature
    if said.pos1 == "接尾辞":
        return bool(said.pos2 == "名詞的")
    if said.pos1 != "名詞" or said.pos2 in _NO_NOUNS:
        return False
    verbal = "サ変" in (said.pos3 or "")
    return not (verbal and after is not None and after.feature.lemma in _MAKES_A_VERB)


@cache
def _tagger() -> Any:
    import fugashi
    import unidic_lite

    return fugashi.Tagger(f"-d {unidic_lite.DICDIR}")
