"""Which lines of prompts recur in the present index, and instances that have one. Reads only."""

import json
from dataclasses import dataclass
from typing import Any

from adr.store import Store


@dataclass(frozen=True)
class RecurringLine:
    """A template: a line or the beginning of one. counted: its words are entities; role: 'human' or 'system'."""

    text: str
    kind: str
    role: str
    source: int
    instances: int
    counted: bool


def recurring_lines(store: Store) -> list[RecurringLine]:
    """The templates of the index, those of most instances first."""
    rows = store.rows("""
        select text, kind, role, source, instances, counted from template
        order by instances desc, text, kind, source""")
    return [RecurringLine(*row) for row in rows]


def instances_with(store: Store, line: RecurringLine, limit: int) -> list[int]:
    """The first instances whose turns of that role hold the line."""
    found = store.rows(
        """
        select instance from instance
        where coalesce(source, 0) = $1
          and list_bool_or(list_transform(turns, lambda turn: turn.role = $2 and contains(turn.text, $3)))
        order by instance limit $4""",
        [line.source, line.role, line.text, limit],
    )
    return [int(instance) for (instance,) in found]


def let_in(store: Store) -> tuple[str, ...]:
    """The texts whose words count although they recur."""
    return tuple(text for (text,) in store.rows("select distinct text from template where counted order by text"))


def asked_options(store: Store) -> dict[str, Any]:
    """The options of the present index that were given; {} without one."""
    rows = store.rows("select asked from index_made")
    return dict(json.loads(rows[0][0])) if rows and rows[0][0] else {}
