"""What a filter finds as the beginning of a query, by way of the table of words where there is one.

The table alone answers phrases, but for very long ones. Of these, and of regular expressions, it tells the instances
that come into question; only their texts are read.
"""

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
from adr.store import Store

_MOST_WORDS = 8
"""Words of a phrase that are looked up, one behind the other."""
_RAREST = 3
"""Words of a longer phrase that are looked up; the longest are the rarest."""
_SHORTEST = 2
"""Letters of a text that is looked up for a regular expression."""
_SPAN = 2**31  # above every place of a word
_LISTS = {"question": ("question",), "answer": ("answer",), "either": ("question", "answer")}

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
        """That the words of a phrase stand one behind the other in the instance; of many words, that the longest do."""
        placed = _placed_words(phrase)
        if len(placed) > _MOST_WORDS:
            longest = sorted(placed, key=lambda one: -len(one[1]))[:_RAREST]
            return " and ".join(f"i.instance in ({self._instances_with(where, *one)})" for one in longest)
        if len(placed) == 1:
            return f"i.instance in ({self._instances_with(where, *placed[0])})"
        first, *rest = [self._places_of(where, *one) for one in placed]
        joins = "".join(
            f" semi join ({places}) w{n} on w{n}.place = w0.place + {n}" for n, places in enumerate(rest, 1)
        )
        return f"i.instance in (select (w0.place // {_SPAN})::integer from ({first}) w0{joins})"

    def _instances_with(self, where: Where, place: Place, word: str) -> str:
        holds = self._holds(place, word)
        return " union all ".join(f"select unnest(w.{one}s) from word_place w where {holds}" for one in _LISTS[where])

    def _places_of(self, where: Where, place: Place, word: str) -> str:
        """Where a word stands, as one number for instance and place."""
        holds = self._holds(place, word)
        return " union all ".join(
            f"select unnest(w.{one}s)::bigint * {_SPAN} + unnest(w.{one}_places) as place "
            f"from word_place w where {holds}"
            for one in _LISTS[where]
        )

    def _holds(self, place: Place, word: str) -> str:
        bound = f"lower({self._bind(word)})"
        return f"w.word = {bound}" if place == "whole" else f"{place}(w.word, {bound})"


def _placed_words(phrase: str) -> list[tuple[Place, str]]:
    """The words of a phrase, and which part of a word of the text each of them is; empty for blanks alone."""
    words = phrase.strip(" ").split(" ")
    if words == [""]:
        return []
    opens, closes, last = phrase.startswith(" "), phrase.endswith(" "), len(words) - 1
    return [(_place(n > 0 or opens, n < last or closes), word) for n, word in enumerate(words)]


def _place(begins: bool, ends: bool) -> Place:
    """Which part of a word it is, by whether it has that word's beginning and end."""
    return ("whole" if ends else "prefix") if begins else ("suffix" if ends else "contains")


def _is_settled(part: Filter, by_words: bool) -> bool:
    """Whether a part is answered without reading texts."""
    return not any(reads_text(one) and not (by_words and _is_in_table(one)) for one in conditions(part))


def _is_in_table(condition: Filter) -> bool:
    """Whether the tables alone answer a condition: sizes, and phrases of few words without blanks around them."""
    if isinstance(condition, HasQuantity):
        return True
    if not isinstance(condition, SaysPhrase) or condition.phrase != condition.phrase.strip(" "):
        return False
    return 0 < len(_placed_words(condition.phrase)) <= _MOST_WORDS


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
