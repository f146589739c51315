"""Which pictures of the source look most like a given one, by their features; exact, without an index.

Reads what `adr embed` has written. Knows nothing of filters or pages.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adr.errors import AdrError
from adr.feature_folder import FeatureFolder, Features, Vectors
from adr.knowledge import short_name
from adr.settings import setting
from adr.store import Store
from adr.workspace import Workspace

MOST_ALIKE = 100
"""How many pictures count as alike unless another number is asked for."""


@dataclass(frozen=True)
class LookAlike:
    """A picture, and the cosine of its features with those of the picture that was asked about."""

    path: str
    cosine: float


def look_alikes(store: Store, instance: int, count: int = MOST_ALIKE) -> tuple[LookAlike, ...]:
    """The pictures that look most like the first one of an instance, the most alike first, which is that picture itself
    where no other has equal features.

    By the features of ADR_SCORER_MODEL. AdrError without features, or if the instance has no picture with any.
    """
    if store.path is None:
        raise AdrError("No model has looked at the pictures of this dataset.", "Use a workspace on disk.")
    features = FeatureFolder.of(Workspace(store.path.parent).features, setting("ADR_SCORER_MODEL")).need()
    path = store.value("select images[1] from instance where instance = $1", [instance])
    row = features.row_of(path) if path else None
    if row is None:
        raise AdrError(
            f"Instance {instance:,} has no picture that {short_name(features.model)} has looked at.",
            "Choose another instance; after new pictures have come, run adr embed again.",
        )
    return _found(features, row, count)


@lru_cache(maxsize=64)
def _found(features: Features, row: int, count: int) -> tuple[LookAlike, ...]:
    rows, cosines = nearest_rows(features.vectors, features.vectors[row], count)
    return tuple(
        LookAlike(features.paths[at], cosine) for at, cosine in zip(rows.tolist(), cosines.tolist(), strict=True)
    )


def nearest_rows(vectors: Vectors, wanted: Vectors, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The rows of `vectors` (n, d) nearest to the vector `wanted` (d), at most `count`, and their cosines, the nearest
    first; of equal ones the first row first."""
    from usearch.index import search

    found = search(vectors, np.array(wanted), min(count, len(vectors)), exact=True)
    rows, cosines = found.keys.astype(np.int64), 1 - found.distances
    order = np.lexsort((rows, -cosines))
    return rows[order], cosines[order]
