"""Nouns and verbs that only a whole clause tells apart: questions with "do", words after "and", "there is", capitals.

Knows nothing of single words, only of kinds and traits. Each function looks at few words of a batch: those that the
table of `context` cannot settle from two neighbours. Arrays have one element per word.
"""

import numpy as np

from adr.index.context import ENDS_NOUN
from adr.index.forms import Trait
from adr.index.lexicon import Kind
from adr.index.words import SENTENCE, SPACE

_K = Kind


def _among(*kinds: Kind) -> np.ndarray:
    table = np.zeros(256, dtype=bool)
    table[list(kinds)] = True
    return table


_BEFORE_ADVERB = _among(_K.SUBJECT, _K.MODAL, _K.TO, _K.START)
_BEGINS_NOUN = _among(_K.DETERMINER, _K.POSSESSIVE, _K.NUMBER, _K.PREPOSITION, _K.THERE_IS)
_BEGINS_NEXT = _among(_K.DETERMINER, _K.POSSESSIVE, _K.NUMBER, _K.CONJUNCTION)
_ENDS_NOUN = _among(*ENDS_NOUN, _K.MARK, _K.CONJUNCTION, _K.PARTICIPLE, _K.GERUND)
_ENDS_VERB = _among(
    _K.START, _K.MARK, _K.PREPOSITION, _K.DETERMINER, _K.OBJECT, _K.TO, _K.ADVERB, _K.NUMBER, _K.CONJUNCTION, _K.THAT
)
_OPENS_PHRASE = _among(_K.DETERMINER, _K.OBJECT)
_ANDED = _among(_K.VERB_NOUN, _K.VERBS_NOUNS, _K.PARTICIPLE_NOUN, _K.ADJECTIVE_NOUN, _K.MODAL)
_VERB = _among(_K.VERB, _K.BE, _K.HAVE, _K.THERE_IS)
_VERBAL = _among(_K.NOUN_VERB, _K.VERB_NOUN, _K.VERBS_NOUNS, _K.NOUNS_VERBS)


def mark_there_is(kind: np.ndarray, edge: np.ndarray, trait: np.ndarray) -> None:
    """Give the later word of "there is" and "is there" the kind THERE_IS, in place."""
    there = np.flatnonzero(trait & Trait.THERE)
    if not len(there):
        return
    asked = there[(there > 0) & (edge[there] == SPACE)]
    asked = asked[kind[asked - 1] == _K.BE]
    said = there[there + 1 < len(kind)] + 1
    said = said[(edge[said] == SPACE) & (kind[said] == _K.BE)]
    kind[asked], kind[said] = _K.THERE_IS, _K.THERE_IS


def mark_initials(kind: np.ndarray, turn: np.ndarray, trait: np.ndarray) -> None:
    """Give "US" and "WHO" the kind NAME where they stand beside a word that is not in capitals, in place."""
    found = np.flatnonzero(trait & Trait.INITIALS)
    beside = np.zeros(len(found), dtype=bool)
    for step in (-1, 1):
        other = np.clip(found + step, 0, len(kind) - 1)
        beside |= (other != found) & (turn[other] == turn[found]) & (trait[other] & Trait.CAPITALS == 0)
    kind[found[beside]] = _K.NAME


def look_past_adverbs(before: np.ndarray) -> None:
    """In "they also park", let the word before the adverb be the one that decides, in place."""
    adverb = np.flatnonzero(before == _K.ADVERB)
    adverb = adverb[adverb > 0]
    earlier = before[adverb - 1]
    seen = _BEFORE_ADVERB[earlier]
    before[adverb[seen]] = earlier[seen]


def settle(
    kind: np.ndarray, before: np.ndarray, after: np.ndarray, edge: np.ndarray, trait: np.ndarray, noun: np.ndarray
) -> None:
    """Correct `noun`, in place: which words are nouns where they stand."""
    noun[_agreeing_verbs(kind, before, after, trait, noun)] = False
    noun[_asked_verbs(kind, before, after, edge, noun)] = False
    noun[_adjectives_as_nouns(kind, before, after, trait)] = True
    noun[_anded(kind, before, after, edge, trait, noun)] = True


def _agreeing_verbs(
    kind: np.ndarray, before: np.ndarray, after: np.ndarray, trait: np.ndarray, noun: np.ndarray
) -> np.ndarray:
    """Verbs after their plural subject: "people use their phones"."""
    at = np.flatnonzero(noun & (kind == _K.NOUN_VERB) & _OPENS_PHRASE[after])
    at = at[(at > 0) & (before[at] == kind[at - 1])]
    found: np.ndarray = at[noun[at - 1] & (trait[at - 1] & Trait.PLURAL > 0)]
    return found


def _asked_verbs(
    kind: np.ndarray, before: np.ndarray, after: np.ndarray, edge: np.ndarray, noun: np.ndarray
) -> np.ndarray:
    """The verb that a question's "do" or "can" belongs to: "What does this image show?"."""
    at = np.flatnonzero(noun & (kind == _K.NOUN_VERB) & _ENDS_VERB[after])
    at = at[(at > 0) & (edge[at] == SPACE)]
    at = at[noun[at - 1]]
    if not len(at):
        return np.zeros(0, np.int64)
    place = np.arange(len(kind))
    starts = np.maximum.accumulate(np.where(edge == SENTENCE, place, 0))
    questions = np.maximum.accumulate(np.where(kind == _K.QUESTION, place, -1))
    modal = (kind == _K.MODAL) & ~noun & ((edge == SENTENCE) | (questions >= starts))
    asked = np.maximum.accumulate(np.where(modal, place, -1))[at]
    verbs = np.cumsum(_VERB[kind] | (_VERBAL[kind] & ~noun))
    found: np.ndarray = at[(asked >= starts[at]) & (asked < at - 1) & (verbs[at - 1] == verbs[np.maximum(asked, 0)])]
    return found


def _adjectives_as_nouns(kind: np.ndarray, before: np.ndarray, after: np.ndarray, trait: np.ndarray) -> np.ndarray:
    """ "a white orange on", "an orange placed on", "an orange and a cup", but not "is bright orange"."""
    at = np.flatnonzero(kind == _K.ADJECTIVE_NOUN)
    at = at[(at > 0) & (at + 1 < len(kind))]
    earlier = np.where(before[at] == _K.ADJECTIVE, before[at - 1], before[at])
    at = at[_BEGINS_NOUN[earlier] & (before[at] != _K.PREPOSITION)]
    ended = _ENDS_NOUN[after[at]] & (trait[at] & Trait.THING > 0)
    joined = (after[at] == _K.CONJUNCTION) | (after[at] == _K.MARK)
    beyond = kind[np.minimum(at + np.where(after[at] == _K.MARK, 1, 2), len(kind) - 1)]
    found: np.ndarray = at[np.where(joined, _BEGINS_NEXT[beyond], ended)]
    return found


def _anded(
    kind: np.ndarray, before: np.ndarray, after: np.ndarray, edge: np.ndarray, trait: np.ndarray, noun: np.ndarray
) -> np.ndarray:
    """The noun after a noun and "and": "a toilet and sink", "a cup, saw, and"; not in "people sit there and talk"."""
    at = np.flatnonzero(~noun & _ANDED[kind] & _ENDS_NOUN[after])
    at = at[at > 1]
    conjoined = before[at] == _K.CONJUNCTION
    listed = (before[at] == _K.MARK) & ((after[at] == _K.MARK) | (after[at] == _K.CONJUNCTION))
    earlier = noun[np.where(conjoined, at - 2, at - 1)]
    at = at[(conjoined | listed) & earlier]
    if not len(at):
        return np.zeros(0, np.int64)
    plain = (trait & Trait.BASE > 0) & ~noun & (edge != SENTENCE)
    verbs = np.cumsum(plain | (kind == _K.TO) | ((kind == _K.MODAL) & ~noun))
    finite = np.cumsum(kind == _K.VERB)
    starts = np.maximum.accumulate(np.where(edge == SENTENCE, np.arange(len(kind)), 0))[at]
    third = kind[at] == _K.VERBS_NOUNS
    alike = (trait[at - 2] & Trait.PLURAL > 0) & ((after[at] == _K.START) | (after[at] == _K.MARK))
    none = np.where(third, alike | (finite[at - 1] == finite[starts]), verbs[at - 1] == verbs[starts])
    found: np.ndarray = at[none | (kind[at] == _K.ADJECTIVE_NOUN)]
    return found
