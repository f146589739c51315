"""The features of the source's pictures for whoever computes with them: one array, and which instance has which row.

Reads only; `adr embed` makes them (`adr.embed.embed`).
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from adr.feature_folder import FeatureFolder, Features
from adr.store import Store


def load_features(folder: Path, model: str) -> Features:
    """The features that `model` has made of the source's pictures. folder: the workspace's `features`.

    AdrError when none have been made yet.
    """
    return FeatureFolder.of(folder, model).need()


def instance_rows(store: Store, features: Features) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(instances, ascending; for each the row of its first picture), of those whose first picture has features."""
    shown = store.arrow("select instance, images[1] as path from instance where len(images) > 0 order by instance")
    rows = pc.index_in(shown["path"], value_set=pa.array(features.paths, pa.string()))
    there = rows.is_valid()
    return shown["instance"].filter(there).to_numpy(), rows.filter(there).to_numpy()
