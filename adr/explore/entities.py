"""The entities of a perspective: by page, by name, by rank.

Entities are numbered by perspective, then count descending, then name, so an entity's rank is its number minus the
first number of its perspective, plus 1.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pyarrow as pa

from adr.errors import AdrError
from adr.perspectives import choices, is_known
from adr.store import Store

ORDERS = {
    "head": "entity",  # from the most frequent
    "tail": "n, name",  # from the rarest
    "name": "name",
    "name_down": "name desc",
}


@dataclass(frozen=True)
class Entity:
    """One entity of a perspective. n: instances that have it; rank: from 1, the most frequent."""

    entity: int
    perspective: str
    name: str
    n: int
    rank: int


@dataclass(frozen=True)
class EntityPage:
    """One page of a perspective's entities, and how many entities match in all."""

    entities: list[Entity]
    total: int


def known_objects(store: Store, names: Collection[str]) -> tuple[int, int]:
    """(how many objects of the dataset are among `names`, how many there are)."""
    row = store.row(
        """
        select count(*) filter (where name in (select unnest($1::varchar[]))), count(*)
        from entity where perspective = perspective_number('object')
        """,
        [sorted(names)],
    )
    assert row is not None  # an aggregate has one row
    return int(row[0]), int(row[1])


def numbers_of_objects(store: Store, names: Collection[str]) -> dict[str, int]:
    """{name: its number} of the objects of the dataset that are among `names`."""
    return dict(
        store.rows(
            "select name, entity from entity where perspective = perspective_number('object') "
            "and name in (select unnest($1::varchar[]))",
            [sorted(names)],
        )
    )


def find_entities(
    store: Store,
    perspective: str,
    *,
    search: str = "",
    least: int | None = None,
    most: int | None = None,
    after_rank: int = 0,
    up_to_rank: int | None = None,
    order: str = "head",
    limit: int = 50,
    offset: int = 0,
) -> EntityPage:
    """A page of the entities whose name contains `search`, with count and rank within the bounds; order: see ORDERS."""
    first = first_of(store, perspective)
    bound = {
        "perspective": perspective,
        "search": search.strip().lower(),
        "least": least,
        "most": most,
        "from": first + after_rank,
        "to": None if up_to_rank is None else first + up_to_rank,
    }
    asked = """
        from entity
        where perspective = perspective_number($perspective)
          and ($search = '' or contains(name, $search))
          and ($least is null or n >= $least) and ($most is null or n <= $most)
          and entity >= $from and ($to is null or entity < $to)
    """
    total = int(store.value(f"select count(*) {asked}", bound))
    rows = store.rows(
        f"select entity, perspective_name(perspective), name, n, entity - $first + 1 {asked} "
        f"order by {ORDERS[order]} limit $limit offset $offset",
        {**bound, "first": first, "limit": limit, "offset": offset},
    )
    return EntityPage([Entity(*row) for row in rows], total)


def entity_named(store: Store, perspective: str, name: str) -> Entity:
    """The entity of that name; AdrError when the perspective has none."""
    found = _named(store, perspective, name)
    if found is None:
        raise AdrError(
            f"There is no {perspective.replace('_', '-')} {name!r} in this workspace.",
            "Search for it on the Explore page; the index may have been rebuilt.",
        )
    return found


def entities_at(store: Store, perspective: str, ranks: Sequence[int]) -> list[Entity]:
    """The entities at these ranks, by rank; ranks that do not exist are left out."""
    first = first_of(store, perspective)
    return [
        e for e in entities_numbered(store, [first + int(rank) - 1 for rank in ranks]) if e.perspective == perspective
    ]


def entities_numbered(store: Store, numbers: Sequence[int]) -> list[Entity]:
    """The entities with these numbers, by number."""
    rows = store.rows(
        """
        select entity, perspective_name(perspective), name, n from entity
        where entity in (select unnest($1::integer[])) order by entity
    """,
        [list(numbers)],
    )
    first = {perspective: first_of(store, perspective) for perspective in {row[1] for row in rows}}
    return [
        Entity(number, perspective, name, n, number - first[perspective] + 1) for number, perspective, name, n in rows
    ]


def all_entities(store: Store, perspective: str, head_rank: int) -> pa.Table:
    """Every entity of a perspective as a table: rank, entity, instances, part ('head' or 'tail')."""
    return store.arrow(
        """
        select entity - $2 + 1 as rank, name as entity, n as instances, if(entity - $2 < $3, 'head', 'tail') as part
        from entity where perspective = perspective_number($1) order by entity.entity
    """,
        [perspective, first_of(store, perspective), head_rank],
    )


def pair_named(store: Store, first: str, second: str) -> Entity | None:
    """The co-occurrence of two objects, given in either order; None when they never occur together."""
    return _named(store, "co_occurrence", " + ".join(sorted((first, second))))


def _named(store: Store, perspective: str, name: str) -> Entity | None:
    row = store.row(
        "select entity, perspective_name(perspective), name, n from entity "
        "where perspective = perspective_number($1) and name = $2",
        [known_perspective(perspective), name],
    )
    if row is None:
        return None
    number, _, own_name, n = row
    return Entity(number, perspective, own_name, n, number - first_of(store, perspective) + 1)


def first_of(store: Store, perspective: str) -> int:
    """The number of a perspective's most frequent entity; 0 when it has none."""
    return int(
        store.value(
            "select min(entity) from entity where perspective = perspective_number($1)",
            [known_perspective(perspective)],
        )
        or 0
    )


def known_perspective(perspective: str) -> str:
    if not is_known(perspective):
        raise AdrError(f"There is no perspective {perspective!r}.", f"Choose one of {', '.join(choices())}.")
    return perspective
