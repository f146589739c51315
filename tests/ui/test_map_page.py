"""The map on the Explore page: what it needs, what colours it, and what a lasso selects."""

from contextlib import closing

import numpy as np
import pytest

from adr.embed.map import MapReport
from adr.report import to_json
from adr.store import Store
from adr.ui.explore.map.canvas import MapColor, Picture, RegionName
from adr.ui.parts.selection import Selection, SelectionState
from tests.worlds.features import write_features
from tests.worlds.pages import finished


@pytest.fixture
def mapped_workspace(small_workspace):
    """The small workspace with a map: instances 0 and 1 near one another, 2 and 5 far away."""
    with closing(Store(small_workspace.database)) as store:
        for number, x, y in ((0, 1000, 1000), (1, 1100, 1000), (2, 60000, 60000), (5, 1000, 60000)):
            store.execute("insert into map_place values ($1, $2, $3, 'pictures')", [number, x, y])
        report = to_json(MapReport("pictures", "starter-clip", 3, 3, 4, 2, 0, 1.5))
        store.execute("insert into map_made values ($1, now() at time zone 'UTC', 'pictures')", [report])
    return small_workspace


def texts(at):
    return " ".join(str(e.value) for kind in (at.markdown, at.caption, at.info, at.error) for e in kind)


def test_map__says_what_it_needs(small_workspace, page):
    at = page("Explore", view="map")
    assert not at.exception and "has not looked at the pictures" in texts(at)


def test_map__made_by_its_button(small_workspace, page):
    write_features(small_workspace, {"street.png": [1, 0, 0], "sofa.png": [0, 1, 0], "yard.png": [0, 0, 1]})
    at = page("Explore", view="map")
    assert "No map yet" in texts(at)
    at.button(key="make map").click().run()
    at = finished(at, small_workspace)
    assert not at.exception and "4 instances, placed by what starter-clip sees" in texts(at)


def test_map__says_what_is_not_on_it(mapped_workspace, page):
    at = page("Explore", view="map")
    assert not at.exception
    assert "4 instances, placed by what starter-clip sees" in texts(at)
    assert "2 without such a picture are not on the map" in texts(at)


@pytest.mark.parametrize("color", ["object", "token", "density", "filter"])
def test_map__coloured_by(mapped_workspace, page, color):
    at = page("Explore", view="map", color=color, find="object:dog")
    assert not at.exception and not at.error
    assert at.selectbox[0].value == color


def test_map__a_filter_that_cannot_be_read_is_an_error(mapped_workspace, page):
    at = page("Explore", view="map", color="filter", find="object:")
    assert not at.exception and at.error


def test_map__what_stands_out_in_a_selection(mapped_workspace, page):
    at = page("Explore", view="map")
    at.session_state["SelectionState"] = SelectionState(Selection(np.array([2], np.int32), "a lasso on the map"))
    at.run()
    assert not at.exception and "1 instance selected:" in texts(at)


def test_map__of_conversations_says_what_to_run_and_is_made_by_its_button(small_workspace, page):
    at = page("Explore", view="map", map="conversations")
    assert not at.exception and "`adr embed --of conversations`, then `adr map --of conversations`" in texts(at)
    at.button(key="make map").click().run()
    at = finished(at, small_workspace)
    assert not at.exception and "6 instances, placed by what starter-clip reads in their conversations" in texts(at)
    assert "are not on the map" not in texts(at)
    at = page("Explore", instance="3")
    assert not at.exception and "Conversations that read like it" in texts(at)


def test_map__without_pictures_begins_with_conversations(small_workspace, page):
    with closing(Store(small_workspace.database)) as store:
        store.execute("update instance set images = []")
    assert "No map of conversations yet" in texts(page("Explore", view="map"))
    assert "has not looked at the pictures" in texts(page("Explore", view="map", map="pictures"))


def test_packed__length_text_places_kinds():
    picture = Picture(
        places=np.array([[1, 2], [3, 65535]], np.uint16),
        kinds=np.array([1, 0], np.uint8),
        legend=[MapColor("other", "#000000", 1), MapColor("dog", "#ff0000", 1)],
        names=[RegionName("dog", "1 instance", 1, 2)],
        layout="a",
        alt="Map",
    )
    packed = picture.packed()
    length = int.from_bytes(packed[:4], "little")
    assert packed[4 + length :] == bytes([1, 0, 2, 0, 3, 0, 255, 255, 1, 0])
    assert b'"colors": ["#000000", "#ff0000"]' in packed[: 4 + length]
