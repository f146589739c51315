"""Mutes and caps worth considering, each with its reason; nothing is set unless a person accepts it.

Part of the rebalance stage; reads `entity`. A word that every prompt contains says nothing about a picture, and debris
of a parser or detector (fused words, fragments) is rare, so it would keep its instances for no good reason: both are
best muted. What a large part of all instances has is worth a cap.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adr.index_needed import need_index
from adr.perspectives import PAPER_NAMES, in_order
from adr.rebalance.senses import doubtful_senses
from adr.store import Store

PROMPT_WORDS = (
    "image",
    "picture",
    "photo",
    "photograph",
    "photography",
    "pic",
    "snapshot",
    "scene",
    "view",
    "question",
    "answer",
    "option",
    "choice",
    "caption",
    "description",
    "sentence",
    "phrase",
    "paragraph",
    "bounding box",
    "box",
    "coordinate",
    "region",
    "text",
    "word",
    "detail",
    "context",
    "reference",
    "information",
    "ocr",
    "token",
)
# What follows a word when two turns were glued together ("polewhere", "parkingis"), as in the paper's own index.
TURN_OPENERS = (
    "what",
    "where",
    "which",
    "who",
    "whose",
    "why",
    "when",
    "how",
    "does",
    "yes",
    "this",
    "there",
    "these",
    "is",
    "are",
    "the",
)
_TWICE = re.compile(r"[a-z]{2,}([a-z]{3,})\1")
HEAD_SHARE = 0.1
"""An entity in a larger share of all instances is worth a cap at this share."""
COMMON = 0.5
"""An entity in a larger share of all instances is common: a cap on it would drop most of the dataset."""
REASONS = {
    "prompt_word": "this word comes from the prompt or the task, not from the picture",
    "fused_word": "two words fused where one turn ends and the next begins",
    "fragment": "a piece of a word is repeated, as happens in a detector's phrases",
    "one_letter": "a single letter",
    "no_letters": "contains no letter",
    "no_vowel": "four letters or more and no vowel: rarely a word",
    "broken_text": "contains a character that marks broken text",
    "one_phrase": "nearly always in one phrase, so it may mean something else",
    "never_annotated": "said where pictures are annotated, and annotated in none of them",
}


@dataclass(frozen=True)
class Suggestion:
    """Mute this entity, for this reason (a key of REASONS)."""

    perspective: str
    entity: str
    n: int
    reason: str
    collocations: tuple[tuple[str, int], ...] = ()  # phrases that its word stands in, with their numbers

    @property
    def sentence(self) -> str:
        """The reason in words, with the collocations."""
        shown = ", ".join(f"{phrase} ({n:,})" for phrase, n in self.collocations)
        return f"{REASONS[self.reason]}: {shown}" if shown else REASONS[self.reason]


@dataclass(frozen=True)
class CapSuggestion:
    """Cap this entity: n of all instances have it, the share `share` (0..1); at_most is HEAD_SHARE of all instances."""

    perspective: str
    entity: str
    n: int
    share: float
    at_most: int


@dataclass(frozen=True)
class SuggestReport:
    """Entities worth muting, by reason, the most frequent of each reason first, and entities worth a cap, those in the
    largest share of instances first. says: {reason: the reason in words}."""

    suggestions: tuple[Suggestion, ...]
    says: Mapping[str, str]
    caps: tuple[CapSuggestion, ...]


def suggest_report(store: Store, perspectives: tuple[str, ...] = PAPER_NAMES) -> SuggestReport:
    """All suggestions for these perspectives; AdrError when there are no postings yet."""
    need_index(store)
    found = tuple(suggest(store, perspectives))
    return SuggestReport(
        found,
        {reason: REASONS[reason] for reason in REASONS if reason in {s.reason for s in found}},
        tuple(suggest_caps(store, perspectives)),
    )


def suggest(store: Store, perspectives: tuple[str, ...] = PAPER_NAMES) -> list[Suggestion]:
    """All suggestions for these perspectives, without a limit, the most frequent entity of each reason first."""
    rows = store.rows(
        """
        with known as (select name, n from entity where perspective = perspective_number('token') and n >= 3),
        opener as (select unnest($openers::varchar[]) as opener),
        fused as (
            select e.perspective, e.name, e.n from entity e
            join opener o on suffix(e.name, o.opener) and len(e.name) >= len(o.opener) + 4
            join known k on k.name = left(e.name, len(e.name) - len(o.opener)) and k.n > e.n
            where perspective_name(e.perspective) in ('token', 'object')
        ),
        found as (
            select perspective, name, n, 'prompt_word' as reason from entity
            where perspective <> perspective_number('interrogation')
              and len(list_intersect(string_split(name, ' + '), $words::varchar[])) > 0
            union all select perspective, name, n, 'fused_word' from fused
            union all
            select perspective, name, n, case
                when contains(name, chr(65533)) then 'broken_text'
                when len(name) = 1 and regexp_matches(name, '\\p{L}') then 'one_letter'
                when not regexp_matches(name, '\\p{L}') then 'no_letters'
                when regexp_matches(name, '^[b-df-hj-np-tv-xz]{4,}$') then 'no_vowel'
                end
            from entity where perspective_name(perspective) in ('token', 'object')
        )
        select distinct on (perspective, name) perspective_name(perspective), name, n, reason from found
        where reason is not null and list_contains($perspectives::varchar[], perspective_name(perspective))
        order by perspective, name, reason""",
        {"openers": list(TURN_OPENERS), "words": list(PROMPT_WORDS), "perspectives": list(perspectives)},
    )
    found = [Suggestion(str(p), str(name), int(n), str(reason)) for p, name, n, reason in rows]
    seen = {(s.perspective, s.entity) for s in found}
    found += [s for s in _repeating(store, perspectives) if (s.perspective, s.entity) not in seen]
    if "object" in perspectives:
        seen = {(s.perspective, s.entity) for s in found}
        senses = [Suggestion("object", s.entity, s.n, s.reason, s.collocations) for s in doubtful_senses(store)]
        found += [s for s in senses if ("object", s.entity) not in seen]
    order, places = list(REASONS), {p: at for at, p in enumerate(in_order(s.perspective for s in found))}
    return sorted(found, key=lambda s: (order.index(s.reason), places[s.perspective], -s.n, s.entity))


def suggest_caps(store: Store, perspectives: tuple[str, ...] = PAPER_NAMES) -> list[CapSuggestion]:
    """Nouns and objects in more than HEAD_SHARE of all instances and at most COMMON of them, largest share first; words
    of the prompt are left out, since muting is for them, and so is what nearly every instance has."""
    rows = store.rows(
        """
        select perspective_name(e.perspective), e.name, e.n, e.n / i.n, ceil($head * i.n)::bigint
        from entity e, (select count(*) as n from instance) i
        where perspective_name(e.perspective) in ('token', 'object')
          and list_contains($perspectives::varchar[], perspective_name(e.perspective))
          and e.n > $head * i.n and e.n <= $common * i.n and not list_contains($words::varchar[], e.name)
        order by e.n desc, e.perspective, e.name""",
        {"head": HEAD_SHARE, "common": COMMON, "words": list(PROMPT_WORDS), "perspectives": list(perspectives)},
    )
    return [CapSuggestion(str(p), str(name), int(n), float(share), int(most)) for p, name, n, share, most in rows]


def _repeating(store: Store, perspectives: tuple[str, ...]) -> list[Suggestion]:
    """Words in which, after other letters, a piece of three letters or more repeats ("racketcquetcquet")."""
    rows = store.rows(
        "select perspective_name(perspective), name, n from entity "
        "where perspective_name(perspective) in ('token', 'object') "
        "and len(name) >= 8 and list_contains($1::varchar[], perspective_name(perspective))",
        [list(perspectives)],
    )
    return [Suggestion(str(p), str(name), int(n), "fragment") for p, name, n in rows if _TWICE.search(name)]
