"""Prompt templates: lines that recur in human and system turns and say nothing about the single instance.

Knows nothing of tables that are written. A template is a line, or the beginning of a line up to a colon, that recurs
in MIN_INSTANCES and MIN_SHARE of a source's instances. Content all the same are a line that is mostly its turn's own
(the rarest of the turn; the last of equally rare ones), an option ("A. dog"), and a line that differs from another
frequent one in one noun alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from adr.index import token
from adr.index.forms import Forms
from adr.index.lexicon import Lexicon
from adr.index.words import cut
from adr.store import Store

MIN_INSTANCES = 50
MIN_SHARE = 0.005
SAMPLE = 20_000
"""A source with more instances is judged by at most so many of them, evenly spaced."""
RELATIVES = 10
"""A line is compared with lines that recur a tenth as often as a template must, for a difference of one noun."""
OWN_SHARE = 0.5
"""A line that is its turn's own in a larger share of the turns that hold it is content."""
_WORD = re.compile(r"[\w'’-]+")
_BLANKS = " \t\r"
_COLON, _LINE = 7, 9  # columns of Text.gaps


@dataclass(frozen=True)
class Template:
    """A recurring piece of prompts. role: 'human' or 'system'; kind: 'line' or 'beginning'. instances: in the sample
    by which it was found; the index counts them all."""

    source: int
    role: str
    kind: str
    text: str
    instances: int


def templates_of(
    store: Store, lexicon: Lexicon, phrases: frozenset[str], sampled: Mapping[int, int] | None = None
) -> list[Template]:
    """The templates of every source, those of most instances first; phrases: nouns of several words.

    sampled: {source: how many instances it has}, when the store holds what `sample` gave of them and nothing else.
    """
    found: list[Template] = []
    for source, instances in sampled.items() if sampled is not None else instances_of(store).items():
        step = 1 if sampled is not None else step_of(instances)
        found += _of_source(store, source, instances, step, lexicon, phrases)
    return sorted(found, key=lambda one: (one.source, -one.instances, one.kind, one.text))


def instances_of(store: Store) -> dict[int, int]:
    """{source: the number of its instances} of the sources that have any."""
    rows = store.rows("select coalesce(source, 0), count(*) from instance group by 1 order by 1")
    return {int(source): int(instances) for source, instances in rows}


def step_of(instances: int) -> int:
    """The step of a source's sample: 3 when it holds the first instance, the fourth, the seventh …"""
    return -(-instances // SAMPLE)


def sample(store: Store, source: int, step: int, before: int) -> pa.Table:
    """The sampled instances of a source among those of a store: instance, turns, source.

    before: how many instances the source has in front of them, in other stores.
    """
    return store.arrow(
        """
        select instance, turns, coalesce(source, 0) as source from instance
        where instance in (select instance from (select instance, row_number() over (order by instance) as place
                           from instance where coalesce(source, 0) = $1) where (place - 1 + $3) % $2 = 0)
        order by instance
        """,
        [source, step, before],
    )


def _of_source(
    store: Store, source: int, instances: int, step: int, lexicon: Lexicon, phrases: frozenset[str]
) -> list[Template]:
    least = max(MIN_INSTANCES, MIN_SHARE * instances) / step_of(instances)
    rows = store.rows(_FREQUENT, {"source": source, "step": step, "least": least, "relative": least / RELATIVES})
    frequent = [(Template(source, role, kind, text, n), own) for role, kind, text, n, own in rows]
    judged = [one for one, own in frequent if one.instances >= least and not own]
    families = _families([one.text for one in judged], [one.text for one, _ in frequent], lexicon, phrases)
    return [one for one in judged if one.text not in families]


_FREQUENT = r"""
    with turn as (
        select instance, generate_subscripts(turns, 1) as turn, unnest(turns) as said from instance
        where coalesce(source, 0) = $source
          and instance in (select instance from (select instance, row_number() over (order by instance) as place
                           from instance where coalesce(source, 0) = $source) where (place - 1) % $step = 0)
    ),
    split as (
        select instance, turn, said.role as role, string_split(replace(said.text, '<image>', ''), chr(10)) as lines
        from turn where said.role in ('human', 'system')
    ),
    line as materialized (
        select instance, turn, role, generate_subscripts(lines, 1) as place, trim(unnest(lines), $blanks) as text
        from split
    ),
    often as (select role, text from line where text <> '' group by role, text having count(*) >= $relative),
    counted as materialized (
        select role, text, count(distinct instance) as n from line semi join often using (role, text)
        group by role, text
    ),
    placed as (
        select line.role, line.text, counted.n,
               row_number() over (partition by line.instance, line.turn
                                  order by coalesce(counted.n, 0), line.place desc) = 1 as own
        from line left join counted using (role, text) where regexp_matches(line.text, '\pL')
    ),
    own_line as materialized (
        select role, text from placed where n is not null and role = 'human' group by role, text
        having count(*) filter (own) > $own * count(*)
    ),
    begun as materialized (
        select instance, role, left(text, strpos(text, ': ')) as text, hash(text) as whole
        from line anti join (from counted anti join own_line using (role, text) where n >= $least) using (role, text)
        where contains(text, ': ')
    ),
    often_begun as (select role, text from begun group by role, text having count(*) >= $relative),
    beginning as (
        select role, text, count(distinct instance) as n from begun semi join often_begun using (role, text)
        group by role, text having count(distinct whole) > 1
    )
    select role, 'line', text, n, own_line.text is not null or not regexp_matches(text, '\pL')
    from counted left join own_line using (role, text) where n >= $relative
    union all
    select role, 'beginning', text, n, false from beginning where n >= $relative and text <> ''
"""
_FREQUENT = _FREQUENT.replace("$blanks", "' ' || chr(9) || chr(13)").replace("$own", str(OWN_SHARE))
_OPTION = re.compile(r"\(?[A-H][.):](\s|$)")


def _families(texts: Sequence[str], relatives: Sequence[str], lexicon: Lexicon, phrases: frozenset[str]) -> set[str]:
    """The texts that are an option or differ from a relative in one noun alone, beside at least one other word."""
    of_frame: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = defaultdict(set)
    words = {text: _said(text) for text in {*texts, *relatives}}
    ends = {end for text in texts for end in (words[text][:1], words[text][-1:])}
    for text, said in words.items():
        if not ends.isdisjoint((said[:1], said[-1:])):  # what differs in one noun begins or ends alike
            for begin, end in _nouns_at(said, lexicon, phrases):
                of_frame[said[:begin], said[end:]].add(text)
    alike = {t for several in of_frame.values() if len({words[text] for text in several}) > 1 for t in several}
    return {text for text in texts if text in alike or _OPTION.match(text)}


def _said(text: str) -> tuple[str, ...]:
    """The words of a line, in lower case; "an" is "a"."""
    return tuple("a" if word == "an" else word for word in map(str.lower, _WORD.findall(text)))


def _nouns_at(words: tuple[str, ...], lexicon: Lexicon, phrases: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Begin and end of what can be a noun in a line of several words."""
    for begin in range(len(words)):
        for end in range(begin + 1, min(begin + 4, len(words) + 1)):
            if end - begin == len(words):
                continue
            if end - begin == 1:
                if lexicon.read(words[begin]).nouns:
                    yield begin, end
            elif " ".join(words[begin:end]) in phrases:
                yield begin, end


@dataclass(frozen=True)
class Apart:
    """What of a batch stands in templates. words: bool per word; counts: instances per template."""

    words: np.ndarray
    counts: np.ndarray  # int64


class Templates:
    """Finds templates again in the batches of an index, by the words of each line. Safe to use from several threads."""

    def __init__(self, found: Sequence[Template], let_in: Sequence[str], forms: Forms) -> None:
        self.found = list(found)
        self.counted = np.array([one.text in let_in for one in self.found], dtype=bool)
        text = token.read(cut(pa.array([one.text for one in self.found], pa.string())), forms)
        lines = _PromptLines(text, np.arange(len(text.word)))
        numbers = text.turn[lines.words[lines.begins]] if len(lines.begins) else np.zeros(0, np.int64)
        self._opening = np.unique(text.word[lines.words[lines.begins]]) if len(lines.begins) else np.zeros(0, np.int32)
        self._numbers: dict[str, np.ndarray] = {}
        self._keys: dict[str, np.ndarray] = {}
        for kind in ("line", "beginning"):
            chosen = np.array([self.found[n].kind == kind and self.found[n].role == "human" for n in numbers], bool)
            key = _of_source_key(lines.whole, np.array([self.found[n].source for n in numbers], np.int64))[chosen]
            order = np.argsort(key)
            self._keys[kind], self._numbers[kind] = key[order], numbers[chosen][order]

    def apart(self, text: token.Text, instance: np.ndarray, human: np.ndarray, source: np.ndarray) -> Apart:
        """What of a batch stands in templates; instance, human, source: one element per turn.

        A turn without any other word is an instance's question, and is content.
        """
        inside = np.zeros(len(text.word), dtype=bool)
        counts = np.zeros(len(self.found), dtype=np.int64)
        asked = human[text.turn] & ~text.skipped
        if not any(len(keys) for keys in self._keys.values()) or not asked.any():
            return Apart(inside, counts)
        lines = _PromptLines(text, np.flatnonzero(asked), self._opening)
        if not len(lines.words):
            return Apart(inside, counts)
        turn = text.turn[lines.words[lines.begins]]
        line = self._looked_up("line", lines.whole, source[turn])
        begun = self._looked_up("beginning", lines.beginning, source[turn])
        begun[(line >= 0) | ~lines.has_rest] = -1
        met = np.where(line >= 0, line, begun)
        keys = np.unique(instance[turn[met >= 0]].astype(np.int64) << 32 | met[met >= 0])
        np.add.at(counts, keys & 0xFFFFFFFF, 1)
        hidden = (met >= 0) & ~self.counted[met]
        within = np.repeat(hidden, lines.lengths) & ~(np.repeat(begun >= 0, lines.lengths) & lines.rest)
        hides = lines.words[within]
        other = np.bincount(text.turn[asked], minlength=len(human)) > np.bincount(
            text.turn[hides], minlength=len(human)
        )
        inside[hides[other[text.turn[hides]]]] = True
        return Apart(inside, counts)

    def removed(self, texts: pa.Array, turns: np.ndarray) -> pa.Array:
        """The texts, without the templates' pieces in these turns; for a pipeline that reads whole texts."""
        whole = {one.text for one, counts in zip(self.found, self.counted, strict=True) if not counts}
        plain = texts.to_pylist()
        for turn, text in zip(
            turns.tolist(), without_pieces(texts.take(pa.array(turns)), whole).to_pylist(), strict=True
        ):
            plain[turn] = text
        return pa.array(plain, texts.type)

    def _looked_up(self, kind: str, words: np.ndarray, source: np.ndarray) -> np.ndarray:
        """The number of the template with these words, per line; -1: none."""
        keys = self._keys[kind]
        if not len(keys):
            return np.full(len(words), -1, dtype=np.int64)
        key = _of_source_key(words, source)
        place = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        found: np.ndarray = np.where(keys[place] == key, self._numbers[kind][place], -1)
        return found


def without_pieces(texts: pa.Array, pieces: set[str]) -> pa.Array:
    """The texts without the lines that are one of `pieces`, and without the beginnings of lines that are."""
    plain = ["\n".join(_without_pieces(line, pieces) for line in text.split("\n")) for text in texts.to_pylist()]
    return pa.array(plain, texts.type)


def _without_pieces(line: str, pieces: set[str]) -> str:
    """A line without the template that it is or begins with."""
    said = line.replace("<image>", "").strip(_BLANKS)
    begun, colon, rest = said.partition(": ")
    return "" if said in pieces else rest if begun + colon.strip() in pieces else line


def _of_source_key(words: np.ndarray, source: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        key: np.ndarray = words + source.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    return key


class _PromptLines:
    """Chosen words of a batch, line by line, with fingerprints (uint64) of each line and of its beginning."""

    def __init__(self, text: token.Text, words: np.ndarray, opening: np.ndarray | None = None) -> None:
        """opening: only lines that begin with one of these words."""
        opens = text.gaps[:, _LINE][text.gap] == 1
        opens[1:] |= text.turn[1:] != text.turn[:-1]
        number = np.cumsum(opens)[words] if len(words) else np.zeros(0, np.int64)
        begins = np.flatnonzero(np.diff(number, prepend=-1))
        if opening is not None:
            chosen = np.isin(text.word[words[begins]], opening)
            kept = np.repeat(chosen, np.diff(np.append(begins, len(words))))
            words, number = words[kept], number[kept]
            begins = np.flatnonzero(np.diff(number, prepend=-1))
        self.words, self.begins = words, begins
        self.lengths = np.diff(np.append(begins, len(words)))
        colons = np.cumsum(text.gaps[text.gap[words], _COLON])
        first = colons[self.begins] if len(words) else colons
        self.rest = colons > np.repeat(first, self.lengths)  # the words after the line's first colon
        self.whole = self._sums(text.word[words], np.ones(len(words), dtype=bool))
        self.beginning = self._sums(text.word[words], ~self.rest)
        self.has_rest = np.logical_or.reduceat(self.rest, self.begins) if len(words) else np.zeros(0, dtype=bool)

    def _sums(self, word: np.ndarray, taken: np.ndarray) -> np.ndarray:
        if not len(word):
            return np.zeros(0, np.uint64)
        rank = (np.arange(len(word)) - np.repeat(self.begins, self.lengths)).astype(np.uint64)
        with np.errstate(over="ignore"):
            mixed = (word.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
            mixed += rank * np.uint64(0xC2B2AE3D27D4EB4F)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            sums: np.ndarray = np.add.reduceat(
                np.where(taken, mixed ^ (mixed >> np.uint64(31)), np.uint64(0)), self.begins
            )
        return sums
