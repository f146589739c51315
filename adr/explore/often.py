"""The entities that most of a set of instances have."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.store import Store


@dataclass(frozen=True)
class Often:
    """An entity, how many of the instances have it, and how many instances of the dataset."""

    perspective: str
    name: str
    count: int
    n: int


def often_among(store: Store, positions: npt.NDArray[np.int32], most: int = 40) -> list[Often]:
    """The entities that most of the instances at these positions have, the most frequent first."""
    rows = store.rows(
        """
        with counted as (
            select entity, count(*) as has from posting
            where instance in (select unnest($1::integer[])) group by entity order by has desc, entity limit $2
        )
        select perspective_name(e.perspective), e.name, c.has, e.n
        from counted c join entity e using (entity) order by c.has desc, e.entity""",
        [positions, most],
    )
    return [Often(*row) for row in rows]
