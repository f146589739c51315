"""The languages of a dataset's turns, counted by the index. Knows nothing of how a language is recognised."""

from dataclasses import dataclass

from adr.store import Store


@dataclass(frozen=True)
class LanguageCount:
    """A language of the dataset. instances: with a turn in it; turns: of all instances; unread: of these turns."""

    language: str
    instances: int
    turns: int
    unread: int


def languages(store: Store) -> list[LanguageCount]:
    """The languages of the turns, most turns first; empty where the index does not say."""
    rows = store.rows("""
        select language, count(*), sum(turns)::bigint, sum(unread)::bigint from turn_language
        group by language order by 3 desc, language""")
    return [LanguageCount(*row) for row in rows]
