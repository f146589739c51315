"""Which entities occur together with an entity, compared with chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.explore.association import association, expected_together
from adr.explore.entities import Entity, entities_numbered, known_perspective
from adr.store import Store

SAMPLE = 20_000  # instances of one entity that `neighbours` looks at


@dataclass(frozen=True)
class OccursWith:
    """An entity that occurs in the same instances. association: see adr.explore.association; 0 is chance."""

    entity: Entity
    together: int  # instances that have both, counted among `looked_at` instances
    expected: float
    association: float


@dataclass(frozen=True)
class Neighbours:
    """Neighbours of one entity. looked_at < n when only a sample of its instances was counted."""

    found: list[OccursWith]
    looked_at: int


@dataclass(frozen=True)
class PairMatrix:
    """How often the chosen objects occur together: square arrays in the order of `objects`; the diagonal is n(e)."""

    objects: list[Entity]
    together: npt.NDArray[np.int64]
    expected: npt.NDArray[np.float64]
    association: npt.NDArray[np.float64]


def neighbours(store: Store, entity: Entity, perspective: str, *, by: str = "together", limit: int = 24) -> Neighbours:
    """Entities of `perspective` in the instances of `entity`, by count 'together' or by 'association'.

    For an entity with more than SAMPLE instances, an even sample of about that many is counted, chosen by a hash of the
    position.
    """
    every = max(1, round(entity.n / SAMPLE))
    found = store.arrays(
        """
        with mine as materialized (
            select instance from posting
            where perspective = perspective_number($1) and entity = $2 and ($3 = 1 or hash(instance) % $3 = 0)
        ), joint as (
            select p.entity, count(*) as together
            from posting p semi join mine using (instance)
            where p.perspective = perspective_number($4) and p.entity <> $2
            group by p.entity
        )
        select j.entity, j.together, e.n, (select count(*) from mine) as looked_at
        from joint j join entity e on e.entity = j.entity and e.perspective = perspective_number($4)
    """,
        [entity.perspective, entity.entity, every, known_perspective(perspective)],
    )
    if not len(found["entity"]):
        return Neighbours([], min(entity.n, SAMPLE))
    looked_at = int(found["looked_at"][0])
    instances_all = int(store.value("select count(*) from instance"))
    expected = expected_together(found["n"], looked_at, instances_all)
    told = association(found["together"], expected)
    best = (
        np.lexsort((found["entity"], -found["together"]))
        if by == "together"
        else np.lexsort((found["entity"], -found["together"], -told))
    )
    best = best[:limit]
    named = {e.entity: e for e in entities_numbered(store, [int(found["entity"][i]) for i in best])}
    return Neighbours(
        [
            OccursWith(named[int(found["entity"][i])], int(found["together"][i]), float(expected[i]), float(told[i]))
            for i in best
        ],
        looked_at,
    )


def pair_matrix(store: Store, objects: Sequence[Entity]) -> PairMatrix:
    """How often each two of these objects occur together, compared with chance, from the counts of co_occurrence."""
    numbers = [e.entity for e in objects]
    place = {number: i for i, number in enumerate(numbers)}
    together = np.diag([e.n for e in objects]).astype(np.int64) if objects else np.zeros((0, 0), np.int64)
    rows = store.rows(
        """
        select first, second, n from entity
        where perspective = perspective_number('co_occurrence') and list_contains($1::integer[], first)
          and list_contains($1::integer[], second)
    """,
        [numbers],
    )
    for first, second, n in rows:
        together[place[first], place[second]] = together[place[second], place[first]] = n
    n = np.array([e.n for e in objects], dtype=np.int64)
    expected = expected_together(n[:, None], n[None, :], int(store.value("select count(*) from instance")))
    return PairMatrix(list(objects), together, expected, association(together, expected))
