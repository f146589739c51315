"""What a filter finds as the beginning of a query, by way of the table of words where there is one.

The table alone answers phrases, but for very long ones. Of these, and of regular expressions, it tells the instances
that come into question; only their texts are read.
"""

from collections.abc import Sequence
from typing import Any

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
from adr.select.pattern_words import word_tests
from adr.select.word_cut import can_be_cut, words
from adr.select.word_search import Place, WordTest, as_bits, saying
from adr.select.word_table import WordsReport
from adr.store import Store

_MOST_WORDS = 24
"""Words of a phrase that are looked up, one behind the other."""
_RAREST = 3
"""Words of a longer phrase that are looked up; the longest are the rarest."""
_SHORTEST = 2
"""Letters of a text that is looked up for a regular expression."""


def found_sql(store: Store, tree: Filter, report: WordsReport | None) -> tuple[str, dict[str, Any]]:
    """(`with … found as (…)`, its parameters by name): a query's beginning, after which `found` has the positions that
    the filter finds. report: that of the table of words; None when the present sources have none."""
    builder = ConditionSql(store) if report is None else _ByWords(store, report)
    parts = tree.parts if isinstance(tree, AllOf) else (tree,)
    open_parts = [part for part in parts if not _is_settled(part, report)]
    maybe = [part for part in parts if part not in open_parts]
    if report is not None:
        maybe += [narrowed for part in open_parts if (narrowed := _narrowed(part, report)) is not None]
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
    """Conditions on texts and sizes as conditions on what `word_search` and the tables of `word_table` know."""

    def __init__(self, store: Store, report: WordsReport) -> None:
        super().__init__(store)
        self._report = report

    def sql(self, tree: Filter) -> str:
        match tree:
            case SaysPhrase(where, phrase):
                return self._phrase(where, phrase)
            case MatchesPattern(where, pattern):
                return " or ".join(self._said(where, tests) for tests in word_tests(pattern))
            case HasQuantity(of, relation, number):
                wanted = f"z.{of} {relation} {self._bind(number)}"
                return f"i.instance in (select z.instance from instance_size z where {wanted})"
        return super().sql(tree)

    def _phrase(self, where: Where, phrase: str) -> str:
        """That the words of a phrase stand one behind the other in the instance; of many words, that the longest do."""
        tests = _placed_words(phrase, self._report)
        if len(tests) <= _MOST_WORDS:
            return self._said(where, tests)
        longest = sorted(tests, key=lambda one: -len(one.text))[:_RAREST]
        return " and ".join(self._said(where, [one]) for one in longest)

    def _said(self, where: Where, tests: Sequence[WordTest]) -> str:
        """That the words that pass the tests stand one behind the other in the instance."""
        bits = self._bind(as_bits(saying(self.store, where, tests)))
        return f"(get_bit({bits}::blob::bit, i.instance) = 1)"


def _placed_words(phrase: str, report: WordsReport) -> list[WordTest]:
    """The words of a phrase, and which part of a word of the text each of them is; empty for blanks alone, and where
    the table cannot tell."""
    if not can_be_cut(phrase):
        return []
    said = phrase.strip(" ")
    cut = words(said) if report.by_letter else said.split(" ")
    if cut == [""]:
        return []
    opens, closes, last = phrase.startswith(" "), phrase.endswith(" "), len(cut) - 1
    return [WordTest(_place(n > 0 or opens, n < last or closes), word) for n, word in enumerate(cut)]


def _place(begins: bool, ends: bool) -> Place:
    """Which part of a word it is, by whether it has that word's beginning and end."""
    return ("whole" if ends else "prefix") if begins else ("suffix" if ends else "contains")


def _is_settled(part: Filter, report: WordsReport | None) -> bool:
    """Whether a part is answered without reading texts."""
    return not any(reads_text(one) and not (report and _is_in_table(one, report)) for one in conditions(part))


def _is_in_table(condition: Filter, report: WordsReport) -> bool:
    """Whether the tables alone answer a condition: sizes, phrases of few words without blanks around them, and patterns
    of words."""
    match condition:
        case SaysPhrase(_, phrase) if phrase == phrase.strip(" "):
            return 0 < len(_placed_words(phrase, report)) <= _MOST_WORDS
        case MatchesPattern(_, pattern):
            return report.same_letters and bool(word_tests(pattern))
    return isinstance(condition, HasQuantity)


def _narrowed(part: Filter, report: WordsReport) -> Filter | None:
    """A filter that the tables answer and that finds whatever `part` finds; None: nothing narrows it."""
    match part:
        case _ if _is_settled(part, report):
            return part
        case SaysPhrase(_, phrase):
            return part if _placed_words(phrase, report) else None
        case MatchesPattern(where, pattern):
            return _narrowed_pattern(where, pattern)
        case AllOf(parts):
            known = [one for inner in parts if (one := _narrowed(inner, report)) is not None]
            return all_of(known) if known else None
        case AnyOf(parts):
            every = [_narrowed(inner, report) for inner in parts]
            return any_of([one for one in every if one is not None]) if None not in every else None
    return None


def _narrowed_pattern(where: Where, pattern: str) -> Filter | None:
    """That the two longest texts which every match contains are said."""
    groups = sorted((min(map(len, group)), group) for group in literals(pattern))[-2:]
    said = [_any_said(where, group) for length, group in groups if length >= _SHORTEST and all(map(str.strip, group))]
    return all_of(said) if said else None


def _any_said(where: Where, texts: Sequence[str]) -> Filter:
    return any_of([SaysPhrase(where, text) for text in dict.fromkeys(texts)])
