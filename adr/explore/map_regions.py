"""Regions of the map, named by the entities that are over-represented there.

A region is a hill of the density: the cells from which going up leads to the same top. Knows nothing of how places are
made.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.explore.association import association, expected_together
from adr.explore.map_points import MapPoints, smoothed
from adr.store import Store

CELLS = 48  # per side
_LEAST = 0.004  # share of the points that a region has at least
_MOST = 40  # regions
_NAMES = 2  # entities in the name of a region
_COMMON = 0.08  # share of a region's instances that have an entity in its name, at least


@dataclass(frozen=True)
class Region:
    """names: its most over-represented entities, best first; x, y: its middle; n: instances."""

    names: tuple[str, ...]
    x: int
    y: int
    n: int


def regions(store: Store, points: MapPoints, perspective: str) -> list[Region]:
    """The regions that have a name, largest first."""
    cells = cells_of(points.places)
    hills = _hills(np.bincount(cells, minlength=CELLS**2))
    mine = hills[cells]
    sizes = np.bincount(mine, minlength=CELLS**2)
    chosen = np.argsort(-sizes, kind="stable")[:_MOST]
    chosen = chosen[sizes[chosen] >= max(3, _LEAST * len(mine))]
    named = _named(store, points.shows, hills, chosen, sizes, perspective)
    return [
        Region(named[int(hill)], *_middle(points.places[mine == hill]), int(sizes[hill]))
        for hill in chosen
        if int(hill) in named
    ]


def cells_of(places: npt.NDArray[np.uint16]) -> npt.NDArray[np.int64]:
    """The number of the cell of each place: row · CELLS + column."""
    cell = places.astype(np.int64) * CELLS // 65_536
    found: npt.NDArray[np.int64] = cell[:, 1] * CELLS + cell[:, 0]
    return found


def _hills(counts: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """For each cell the cell at the top of its hill."""
    height = smoothed(smoothed(counts.reshape(CELLS, CELLS).astype(np.float64)))
    padded = np.pad(height, 1, constant_values=-1.0)
    number = np.pad(np.arange(CELLS**2).reshape(CELLS, CELLS), 1)
    shifts = [(0, 0), *((a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0))]
    around = [np.roll(padded, shift, (0, 1))[1:-1, 1:-1] for shift in shifts]
    numbers = [np.roll(number, shift, (0, 1))[1:-1, 1:-1] for shift in shifts]
    up = np.take_along_axis(np.stack(numbers), np.argmax(np.stack(around), 0)[None], 0)[0].ravel()
    while (up[up] != up).any():
        up = up[up]
    found: npt.NDArray[np.int64] = up.astype(np.int64)
    return found


def _named(
    store: Store,
    shows: str,
    hills: npt.NDArray[np.int64],
    chosen: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    perspective: str,
) -> dict[int, tuple[str, ...]]:
    found = store.arrays(
        f"""
        with here as (
            select instance, ($2::integer[])[row * {CELLS} + x::integer * {CELLS} // 65536 + 1] as hill
            from (select instance, x, y::integer * {CELLS} // 65536 as row from map_place where shows = $3)
        )
        select h.hill, p.entity, count(*) as together from posting p join here h using (instance)
        where p.perspective = perspective_number($1) group by h.hill, p.entity order by h.hill, p.entity""",
        [perspective, hills.tolist(), shows],
    )
    _, place = np.unique(found["entity"], return_inverse=True)
    n = np.bincount(place, weights=found["together"])[place] if len(place) else np.zeros(0)
    expected = expected_together(n, sizes[found["hill"]], int(sizes.sum()))
    told = association(found["together"], expected)
    told[found["together"] < _COMMON * sizes[found["hill"]]] = 0
    best = {int(hill): _best(found, told, int(hill)) for hill in chosen}
    names = _names(store, sorted({entity for entities in best.values() for entity in entities}))
    return {hill: tuple(names[e] for e in entities) for hill, entities in best.items() if entities}


def _best(found: dict[str, npt.NDArray[np.integer]], told: npt.NDArray[np.float64], hill: int) -> list[int]:
    """The entities of a hill that are more frequent than by chance, most over-represented first."""
    here = np.flatnonzero((found["hill"] == hill) & (told > 0))
    ranked = here[np.lexsort((found["entity"][here], -told[here]))]
    return [int(entity) for entity in found["entity"][ranked[:_NAMES]]]


def _names(store: Store, entities: list[int]) -> dict[int, str]:
    return dict(
        store.rows("select entity, name from entity where entity in (select unnest($1::integer[]))", [entities])
    )


def _middle(places: npt.NDArray[np.uint16]) -> tuple[int, int]:
    x, y = np.median(places, axis=0)
    return int(x), int(y)
