"""Rows of one picture as one: of each picture the first of its rows, with how many there are.

Where copies were looked for, rows of the same picture are those of a cluster; else those that name the same pictures. A
row without pictures stands for itself. Reads only.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.store import Store

Positions = npt.NDArray[np.int32]

_BY_CLUSTER = """
    select instance, cluster as first from copy_cluster where kind = 'picture' and instance <> cluster
    order by instance"""
_BY_PATHS = """
    select i.instance, f.first
    from instance i join (
        select images, min(instance) as first from instance where len(images) > 0 group by images having count(*) > 1
    ) f using (images)
    where i.instance <> f.first order by i.instance"""


@dataclass(frozen=True)
class RepeatedPictures:
    """The rows that are not the first of their picture, ascending, and the first row of each one's picture."""

    instances: Positions
    first: Positions


def repeated_pictures(store: Store) -> RepeatedPictures:
    """Which rows of the dataset show a picture that an earlier row shows."""
    compared = store.value("select count(*) > 0 from copies_made, dataset_changed where made_at >= changed_at")
    found = store.arrays(_BY_CLUSTER if compared else _BY_PATHS)
    return RepeatedPictures(np.asarray(found["instance"], np.int32), np.asarray(found["first"], np.int32))


def each_picture_once(repeated: RepeatedPictures, positions: Positions) -> tuple[Positions, npt.NDArray[np.int64]]:
    """Of `positions` (ascending) those that are the first among them to show their picture, and how many show it."""
    picture = positions.copy()
    place = np.searchsorted(repeated.instances, positions)
    place[place == len(repeated.instances)] = 0
    if len(repeated.instances):
        later = repeated.instances[place] == positions
        picture[later] = repeated.first[place[later]]
    rows = np.bincount(picture)
    order = np.arange(len(positions))
    place_of_first = np.empty(len(rows), np.int64)
    place_of_first[picture[::-1]] = order[::-1]  # of several places of a picture the first is written last, and stays
    first = place_of_first[picture] == order
    return positions[first], rows[picture[first]]
