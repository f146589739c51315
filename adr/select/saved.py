"""Filters under a name. Writes `saved_filter`, to which every change adds a row; the last row of a name counts."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from adr.errors import AdrError
from adr.select.filter_text import parse, to_text
from adr.select.filter_tree import AllOf, AnyOf, Filter, NotSo, SavedAs, all_of, any_of, conditions
from adr.store import Store

LONGEST_NAME = 60
"""Characters of a name."""


@dataclass(frozen=True)
class SavedFilter:
    """filter: as text; by: who saved it, '' where that is not known."""

    name: str
    filter: str
    by: str


def save_filter(store: Store, name: str, text: str, by: str = "") -> None:
    """Keep a filter under a name, in place of the one that had it. AdrError for a name or filter that cannot be, and
    for a filter that would find itself."""
    name, tree = name.strip(), parse(text)
    if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        raise AdrError("The name of a filter cannot be this.", f"Give it 1 to {LONGEST_NAME} letters.")
    known = saved_filters(store)
    _written_out(tree, known | {name: SavedFilter(name, to_text(tree), by)}, (name,))
    _add(store, name, to_text(tree), by)


def forget_filter(store: Store, name: str, by: str = "") -> None:
    """Let a name go. AdrError where it is not there."""
    _saved(name, saved_filters(store))
    _add(store, name, None, by)


def saved_filters(store: Store) -> dict[str, SavedFilter]:
    """{name: its filter}, by name."""
    rows = store.rows("select name, filter, saved_by from current_filter order by name")
    return {name: SavedFilter(name, text, by) for name, text, by in rows}


def written_out(store: Store, tree: Filter) -> Filter:
    """The filter with those that it names in their places; AdrError where one is not there."""
    if not any(isinstance(one, SavedAs) for one in conditions(tree)):
        return tree
    return _written_out(tree, saved_filters(store), ())


def _written_out(tree: Filter, known: dict[str, SavedFilter], inside: tuple[str, ...]) -> Filter:
    """inside: the names of the filters of which `tree` is a part."""
    match tree:
        case SavedAs(name) if name in inside:
            raise AdrError(f"The filter {name!r} would find itself.", "Leave filter: and its name out of it.")
        case SavedAs(name):
            return _written_out(parse(_saved(name, known).filter), known, (*inside, name))
        case NotSo(part):
            return replace(tree, part=_written_out(part, known, inside))
        case AllOf(parts):
            return all_of([_written_out(part, known, inside) for part in parts])
        case AnyOf(parts):
            return any_of([_written_out(part, known, inside) for part in parts])
    return tree


def _saved(name: str, known: dict[str, SavedFilter]) -> SavedFilter:
    if name not in known:
        raise AdrError(f"There is no saved filter {name!r}.", f"The saved filters: {', '.join(known) or 'none'}.")
    return known[name]


def _add(store: Store, name: str, text: str | None, by: str) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    store.execute("insert into saved_filter values ($1, $2, $3, $4)", [name, text, by, now])
