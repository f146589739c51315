"""Objects whose word mostly means something else in this corpus: "family" of "family history" is no family.

Part of the rebalance stage; reads `entity`, `posting`, `instance` and `annotation`. An object is doubtful when its word
nearly always stands in one two-word phrase, or when it is said in many annotated instances and annotated in none.
"""

import re
from collections import Counter
from dataclasses import dataclass

from adr.store import Store

SAID = 10
"""An object is judged when its word was met so often."""
MOST_OBJECTS = 200
SAMPLE = 40
"""Instances looked at per object."""
IN_PHRASE = 0.9
"""In a larger share of its occurrences the word stands in one phrase."""
SHOWN = 3
"""Collocations shown."""
_FUNCTION = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "some",
        "any",
        "no",
        "each",
        "every",
        "all",
        "both",
        "another",
        "other",
        "one",
        "two",
        "three",
        "four",
        "five",
        "many",
        "several",
        "few",
        "more",
        "most",
        "my",
        "your",
        "his",
        "her",
        "its",
        "our",
        "their",
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "with",
        "from",
        "to",
        "into",
        "near",
        "under",
        "over",
        "behind",
        "beside",
        "and",
        "or",
        "but",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "can",
        "will",
        "would",
        "it",
        "he",
        "she",
        "they",
        "there",
        "here",
        "not",
        "as",
        "than",
        "up",
        "out",
        "down",
        "off",
        "what",
        "which",
        "who",
        "how",
        "where",
        "when",
        "why",
        "if",
        "while",
        "so",
        "very",
        "too",
        "also",
    ]
)

_BARE = frozenset({"by", "no"})
"""Before a bare noun these make a phrase of it all the same: "by phone" shows no phone, "no signs" no sign."""


@dataclass(frozen=True)
class DoubtfulSense:
    """An object in n instances; reason: 'one_phrase' or 'never_annotated'; collocations: the phrases that its word
    stands in most often, each with its number among the occurrences that were looked at."""

    entity: str
    n: int
    reason: str
    collocations: tuple[tuple[str, int], ...]


def doubtful_senses(store: Store) -> list[DoubtfulSense]:
    """The doubtful ones among the MOST_OBJECTS most frequent objects, those of most instances first."""
    nouns = {name for (name,) in store.rows("select name from entity where perspective = perspective_number('token')")}
    unseen = _never_annotated(store)
    found = []
    for name, n, texts in store.rows(_TEXTS, {"objects": MOST_OBJECTS, "sample": SAMPLE, "said": SAID}):
        phrases, occurrences = _phrases(name, texts)
        shown = tuple(phrases.most_common(SHOWN))
        if name in unseen:
            found.append(DoubtfulSense(name, int(n), "never_annotated", shown))
        elif (
            shown and occurrences >= SAID and shown[0][1] > IN_PHRASE * occurrences and _other(name, shown[0][0], nouns)
        ):
            found.append(DoubtfulSense(name, int(n), "one_phrase", shown))
    return found


_TEXTS = """
    with chosen as (select entity, name, n from entity where perspective = perspective_number('object') and n >= $said
                    order by n desc, name limit $objects),
    sampled as (
        select name, n, instance from posting join chosen using (entity)
        where perspective = perspective_number('object')
        qualify row_number() over (partition by entity order by instance::bigint * 2654435761 % 4294967296) <= $sample
    )
    select name, any_value(n) as n,
           list(list_aggregate(list_transform(turns, lambda turn: turn.text), 'string_agg', chr(10)) order by instance)
    from sampled join instance using (instance) group by name order by n desc, name"""


def _phrases(name: str, texts: list[str]) -> tuple[Counter[str], int]:
    """How often the word stands beside each other word or in a compound with hyphens, and how often it occurs."""
    word = re.compile(
        rf"(?:(\w+)[ -])?\b({re.escape(name)}(?:(?:-\w+){{2,}}|e?s|'s|’s)?)\b(?:[ -](?=(\w+)))?", re.IGNORECASE
    )
    phrases: Counter[str] = Counter()
    occurrences = 0
    for match in (one for text in texts for one in word.finditer(text or "")):
        occurrences += 1
        before, said, after = (part.lower() if part else "" for part in match.groups())
        follows = after and after not in _FUNCTION and not after.isdigit()
        if before and not before.isdigit() and before not in (_FUNCTION if follows else _FUNCTION - _BARE):
            phrases[f"{before} {said}"] += 1
        if "-" in said:
            phrases[said] += 1
        elif follows:
            phrases[f"{said} {after}"] += 1
    return phrases, occurrences


def _other(name: str, phrase: str, nouns: set[str]) -> bool:
    """Whether the phrase may mean something else: the word comes first and a noun follows ("family history"), or what
    comes before it is no noun ("visual field", "by phone", but not "tennis racket")."""
    first, _, last = phrase.rpartition(" ")
    if not first:
        return True  # "cup-to-disc"
    return last in nouns if first.startswith(name) else first not in nouns


def _never_annotated(store: Store) -> set[str]:
    """Objects that are said in SAID annotated instances or more and are an object of none of them."""
    rows = store.rows(
        """
        with annotated as (select distinct instance from annotation),
        said as (
            select name, instance from posting join entity using (entity) semi join annotated using (instance)
            where entity.perspective = perspective_number('token') and name in (select name from entity
              where perspective = perspective_number('object'))
        ),
        seen as (
            select name, instance from posting join entity using (entity) semi join annotated using (instance)
            where entity.perspective = perspective_number('object')
        )
        select name from said group by name
        having count(*) >= $1 and name not in (select name from seen)""",
        [SAID],
    )
    return {str(name) for (name,) in rows}
