"""What the lint has to know of all rows together: their ids and their keys. Plain values, which shards can be asked for
one by one.
"""

import json
from dataclasses import dataclass

from adr.export.columns import KEPT, KeySet, all_reject, key_sets
from adr.export.found_rows import EXAMPLES
from adr.export.leaving import Leaving
from adr.export.said import REJECTED_KEYS
from adr.store import Store

REPEATED = """
    select id, rows, first, sum(rows) over ()::bigint as total from (
        select trim(id, '"') as id, sum(copies) as rows, min(instance) as first
        from {kept} group by all having sum(copies) > 1
    ) order by first limit {most}"""
"""The first repeated ids of `kept`, which has `id`, `copies` and `instance`, and the rows of all repeated ones."""


@dataclass(frozen=True)
class SetFacts:
    """with_repeated_id: rows whose id another row has, copies included; repeated: sentences on the first of these ids;
    id_kinds: {'number' or 'text': instances with such an id}; all_reject: whether every row rejects an answer; mapped:
    the keys that a person's mapping reads."""

    with_repeated_id: int
    repeated: tuple[str, ...]
    id_kinds: dict[str, int]
    key_sets: list[KeySet]
    all_reject: bool
    mapped: frozenset[str]

    @classmethod
    def of(cls, store: Store, leave: Leaving, *, keys: bool) -> "SetFacts":
        """The facts of the rows that leave. keys: whether the records are read for their keys."""
        sets = key_sets(store, leave) if keys else []
        kept = f"(select id, copies, i.instance {KEPT} and id is not null)"
        repeated = store.rows(REPEATED.format(kept=kept, most=EXAMPLES), leave.which)
        return cls(
            repeated[0][3] if repeated else 0,
            tuple(in_words(name, rows, first) for name, rows, first, _ in repeated),
            id_kinds(store, leave),
            sets,
            any(one.keys.intersection(REJECTED_KEYS) for one in sets) and all_reject(store, leave),
            mapped(store),
        )


def in_words(name: str, rows: int, first: int) -> str:
    """A repeated id as an example of the lint."""
    return f"id {name}: {rows} rows, first instance {first}"


def id_kinds(store: Store, leave: Leaving) -> dict[str, int]:
    """{'number' or 'text': kept instances with such an id}, in this order."""
    found = store.rows(
        f"""
        select case when starts_with(id, '"') then 'text' else 'number' end as kind, count(*)
        {KEPT} and id is not null group by kind order by kind
        """,
        leave.which,
    )
    return {str(kind): int(rows) for kind, rows in found}


def mapped(store: Store) -> frozenset[str]:
    """The keys that a person's mapping reads."""
    found = store.rows("select mapping from source where mapping is not null")
    named = (json.loads(mapping) for (mapping,) in found)
    return frozenset(str(key) for mapping in named if isinstance(mapping, dict) for key in mapping.values())
