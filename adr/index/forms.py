"""Every distinct word and gap of a source, numbered once, with what is known about it in arrays to look up.

Knows nothing of instances. Grows while batches are read; safe to use from several threads.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag

import numpy as np

from adr.index.languages.scripts import script_of, weight_of
from adr.index.lexicon import Kind, Lexicon, Reading
from adr.index.words import Pieces, read_gap


class Trait(IntFlag):
    """What the rules for whole sentences ask of a form, besides its kind."""

    BASE = 1  # the base form of a verb, perhaps: "park", "see"
    PLURAL = 2  # a noun in the plural: "dogs", "people"
    THING = 4  # a thing that can be seen
    INTRODUCES = 16  # a clause before the question: "as", "given"
    CAPITALS = 8  # written in capitals: "WHO"
    ENGLISH = 32  # a frequent word that no other language in Latin letters has: "the", "with"


@dataclass(frozen=True)
class View:
    """The forms met up to one moment. All arrays have one element per form, in the order of the forms' numbers."""

    words: list[str]
    kind: np.ndarray  # uint8, a Kind
    noun: np.ndarray  # int32: the name that it stands for as a noun, or -1
    second: np.ndarray  # int32: a second name ("street-sign"), or -1
    judged: np.ndarray  # int32: how many words it counts for when a turn's language is judged
    known: np.ndarray  # int32: the same number if the word is known, else 0
    letters: np.ndarray  # int32: how many letters it counts for when a turn's language is judged
    read: np.ndarray  # int32: the same number if the word is known, else 0
    part: np.ndarray  # int32: its number among the words that phrases are made of; 0 if no phrase has it
    leads: np.ndarray  # bool: "to" after it is a preposition ("next to")
    address: np.ndarray  # bool: http, www, com …
    skeleton: np.ndarray  # int32: its number among the words that the question rules look at, else 0
    letter: np.ndarray  # bool: a single letter
    no: np.ndarray  # bool: "no", with which an answer may begin
    trait: np.ndarray  # uint8: its Traits
    looks_on: np.ndarray  # bool: "what", after which the question rules look at the next words too
    script: np.ndarray  # uint8, a Script
    spelled: np.ndarray  # int32: how many letters it has; twice as many in a script that is not Latin
    strange: np.ndarray  # bool: not in the word lists, or a name


class Names:
    """Distinct names, numbered in the order in which they are first met."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        """The number of a name."""
        return self.number.setdefault(name, len(self.number))

    def __len__(self) -> int:
        return len(self.number)

    def listed(self) -> list[str]:
        """All names in the order of their numbers."""
        return list(self.number)


class Forms:
    """The forms met so far. `number(pieces)` numbers those of a batch and returns the view that holds them."""

    def __init__(
        self, lexicon: Lexicon, phrases: Iterable[str], asked: frozenset[str], looks_on: frozenset[str]
    ) -> None:
        self.lexicon, self._asked, self._looks_on = lexicon, asked, looks_on
        self.names = Names()
        self._words: dict[str, int] = {}
        self._gaps: dict[str, int] = {}
        self._columns: dict[str, list[int]] = {name: [] for name in _COLUMNS}
        self._gap_rows: list[tuple[bool | int, ...]] = []
        self.lock = threading.Lock()
        self.phrases = Phrases(phrases, self.names)
        self._skeletons = Names()
        self._skeletons("")

    def number(self, pieces: Pieces) -> "tuple[np.ndarray, np.ndarray, View, np.ndarray]":
        """Numbers of `pieces.words` and of `pieces.gaps` over the whole source, the view, and the gaps' meanings.

        The last array has one row per gap: kind, opens, closes, tight, address, asks, option, colon, comma, line,
        bracket, bracketed.
        """
        with self.lock:
            words = np.fromiter((self._word(word) for word in pieces.words), dtype=np.int32, count=len(pieces.words))
            gaps = np.fromiter((self._gap(gap) for gap in pieces.gaps), dtype=np.int32, count=len(pieces.gaps))
            columns: dict[str, np.ndarray] = {
                name: np.array(values, dtype=_COLUMNS[name]) for name, values in self._columns.items()
            }
            return words, gaps, View(words=list(self._words), **columns), np.array(self._gap_rows, dtype=np.uint8)

    def _gap(self, text: str) -> int:
        number = self._gaps.get(text)
        if number is None:
            number = self._gaps[text] = len(self._gaps)
            gap = read_gap(text)
            self._gap_rows.append(
                (
                    *(gap.kind, gap.opens, gap.closes, gap.tight, gap.address),
                    *(gap.asks, gap.option, gap.colon, gap.comma, gap.line, gap.bracket, gap.bracketed),
                )
            )
        return number

    def _word(self, form: str) -> int:
        number = self._words.get(form)
        if number is not None:
            return number
        number = self._words[form] = len(self._words)
        reading = self.lexicon.read(form)
        lower = form.replace("’", "'").lower().strip("'-_")
        nouns = [self.names(noun) for noun in reading.nouns[:2]]
        row = {
            "kind": int(reading.kind),
            "noun": nouns[0] if nouns else -1,
            "second": nouns[1] if len(nouns) > 1 else -1,
            "judged": reading.words,
            "known": reading.words if reading.known else 0,
            "letters": reading.letters if reading.words else 0,
            "read": reading.letters if reading.words and reading.known else 0,
            "part": self.phrases.part(reading.nouns[0] if reading.nouns else lower, lower),
            "leads": lower in self.lexicon.settled["leads_to"],
            "address": lower in self.lexicon.settled["addresses"],
            "skeleton": self._skeletons(lower) if lower in self._asked else 0,
            "letter": len(lower) == 1,
            "no": lower == "no",
            "trait": self._traits(form, lower, reading),
            "looks_on": lower in self._looks_on,
            "script": script_of(form),
            "spelled": reading.letters if form.isascii() else weight_of(form),
            "strange": not reading.known,
        }
        for name, value in row.items():
            self._columns[name].append(int(value))
        return number

    def _traits(self, form: str, lower: str, reading: Reading) -> int:
        lexicon, noun = self.lexicon, reading.nouns[0] if reading.nouns else ""
        held = {
            Trait.BASE: reading.kind in _VERBAL and lower in lexicon.verbs,
            Trait.PLURAL: lower == "people" or (noun not in ("", lower) and "-" not in form),
            Trait.THING: noun in lexicon.things,
            Trait.INTRODUCES: lower in lexicon.settled["introduces"],
            Trait.CAPITALS: len(form) > 1 and form.isupper(),
            Trait.ENGLISH: lower in lexicon.settled["only_english"],
        }
        return sum(trait for trait, holds in held.items() if holds)


_VERBAL = {Kind.VERB, Kind.NOUN_VERB, Kind.VERB_NOUN}
_COLUMNS: dict[str, type] = {
    "kind": np.uint8,
    "noun": np.int32,
    "second": np.int32,
    "judged": np.int32,
    "known": np.int32,
    "letters": np.int32,
    "read": np.int32,
    "part": np.int32,
    "leads": np.bool_,
    "address": np.bool_,
    "skeleton": np.int32,
    "looks_on": np.bool_,
    "trait": np.uint8,
    "no": np.bool_,
    "letter": np.bool_,
    "script": np.uint8,
    "spelled": np.int32,
    "strange": np.bool_,
}


class Phrases:
    """Names of two or three words ("fire hydrant", "hot air balloon") as tables over their parts."""

    def __init__(self, phrases: Iterable[str], names: Names) -> None:
        self._parts = Names()
        self._parts("")
        pairs: dict[tuple[int, int], int] = {}
        triples: dict[tuple[int, int, int], int] = {}
        for phrase in phrases:
            parts = [self._parts(word) for word in phrase.split(" ")]
            if len(parts) == 2:
                pairs[parts[0], parts[1]] = names(phrase)
            elif len(parts) == 3:
                triples[parts[0], parts[1], parts[2]] = names(phrase)
        size = len(self._parts)
        self.size = size
        self.pair = np.full(size * size, -1, dtype=np.int32)  # name of a pair of parts
        for (first, second), name in pairs.items():
            self.pair[first * size + second] = name
        self.opens_triple = np.zeros(size * size, dtype=bool)
        keys = sorted(triples)
        for first, second, _ in keys:
            self.opens_triple[first * size + second] = True
        self.triple_keys = np.array([(a * size + b) * size + c for a, b, c in keys] or [-1], dtype=np.int64)
        self.triple_names = np.array([triples[key] for key in keys] or [-1], dtype=np.int32)

    def part(self, singular: str, lower: str) -> int:
        """The number of a word among the parts, by its singular or as it is written; 0 when no phrase has it."""
        return self._parts.number.get(lower) or self._parts.number.get(singular) or 0
