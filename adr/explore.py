"""The questions of the Explore page: curves point by point, entities by page, from an entity to instances and back.

A reading stage: it writes nothing. Entities are numbered by perspective, then count descending, then name, so a rank is
an entity's number less the first of its perspective.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adr.association import association, expected_together
from adr.errors import AdrError
from adr.recipe import PERSPECTIVES
from adr.store import Store
from adr.tail import Spectrum

ORDERS = {
    "head": "entity",                       # from the most frequent
    "tail": "n, name",                      # from the rarest
    "name": "name",
    "name_down": "name desc",
}
SAMPLE = 20_000         # instances of one entity that `neighbours` looks at


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
    """A stretch of a perspective's entities, and how many there are in all that answer to the same question."""

    entities: list[Entity]
    total: int


@dataclass(frozen=True)
class Instance:
    """One instance as people look at it. turns: (role, text); id: as JSON text, or None."""

    instance: int
    id: str | None
    images: list[str]
    missing: int
    turns: list[tuple[str, str]]

    @property
    def question(self) -> str:
        """What the human says first, without the image mark; '' when no human speaks."""
        for role, text in self.turns:
            if role == "human":
                return text.replace("<image>", "").strip()
        return ""


@dataclass(frozen=True)
class Neighbour:
    """An entity that comes in the same instances. association: see adr.association; 0 is chance."""

    entity: Entity
    together: int               # instances that have both; counted in `looked_at` instances
    expected: float
    association: float


@dataclass(frozen=True)
class Neighbours:
    """Neighbours of one entity. looked_at < n when only a sample of its instances was counted."""

    found: list[Neighbour]
    looked_at: int


@dataclass(frozen=True)
class PairMatrix:
    """How often the chosen objects come together: square arrays in the order of `objects`; the diagonal is n(e)."""

    objects: list[Entity]
    together: npt.NDArray[np.int64]
    expected: npt.NDArray[np.float64]
    association: npt.NDArray[np.float64]


def spectrum(store: Store, perspective: str) -> Spectrum:
    """How many entities of a perspective have each count."""
    found = store.arrays("""
        select n::bigint as n, count(*) as entities
        from entity where perspective = $1::perspective
        group by all order by n
    """, [_known(perspective)])
    return Spectrum(np.asarray(found["n"], np.int64), np.asarray(found["entities"], np.int64))


def breakpoints(counts: Spectrum, points: int = 1500,
                also: Sequence[int] = ()) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(ranks, counts): where the rank–frequency curve of ALL entities changes, both ends of every plateau.

    Above `points`, plateaus that fall into the same thousandth or so of the logarithmic rank axis are drawn as one:
    that is narrower than a pixel, and the tail's wide plateaus (counts 1, 2, 3 …) always stay. The first and the last
    rank are always there, and the ranks `also`, where they exist.
    """
    alive = counts.values > 0
    values, entities = counts.values[alive][::-1], counts.entities[alive][::-1]
    if not len(values):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    ends = np.cumsum(entities)
    starts = ends - entities + 1
    ranks, heights = np.column_stack([starts, ends]).ravel(), np.repeat(values, 2)
    new = np.append(True, np.diff(ranks) > 0)           # a plateau of one entity is one point
    ranks, heights = ranks[new], heights[new]
    if len(ranks) > points:
        position = np.log(ranks) / max(np.log(ranks[-1]), 1e-9)
        cell = np.floor(position * (points // 2 - 1)).astype(np.int64)
        first = np.append(True, np.diff(cell) > 0)
        last = np.append(np.diff(cell) > 0, True)
        ranks, heights = ranks[first | last], heights[first | last]
    more = [rank for rank in also if 1 <= rank <= ends[-1]]
    ranks, place = np.unique(np.append(ranks, more).astype(np.int64), return_index=True)
    return ranks, np.append(heights, values[np.searchsorted(ends, more)])[place].astype(np.int64)


def cumulative_share(counts: Spectrum, ranks: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The share of all postings that the entities up to each rank have."""
    values, entities = counts.values[::-1], counts.entities[::-1]
    ends, postings = np.cumsum(entities), np.cumsum(values * entities)
    if not len(ends) or not postings[-1]:
        return np.zeros(len(ranks))
    plateau = np.searchsorted(ends, ranks)
    return (postings[plateau] - (ends[plateau] - ranks) * values[plateau]) / postings[-1]


def find_entities(store: Store, perspective: str, *, search: str = "", least: int | None = None,
                  most: int | None = None, after_rank: int = 0, up_to_rank: int | None = None, order: str = "head",
                  limit: int = 50, offset: int = 0) -> EntityPage:
    """A page of the entities whose name contains `search`, with count and rank within the bounds; order: see ORDERS."""
    first = _first(store, perspective)
    bound = {"perspective": perspective, "search": search.strip().lower(), "least": least, "most": most,
             "from": first + after_rank, "to": None if up_to_rank is None else first + up_to_rank}
    asked = """
        from entity
        where perspective = $perspective::perspective
          and ($search = '' or contains(name, $search))
          and ($least is null or n >= $least) and ($most is null or n <= $most)
          and entity >= $from and ($to is null or entity < $to)
    """
    total = int(store.value(f"select count(*) {asked}", bound))
    rows = store.rows(f"select entity, perspective, name, n, entity - $first + 1 {asked} "
                      f"order by {ORDERS[order]} limit $limit offset $offset",
                      {**bound, "first": first, "limit": limit, "offset": offset})
    return EntityPage([Entity(*row) for row in rows], total)


def entity_named(store: Store, perspective: str, name: str) -> Entity:
    """The entity of that name; AdrError when the perspective has none."""
    found = _named(store, perspective, name)
    if found is None:
        raise AdrError(f"There is no {perspective.replace('_', '-')} {name!r} in this workspace.",
                       "Search for it on the Explore page; the index may have been built anew.")
    return found


def entities_at(store: Store, perspective: str, ranks: Sequence[int]) -> list[Entity]:
    """The entities at these ranks, by rank; ranks that do not exist are left out."""
    first = _first(store, perspective)
    return [e for e in entities_numbered(store, [first + int(rank) - 1 for rank in ranks])
            if e.perspective == perspective]


def entities_numbered(store: Store, numbers: Sequence[int]) -> list[Entity]:
    """The entities with these numbers, in their order."""
    rows = store.rows("""
        select entity, perspective, name, n from entity
        where entity in (select unnest($1::integer[])) order by entity
    """, [list(numbers)])
    first = {perspective: _first(store, perspective) for perspective in {row[1] for row in rows}}
    return [Entity(number, perspective, name, n, number - first[perspective] + 1)
            for number, perspective, name, n in rows]


def all_entities(store: Store, perspective: str, head_rank: int) -> pa.Table:
    """Every entity of a perspective as a table: rank, entity, instances, part ('head' or 'tail')."""
    return store.arrow("""
        select entity - $2 + 1 as rank, name as entity, n as instances, if(entity - $2 < $3, 'head', 'tail') as part
        from entity where perspective = $1::perspective order by entity.entity
    """, [perspective, _first(store, perspective), head_rank])


def instances_of(store: Store, entity: Entity, *, limit: int = 24, offset: int = 0) -> list[Instance]:
    """A page of the instances that have an entity, by position in the source."""
    found = store.rows("""
        select instance from posting
        where perspective = $1::perspective and entity = $2
        order by instance limit $3 offset $4
    """, [entity.perspective, entity.entity, limit, offset])
    return instances(store, [instance for (instance,) in found])


def place_of(store: Store, entity: Entity, instance: int) -> tuple[int, int | None, int | None]:
    """(how many instances of the entity come before this one, the one before, the one after)."""
    row = store.row("""
        select count(*) filter (instance < $3), max(instance) filter (instance < $3),
               min(instance) filter (instance > $3)
        from posting where perspective = $1::perspective and entity = $2
    """, [entity.perspective, entity.entity, instance])
    assert row is not None
    return row[0], row[1], row[2]


def beside(store: Store, instance: int) -> tuple[int | None, int | None]:
    """The positions of the instances before and after one; None at either end."""
    row = store.row("""
        select max(instance) filter (instance < $1), min(instance) filter (instance > $1)
        from instance where instance between $1 - 100000 and $1 + 100000
    """, [instance])
    assert row is not None
    return row[0], row[1]


def instances(store: Store, numbers: Sequence[int]) -> list[Instance]:
    """The instances with these positions, by position; those that do not exist are left out."""
    rows = store.rows("""
        select instance, id, images, coalesce(missing, 0), turns from instance
        where instance in (select unnest($1::integer[])) order by instance
    """, [list(numbers)])
    return [Instance(number, own_id, list(images or []), missing, [(t["role"], t["text"] or "") for t in turns or []])
            for number, own_id, images, missing, turns in rows]


def instance_at(store: Store, number: int) -> Instance:
    """The instance at a position; AdrError when there is none."""
    found = instances(store, [number])
    if not found:
        raise AdrError(f"There is no instance {number} in this workspace.",
                       "Positions count from 0; a rejected record leaves a hole.")
    return found[0]


def entities_of(store: Store, instance: int) -> dict[str, list[Entity]]:
    """The entities of one instance in all four perspectives, the rarest first."""
    found = entities_numbered(store, [number for (number,) in store.rows(
        "select entity from posting where instance = $1", [instance])])
    found.sort(key=lambda e: (e.n, e.name))
    return {perspective: [e for e in found if e.perspective == perspective] for perspective in PERSPECTIVES}


def neighbours(store: Store, entity: Entity, perspective: str, *, by: str = "together", limit: int = 24) -> Neighbours:
    """Entities of `perspective` in the instances of `entity`, by count 'together' or by 'association'.

    An entity with more than SAMPLE instances is judged by an even sample of about that many, chosen by a hash of the
    position.
    """
    every = max(1, round(entity.n / SAMPLE))
    found = store.arrays("""
        with mine as materialized (
            select instance from posting
            where perspective = $1::perspective and entity = $2 and ($3 = 1 or hash(instance) % $3 = 0)
        ), joint as (
            select p.entity, count(*) as together
            from posting p semi join mine using (instance)
            where p.perspective = $4::perspective and p.entity <> $2
            group by p.entity
        )
        select j.entity, j.together, e.n, (select count(*) from mine) as looked_at
        from joint j join entity e on e.entity = j.entity and e.perspective = $4::perspective
    """, [entity.perspective, entity.entity, every, _known(perspective)])
    if not len(found["entity"]):
        return Neighbours([], min(entity.n, SAMPLE))
    looked_at = int(found["looked_at"][0])
    instances_all = int(store.value("select count(*) from instance"))
    expected = expected_together(found["n"], looked_at, instances_all)
    told = association(found["together"], expected)
    best = np.lexsort((found["entity"], -found["together"])) if by == "together" else np.lexsort(
        (found["entity"], -found["together"], -told))
    best = best[:limit]
    named = {e.entity: e for e in entities_numbered(store, [int(found["entity"][i]) for i in best])}
    return Neighbours([Neighbour(named[int(found["entity"][i])], int(found["together"][i]), float(expected[i]),
                                 float(told[i])) for i in best], looked_at)


def pair_matrix(store: Store, objects: Sequence[Entity]) -> PairMatrix:
    """How often each two of these objects come together, against chance, from the counts of co_occurrence."""
    numbers = [e.entity for e in objects]
    place = {number: i for i, number in enumerate(numbers)}
    together = np.diag([e.n for e in objects]).astype(np.int64) if objects else np.zeros((0, 0), np.int64)
    rows = store.rows("""
        select first, second, n from entity
        where perspective = 'co_occurrence' and list_contains($1::integer[], first)
          and list_contains($1::integer[], second)
    """, [numbers])
    for first, second, n in rows:
        together[place[first], place[second]] = together[place[second], place[first]] = n
    n = np.array([e.n for e in objects], dtype=np.int64)
    expected = expected_together(n[:, None], n[None, :], int(store.value("select count(*) from instance")))
    return PairMatrix(list(objects), together, expected, association(together, expected))


def pair_named(store: Store, first: str, second: str) -> Entity | None:
    """The co-occurrence of two objects, whichever way round; None when they never come together."""
    return _named(store, "co_occurrence", " + ".join(sorted((first, second))))


def _named(store: Store, perspective: str, name: str) -> Entity | None:
    row = store.row("select entity, perspective, name, n from entity where perspective = $1::perspective and name = $2",
                    [_known(perspective), name])
    if row is None:
        return None
    number, _, own_name, n = row
    return Entity(number, perspective, own_name, n, number - _first(store, perspective) + 1)


def _first(store: Store, perspective: str) -> int:
    """The number of a perspective's most frequent entity; 0 when it has none."""
    return int(store.value("select min(entity) from entity where perspective = $1::perspective",
                           [_known(perspective)]) or 0)


def _known(perspective: str) -> str:
    if perspective not in PERSPECTIVES:
        raise AdrError(f"There is no perspective {perspective!r}.", f"Choose one of {', '.join(PERSPECTIVES)}.")
    return perspective
