"""How varied pictures are: ranks and numbers of different pictures that can be worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.embed.copies import copies
from adr.embed.diversity import diversity
from adr.embed.effective_rank import SAMPLE, effective_rank, rank_me
from adr.errors import AdrError
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.features import write_features
from tests.worlds.hand import INSTANCES, POSTINGS, write_instances, write_postings


def test_rank_me__by_hand():
    """Equal singular values in three directions: 3. One direction: 1. Singular values 3 and 1: 3/4 and 1/4."""
    assert rank_me(np.eye(3), np.ones(3)) == pytest.approx(3)
    assert rank_me(np.array([[1.0, 0], [1, 0]]), np.ones(2)) == pytest.approx(1, abs=1e-4)
    wanted = math.exp(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))
    assert rank_me(np.eye(2), np.array([9, 1])) == pytest.approx(wanted)


@given(st.integers(0, 50), st.integers(1, 5))
def test_rank_me__between_one_and_the_dimensions_and_weights_are_repeats(seed, times):
    rng = np.random.default_rng(seed)
    rows, weights = rng.standard_normal((12, 4)).astype(np.float32), rng.integers(1, times + 1, 12)
    found = rank_me(rows, weights)
    assert 1 <= found <= 4 + 1e-6
    assert found == pytest.approx(rank_me(np.repeat(rows, weights, axis=0), np.ones(weights.sum())), rel=1e-4)


def test_effective_rank__its_band_and_its_sample():
    rows = np.random.default_rng(1).standard_normal((SAMPLE + 100, 3)).astype(np.float32)
    found = effective_rank(rows, np.arange(len(rows)))
    assert found.rows == SAMPLE and found.low < found.rank < found.high < 3.01 and found.rank > 2.99
    few = effective_rank(rows, np.arange(50))
    assert few.rows == 50 and few.high - few.low > 5 * (found.high - found.low)


@pytest.fixture
def world(tmp_path):
    workspace = Workspace.at(tmp_path)
    store = Store(workspace.database)
    write_instances(store, INSTANCES)
    write_postings(store, POSTINGS)
    yield store, workspace
    store.close()


def test_diversity__of_a_run(world):
    """Run 1 keeps what shows a cat: 0, 1, 2. Their pictures are street, sofa and yard; among all, street is twice."""
    store, workspace = world
    rebalance(store, Recipe(perspectives=("object",), tau={"object": 0.0}, protect={"object": ("cat",)}))
    assert [i for (i,) in store.rows("select instance from decision where kept order by 1")] == [0, 1, 2]
    with pytest.raises(AdrError, match="has not looked at"):
        diversity(store, workspace, 1)
    write_features(workspace, {"street.png": (1, 0, 0), "sofa.png": (0, 1, 0), "yard.png": (0, 0, 1)})
    report = diversity(store, workspace, 1)
    assert (report.model, report.dimensions, report.pictures) == ("starter-clip", 3, None)
    assert report.ranks["after"].rank == pytest.approx(3) and report.ranks["after"].rows == 3
    assert report.ranks["before"].rows == 4 and 2.9 < report.ranks["before"].rank < 3  # singular values √2, 1, 1
    copies(store)
    found = diversity(store, workspace, 1).pictures
    assert found["after"] == pytest.approx(3)
    assert found["before"] == pytest.approx(math.exp(-(0.5 * math.log(0.5) + 0.5 * math.log(0.25))))
    with pytest.raises(AdrError, match="There is no run 7"):
        diversity(store, workspace, 7)
