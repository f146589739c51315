"""A page of rows under heads that sort; the first cell of a row opens it.

Sorting is asked of the caller, so that all rows are sorted and not only those shown. Knows nothing of what they hold.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from adr.ui.parts.component import component

_TABLE = component("parts/sorted_table", '<div class="scroll"></div>')


@dataclass(frozen=True)
class Head:
    """The head of a column. order: what a click on it asks for, '' where the column does not sort."""

    label: str
    order: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell. note: smaller, behind the text; tint: a colour behind it; strength: how much of it, in per cent."""

    text: str
    note: str = ""
    tint: str = ""
    strength: int = 0


@dataclass(frozen=True)
class SortedEvent:
    """What the user has just done: opened a row (its id), or asked for an order; '-' before it asks for its reverse."""

    opened: str | None
    order: str | None


def sorted_table(
    heads: Sequence[Head], rows: Sequence[tuple[str, Sequence[Cell]]], *, order: str, key: str
) -> SortedEvent:
    """Draw rows, each with its id, under heads. order: the one in force, as `SortedEvent` gives it."""
    result = _TABLE(
        data={
            "heads": [asdict(head) for head in heads],
            "rows": [{"id": name, "cells": [asdict(cell) for cell in cells]} for name, cells in rows],
            "order": order,
        },
        key=key,
        on_opened_change=lambda: None,
        on_order_change=lambda: None,
    )
    return SortedEvent(result.get("opened"), result.get("order"))
