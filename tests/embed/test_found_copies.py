"""What was found, a page at a time; rows written out by hand."""

import pytest

from adr.embed.found_copies import CopyCluster, copy_clusters, pairs_around
from adr.embed.overlaid import Overlaid
from adr.store import Store


@pytest.fixture
def found() -> Store:
    store = Store.memory()
    for kind, instance, cluster in [
        ("copy", 3, 1),
        ("copy", 1, 1),
        ("copy", 2, 2),
        ("copy", 4, 2),
        ("copy", 9, 2),
        ("copy", 5, 5),
        ("copy", 6, 5),
        ("text", 1, 1),
        ("text", 2, 1),
    ]:
        store.execute("insert into copy_cluster values ($1, $2, $3)", [kind, instance, cluster])
    for row in [("a", "b", 0.1), ("c", "d", 0.2), ("e", "f", 0.25), ("g", "h", 0.5)]:
        store.execute("insert into overlaid_pair values ($1, $2, $3)", list(row))
    return store


def test_copy_clusters__the_largest_first(found):
    count, clusters = copy_clusters(found, "copy", 0, 2, 2)
    assert (count, clusters) == (3, [CopyCluster(2, (2, 4), 3), CopyCluster(1, (1, 3), 2)])
    assert copy_clusters(found, "copy", 2, 2, 2)[1] == [CopyCluster(5, (5, 6), 2)]
    assert copy_clusters(found, "picture", 0, 2, 2) == (0, [])


def test_pairs_around__the_nearest_on_either_side(found):
    around = pairs_around(found, 0.2, 1)
    assert (around.same, around.others) == (2, 2)
    assert around.below == [Overlaid("c", "d", pytest.approx(0.2))]
    assert around.above == [Overlaid("e", "f", pytest.approx(0.25))]
    assert pairs_around(found, 1, 9).above == []
