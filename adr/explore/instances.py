"""Instances to look at, by position and by entity, and the entities of an instance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.errors import AdrError
from adr.explore.entities import Entity, entities_numbered
from adr.perspectives import indexed
from adr.store import Store


@dataclass(frozen=True)
class Instance:
    """One instance for display. turns: (role, text); id: as JSON text, or None."""

    instance: int
    id: str | None
    images: list[str]
    missing: int
    turns: list[tuple[str, str]]

    @property
    def question(self) -> str:
        """What the human says first, without the image marker; '' when no human speaks."""
        for role, text in self.turns:
            if role == "human":
                return text.replace("<image>", "").strip()
        return ""


def instances_of(store: Store, entity: Entity, *, limit: int = 24, offset: int = 0) -> list[Instance]:
    """A page of the instances that have an entity, by position in the source."""
    found = store.rows(
        """
        select instance from posting
        where perspective = perspective_number($1) and entity = $2
        order by instance limit $3 offset $4
    """,
        [entity.perspective, entity.entity, limit, offset],
    )
    return instances(store, [instance for (instance,) in found])


def positions_of(store: Store, entity: Entity) -> npt.NDArray[np.int32]:
    """The positions of all instances that have an entity, ascending."""
    found = store.arrays(
        "select instance from posting where perspective = perspective_number($1) and entity = $2 order by instance",
        [entity.perspective, entity.entity],
    )
    return np.asarray(found["instance"], np.int32)


def place_of(store: Store, entity: Entity, instance: int) -> tuple[int, int | None, int | None]:
    """(how many instances of the entity come before this one, the one before, the one after)."""
    row = store.row(
        """
        select count(*) filter (instance < $3), max(instance) filter (instance < $3),
               min(instance) filter (instance > $3)
        from posting where perspective = perspective_number($1) and entity = $2
    """,
        [entity.perspective, entity.entity, instance],
    )
    assert row is not None
    return row[0], row[1], row[2]


def beside(store: Store, instance: int) -> tuple[int | None, int | None]:
    """The positions of the instances before and after one; None at either end."""
    row = store.row(
        """
        select max(instance) filter (instance < $1), min(instance) filter (instance > $1)
        from instance where instance between $1 - 100000 and $1 + 100000
    """,
        [instance],
    )
    assert row is not None
    return row[0], row[1]


def instances(store: Store, numbers: Sequence[int]) -> list[Instance]:
    """The instances with these positions, by position; those that do not exist are left out."""
    rows = store.rows(
        """
        select instance, id, images, coalesce(missing, 0), turns from instance
        where instance in (select unnest($1::integer[])) order by instance
    """,
        [list(numbers)],
    )
    return [
        Instance(number, own_id, list(images or []), missing, [(t["role"], t["text"] or "") for t in turns or []])
        for number, own_id, images, missing, turns in rows
    ]


def instance_at(store: Store, number: int) -> Instance:
    """The instance at a position; AdrError when there is none."""
    found = instances(store, [number])
    if not found:
        raise AdrError(
            f"There is no instance {number} in this workspace.",
            "Positions count from 0; a record that was set aside leaves a gap.",
        )
    return found[0]


def entities_of(store: Store, instance: int) -> dict[str, list[Entity]]:
    """The entities of one instance in every perspective, the rarest first."""
    found = entities_numbered(
        store, [number for (number,) in store.rows("select entity from posting where instance = $1", [instance])]
    )
    found.sort(key=lambda e: (e.n, e.name))
    return {perspective: [e for e in found if e.perspective == perspective] for perspective in indexed(store)}
