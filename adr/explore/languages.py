"""The languages of a dataset's turns, counted by the index. Knows nothing of how a language is recognised."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.store import Store


@dataclass(frozen=True)
class LanguageCount:
    """A language of the dataset. instances: with a turn in it; turns: of all instances; unread: of these turns."""

    language: str
    instances: int
    turns: int
    unread: int


def instances_in(store: Store, language: str) -> npt.NDArray[np.int64]:
    """The instances with a turn in a language, ascending."""
    rows = store.rows("select instance from turn_language where language = $1 order by instance", [language])
    return np.array([instance for (instance,) in rows], dtype=np.int64)


def languages(store: Store) -> list[LanguageCount]:
    """The languages of the turns, most turns first; empty where the index does not say."""
    rows = store.rows("""
        select language, count(*), sum(turns)::bigint, sum(unread)::bigint from turn_language
        group by language order by 3 desc, language""")
    return [LanguageCount(*row) for row in rows]
