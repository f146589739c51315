"""The token perspective: which nouns are said in which turn.

Knows nothing of files, tables or pictures. Every noun is singular and in lower case; names ("munich") count, as they
do in the paper; a name of several words ("fire hydrant") is one noun, and its parts do not count. Left out: numbers,
markup such as <image>, addresses, identifiers, single letters, and every turn in a language that the lexicon cannot
read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from adr.index.clauses import Clauses, look_past_adverbs, mark_initials, mark_there_is
from adr.index.context import NOUN, noun_table
from adr.index.forms import Forms, View
from adr.index.lexicon import Kind
from adr.index.words import SENTENCE, SPACE, Pieces

READ_SHARE = 0.6
"""A turn is read when the lexicon knows this share of its words, or of its letters; names do not count."""
JUDGED_WORDS = 3
"""A turn with fewer words, not counting names, is too short to show its language: it is read, unless its instance has
longer turns and none of them can be read."""

TAG_WORDS = 4
"""Markup between < and > holds at most this many words."""


@dataclass(frozen=True)
class Text:
    """A batch of turns; words are numbered over the whole source. Arrays have one element per word, or per turn."""

    view: View
    word: np.ndarray  # int32
    gap: np.ndarray  # int32: what stands before it (a row of `gaps`)
    turn: np.ndarray  # int32
    kind: np.ndarray  # uint8
    edge: np.ndarray  # uint8: SPACE, PUNCTUATION or SENTENCE before it
    skipped: np.ndarray  # bool: part of markup or of an address
    gaps: np.ndarray  # uint8, (gaps, 10): see Forms.number
    last_gap: np.ndarray  # int32, per turn
    unread: np.ndarray  # bool, per turn


@dataclass(frozen=True)
class Said:
    """Nouns said: `name[j]` in `turn[j]`, in the order of the text, with repeats."""

    turn: np.ndarray  # int32
    name: np.ndarray  # int32, a number of Forms.names

    def listed(self, turns: np.ndarray, names: Sequence[str]) -> list[list[str]]:
        """The names said in each of `turns`, which ascend."""
        chosen = np.isin(self.turn, turns)
        turn, name = self.turn[chosen], self.name[chosen]
        order = np.argsort(turn, kind="stable")
        parts = np.split(name[order], np.searchsorted(turn[order], turns[1:]))
        return [[names[number] for number in part.tolist()] for part in parts]


NOTHING = Said(np.zeros(0, np.int32), np.zeros(0, np.int32))


def joined(parts: Sequence[Said]) -> Said:
    """What all parts say; they are at least one."""
    if len(parts) == 1:
        return parts[0]
    return Said(np.concatenate([part.turn for part in parts]), np.concatenate([part.name for part in parts]))


def read(pieces: Pieces, forms: Forms, instance: np.ndarray | None = None) -> Text:
    """The pieces with what the lexicon knows about each word, and which turns it cannot read.

    instance: the instance of each turn, ascending; a short turn is then judged by the longer turns of its instance.
    """
    words, gap_numbers, view, gaps = forms.number(pieces)
    word, gap = words[pieces.code], gap_numbers[pieces.gap]
    turn, turns = pieces.turn, len(pieces.last_gap)
    kind = view.kind[word]
    edge = gaps[gap, 0]
    opens_turn = np.ones(len(turn), dtype=bool)
    opens_turn[1:] = turn[1:] != turn[:-1]
    edge[opens_turn] = SENTENCE
    to = np.flatnonzero((kind == Kind.TO) & ~opens_turn)
    kind[to[view.leads[word[to - 1]]]] = Kind.PREPOSITION
    mark_there_is(kind, edge)
    mark_initials(kind, turn, word, view)
    last_gap = gap_numbers[pieces.last_gap]
    skipped = _skipped(view, word, gap, turn, gaps, last_gap)
    kind[skipped] = Kind.NONE
    unread = _unread(view, word, turn, ~skipped, turns, np.arange(turns) if instance is None else instance)
    return Text(view, word, gap, turn, kind, edge, skipped, gaps, last_gap, unread)


def _unread(
    view: View, word: np.ndarray, turn: np.ndarray, of_text: np.ndarray, turns: int, instance: np.ndarray
) -> np.ndarray:
    """Which turns (bool) are in a language that the lexicon cannot read."""
    letters, letters_read = per_turn(view.letters, view.read, word, turn, of_text, turns)
    judged, known = per_turn(view.judged, view.known, word, turn, of_text, turns)
    long = judged >= JUDGED_WORDS
    unread = long & (known < READ_SHARE * judged) & (letters_read < READ_SHARE * letters)
    group = np.cumsum(np.diff(instance, prepend=-1) != 0) - 1
    some_unread = np.bincount(group, unread, group[-1] + 1 if turns else 0) > 0
    some_read = np.bincount(group, long & ~unread, group[-1] + 1 if turns else 0) > 0
    found: np.ndarray = unread | (~long & (some_unread & ~some_read)[group])
    return found


def per_turn(
    first: np.ndarray, second: np.ndarray, word: np.ndarray, turn: np.ndarray, of_text: np.ndarray, turns: int
) -> tuple[np.ndarray, np.ndarray]:
    """The sums (int64, per turn) of two numbers below 2^31 of each form, over the words with `of_text` set.

    Both are added at once, as the halves of one int64: adding is what takes the time.
    """
    both = (first.astype(np.int64) << 32 | second)[word]
    both[~of_text] = 0
    sums = np.zeros(turns, dtype=np.int64)
    begins = np.flatnonzero(np.diff(turn, prepend=-1))
    if len(begins):
        sums[turn[begins]] = np.add.reduceat(both, begins)
    return sums >> 32, sums & 0xFFFFFFFF


def _skipped(
    view: View, word: np.ndarray, gap: np.ndarray, turn: np.ndarray, gaps: np.ndarray, last_gap: np.ndarray
) -> np.ndarray:
    """Which words (bool) belong to markup (<image>) or to an address (https://…, name@host), so are not text."""
    following = last_gap[turn]
    ends_turn = np.ones(len(turn), dtype=bool)
    np.not_equal(turn[1:], turn[:-1], out=ends_turn[:-1])
    following[:-1] = np.where(ends_turn[:-1], following[:-1], gap[1:])
    opens, closes = gaps[gap, 1] == 1, gaps[following, 2] == 1
    skipped = np.zeros(len(word), dtype=bool)
    begins = np.flatnonzero(opens)
    for length in range(1, TAG_WORDS + 1):  # <image>, </s>, <no answer>
        begins = begins[begins + length - 1 < len(word)]
        ends = begins + length - 1
        whole = closes[ends] & (turn[begins] == turn[ends])
        for step in range(length):
            skipped[begins[whole] + step] = True
        begins = begins[~whole]
        inner = gap[np.minimum(begins + length, len(word) - 1)]
        begins = begins[(gaps[inner, 1] == 0) & (gaps[inner, 2] == 0)]  # <ref>red umbrella</ref> holds two tags
    marks = (view.address[word] & ((gaps[gap, 3] == 1) | ((gaps[following, 3] == 1) & ~ends_turn))) | (
        gaps[gap, 4] == 1
    )
    if marks.any():
        blank = gaps[gap, 3] == 0
        blank[1:] |= turn[1:] != turn[:-1]
        chunk = np.cumsum(blank)
        address = np.zeros(chunk[-1] + 1, dtype=bool)
        address[chunk[marks]] = True
        skipped |= address[chunk]
    return skipped


def without(text: Text, left_out: np.ndarray) -> Text:
    """The same text with these words (bool, per word) taken for markup, so that they name nothing."""
    kind = text.kind.copy()
    kind[left_out] = Kind.NONE
    return replace(text, kind=kind, skipped=text.skipped | left_out)


def nouns(text: Text, forms: Forms) -> Said:
    """The nouns of all turns that can be read."""
    if not len(text.word):
        return Said(np.zeros(0, np.int32), np.zeros(0, np.int32))
    edge_kind = np.array([Kind.NONE, Kind.MARK, Kind.START], dtype=np.uint8)
    before = np.empty_like(text.kind)
    before[0] = Kind.START
    before[1:] = np.where(text.edge[1:] == SPACE, text.kind[:-1], edge_kind[text.edge[1:]])
    after = np.empty_like(text.kind)
    after[-1] = Kind.START
    after[:-1] = np.where(text.edge[1:] == SPACE, text.kind[1:], edge_kind[text.edge[1:]])
    look_past_adverbs(before)
    says = noun_table()[before, text.kind, after]
    is_noun = (says & NOUN).view(bool)
    Clauses(text.kind, before, after, text.edge, text.word, text.view, is_noun).settle(says)
    name = np.where(is_noun, text.view.noun[text.word], -1)
    second = np.where(is_noun, text.view.second[text.word], -1)
    _join_phrases(text, forms, name, second)
    unread = text.unread[text.turn]
    name[unread] = -1
    second[unread] = -1
    said, also = np.flatnonzero(name >= 0), np.flatnonzero(second >= 0)
    if not len(also):
        return Said(text.turn[said], name[said])
    return Said(np.concatenate([text.turn[said], text.turn[also]]), np.concatenate([name[said], second[also]]))


def _join_phrases(text: Text, forms: Forms, name: np.ndarray, second: np.ndarray) -> None:
    """Put a name of several words at its last word, in place; its other words then name nothing."""
    phrases = forms.phrases
    part = text.view.part[text.word]
    joined = (part[:-1] > 0) & (part[1:] > 0) & (text.edge[1:] == SPACE) & ~text.skipped[:-1]
    at = np.flatnonzero(joined)
    key = part[at] * phrases.size + part[at + 1]
    open_at = at[phrases.opens_triple[key]]
    open_at = open_at[open_at + 2 < len(part)]
    open_at = open_at[(part[open_at + 2] > 0) & (text.edge[open_at + 2] == SPACE)]
    triple_key = (part[open_at].astype(np.int64) * phrases.size + part[open_at + 1]) * phrases.size + part[open_at + 2]
    place = np.minimum(np.searchsorted(phrases.triple_keys, triple_key), len(phrases.triple_keys) - 1)
    hit = phrases.triple_keys[place] == triple_key
    triples, triple_names = open_at[hit], phrases.triple_names[place[hit]]
    pair = phrases.pair[key]
    gerund = (text.kind[at + 1] == Kind.GERUND) | (text.kind[at + 1] == Kind.GERUND_NOUN)
    verb = gerund & (name[at + 1] < 0)  # "a pedestrian crossing the street"
    pair = np.where(verb, -1, pair)
    pairs, pair_names = at[pair >= 0], pair[pair >= 0]
    if len(triples):
        taken = np.zeros(len(part), dtype=bool)
        for step in (0, 1, 2):
            taken[triples + step] = True
        free = ~(taken[pairs] | taken[pairs + 1])
        pairs, pair_names = pairs[free], pair_names[free]
    name[pairs], second[pairs] = -1, -1  # clear the left parts first: a chain "a b c" of two pairs keeps both
    name[pairs + 1] = pair_names
    name[triples], name[triples + 1] = -1, -1
    name[triples + 2] = triple_names


def denied(text: Text, instance: np.ndarray, human: np.ndarray) -> np.ndarray:
    """Which turns (bool) are human turns whose answer, the instance's next turn, begins with "no"; arrays per turn."""
    says_no = np.zeros(len(human), dtype=bool)
    opens = np.flatnonzero(np.diff(text.turn, prepend=-1))
    says_no[text.turn[opens]] = text.view.no[text.word[opens]]
    found = np.zeros(len(human), dtype=bool)
    found[:-1] = human[:-1] & ~human[1:] & (instance[1:] == instance[:-1]) & says_no[1:]
    return found
