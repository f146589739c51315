"""The map: places made by a process, and when they are out of date."""

import numpy as np
import pytest

from adr.embed.map import make_map, map_report
from adr.embed.placing import on_square, sample_rows
from adr.errors import AdrError
from adr.progress import Cancelled
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.features import write_features
from tests.worlds.hand import INSTANCES, write_instances

SEEN = {"street.png": [1, 0, 0], "sofa.png": [0, 1, 0], "yard.png": [0, 0, 1]}


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace.at(tmp_path / "w")


@pytest.fixture
def store(workspace) -> Store:
    store = Store(workspace.database)
    write_instances(store, INSTANCES)
    return store


def test_make_map__places_instances_with_features(workspace, store):
    write_features(workspace, SEEN)
    told = []
    report = make_map(store, workspace, progress=lambda *event: told.append(event))
    assert (report.placed, report.laid_out, report.instances, report.without) == (3, 3, 4, 2)
    assert map_report(store) == report and told[-1] == (200, 200, "Laying out a sample")
    rows = store.rows("select instance, x, y from map_place order by instance")
    assert [row[0] for row in rows] == [0, 1, 2, 5]  # 3 has no picture; that of 4 is not on disk
    assert rows[0][1:] == rows[3][1:]  # both show street.png
    assert len({row[1:] for row in rows}) == 3


def test_make_map__without_features_says_what_to_do(workspace, store):
    with pytest.raises(AdrError, match="has not looked at"):
        make_map(store, workspace)


def test_make_map__cancelled_keeps_the_former_map(workspace, store):
    write_features(workspace, SEEN)
    report = make_map(store, workspace)

    def cancel(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        make_map(store, workspace, seed=1, progress=cancel)
    assert map_report(store) == report and store.value("select count(*) from map_place") == 4


def test_map_report__none_after_the_sources_changed(workspace, store):
    write_features(workspace, SEEN)
    make_map(store, workspace)
    store.execute("update source set ingested_at = (now() at time zone 'UTC') + interval 1 second")
    assert map_report(store) is None


def test_sample_rows__all_or_an_even_sample():
    assert sample_rows(3, seed=0).tolist() == [0, 1, 2]
    rows = sample_rows(50_000, seed=0)
    assert len(rows) == len(set(rows.tolist())) == 20_000
    assert (np.diff(rows) > 0).all() and abs(rows.mean() - 25_000) < 300


def test_on_square__one_scale_for_both_axes():
    places = on_square(np.array([[0, 0], [10, 0], [10, 5], [0, 5]], np.float32))
    assert places.tolist() == [[1966, 17367], [63569, 17367], [63569, 48168], [1966, 48168]]
