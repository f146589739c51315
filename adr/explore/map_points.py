"""The points of the map, and what colours them: one of a few kinds for each point, kind 0 beneath the others.

Knows no colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.explore.entities import known_perspective
from adr.maps import PICTURES
from adr.store import Store

KINDS = 12
"""Entities of a perspective that get a kind; all others are kind 0."""
LEVELS = 16
"""Kinds of the map by density."""
_CELLS = 256  # per side, in which density is counted


@dataclass(frozen=True)
class MapPoints:
    """The instances on a map in ascending order, and their places: (n, 2), whole numbers from 0 to 65,535. shows: a
    name of `adr.maps`."""

    instances: npt.NDArray[np.int32]
    places: npt.NDArray[np.uint16]
    shows: str = PICTURES


@dataclass(frozen=True)
class Kinds:
    """of: (n,) uint8, for each point its place in `names`; counts: points of each kind."""

    of: npt.NDArray[np.uint8]
    names: Sequence[str]

    @property
    def counts(self) -> list[int]:
        """Points of each kind."""
        return [int(n) for n in np.bincount(self.of, minlength=len(self.names))]


def map_points(store: Store, shows: str = PICTURES) -> MapPoints:
    """Every instance on a map. shows: a name of `adr.maps`."""
    found = store.arrays("select instance, x, y from map_place where shows = $1 order by instance", [shows])
    return MapPoints(found["instance"], np.column_stack([found["x"], found["y"]]), shows)


def has_pictures(store: Store) -> bool:
    """Whether an instance has a picture."""
    return bool(store.value("select exists (select 1 from instance where len(images) > 0)"))


def kinds_by_entity(store: Store, points: MapPoints, perspective: str) -> Kinds:
    """The KINDS most frequent entities of a perspective. A point with several of them has the kind of the rarest."""
    rows = store.rows(
        "select entity, name from entity where perspective = perspective_number($1) order by entity limit $2",
        [known_perspective(perspective), KINDS],
    )
    found = store.arrays(
        """
        select p.instance, max(p.entity - $2 + 1)::utinyint as kind
        from posting p
        where p.perspective = perspective_number($1) and p.entity between $2 and $3
        group by p.instance""",
        [perspective, rows[0][0] if rows else 0, rows[-1][0] if rows else -1],
    )
    return Kinds(_at(points, found["instance"], found["kind"]), ["any other", *(name for _, name in rows)])


def kinds_by_decision(store: Store, points: MapPoints, run: int) -> Kinds:
    """What a run keeps and drops."""
    kept = _kept(store, points, run)
    return Kinds(np.where(kept, 2, 1).astype(np.uint8), ["undecided", f"dropped by run {run}", f"kept by run {run}"])


def kinds_by_two_runs(store: Store, points: MapPoints, one: int, other: int) -> Kinds:
    """What either of two runs keeps."""
    first, second = _kept(store, points, one), _kept(store, points, other)
    names = ["neither", f"only run {one}", f"only run {other}", "both"]
    return Kinds((first + 2 * second).astype(np.uint8), names)


def kinds_by_source(store: Store, points: MapPoints) -> Kinds:
    """The sources that instances were read from: the first KINDS of them."""
    names = source_names(store)
    kind = {source: at for at, source in enumerate(names, 1)}
    found = store.arrays("select instance, source from instance")
    kind_of = np.array([kind.get(source, 0) for source in range(int(found["source"].max(initial=0)) + 1)])
    return Kinds(_at(points, found["instance"], kind_of[found["source"]]), ["any other", *names.values()])


def source_names(store: Store) -> dict[int, str]:
    """{source: its name} of the first KINDS sources."""
    return dict(store.rows("select source, coalesce(name, path) from source order by source limit $1", [KINDS]))


def kinds_by_density(points: MapPoints) -> Kinds:
    """How many points lie near each: LEVELS steps of equal size on a logarithmic scale."""
    if not len(points.places):
        return Kinds(np.zeros(0, np.uint8), [str(level) for level in range(LEVELS)])
    cell = points.places.astype(np.int32) * _CELLS // 65_536
    flat = cell[:, 1] * _CELLS + cell[:, 0]
    near = smoothed(np.bincount(flat, minlength=_CELLS**2).reshape(_CELLS, _CELLS).astype(np.float64))
    log = np.log(near.ravel()[flat])
    low, high = float(log.min()), float(log.max())
    level = (log - low) / max(high - low, 1e-9) * LEVELS
    return Kinds(np.minimum(level, LEVELS - 1).astype(np.uint8), [str(level) for level in range(LEVELS)])


def smoothed(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Each cell as the weighted mean of the 3 by 3 around it: 1 2 1 along either side."""
    padded = np.pad(counts, 1)
    across = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    found: npt.NDArray[np.float64] = (across[:-2] + 2 * across[1:-1] + across[2:]) / 16
    return found


def _kept(store: Store, points: MapPoints, run: int) -> npt.NDArray[np.bool_]:
    found = store.arrays("select instance from decision where run = $1 and kept", [run])
    return np.isin(points.instances, found["instance"], kind="table")


def _at(points: MapPoints, instances: npt.NDArray[np.integer], kinds: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """The kind of each point, 0 where it is not among `instances`."""
    last = max(int(points.instances[-1]) if len(points.instances) else -1, int(instances.max(initial=-1)))
    every = np.zeros(last + 1, np.uint8)
    every[instances] = kinds
    return every[points.instances]
