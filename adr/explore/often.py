"""The entities that most of a set of instances have, and the rarest that they have."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.store import Store


@dataclass(frozen=True)
class Often:
    """An entity, how many of the instances have it, how many instances of the dataset, and its number."""

    perspective: str
    name: str
    count: int
    n: int
    entity: int


def often_among(store: Store, positions: npt.NDArray[np.int32], most: int = 40) -> list[Often]:
    """The entities that most of the instances at these positions have, the most frequent first."""
    rows = store.rows(
        """
        with counted as (
            select entity, count(*) as has from posting
            where instance in (select unnest($1::integer[])) group by entity order by has desc, entity limit $2
        )
        select perspective_name(e.perspective), e.name, c.has, e.n, e.entity
        from counted c join entity e using (entity) order by c.has desc, e.entity""",
        [positions, most],
    )
    return [Often(*row) for row in rows]


def rarest_among(store: Store, positions: npt.NDArray[np.int32], perspective: str, most: int = 60) -> list[Often]:
    """The entities of one perspective that the instances at these positions have, the rarest of the dataset first."""
    rows = store.rows(
        """
        with counted as (
            select entity, count(*) as has from posting
            where perspective = (select perspective_number($2)) and instance in (select unnest($1::integer[]))
            group by entity
        )
        select e.name, c.has, e.n, e.entity from counted c join entity e using (entity)
        order by e.n, e.name limit $3""",
        [positions, perspective, most],
    )
    return [Often(perspective, name, has, n, entity) for name, has, n, entity in rows]
