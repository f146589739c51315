"""Features written out by hand, as the scorer of the settings would have made them."""

from collections.abc import Mapping, Sequence

import numpy as np

from adr.feature_folder import FeatureBlock, FeatureFolder
from adr.settings import setting
from adr.workspace import Workspace


def write_features(
    workspace: Workspace, vectors: Mapping[str, Sequence[float]], hashes: Mapping[str, int] | None = None
) -> FeatureFolder:
    """The features {image path: vector, of any length but 0}, as one block."""
    folder = FeatureFolder.of(workspace.features, setting("ADR_SCORER_MODEL"))
    folder.ask({})
    folder.name({path: f"{number:024d}" for number, path in enumerate(vectors)})
    rows = np.array(list(vectors.values()), np.float32)
    units = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    marks = np.array([(hashes or {}).get(path, number) for number, path in enumerate(vectors)], np.uint64)
    folder.keep(FeatureBlock([f"{number:024d}" for number in range(len(rows))], units, marks, []))
    return folder
