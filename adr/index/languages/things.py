"""The things that a text in another language than English names, under the names that English text has for them.

Knows nothing of tables. `assets/lexicon/things/CODE.txt` lists the words of a language. A word that its reader gives as
one noun is looked up among the nouns; any other is looked for in the text, and its nouns then name nothing by
themselves ("oso de peluche" is a teddy bear and no bear). Chinese has rules of its own, in `chinese_things`.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

from adr.shipped import shipped

NO_THING = "-"
"""Leads the words that contain a thing's word and name no thing."""
LISTED = ("zh", "ja", "ko", "es", "de", "fr", "ru")
"""The languages that have a list of things."""
_END = r"\w{0,3}"
"""What may follow the stem of a word in a name of several words: the ending of a plural or a case."""
Nouns = Callable[[Sequence[str]], list[list[str]]]


@cache
def words_of_things(language: str) -> dict[str, str]:
    """{word: name of its thing in things.txt, or NO_THING} of a language of LISTED."""
    text = shipped(f"assets/lexicon/things/{language}.txt").read_text(encoding="utf-8")
    lines = (line.split(":") for line in text.splitlines() if line and not line.startswith("#"))
    return {word.strip().lower(): thing.strip() for thing, words in lines for word in words.split(",")}


class ThingReader:
    """Finds the things of one language. nouns: its reader, which shows how it reads each word, or None."""

    def __init__(self, language: str, nouns: Nouns | None) -> None:
        words = words_of_things(language)
        given = dict(zip(words, nouns(list(words)), strict=True)) if nouns else {}
        several = [word for word in words if " " in word or len(given.get(word, ())) > 1]
        self._nouns = nouns
        self._of_noun = {
            given[word][0].lower(): thing for word, thing in words.items() if len(given.get(word, ())) == 1
        }
        self._of_noun |= words
        several.sort(key=len, reverse=True)
        self._phrases = several
        self._of_phrase = [words[word] for word in several]
        self._phrase = re.compile("|".join(f"({_pattern(word)})" for word in several) or r"(?!)", re.I)
        self._of_hit: dict[str, Counter[str]] = {}

    def things(self, texts: Sequence[str], nouns: Sequence[Sequence[str]]) -> list[list[str]]:
        """The things of each text; nouns: those of each text, as the reader gives them."""
        return [self._things(text, said) for text, said in zip(texts, nouns, strict=True)]

    def _things(self, text: str, said: Sequence[str]) -> list[str]:
        hits = [(hit.group().lower(), (hit.lastindex or 1) - 1) for hit in self._phrase.finditer(text)]
        found = [self._of_phrase[phrase] for _, phrase in hits]
        left = Counter(noun.lower() for noun in said)
        for hit, phrase in hits:
            left -= self._parts(hit, self._phrases[phrase])
        found += [self._of_noun[noun] for noun in left if noun in self._of_noun]
        return [thing for thing in found if thing != NO_THING]

    def _parts(self, hit: str, phrase: str) -> Counter[str]:
        """The nouns that a name of several words is made of: as it is said, as it is listed, as the reader reads it."""
        if hit not in self._of_hit:
            read = self._nouns([hit])[0] if self._nouns else []
            self._of_hit[hit] = Counter({*hit.split(), *phrase.split(), *(noun.lower() for noun in read)})
        return self._of_hit[hit]


def _pattern(word: str) -> str:
    """What finds a word in a text: in any number or case where words have blanks between them."""
    if "ぁ" <= word[0] <= "鿿":
        return f"(?<![ァ-ヺー]){word}(?![ァ-ヺー])" if "ァ" <= word[0] <= "ヺ" else word
    if "가" <= word[0] <= "힣":
        return "(?<![가-힣])" + r"\s?".join(word.split())
    parts = (re.escape(part[:-1]) + _END if len(part) > 3 else rf"{part}\w?" for part in word.split())
    return r"(?<!\w)" + r"\s+".join(parts) + r"(?!\w)"
