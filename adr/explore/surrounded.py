"""What lies within a line drawn on the map: which points, how many of them a run keeps, which entities stand out.

Knows nothing of how the line was drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.explore.association import association, expected_together
from adr.explore.entities import Entity, entities_numbered
from adr.store import Store

SAMPLE = 20_000  # instances whose entities are counted
Corners = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class OverRepresented:
    """An entity that more of the looked-at instances have than by chance. association: see adr.explore.association."""

    entity: Entity
    together: int
    expected: float
    association: float


def inside(places: npt.NDArray[np.uint16], corners: Corners) -> npt.NDArray[np.bool_]:
    """Which places lie within the closed line through these corners (even–odd rule)."""
    found = np.zeros(len(places), np.bool_)
    if len(corners) < 3:
        return found
    by_height = np.argsort(places[:, 1], kind="stable")  # an edge crosses few of the points' rows
    x, y = places[by_height, 0].astype(np.float64), places[by_height, 1].astype(np.float64)
    within = np.zeros(len(places), np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if y1 != y2:
            low, high = np.searchsorted(y, (min(y1, y2), max(y1, y2)), side="right")
            within[low:high] ^= x[low:high] < x1 + (y[low:high] - y1) * ((x2 - x1) / (y2 - y1))
    found[by_height] = within
    return found


def kept_of(store: Store, run: int, positions: npt.NDArray[np.integer]) -> int:
    """How many of these instances a run keeps."""
    kept = store.arrays("select instance from decision where run = $1 and kept", [run])["instance"]
    return int(np.isin(positions, kept, kind="table").sum())


def over_represented(
    store: Store, positions: npt.NDArray[np.integer], perspective: str, *, limit: int = 12
) -> list[OverRepresented]:
    """Entities that these instances have more often than by chance, most over-represented first. Of more than SAMPLE
    instances an even sample is counted, and `together` is of it."""
    looked_at = positions[:: -(-len(positions) // SAMPLE) or 1]
    found = store.arrays(
        """
        with mine as (select unnest($2::integer[]) as instance)
        select p.entity, count(*) as together, any_value(e.n) as n
        from posting p semi join mine using (instance) join entity e using (entity)
        where p.perspective = perspective_number($1) group by p.entity""",
        [perspective, looked_at.tolist()],
    )
    expected = expected_together(found["n"], len(looked_at), int(store.value("select count(*) from instance")))
    told = association(found["together"], expected)
    best = np.lexsort((found["entity"], -told))[:limit]
    best = best[told[best] > 0]
    named = {e.entity: e for e in entities_numbered(store, found["entity"][best].tolist())}
    return [
        OverRepresented(named[int(found["entity"][i])], int(found["together"][i]), float(expected[i]), float(told[i]))
        for i in best
    ]
