"""Empty places of the map among instances that hold the tail: where more pictures would be new ones.

Knows nothing of plans.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.explore.association import association, expected_together
from adr.explore.entities import Entity, entities_numbered
from adr.explore.map_points import MapPoints
from adr.explore.map_regions import CELLS, cells_of
from adr.store import Store

REACH = 2  # cells to each side that count as near
_MOST = 6  # places
_APART = 4  # cells between two places, at least
_ENTITIES = 8  # of the tail, at a place
_LOOKED_AT = 5_000  # instances near a place whose entities are counted


@dataclass(frozen=True)
class ThinPlace:
    """x, y: the middle of an empty cell; near: instances around it; tail: those of them that hold one of the tail;
    entities: of the tail, most frequent around it first."""

    x: int
    y: int
    near: int
    tail: int
    entities: tuple[Entity, ...]


def thin_places(store: Store, points: MapPoints, perspective: str, first_tail: int) -> list[ThinPlace]:
    """The empty places with the most of the tail around them: those where the tail is more frequent than by chance, by
    the careful end of a 95 % interval, best first. first_tail: the number of the first entity of the tail."""
    cells = cells_of(points.places)
    found = store.arrays(
        "select distinct instance from posting where perspective = perspective_number($1) and entity >= $2",
        [perspective, first_tail],
    )
    holds = np.isin(points.instances, found["instance"], kind="table")
    all_here, tail_here = np.bincount(cells, minlength=CELLS**2), np.bincount(cells[holds], minlength=CELLS**2)
    near, tail = _around(all_here), _around(tail_here)
    told = association(tail, expected_together(near, int(holds.sum()), max(len(cells), 1)))
    told[all_here > 0] = 0
    return [
        ThinPlace(
            *_middle(cell),
            int(near[cell]),
            int(tail[cell]),
            _tail_near(store, points, cells, cell, perspective, first_tail),
        )
        for cell in _best(told)
    ]


def _around(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The sum of the cells at most REACH away, in rows and columns, of each cell."""
    padded = np.pad(counts.reshape(CELLS, CELLS), REACH)
    steps = range(2 * REACH + 1)
    rows = np.sum([padded[step : step + CELLS] for step in steps], axis=0)
    found: npt.NDArray[np.int64] = np.sum([rows[:, step : step + CELLS] for step in steps], axis=0).ravel()
    return found


def _best(told: npt.NDArray[np.float64]) -> list[int]:
    chosen: list[int] = []
    for cell in np.argsort(-told, kind="stable"):
        if told[cell] <= 0 or len(chosen) == _MOST:
            break
        row, column = divmod(int(cell), CELLS)
        if all(max(abs(row - one // CELLS), abs(column - one % CELLS)) >= _APART for one in chosen):
            chosen.append(int(cell))
    return chosen


def _middle(cell: int) -> tuple[int, int]:
    row, column = divmod(cell, CELLS)
    return int((column + 0.5) * 65_536 / CELLS), int((row + 0.5) * 65_536 / CELLS)


def _tail_near(
    store: Store, points: MapPoints, cells: npt.NDArray[np.int64], cell: int, perspective: str, first_tail: int
) -> tuple[Entity, ...]:
    row, column = divmod(cell, CELLS)
    near = (abs(cells // CELLS - row) <= REACH) & (abs(cells % CELLS - column) <= REACH)
    positions = points.instances[near]
    rows = store.rows(
        """
        with near as (select unnest($3::integer[]) as instance)
        select entity from posting semi join near using (instance)
        where perspective = perspective_number($1) and entity >= $2
        group by entity order by count(*) desc, entity limit $4""",
        [perspective, first_tail, positions[:: -(-len(positions) // _LOOKED_AT) or 1].tolist(), _ENTITIES],
    )
    order = [entity for (entity,) in rows]
    return tuple(sorted(entities_numbered(store, order), key=lambda one: order.index(one.entity)))
