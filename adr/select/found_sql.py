"""What a filter finds as the beginning of a query, by way of the table of words where there is one.

A phrase of one word is answered by the table alone. Of other phrases, and of regular expressions, it tells the
instances that come into question; only their texts are read.
"""

import re
from collections.abc import Sequence
from typing import Any, Literal

from adr.select.filter_sql import ConditionSql, reads_text
from adr.select.filter_tree import (
    AllOf,
    AnyOf,
    Filter,
    HasQuantity,
    MatchesPattern,
    SaysPhrase,
    Where,
    all_of,
    any_of,
    conditions,
)
from adr.select.pattern_literals import literals
from adr.select.word_table import UNSPACED
from adr.store import Store

_UNSPACED_LETTER = re.compile("([" + "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED) + "])")
_BLANK = re.compile(r"[ \t\n\r]+")
_MOST_WORDS = 3
"""Words of a phrase that are looked up; the longest are the rarest."""
_SHORTEST = 2
"""Letters of a text that is looked up for a regular expression."""
_LISTS = {"question": ("questions",), "answer": ("answers",), "either": ("questions", "answers")}

Place = Literal["whole", "suffix", "prefix", "contains"]


def found_sql(store: Store, tree: Filter, *, by_words: bool) -> tuple[str, dict[str, Any]]:
    """(`with … found as (…)`, its parameters by name): a query's beginning, after which `found` has the positions that
    the filter finds. by_words: the table of words is that of the present sources."""
    builder = _ByWords(store) if by_words else ConditionSql(store)
    parts = tree.parts if isinstance(tree, AllOf) else (tree,)
    open_parts = [part for part in parts if not _is_settled(part, by_words)]
    maybe = [part for part in parts if part not in open_parts]
    if by_words:
        maybe += [narrowed for part in open_parts if (narrowed := _narrowed(part)) is not None]
    first = builder.sql(all_of(maybe)) if maybe else ""
    if not open_parts:
        return f"with found as materialized (select i.instance from instance i where {first})", builder.bound
    texts = ConditionSql(store, builder.bound).sql(all_of(open_parts))
    if not maybe:
        return f"with found as materialized (select i.instance from instance i where {texts})", builder.bound
    return (
        f"with maybe as materialized (select i.rowid as place from instance i where {first}), "
        "found as materialized (select i.instance from instance i "
        f"where i.rowid in (select m.place from maybe m) and ({texts}))",
        builder.bound,
    )


class _ByWords(ConditionSql):
    """Conditions on texts and sizes as conditions on the tables that `word_table` makes."""

    def sql(self, tree: Filter) -> str:
        match tree:
            case SaysPhrase(where, phrase):
                return self._words(where, phrase)
            case HasQuantity(of, relation, number):
                wanted = f"z.{of} {relation} {self._bind(number)}"
                return f"i.instance in (select z.instance from instance_size z where {wanted})"
        return super().sql(tree)

    def _words(self, where: Where, phrase: str) -> str:
        """That each of the longest words of a phrase stands in the instance."""
        placed = sorted(_placed_words(phrase), key=lambda one: -len(one[1]))[:_MOST_WORDS]
        return " and ".join(f"i.instance in ({self._instances_with(where, *one)})" for one in placed)

    def _instances_with(self, where: Where, place: Place, word: str) -> str:
        bound = f"lower({self._bind(word)})"
        holds = f"w.word = {bound}" if place == "whole" else f"{place}(w.word, {bound})"
        return " union all ".join(
            f"select unnest(w.{turns}) from word_instances w where {holds}" for turns in _LISTS[where]
        )


def _placed_words(phrase: str) -> list[tuple[Place, str]]:
    """The words of a phrase, and which part of a word of the text each of them is; empty for blanks alone."""
    spaced = _UNSPACED_LETTER.sub(r" \1 ", phrase)
    words = [word for word in _BLANK.split(spaced) if word]
    if len(words) == 1 and not _BLANK.search(phrase):
        return [("contains", words[0])]
    opens, closes = bool(_BLANK.match(spaced)), bool(_BLANK.match(spaced[::-1]))
    last = len(words) - 1
    return [(_place(n > 0 or opens, n < last or closes), word) for n, word in enumerate(words)]


def _place(begins: bool, ends: bool) -> Place:
    """Which part of a word it is, by whether it has that word's beginning and end."""
    return ("whole" if ends else "prefix") if begins else ("suffix" if ends else "contains")


def _is_settled(part: Filter, by_words: bool) -> bool:
    """Whether a part is answered without reading texts."""
    return not any(reads_text(one) and not (by_words and _is_in_table(one)) for one in conditions(part))


def _is_in_table(condition: Filter) -> bool:
    """Whether the tables alone answer a condition: sizes, and a phrase that lies within one word."""
    if isinstance(condition, HasQuantity):
        return True
    return isinstance(condition, SaysPhrase) and _placed_words(condition.phrase) == [("contains", condition.phrase)]


def _narrowed(part: Filter) -> Filter | None:
    """A filter that the tables answer and that finds whatever `part` finds; None: nothing narrows it."""
    match part:
        case _ if _is_settled(part, True):
            return part
        case SaysPhrase(_, phrase):
            return part if _placed_words(phrase) else None
        case MatchesPattern(where, pattern):
            return _narrowed_pattern(where, pattern)
        case AllOf(parts):
            known = [one for inner in parts if (one := _narrowed(inner)) is not None]
            return all_of(known) if known else None
        case AnyOf(parts):
            every = [_narrowed(inner) for inner in parts]
            return any_of([one for one in every if one is not None]) if None not in every else None
    return None


def _narrowed_pattern(where: Where, pattern: str) -> Filter | None:
    """That the two longest texts which every match contains are said."""
    groups = sorted((min(map(len, group)), group) for group in literals(pattern))[-2:]
    said = [_any_said(where, group) for length, group in groups if length >= _SHORTEST and all(map(str.strip, group))]
    return all_of(said) if said else None


def _any_said(where: Where, texts: Sequence[str]) -> Filter:
    return any_of([SaysPhrase(where, text) for text in dict.fromkeys(texts)])
