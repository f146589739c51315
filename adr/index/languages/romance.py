"""Which words of a sentence are nouns, in languages with articles: by what each can be and by the word before it.

Knows no language: words and their readings come from `french` and `spanish`.
"""

import gzip
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NOUN, ADJECTIVE, VERB, UNKNOWN = "N", "A", "V", "U"
NAME, DETERMINER, PREPOSITION, PRONOUN, OTHER, START = "M", "D", "P", "S", "X", "B"
AUXILIARY = "H"
AFTER_NOUN = "W"
"""Not a noun right behind a noun or an auxiliary: an adjective by its ending, a participle."""
_ROMAN = re.compile(r"[IVX]{2,}|[IVX]+(?:e|er|ère|ème)")
_LEADS = frozenset({DETERMINER, PREPOSITION})


@dataclass(frozen=True)
class Words:
    """What a language says of words. closed: word → its classes. readings: what any other word, in lower case, can be.
    lemma: its dictionary form as a noun. cut: a pattern of words; group 0 is one word or mark."""

    closed: Mapping[str, str]
    readings: Callable[[str], frozenset[str]]
    lemma: Callable[[str], str]
    cut: "re.Pattern[str]"


def nouns_of(text: str, words: Words) -> list[str]:
    """The nouns and names of a text, in its order, in lower case."""
    said = words.cut.findall(text)
    classes = [_first_class(word, words) for word in said]
    found: list[str] = []
    before, further = START, START
    for at, (word, possible) in enumerate(zip(said, classes, strict=True)):
        after = classes[at + 1] if at + 1 < len(said) else frozenset({START})
        capital = word[0].isupper() and not word.isupper() and before != START
        capital |= word[0].isupper() and possible == {UNKNOWN}
        is_name = (capital or (word.isupper() and len(word) > 1)) and len(possible & {*"NAVU"}) > 0
        chosen = NAME if is_name else _choose(possible, before, further, after)
        if chosen == NAME:
            found.append(word.lower())
        elif chosen == NOUN:
            found.append(words.lemma(word.lower()))
        further, before = before, chosen
    return found


def _first_class(word: str, words: Words) -> frozenset[str]:
    """What a word can be by itself."""
    if not word[0].isalpha():
        return frozenset({START if word in ".!?:\n…" else OTHER})
    lower = word.lower().replace("’", "'")
    if _ROMAN.fullmatch(word):
        return frozenset({OTHER})
    closed = words.closed.get(lower)
    return frozenset(closed) if closed else words.readings(lower)


def _choose(possible: frozenset[str], before: str, further: str, after: frozenset[str]) -> str:
    """The reading of a word between its neighbours."""
    if len(possible) == 1 and UNKNOWN not in possible:
        return next(iter(possible))
    if closed := possible & {OTHER, AUXILIARY}:  # "l'ensemble", "l'été"
        return NOUN if before == DETERMINER else next(iter(closed))
    led = before in _LEADS or (before == ADJECTIVE and further in _LEADS)
    if UNKNOWN in possible:
        return NOUN if led or before == START else ADJECTIVE
    clitic = before == DETERMINER and further == PRONOUN  # "il les montre"
    if (clitic or before in (PRONOUN, AUXILIARY)) and VERB in possible:
        return VERB
    if NOUN in possible and led:
        return ADJECTIVE if ADJECTIVE in possible and after == {NOUN} and before in _LEADS else NOUN
    if AFTER_NOUN in possible and before in (NOUN, NAME, ADJECTIVE, AUXILIARY):
        return ADJECTIVE
    if before in (NOUN, NAME):
        return ADJECTIVE if ADJECTIVE in possible else VERB if VERB in possible else NOUN
    if ADJECTIVE in possible and NOUN in possible:
        return ADJECTIVE
    return VERB if VERB in possible and (NOUN not in possible or after == {DETERMINER}) else NOUN


def table(name: str) -> Any:
    """A table of spacy-lookups-data, such as "fr_lemma_index"."""
    spec = find_spec("spacy_lookups_data")
    assert spec is not None and spec.origin is not None, "spacy-lookups-data is in requirements.txt"
    path = Path(spec.origin).parent / "data" / f"{name}.json.gz"
    return json.loads(gzip.decompress(path.read_bytes()))


def classes(by_class: Mapping[str, str]) -> dict[str, str]:
    """{word: its class} from {class: its words with blanks between}; a word in two classes is in the first."""
    found: dict[str, str] = {}
    for kind, words in by_class.items():
        for word in words.split():
            found.setdefault(word, kind)
    return found


def read_all(texts: Sequence[str], words: Words) -> list[list[str]]:
    """The nouns of each text."""
    return [nouns_of(text, words) for text in texts]
