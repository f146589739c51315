"""Nouns and verbs that only a whole clause tells apart: questions with "do", words after "and", "there is", capitals.

Knows nothing of single words, only of kinds and traits. The table of `context` names the few words that two neighbours
cannot settle; each function here looks at these alone, and back over at most `REACH` words.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from adr.index.context import AGREEING, ANDED, ASKED, ENDS_NOUN, LIKE_ADJECTIVE, SECOND_VERB
from adr.index.forms import Trait, View
from adr.index.lexicon import Kind
from adr.index.words import SENTENCE, SPACE

REACH = 12
"""How many words before a word can show what it is."""
_K = Kind


def _among(*kinds: Kind) -> np.ndarray:
    table = np.zeros(256, dtype=bool)
    table[list(kinds)] = True
    return table


_BEFORE_VERB = _among(_K.SUBJECT, _K.MODAL, _K.TO, _K.START)
_BEGINS_NOUN = _among(_K.DETERMINER, _K.POSSESSIVE, _K.NUMBER, _K.PREPOSITION, _K.THERE_IS)
_BEGINS_NEXT = _among(_K.DETERMINER, _K.POSSESSIVE, _K.NUMBER, _K.CONJUNCTION)
_ENDS_NOUN = _among(*ENDS_NOUN, _K.MARK, _K.CONJUNCTION, _K.PARTICIPLE, _K.GERUND)
_VERB = _among(_K.VERB, _K.BE, _K.HAVE, _K.THERE_IS)
_VERBAL = _among(_K.NOUN_VERB, _K.VERB_NOUN, _K.VERBS_NOUNS, _K.NOUNS_VERBS)


def mark_there_is(kind: np.ndarray, edge: np.ndarray) -> None:
    """Give the later word of "there is" and "is there" the kind THERE_IS, in place."""
    there = np.flatnonzero(kind == _K.THERE)
    asked = there[(there > 0) & (edge[there] == SPACE)]
    asked = asked[kind[asked - 1] == _K.BE]
    said = there[there + 1 < len(kind)] + 1
    said = said[(edge[said] == SPACE) & (kind[said] == _K.BE)]
    kind[asked], kind[said] = _K.THERE_IS, _K.THERE_IS


def mark_initials(kind: np.ndarray, turn: np.ndarray, word: np.ndarray, view: View) -> None:
    """Give "US" and "WHO" the kind NAME beside a word that is not in capitals, else OBJECT, in place."""
    found = np.flatnonzero(kind == _K.INITIALS)
    beside = np.zeros(len(found), dtype=bool)
    for step in (-1, 1):
        other = np.clip(found + step, 0, len(kind) - 1)
        small = view.trait[word[other]] & Trait.CAPITALS == 0
        beside |= small & (other != found) & (turn[other] == turn[found])
    kind[found] = np.where(beside, _K.NAME, _K.OBJECT)


def look_past_adverbs(before: np.ndarray) -> None:
    """In "they also park", let the word before the adverb be the one that decides, in place."""
    adverb = np.flatnonzero(before == _K.ADVERB)
    adverb = adverb[adverb > 0]
    earlier = before[adverb - 1]
    seen = _BEFORE_VERB[earlier]
    before[adverb[seen]] = earlier[seen]


@dataclass(frozen=True)
class Clauses:
    """A batch of words in their clauses. Arrays have one element per word."""

    kind: np.ndarray  # uint8
    before: np.ndarray  # uint8: the kind before it, an edge in place of a word
    after: np.ndarray  # uint8
    edge: np.ndarray  # uint8: SPACE, PUNCTUATION or SENTENCE before it
    word: np.ndarray  # int32
    view: View
    noun: np.ndarray  # bool: changed in place

    def settle(self, open_: np.ndarray) -> None:
        """Decide the words that the table leaves open. `open_`: what it says of each word (uint8)."""
        left = np.flatnonzero(open_ > 1)
        says = open_[left]
        self.noun[self._agreeing_verbs(left[says & AGREEING > 0])] = False
        self.noun[self._asked_verbs(left[says & ASKED > 0])] = False
        self.noun[self._second_verbs(left[says & SECOND_VERB > 0])] = False
        self.noun[self._adjectives_as_nouns(left[says & LIKE_ADJECTIVE > 0])] = True
        self.noun[self._anded(left[says & ANDED > 0])] = True

    def _has(self, trait: Trait, at: np.ndarray) -> np.ndarray:
        found: np.ndarray = self.view.trait[self.word[at]] & trait > 0
        return found

    def _earlier(self, at: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(places of the words before `at`, whether they are in the same sentence), one step further back each time."""
        inside = np.ones(len(at), dtype=bool)
        place = at
        for _ in range(REACH):
            inside = inside & (place > 0) & (self.edge[place] != SENTENCE)
            if not inside.any():
                return
            place = np.maximum(place - 1, 0)
            yield place, inside

    def _agreeing_verbs(self, at: np.ndarray) -> np.ndarray:
        """Verbs after their plural subject: "people use their phones"."""
        at = at[(at > 0) & (self.edge[at] == SPACE)]
        found: np.ndarray = at[self.noun[at - 1] & self._has(Trait.PLURAL, at - 1)]
        return found

    def _asked_verbs(self, at: np.ndarray) -> np.ndarray:
        """The verb that a question's "do" or "can" belongs to: "What does this image show?"."""
        at = at[(at > 0) & (self.edge[at] == SPACE)]
        at = at[self.noun[at - 1]]
        free, asked, modal = (np.full(len(at), value) for value in (True, False, False))
        for step, (place, inside) in enumerate(self._earlier(at)):
            kind, noun = self.kind[place], self.noun[place]
            if step:
                opens = (kind == _K.MODAL) & ~noun & inside & free & ~modal
                modal |= opens
                asked |= opens & (self.edge[place] == SENTENCE)
                asked |= modal & inside & (kind == _K.QUESTION)
            free &= modal | ~(_VERB[kind] | (_VERBAL[kind] & ~noun))
        found: np.ndarray = at[asked]
        return found

    def _second_verbs(self, at: np.ndarray) -> np.ndarray:
        """The verb after a verb and "and": "they sing and dance"."""
        at = at[(at > 1) & (self.edge[at] == SPACE)]
        first = at - 2
        inside = (self.edge[at - 1] == SPACE) & ~self.noun[first]
        found: np.ndarray = at[inside & self._has(Trait.BASE, first) & _BEFORE_VERB[self.before[first]]]
        return found

    def _adjectives_as_nouns(self, at: np.ndarray) -> np.ndarray:
        """ "a white orange on", "an orange placed on", "an orange and a cup", but not "is bright orange"."""
        at = at[(at > 0) & (at + 1 < len(self.kind))]
        before, after = self.before[at], self.after[at]
        earlier = np.where(before == _K.ADJECTIVE, self.before[at - 1], before)
        begins = _BEGINS_NOUN[earlier] & (before != _K.PREPOSITION)
        joined = (after == _K.CONJUNCTION) | (after == _K.MARK)
        beyond = self.kind[np.minimum(at + np.where(after == _K.MARK, 1, 2), len(self.kind) - 1)]
        ended = _ENDS_NOUN[after] & self._has(Trait.THING, at)
        found: np.ndarray = at[begins & np.where(joined, _BEGINS_NEXT[beyond], ended)]
        return found

    def _anded(self, at: np.ndarray) -> np.ndarray:
        """The noun after a noun and "and": "a toilet and sink", "a cup, saw, and"; not "people sit there and talk"."""
        at = at[at > 1]
        conjoined = self.before[at] == _K.CONJUNCTION
        earlier = np.where(conjoined, at - 2, at - 1)
        at, earlier = at[self.noun[earlier]], earlier[self.noun[earlier]]
        third = self.kind[at] == _K.VERBS_NOUNS
        alike = third & self._has(Trait.PLURAL, earlier) & (self.after[at] <= _K.MARK)
        verbs = np.zeros(len(at), dtype=bool)  # "sit", "sits": of such a verb, the word could be the second
        for place, inside in self._earlier(at):
            kind, other = self.kind[place], ~self.noun[place] & inside
            base = self._has(Trait.BASE, place) & (self.edge[place] != SENTENCE)
            verbs |= other & np.where(third, kind == _K.VERB, base | (kind == _K.TO) | (kind == _K.MODAL))
        found: np.ndarray = at[alike | ~verbs | (self.kind[at] == _K.ADJECTIVE_NOUN)]
        return found
