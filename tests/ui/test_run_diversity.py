"""Rebalance, runs: how varied the pictures of a run are."""

from contextlib import closing

from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from tests.worlds.features import write_features


def test_run__how_varied_its_pictures_are(small_workspace, page):
    """Everything is kept, so after and random are as before: street twice, sofa and yard once, a rank of 2.96."""
    with closing(Store(small_workspace.database)) as store:
        rebalance(store, Recipe(min_passes=0))
    write_features(small_workspace, {"street.png": (1, 0, 0), "sofa.png": (0, 1, 0), "yard.png": (0, 0, 1)})
    at = page("Rebalance", part="runs", run="1")
    at.toggle(key="diversity of 1").set_value(True).run()
    assert not at.exception
    table = next(one.value for one in at.dataframe if "effective rank" in one.value)
    assert table["effective rank"].tolist() == [3.0, 3.0, 3.0] and table["instances"].tolist() == [4, 4, 4]
    assert any("of 3 dimensions" in one.value for one in at.caption)
