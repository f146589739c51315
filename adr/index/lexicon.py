"""What one English word can be, and its singular: read from word lists, no model.

Knows nothing of the words around it; `context` settles what stays open. Sources: the noun, verb and adjective lists,
exceptions and suffix rules of spacy-lookups-data (WordNet), the most frequent tag of a word from the Brill lexicon that
TextBlob contains, and `assets/lexicon/words.toml` for what these leave open.
"""

import gzip
import hashlib
import importlib.metadata
import importlib.util
import json
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.shipped import shipped

RULES = "3"
"""Raised whenever the rules here, in `context` or in `interrogation` change what is extracted; part of the
fingerprint.
"""


class Kind(IntEnum):
    """What a word can be. Two names joined: both readings exist, and the first is the more frequent."""

    NONE = 0  # letters, identifiers, markup, interjections, words of other scripts
    START = 1  # not a word: the start or the end of a sentence
    MARK = 2  # not a word: a comma, quote or bracket
    DETERMINER = 3
    POSSESSIVE = 4  # "dog's": a noun that acts as a determiner for the next word
    NUMBER = 5
    ADJECTIVE = 6
    ADVERB = 7
    PREPOSITION = 8
    TO = 9
    SUBJECT = 10  # I, he, they, who
    OBJECT = 11  # him, them, something
    MODAL = 12  # would, does, don't
    BE = 13
    HAVE = 14
    CONJUNCTION = 15
    QUESTION = 16  # what, which, how
    THAT = 17
    NOUN = 18
    NAME = 19  # capitalised, in no list
    VERB = 20
    PARTICIPLE = 21  # "parked"
    NOUN_VERB = 22  # "park"
    VERB_NOUN = 23  # "walk"
    NOUNS_VERBS = 24  # "lights"
    VERBS_NOUNS = 25  # "stands"
    NOUN_ADJECTIVE = 26  # "plastic"
    ADJECTIVE_NOUN = 27  # "orange", "left"
    GERUND_NOUN = 28  # "building"
    GERUND = 29  # "standing": always taken for a verb form
    ADVERB_NOUN = 30  # "well"
    UNKNOWN = 31  # in lower case and in no list
    PLACE = 32  # "left", "top"
    THERE_IS = 33  # the later word of "there is", "is there": a noun phrase follows
    THERE = 35
    INITIALS = 36  # "US", "WHO": a name, if other words are not in capitals
    COMPOUND = 37  # "snow-covered": to its neighbours an adjective, and the noun in it is said
    PARTICIPLE_NOUN = 34  # "cut", "rose": a form of the past, or a noun


@dataclass(frozen=True)
class Reading:
    """What one form can be. `nouns`: the singulars that it stands for as a noun (several for "street-sign")."""

    kind: Kind
    nouns: tuple[str, ...] = ()
    known: bool = True  # an English word, as far as the lists go
    letters: int = 0  # its length
    words: int = 1  # how many words it counts for when a language is judged; 0 if it may be a name


_CLOSED: dict[Kind, str] = {
    Kind.DETERMINER: "the a an this these those my your his her its our their every each some any no another both all "
    "several many few either neither much more most",
    Kind.SUBJECT: "i you he she it we they who",
    Kind.OBJECT: "me him us them himself herself itself themselves myself yourself yourselves ourselves oneself "
    "someone something anyone anything everyone everything nothing nobody somebody anybody everybody none",
    Kind.MODAL: "can could will would shall should may might must do does did not let cannot never let's",
    Kind.BE: "am is are was were be been being it's he's she's that's what's who's where's how's here's i'm",
    Kind.THERE_IS: "there's",
    Kind.THERE: "there",
    Kind.HAVE: "have has had having",
    Kind.TO: "to",
    Kind.ADVERB: "further farther please",
    Kind.CONJUNCTION: "and or but nor while because if than although though unless whereas so",
    Kind.QUESTION: "what which whose when where why how whatever whichever whenever wherever",
    Kind.THAT: "that",
    Kind.PREPOSITION: "of in on at by for from with into onto near behind beside besides between among under over "
    "above below against across through during without within around along about after before as "
    "like beneath underneath alongside toward towards amidst amid upon off inside outside via per "
    "until since despite except including",
    Kind.NONE: "hi hello hey bye goodbye oh ah aha aw aww wow whoa oops ouch ugh uh um hmm hm huh eh meh duh phew yay "
    "yikes hooray hurray woohoo gosh geez jeez yeah yea yep yup nope nah haha hahaha hehe lol lmao omg thx pls plz btw "
    "imo imho fyi asap idk",
    Kind.NUMBER: "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand "
    "million billion",
}
_BY_TAG = {
    "DT": Kind.DETERMINER,
    "PDT": Kind.DETERMINER,
    "PRP$": Kind.DETERMINER,
    "IN": Kind.PREPOSITION,
    "RP": Kind.PREPOSITION,
    "MD": Kind.MODAL,
    "PRP": Kind.OBJECT,
    "CC": Kind.CONJUNCTION,
    "CD": Kind.NUMBER,
    "WDT": Kind.QUESTION,
    "WP": Kind.QUESTION,
    "WP$": Kind.QUESTION,
    "WRB": Kind.QUESTION,
    "EX": Kind.SUBJECT,
    "UH": Kind.NONE,
    "TO": Kind.TO,
}
_NUMBER = re.compile(r"[+-]?\d+(st|nd|rd|th|s|%)?(-\d+)*")
_OPEN_SUFFIX = re.compile(r"(ly|able|ible|ful|less|ish|ous|ive|al|ic|ed|ing)$")
_SINGULARS = (
    ("s", ""),
    ("ies", "y"),
    ("ses", "s"),
    ("xes", "x"),
    ("zes", "z"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("oes", "o"),
    ("ves", "f"),
    ("ves", "fe"),
    ("men", "man"),
)


_ENDINGS = {"t": Kind.MODAL, "d": Kind.MODAL, "ll": Kind.MODAL, "re": Kind.BE, "m": Kind.BE, "ve": Kind.HAVE}
_VERB_ENDINGS = (("ies", "y"), ("es", "e"), ("es", ""), ("s", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""))


class Lexicon:
    """The word lists, and `read`: what a form can be. `Lexicon.english()` is made from the installed packages."""

    def __init__(
        self,
        nouns: set[str],
        verbs: set[str],
        adjectives: set[str],
        adverbs: set[str],
        plurals: dict[str, list[str]],
        verb_forms: set[str],
        tags: dict[str, str],
        settled: dict[str, set[str]],
        things: dict[str, str],
        fingerprint: str,
    ) -> None:
        self.nouns, self.verbs, self.adjectives, self.adverbs = nouns, verbs, adjectives, adverbs
        self.plurals, self.verb_forms, self.tags = plurals, verb_forms, tags
        self.settled = settled
        self.things = things  # every word for a thing that can be seen → the thing's name
        self.fingerprint = fingerprint
        self._closed = {word: kind for kind, words in _CLOSED.items() for word in words.split()}

    @staticmethod
    @cache
    def english() -> "Lexicon":
        """The lexicon of the installed packages; AdrError when one of them is missing."""
        return _english()

    # ------------------------------------------------------------------ one form
    def read(self, form: str) -> Reading:
        """What `form` (as written) can be. Case separates names from words; apostrophes and hyphens are understood."""
        word = form.replace("’", "'").replace("‘", "'").strip("'-_")
        letters = sum(character.isalpha() for character in word)
        if not letters or "_" in word or any(character.isdigit() for character in word):
            return Reading(Kind.NUMBER if _NUMBER.fullmatch(word) else Kind.NONE, words=0)
        if foreign := sum(character > "ɏ" for character in word):
            if 2 * foreign < letters:
                return Reading(Kind.NONE, known=False, letters=letters)  # "posterテ"
            return Reading(Kind.NONE, known=False, letters=2 * letters, words=3)  # a script without blanks, perhaps
        lower = word.lower()
        if word in self.settled["capitals"]:
            return Reading(Kind.INITIALS, (lower,), letters=letters)
        kind = self._closed.get(lower)
        if kind is not None:
            return Reading(kind, ("can",) if lower == "can" else (), letters=letters)
        if "'" in lower:
            return self._with_apostrophe(word, letters)
        if len(lower) == 1:
            return Reading(Kind.NONE, words=0)
        if "-" in lower:
            return self._with_hyphen(word, letters)
        kind, noun, known = self._plain(word, lower)
        if noun and lower not in self.tags and self.tags.get(word) == "NNP":
            noun = lower  # "Williams", "Adams"
        nouns = (noun,) if noun else ()
        return Reading(kind, nouns, known, letters, words=0 if word[0].isupper() and not known else 1)

    def _with_apostrophe(self, word: str, letters: int) -> Reading:
        lower = word.lower()
        base, _, rest = lower.partition("'")
        if rest in ("s", "") and base:
            reading = self.read(word[: len(base)])
            if reading.nouns:
                return Reading(Kind.POSSESSIVE, reading.nouns, reading.known, letters)
            if word[0].isupper() and reading.kind in _NAMED_LIKE:
                return Reading(Kind.POSSESSIVE, (base,), reading.known, letters)
            return Reading(Kind.BE, letters=letters)
        kind = _ENDINGS.get(rest)
        if kind is not None:
            return Reading(kind, letters=letters)
        if word[0].isupper() and rest.isalpha() and len(rest) > 2:
            return Reading(Kind.NAME, (lower,), False, letters)  # O'Brien
        return Reading(Kind.NONE, known=lower in self.tags, letters=letters)

    def _with_hyphen(self, word: str, letters: int) -> Reading:
        lower = word.lower()
        singular = self.singular(lower)
        if singular:
            return Reading(Kind.NOUN, (singular,), letters=letters)
        parts = [self.read(part) for part in word.split("-") if part]
        known = sum(part.letters for part in parts if part.known) * 2 > letters
        first, last = parts[0], parts[-1]
        if last.kind is Kind.PARTICIPLE and first.kind in _NOUN_FIRST and not self._likened(lower):
            return Reading(Kind.COMPOUND, first.nouns[:1], known, letters)
        if lower in self.adjectives or self.tags.get(lower, "")[:2] in ("JJ", "RB", "VB", "IN"):
            return Reading(Kind.ADJECTIVE, letters=letters)
        if last.kind in _NOUN_FIRST:
            nouns = dict.fromkeys(noun for part in parts if part.kind in _NOUN_FIRST for noun in part.nouns)
            return Reading(Kind.NOUN, tuple(nouns), known, letters)
        return Reading(Kind.ADJECTIVE, known=known, letters=letters)

    def _likened(self, lower: str) -> bool:
        """Whether the noun of a compound only describes ("heart-shaped", "hand-painted")."""
        first, _, last = lower.partition("-")
        return first in self.settled["describing"] or last in self.settled["likening"]

    def _plain(self, word: str, lower: str) -> tuple[Kind, str | None, bool]:
        """Kind, singular, and whether the word is known, for a word of letters only."""
        tag = self.tags.get(lower) or ""
        if not tag and self.tags.get(lower.title(), "").startswith("JJ"):
            tag = "JJ"  # Japanese
        singular = None if lower in self.settled["not_nouns"] else self.singular(lower)
        if lower in self.settled["foreign"]:
            return Kind.NONE, None, False
        if lower in self.settled["places"]:
            return Kind.PLACE, lower, True
        if lower in self.settled["nouns"]:
            return Kind.NOUN, singular or lower, True
        if tag in _BY_TAG and singular not in self.things:
            return _BY_TAG[tag], None, True
        if lower.endswith("ly") and self._adjective_of(lower):
            return Kind.ADVERB, None, True
        verbal = lower in self.verbs or lower in self.verb_forms
        if not tag or tag in ("FW", "SYM", "LS", "POS"):
            tag = self._guess_tag(lower, singular, verbal)
        kind = self._open_class(lower, tag, singular, verbal)
        if kind is not None:
            return kind, singular if kind in _WITH_NOUN else None, True
        proper = self.tags.get(word) or self.tags.get(word.title()) or ""
        if word[0].isupper():
            if proper and not proper.startswith("NN"):
                return Kind.NONE, None, True
            return Kind.NAME, lower, bool(proper)
        if proper.startswith("NNP"):
            return Kind.NAME, lower, False
        if len(lower) < 3 or _OPEN_SUFFIX.search(lower) or not re.search("[aeiouyà-ɏ]", lower):
            return Kind.NONE, None, False
        return Kind.UNKNOWN, self._fold_unknown(lower), False

    def _open_class(self, lower: str, tag: str, singular: str | None, verbal: bool) -> Kind | None:
        """The kind of a word whose tag is that of a noun, verb, adjective or adverb; None for any other tag."""
        noun = singular is not None
        if lower in self.settled["verbs_first"] and noun:
            return Kind.VERBS_NOUNS if lower.endswith("s") and singular != lower else Kind.VERB_NOUN
        if tag.startswith("JJ"):
            return Kind.ADJECTIVE_NOUN if noun and (tag == "JJ" or lower in self.things) else Kind.ADJECTIVE
        if tag.startswith("RB"):
            return Kind.ADVERB_NOUN if noun else Kind.ADVERB
        if lower in self.settled["gerund_nouns"]:
            return Kind.GERUND_NOUN
        if tag == "VBG":
            return Kind.GERUND if noun else Kind.VERB
        if tag in ("VBN", "VBD"):
            return Kind.PARTICIPLE_NOUN if noun and (lower in self.verbs or lower in self.things) else Kind.PARTICIPLE
        if tag == "VBZ":
            return Kind.VERBS_NOUNS if noun else Kind.VERB
        if tag.startswith("VB"):
            return Kind.VERB_NOUN if noun else Kind.VERB
        if tag.startswith("NN"):
            if not noun:
                listed = lower in self.settled["not_nouns"] or lower in self.adjectives
                return Kind.VERB if verbal else Kind.ADJECTIVE if listed else None
            if tag == "NNS" or (singular != lower and lower.endswith("s")):
                return Kind.NOUNS_VERBS if verbal and not self._surely(singular) else Kind.NOUN
            if lower.endswith("ing") and verbal:
                return Kind.GERUND_NOUN
            if self._surely(lower):
                return Kind.NOUN
            return Kind.NOUN_VERB if verbal else Kind.NOUN_ADJECTIVE if lower in self.adjectives else Kind.NOUN
        return None

    def _guess_tag(self, lower: str, singular: str | None, verbal: bool) -> str:
        """A tag for a word that the tag lexicon lacks, from the lists; "" when it is in none."""
        if singular is not None and singular != lower:
            of_singular = self.tags.get(singular, "NN")
            return "VBZ" if verbal and of_singular.startswith("VB") else "NNS"
        if lower in self.adjectives:
            return "JJ"
        if lower.endswith("ing") and verbal:
            return "VBG"
        if singular is not None and (len(lower) > 3 or lower in self.settled["short_nouns"]):
            return "NN"
        if verbal:
            return "VBN" if lower.endswith("ed") else "VBZ" if lower.endswith("s") else "VB"
        return "RB" if lower in self.adverbs else ""

    def _adjective_of(self, lower: str) -> bool:
        """Whether an adverb in -ly has its adjective in the list: "colorfully", "happily", "gently"."""
        stem = lower[:-2]
        if singular := self.things.get(lower):  # "belly"
            return singular == ""
        return any(
            form in self.adjectives for form in (stem, stem[:-1] + "y" if stem.endswith("i") else stem, stem + "le")
        )

    def _surely(self, singular: str | None) -> bool:
        """Whether it is a thing that can be seen and hardly ever a verb, even if a list has the verb ("to man")."""
        return singular in self.things and singular not in self.settled["often_verbs"]

    # ------------------------------------------------------------------ singular
    def singular(self, lower: str) -> str | None:
        """The singular of a noun form (itself when it is singular); None when no list has it as a noun."""
        if lower in self.settled["keep_plural"] or lower in self.things:
            return lower
        tag = self.tags.get(lower, "")
        irregular = self.plurals.get(lower, []) if tag != "NN" else []
        stems = _stems(lower)
        if any(stem in self.things for stem in (*irregular, *stems)):
            return self._likeliest(irregular, stems)
        listed = self._is_noun(lower)
        if irregular:
            return self._likeliest(irregular, stems)
        if not lower.endswith(("s", "men")) or lower.endswith("ss") or (listed and tag == "NN"):
            return lower if listed else None
        if listed and lower.endswith(("us", "is")) and tag != "NNS":
            return lower
        return self._likeliest([], stems) or (lower if listed else None)

    def _likeliest(self, irregular: list[str], stems: list[str]) -> str | None:
        """The singular that a plural most likely has: a usual noun with an s, a thing, a usual noun, any noun."""
        if stems and stems[0] in self.nouns and self.tags.get(stems[0]) == "NN":
            return stems[0]  # "caves", although there is "cafe"
        every = [stem for stem in (*irregular, *stems) if stem in irregular or self._is_noun(stem)]
        listed = [stem for stem in every if stem in self.nouns]
        usual = [stem for stem in listed if stem in self.tags]
        things = [stem for stem in every if stem in self.things]
        return next(iter((*things, *usual, *irregular, *listed, *every)), None)

    def _is_noun(self, lower: str) -> bool:
        if len(lower) < 3:
            return lower in self.settled["short_nouns"]
        plain = lower if lower.isascii() else unaccented(lower)
        if plain in self.nouns or lower in self.settled["nouns"] or lower in self.things:
            return True
        return (
            self.tags.get(plain) == "NN"
            and plain.isalpha()
            and plain not in self.verbs
            and plain not in self.adjectives
        )

    def _fold_unknown(self, lower: str) -> str:
        """The guessed singular of a noun in no list: "selfies" → "selfie"."""
        if lower.endswith("ies") and len(lower) > 5:
            return lower[:-1] if lower.endswith(("kies", "fies", "mies")) else lower[:-3] + "y"
        if lower.endswith(("ches", "shes", "xes")):
            return lower[:-2]
        return lower[:-1] if lower.endswith("s") and not lower.endswith(("ss", "us", "is")) else lower

    def knows(self, lower: str) -> bool:
        """Whether a word is in one of the lists, or is a form of one that is."""
        plain = lower if lower.isascii() else unaccented(lower)
        lists = (self.nouns, self.verbs, self.adjectives, self.adverbs, self.things, self.tags, self.plurals)
        return any(plain in words for words in lists) or plain in self.verb_forms or self.singular(plain) is not None

    def verb(self, lower: str) -> str | None:
        """The base form of a verb form ("describing" → "describe"), or None."""
        if lower in self.verbs:
            return lower
        for suffix, base in _VERB_ENDINGS:
            stem = lower[: len(lower) - len(suffix)] + base
            if lower.endswith(suffix) and stem in self.verbs:
                return stem
        return None


_NAMED_LIKE = frozenset({Kind.ADJECTIVE, Kind.VERB, Kind.PARTICIPLE})
"""Capitalised and with 's, a word that can be one of these is somebody's name ("White's")."""
_NOUN_FIRST = frozenset({Kind.NOUN, Kind.NAME, Kind.NOUN_VERB, Kind.NOUNS_VERBS, Kind.NOUN_ADJECTIVE, Kind.GERUND_NOUN})
_WITH_NOUN = _NOUN_FIRST | {
    Kind.VERB_NOUN,
    Kind.PARTICIPLE_NOUN,
    Kind.VERBS_NOUNS,
    Kind.ADJECTIVE_NOUN,
    Kind.GERUND,
    Kind.ADVERB_NOUN,
    Kind.UNKNOWN,
    Kind.PLACE,
}


def _stems(lower: str) -> list[str]:
    """What a form may be the regular plural of."""
    return [lower[: len(lower) - len(end)] + stem for end, stem in _SINGULARS if lower.endswith(end)]


def unaccented(word: str) -> str:
    """The word without its accents: "café" → "cafe"."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _english() -> Lexicon:
    lists = _package_file("spacy_lookups_data", "spacy-lookups-data", "data")
    tagged = _package_file("textblob", "textblob", "en/en-lexicon.txt")
    index = _gunzip(lists / "en_lemma_index.json.gz")
    exceptions = _gunzip(lists / "en_lemma_exc.json.gz")
    settled_text = shipped("assets/lexicon/words.toml").read_text(encoding="utf-8")
    settled = {name: set(words.split()) for name, words in tomllib.loads(settled_text).items()}
    tags = {}
    for line in tagged.read_text(encoding="utf-8").splitlines():
        word, _, tag = line.partition(" ")
        if tag and not line.startswith(";;;"):
            tags[word] = tag.split()[0]
    verbs = set(index["verb"])
    plurals = {form: singulars for form, singulars in exceptions["noun"].items() if singulars[0] != form}
    things_text = shipped("assets/lexicon/things.txt").read_text(encoding="utf-8")
    made_from = [
        RULES,
        importlib.metadata.version("spacy-lookups-data"),
        importlib.metadata.version("textblob"),
        settled_text,
        things_text,
    ]
    fingerprint = hashlib.sha256("\0".join(made_from).encode()).hexdigest()[:12]
    return Lexicon(
        set(index["noun"]),
        verbs,
        set(index["adj"]),
        set(index["adv"]),
        plurals,
        set(exceptions["verb"]) | _regular_forms(verbs),
        tags,
        settled,
        _things(things_text),
        fingerprint,
    )


def _things(text: str) -> dict[str, str]:
    """Name or synonym → name, from the lines of things.txt."""
    names: dict[str, str] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, others = line.partition(":")
            for each in (name, *others.split(",")):
                if each.strip():
                    names.setdefault(each.strip(), name.strip())
    return names


def _regular_forms(verbs: set[str]) -> set[str]:
    forms = set()
    for verb in verbs:
        stem = verb[:-1] if verb.endswith("e") else verb
        forms |= {stem + "ing", stem + "ed", verb + "s"}
        if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
            forms.add(verb + "es")
        if verb.endswith("y"):
            forms |= {verb[:-1] + "ies", verb[:-1] + "ied"}
    return forms


def _package_file(module: str, distribution: str, path: str) -> Path:
    """A data file inside an installed package, found without importing the package."""
    found = importlib.util.find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise AdrError(f"The word lists of {distribution} are not installed.", f"Run: pip install {distribution}")
    return Path(found.submodule_search_locations[0]) / path


def _gunzip(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)
