"""A page of entities as a table in which they can be sorted, opened and chosen.

Sorting asks the database, so that it sorts all entities and not only those shown. Knows nothing of the query behind the
page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from adr.explore.entities import Entity
from adr.ui.parts.component import component
from adr.ui.parts.palette import HEAD_COLOR, TAIL_COLOR

_TABLE = component("parts/entity_table", '<div class="scroll"></div>')


@dataclass(frozen=True)
class TableEvent:
    """What the user has just done: opened an entity (its name), picked a picture (the entity's name, the instance) or
    asked for another order; and what is chosen."""

    opened: str | None
    picked: tuple[str, int] | None
    order: str | None
    chosen: list[int]


@dataclass(frozen=True)
class RowPicture:
    """A small picture in a row: the instance that a click opens, and a data URL."""

    instance: int
    image: str


def entity_table(
    entities: Sequence[Entity],
    pictures: Mapping[int, Sequence[RowPicture]],
    *,
    order: str,
    head_rank: int,
    top: int,
    key: str,
) -> TableEvent:
    """Draw entities as rows, each with its `pictures`; bars are relative to `top`, a count. `chosen` holds entity
    numbers, across pages."""
    chosen = [int(number) for number in st.session_state.get(key, {}).get("chosen") or []]
    rows = [
        {
            "entity": e.entity,
            "rank": e.rank,
            "name": e.name,
            "n": e.n,
            "tail": e.rank > head_rank,
            "bar": round(100 * e.n / max(top, 1), 2),
            "pictures": [asdict(one) for one in pictures.get(e.entity, ())],
        }
        for e in entities
    ]
    columns = [
        {"label": "Rank", "kind": "number rank", "order": "head", "back": "tail"},
        {"label": "Entity", "kind": "name", "order": "name", "back": "name_down"},
        *([{"label": "Pictures", "kind": "pictures"}] if any(pictures.values()) else []),
        {"label": "Instances", "kind": "number count", "order": "head", "back": "tail"},
        {"label": "", "kind": "bar"},
        {"label": "Part", "kind": "part"},
    ]
    result = _TABLE(
        data={
            "rows": rows,
            "columns": columns,
            "order": order,
            "chosen": chosen,
            "head": HEAD_COLOR,
            "tail": TAIL_COLOR,
        },
        key=key,
        on_opened_change=lambda: None,
        on_picked_change=lambda: None,
        on_order_change=lambda: None,
        on_chosen_change=lambda: None,
    )
    picked = result.get("picked")
    return TableEvent(
        result.get("opened"),
        (str(picked[0]), int(picked[1])) if picked else None,
        result.get("order"),
        [int(n) for n in result.get("chosen") or chosen],
    )
