"""Nouns of a conversation replaced by their synonyms: whole words, in agreement, and only where the noun stands alone.

"A car" can become "an automobile", but "car door", "toy car", "parked car" and "by car" cannot: there the noun is part
of a longer name or a fixed phrase. Knows nothing of WordNet's meanings or of counts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from adr.synthesize.word_frequency import LEAST, frequency
from adr.synthesize.word_tags import tags
from adr.synthesize.wordnet import compounds

Turns = list[dict[str, str]]

_SENTENCE = re.compile(r"[^.!?\n]+")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*['’]?|,|\S")
# What may stand directly before a noun; participles and nouns would make one name with it.
_NO_PART_OF_A_NAME = ("DT", "PDT", "PRP$", "WP$", "WDT", "CD", "JJ", "JJR", "JJS", "IN", "TO", "CC", "RB", "VBZ", "VBP")
# What may stand between a noun and its determiner.
_BETWEEN = ("JJ", "JJR", "JJS", "RB", "CC", ",")
_DETERMINER = ("DT", "PDT", "PRP$", "WP$", "WDT", "CD")
# A plural that is e^3.5, or 33 times, rarer than the singular is a slip ("luggages", "furnitures").
_PLURAL = 3.5
_POSSESSIVE = re.compile(r".['’]s?$")


def rewrite(turns: Sequence[Mapping[str, str]], synonyms: Mapping[str, Sequence[str]]) -> tuple[Turns, dict[str, str]]:
    """The turns with every noun of `synonyms` (singular) replaced by its first synonym, and {noun: synonym} for what
    was replaced. Only whole words are replaced; number, case and a preceding "a" or "an" agree with the synonym.
    `<image>` stays.

    A noun keeps its name in the whole conversation where one of its places allows no synonym, or where its sentence
    says the synonym already, so that a conversation calls a thing by one name.
    """
    changes: dict[str, str] = {}
    texts = [t["text"] for t in turns]
    taken = set(synonyms)
    for noun, names in synonyms.items():
        usable = (n for n in names if n not in taken and all(_may_replace(text, noun, n) for text in texts))
        if not any(_found(noun).search(text) for text in texts) or (name := next(usable, None)) is None:
            continue
        texts = [_replace(text, noun, name) for text in texts]
        changes[noun] = name
        taken.add(name)
    return [{"role": t["role"], "text": text} for t, text in zip(turns, texts, strict=True)], changes


def replaced(turns: Sequence[Mapping[str, str]], noun: str) -> bool:
    """Whether a noun, singular or plural, occurs in the turns."""
    return any(_found(noun).search(t["text"]) for t in turns)


def spoken(turns: Sequence[Mapping[str, str]], names: Iterable[str]) -> bool:
    """Whether any of the names, singular or plural, occurs in the turns."""
    return any(replaced(turns, name) for name in names)


@cache
def plural(noun: str) -> str:
    """The plural of a singular noun."""
    return str(_inflect().plural_noun(noun) or noun)


def is_plural(noun: str) -> bool:
    """Whether a noun is a plural by its form ("cows")."""
    return bool(_inflect().singular_noun(noun))


def has_plural(noun: str) -> bool:
    """Whether the plural of a noun is in use; nouns for masses ("luggage") have none, or hardly any."""
    said = frequency().get(plural(noun), LEAST)
    return plural(noun) != noun and said > max(LEAST, frequency().get(noun, LEAST) - _PLURAL)


# -- where a synonym may stand -----------------------------------------------------------------------------------------


def _may_replace(text: str, noun: str, name: str) -> bool:
    if not _found(noun).search(text):
        return True
    sentences = [m.group() for m in _SENTENCE.finditer(text) if _found(noun).search(m.group())]
    return all(not _part(name).search(s) and _stands_alone(s, noun, name) for s in sentences)


def _stands_alone(sentence: str, noun: str, name: str) -> bool:
    """Whether the noun is the whole of a name wherever the sentence says it."""
    words = _WORD.findall(sentence)
    forms = {noun, plural(noun), f"{noun}'s", f"{plural(noun)}'", f"{noun}’s", f"{plural(noun)}’", f"{plural(noun)}'s"}
    return all(
        _alone(words, at, has_plural(name) and word.lower().removesuffix("'s").removesuffix("’s") == noun)
        for at, word in enumerate(words)
        if word.lower() in forms
    )


def _alone(words: Sequence[str], at: int, one: bool) -> bool:
    """Whether the word at a place belongs to no compound or title. one: it is a single thing, which has a determiner
    unless it is part of a fixed phrase ("by car")."""
    if at > 0 and words[at].istitle() and words[at - 1] not in ('"', "“", "(", ">", "*"):
        return False
    if not (_may_precede(words[:at]) and _may_follow(words[at], words[at + 1 :])):
        return False
    return not _in_a_compound(words, at) and (not one or _determined(words[:at]))


def _may_precede(before: Sequence[str]) -> bool:
    if not before or not before[-1][0].isalnum():
        return True
    last = before[-1]
    if last[0].isupper() and len(before) > 1 and last != "I":
        return False
    return bool(_POSSESSIVE.search(last)) or last.isdecimal() or tags().get(last.lower()) in _NO_PART_OF_A_NAME


def _may_follow(noun: str, after: Sequence[str]) -> bool:
    """Whether the next word makes no compound with the noun: any noun would, and so may a word of no list."""
    if not after or not after[0][0].isalnum() or _POSSESSIVE.search(noun):
        return True
    tag = tags().get(after[0], "NN")
    return not tag.startswith(("NN", "CD"))


def _in_a_compound(words: Sequence[str], at: int) -> bool:
    lower = [word.lower() for word in words]
    spans = ((start, start + length) for length in (2, 3) for start in range(max(0, at - length + 1), at + 1))
    return any(_compound(lower[start:end]) for start, end in spans)


def _compound(words: Sequence[str]) -> bool:
    *first, last = words
    return " ".join(words) in compounds() or " ".join([*first, _inflect().singular_noun(last) or last]) in compounds()


def _determined(before: Sequence[str]) -> bool:
    """Whether a determiner, number or possessive belongs to the noun that comes after these words."""
    for word in reversed(before):
        tag = tags().get(word.lower(), word)
        if tag in _DETERMINER or word.isdecimal() or _POSSESSIVE.search(word):
            return True
        if tag not in _BETWEEN:
            return False
    return False


# -- replacement -------------------------------------------------------------------------------------------------------


def _replace(text: str, noun: str, name: str) -> str:
    def agreeing(match: "re.Match[str]") -> str:
        said = match["noun"]
        singular = said.lower() == noun
        new = _cased(name if singular else plural(name), said)
        if not match["article"]:
            return new
        article = _article(name) if singular else match["article"].lower()
        return f"{_cased(article, match['article'])}{match['gap']}{new}"

    return _found(noun).sub(agreeing, text)


def _cased(word: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


@cache
def _found(noun: str) -> "re.Pattern[str]":
    forms = sorted({noun, plural(noun)}, key=len, reverse=True)
    words = "|".join(map(re.escape, forms))
    return re.compile(rf"(?:\b(?P<article>an?)(?P<gap>\s+))?(?<![\w-])(?P<noun>{words})(?![\w-])", re.IGNORECASE)


@cache
def _part(name: str) -> "re.Pattern[str]":
    """Finds a name, also as a part of a compound with a hyphen."""
    return re.compile(rf"\b(?:{re.escape(name)}|{re.escape(plural(name))})\b", re.IGNORECASE)


@cache
def _inflect() -> Any:
    import inflect

    return inflect.engine()


@cache
def _article(noun: str) -> str:
    return str(_inflect().a(noun)).split()[0]
