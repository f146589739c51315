"""Neighbours by look, from features written out by hand."""

import numpy as np
import pytest

from adr.embed.neighbours import AlikeInstance, neighbours
from adr.errors import AdrError
from adr.look_alikes import nearest_rows
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.features import write_features
from tests.worlds.hand import INSTANCES, write_instances


def test_neighbours__the_most_alike_first(tmp_path):
    workspace = Workspace.at(tmp_path)
    store = Store(workspace.database)
    write_instances(store, INSTANCES)
    write_features(
        workspace, {"street.png": (1, 0), "sofa.png": (0.6, 0.8), "yard.png": (0, 1), "elsewhere.png": (1, 1)}
    )
    found = neighbours(store, 2)
    assert [(one.instance, one.path, round(one.cosine, 2)) for one in found] == [
        (1, "sofa.png", 0.8),
        (0, "street.png", 0),
    ]
    # elsewhere.png, a picture of no instance, is left out
    assert neighbours(store, 5, 2) == [AlikeInstance(1, "sofa.png", pytest.approx(0.6, abs=1e-3))]
    with pytest.raises(AdrError, match="Instance 3 has no picture"):
        neighbours(store, 3)
    store.close()


def test_nearest_rows__as_a_plain_sort():
    rng = np.random.default_rng(5)
    rows = rng.standard_normal((500, 16)).astype(np.float32)
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    vectors[7] = vectors[3]  # of equal ones the first comes first
    cosines = vectors.astype(np.float32) @ vectors[3].astype(np.float32)
    found, likeness = nearest_rows(vectors, vectors[3], 20)
    assert found.tolist()[:2] == [3, 7] and found.tolist() == np.argsort(-cosines, kind="stable")[:20].tolist()
    assert likeness == pytest.approx(cosines[found], abs=2e-3)
    assert len(nearest_rows(vectors[:4], vectors[3], 20)[0]) == 4
