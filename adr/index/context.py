"""Is a word a noun here? A table decides, from what the word and its two neighbours can be.

Knows nothing of single words, only of kinds. `noun_table()` asks `_is_noun` once for every triple of kinds, so that
each word of a batch takes one look-up.
"""

from functools import cache

import numpy as np

from adr.index.lexicon import Kind

KINDS = 40
_K = Kind
_EDGE = {_K.START, _K.MARK}
_NOUN_SURE = {_K.NOUN, _K.NAME, _K.POSSESSIVE}
_NOUNISH = _NOUN_SURE | {_K.NOUN_VERB, _K.NOUNS_VERBS, _K.NOUN_ADJECTIVE, _K.GERUND_NOUN, _K.UNKNOWN}
_BEFORE_NOUN = {_K.DETERMINER, _K.POSSESSIVE, _K.NUMBER, _K.ADJECTIVE, _K.THERE_IS}
_BEGINS_NOUN = {_K.DETERMINER, _K.POSSESSIVE, _K.NUMBER, _K.THERE_IS}
_BEFORE_VERB = {_K.TO, _K.MODAL, _K.SUBJECT}
_FINITE = {_K.BE, _K.THERE_IS, _K.MODAL, _K.HAVE, _K.VERB}
_AUXILIARY = {_K.BE, _K.THERE_IS, _K.MODAL, _K.HAVE}
ENDS_NOUN = _FINITE | {_K.START, _K.PREPOSITION, _K.TO, _K.THAT}
"""After these a noun phrase has ended."""
_JOINS = {_K.MARK, _K.CONJUNCTION, _K.PARTICIPLE, _K.GERUND}
_ENDS_VERB = _EDGE | {_K.PREPOSITION, _K.DETERMINER, _K.OBJECT, _K.TO, _K.ADVERB, _K.NUMBER, _K.CONJUNCTION, _K.THAT}
_ANDED = {_K.VERB_NOUN, _K.VERBS_NOUNS, _K.PARTICIPLE_NOUN, _K.ADJECTIVE_NOUN, _K.MODAL}
_AS = {_K.THERE: _K.SUBJECT, _K.COMPOUND: _K.ADJECTIVE}
"""Kinds that are like another one to their neighbours."""
_OPENS_PHRASE = {_K.DETERMINER, _K.OBJECT, _K.SUBJECT}


NOUN, AGREEING, ASKED, LIKE_ADJECTIVE, ANDED, SECOND_VERB = 1, 2, 4, 8, 16, 32
"""What the table says of a word: a noun, or a matter for `clauses` to settle (one bit for each of its questions)."""


@cache
def noun_table() -> np.ndarray:
    """What (kind before, kind, kind after) is: NOUN and the open questions, uint8, shape (40, 40, 40)."""
    table = np.zeros((KINDS, KINDS, KINDS), dtype=np.uint8)
    for before in Kind:
        for own in Kind:
            for after in Kind:
                noun = _is_noun(before, own, after)
                table[before, own, after] = noun | _open_questions(before, own, after, noun)
    return table


def _open_questions(before: Kind, own: Kind, after: Kind, noun: bool) -> int:
    """The bits of the questions that two neighbours leave open."""
    if own is _K.NOUN_VERB and noun:
        in_phrase = before in _NOUNISH | {_K.VERB_NOUN, _K.VERBS_NOUNS, _K.ADJECTIVE_NOUN, _K.PARTICIPLE_NOUN}
        second = SECOND_VERB * (before is _K.CONJUNCTION)
        return second | in_phrase * (AGREEING * (after in {_K.DETERMINER, _K.OBJECT}) | ASKED * (after in _ENDS_VERB))
    if noun:
        return 0
    like_adjective = own is _K.ADJECTIVE_NOUN and before in _BEFORE_NOUN
    anded = own in _ANDED and (before is _K.CONJUNCTION or (before is _K.MARK and after in {_K.MARK, _K.CONJUNCTION}))
    return LIKE_ADJECTIVE * like_adjective | ANDED * (anded and after in ENDS_NOUN | _JOINS)


def _is_noun(before: Kind, own: Kind, after: Kind) -> bool:
    if own in _NOUN_SURE or own is _K.COMPOUND:
        return True
    before, after = _AS.get(before, before), _AS.get(after, after)
    decide = _RULES.get(own)
    return decide(before, after) if decide else False


def _noun_verb(before: Kind, after: Kind) -> bool:
    """ "park": a noun, but not in "to park", "they park", "can park", "Name the …" at the start of a sentence, nor in
    "and show the …".
    """
    if before in _BEFORE_VERB:
        return False
    if before in {_K.CONJUNCTION, _K.MARK, _K.THAT, _K.ADVERB}:
        return after not in {_K.DETERMINER, _K.OBJECT}
    return not (before is _K.START and after in _OPENS_PHRASE | {_K.THAT, _K.QUESTION, _K.TO})


def _verb_noun(before: Kind, after: Kind) -> bool:
    """ "walk": a verb, but a noun in "a walk", "a long walk", "for work", and also in "a play area"."""
    if before in {_K.ADJECTIVE, _K.ADJECTIVE_NOUN, _K.PARTICIPLE, _K.PREPOSITION}:
        return after not in _OPENS_PHRASE
    if before in _EDGE | _NOUNISH:
        return after in _AUXILIARY and before is not _K.MARK
    if before in {_K.VERB, _K.HAVE}:
        return after in _EDGE | {_K.PREPOSITION, _K.CONJUNCTION}
    return before in _BEFORE_NOUN


def _participle_noun(before: Kind, after: Kind) -> bool:
    """ "cut": a verb form, but a noun in "a cut", "a deep cut", "for cuts", and also in "a rose garden"."""
    if before is _K.ADJECTIVE:
        return after not in _OPENS_PHRASE
    if before is _K.PREPOSITION:
        return after in _EDGE | _AUXILIARY | {_K.PREPOSITION, _K.CONJUNCTION, _K.TO}
    return before in _BEFORE_NOUN


def _nouns_verbs(before: Kind, after: Kind) -> bool:
    """ "lights": nouns, but a verb in "it lights", and between a noun and a determiner ("the man lights a fire")."""
    if before in {_K.SUBJECT, _K.THAT}:
        return False
    return not (before in {_K.NOUN, _K.NAME, _K.NOUN_VERB, _K.NOUN_ADJECTIVE} and after in _OPENS_PHRASE | {_K.NUMBER})


def _verbs_nouns(before: Kind, after: Kind) -> bool:
    """ "stands": a verb, but nouns in "two stands", "the food stands", "of stands", or where a finite verb follows."""
    if before in {_K.SUBJECT, _K.THAT, _K.QUESTION}:
        return False
    if before in _BEFORE_NOUN:
        return after not in _OPENS_PHRASE
    if before in {_K.PREPOSITION, _K.BE, _K.TO, _K.HAVE, _K.GERUND}:
        return True
    alone = before is _K.START and after in _EDGE  # such a verb has a subject before it
    return alone or (after in _AUXILIARY and before in _NOUNISH | {_K.START})


def _noun_adjective(before: Kind, after: Kind) -> bool:
    """ "plastic": a noun, but not before an adjective ("light blue") nor after an adverb ("very bright")."""
    return after is not _K.ADJECTIVE and before is not _K.ADVERB


def _adjective_noun(before: Kind, after: Kind) -> bool:
    """ "orange": a noun only where the phrase ends with it: "an orange on", "the orange is"; not in "a clear, blue
    sky".
    """
    return before in _BEGINS_NOUN and after in ENDS_NOUN


def _place(before: Kind, after: Kind) -> bool:
    """ "left": a noun in "on the left" and "on top of", but not in "the left side"."""
    if before is _K.PREPOSITION:
        return after is _K.PREPOSITION
    return before in {_K.DETERMINER, _K.POSSESSIVE, _K.NUMBER, _K.ADJECTIVE} and (
        after in _EDGE | _FINITE | {_K.PREPOSITION, _K.TO, _K.THAT, _K.CONJUNCTION}
    )


def _gerund_noun(before: Kind, after: Kind) -> bool:
    """ "building": a noun, but not in "is building" or "a café offering the"; after "the" it stays a noun."""
    if before is _K.BE:
        return False
    return after not in _OPENS_PHRASE or before in _BEFORE_NOUN


def _adverb_noun(before: Kind, after: Kind) -> bool:
    """ "well": an adverb, but a noun in "a well", "the back of"."""
    return before in {_K.DETERMINER, _K.POSSESSIVE} and after in _EDGE | {_K.PREPOSITION, _K.BE, _K.MODAL}


def _unknown(before: Kind, after: Kind) -> bool:
    """A word in no list: a noun where a noun is expected, or where it may end a phrase."""
    if before in {_K.VERB, _K.VERB_NOUN, _K.GERUND, _K.HAVE, _K.CONJUNCTION, _K.START, _K.MARK, _K.TO}:
        return after in _EDGE | _AUXILIARY | {_K.PREPOSITION, _K.CONJUNCTION, _K.TO, _K.THAT}
    return before in _BEFORE_NOUN | _NOUNISH | {_K.PREPOSITION, _K.ADJECTIVE_NOUN}


def _can(before: Kind, after: Kind) -> bool:
    """ "can": a noun only in "a can", "two cans", "the soda can of"."""
    return before in _BEFORE_NOUN and after in _EDGE | {_K.PREPOSITION, _K.CONJUNCTION, _K.THAT, _K.BE}


_RULES = {
    _K.NOUN_VERB: _noun_verb,
    _K.VERB_NOUN: _verb_noun,
    _K.PARTICIPLE_NOUN: _participle_noun,
    _K.NOUNS_VERBS: _nouns_verbs,
    _K.VERBS_NOUNS: _verbs_nouns,
    _K.NOUN_ADJECTIVE: _noun_adjective,
    _K.ADJECTIVE_NOUN: _adjective_noun,
    _K.GERUND_NOUN: _gerund_noun,
    _K.PLACE: _place,
    _K.ADVERB_NOUN: _adverb_noun,
    _K.UNKNOWN: _unknown,
    _K.MODAL: _can,
}
