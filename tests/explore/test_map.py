"""The points of the map: their kinds, regions and what lies within a line."""

import numpy as np
import pytest

from adr.explore.entities import entity_named
from adr.explore.map_points import (
    MapPoints,
    kinds_by_decision,
    kinds_by_density,
    kinds_by_entity,
    kinds_by_source,
    kinds_by_two_runs,
    map_points,
)
from adr.explore.map_regions import CELLS, regions
from adr.explore.surrounded import inside, kept_of, over_represented
from adr.explore.thin_places import thin_places
from adr.store import Store
from tests.worlds.hand import write_instances, write_postings

PLACES = {0: (1000, 1000), 1: (1100, 1000), 2: (60000, 60000), 5: (1000, 1200)}


def put(store: Store, places: dict[int, tuple[int, int]]) -> None:
    """Writes places as the map would."""
    for number, (x, y) in places.items():
        store.execute("insert into map_place values ($1, $2, $3, 'pictures')", [number, x, y])


@pytest.fixture
def store(small_store) -> Store:
    put(small_store, PLACES)
    return small_store


def decided(store: Store, run: int, kept: set[int]) -> None:
    """Writes a run that keeps these instances."""
    for number in range(6):
        store.execute(
            "insert into decision (run, instance, kept, copies) values ($1, $2, $3, $4)",
            [run, number, number in kept, int(number in kept)],
        )


def test_kinds_by_entity__the_rarest_of_several(store):
    kinds = kinds_by_entity(store, map_points(store), "object")
    assert kinds.names == ["any other", "dog", "cat", "accordion", "bus", "sofa"]
    assert kinds.of.tolist() == [4, 5, 3, 1]  # bus of dog, cat, bus; sofa; accordion; dog
    assert kinds.counts == [0, 1, 0, 1, 1, 1]


def test_kinds_by_entity__an_entity_beyond_the_most_frequent_has_none(monkeypatch, store):
    monkeypatch.setattr("adr.explore.map_points.KINDS", 1)
    assert kinds_by_entity(store, map_points(store), "object").of.tolist() == [1, 0, 1, 1]


def test_kinds_by_decision_and_two_runs(store):
    decided(store, 1, {0, 1})
    decided(store, 2, {1, 2})
    points = map_points(store)
    assert kinds_by_decision(store, points, 1).of.tolist() == [2, 2, 1, 1]
    assert kinds_by_two_runs(store, points, 1, 2).of.tolist() == [1, 3, 2, 0]


def test_kinds_by_source__two_sources(store):
    store.execute("update source set name = 'first'")
    store.execute("insert into source (path, source, name) values ('b.json', 3, 'second')")
    store.execute("update instance set source = 3 where instance = 5")
    kinds = kinds_by_source(store, map_points(store))
    assert (kinds.names, kinds.of.tolist()) == (["any other", "first", "second"], [1, 1, 1, 2])


def test_kinds_by_density__the_lonely_point_has_the_lowest(store):
    of = kinds_by_density(map_points(store)).of.tolist()
    assert of[2] == 0 and max(of) == 15


def test_regions__named_by_what_stands_out():
    """Two heaps of 40: dogs, of which half have a lamp, and cats, of which half have a lamp."""
    store = Store.memory()
    write_instances(store, {n: (str(n), [], [("human", "?"), ("gpt", "!")]) for n in range(80)})
    dogs, cats = range(40), range(40, 80)
    write_postings(store, {"object": {"dog": [*dogs], "cat": [*cats], "lamp": [*range(0, 80, 2)]}})
    spots = np.random.default_rng(0).normal(0, 600, (80, 2)).astype(int)
    put(store, {n: (10_000 + 40_000 * (n >= 40) + int(x), 20_000 + int(y)) for n, (x, y) in enumerate(spots)})
    found = regions(store, map_points(store), "object")
    assert sorted((one.names, one.n, round(one.x, -4)) for one in found) == [
        (("cat",), 40, 50_000),
        (("dog",), 40, 10_000),
    ]


@pytest.mark.parametrize(
    ("place", "within"),
    [((2, 2), True), ((5, 8), False), ((8, 2), True), ((5, 2), True), ((11, 2), False), ((5, 11), False)],
)
def test_inside__a_line_with_a_notch(place, within):
    corners = [(0, 0), (10, 0), (10, 10), (5, 5), (0, 10)]
    assert inside(np.array([place], np.uint16), corners).tolist() == [within]


def test_inside__two_corners_hold_nothing():
    assert inside(np.array([[1, 1]], np.uint16), [(0, 0), (2, 2)]).tolist() == [False]


def test_over_represented__beyond_chance(small_store):
    instances = {n: (str(n), [], [("human", "?")]) for n in range(100)}
    store = Store.memory()
    write_instances(store, instances)
    write_postings(store, {"object": {"lamp": [*range(100)], "dog": [*range(20)]}})
    (one,) = over_represented(store, np.arange(20), "object")
    assert (one.entity.name, one.together, one.expected) == ("dog", 20, 4)
    assert 1 < one.association < np.log2(5)


def test_kept_of__a_run(store):
    decided(store, 1, {0, 2})
    assert kept_of(store, 1, np.array([0, 1, 2, 5])) == 2


def test_map_points__empty():
    store = Store.memory()
    points = map_points(store)
    assert points.places.shape == (0, 2) and isinstance(points, MapPoints)
    assert kinds_by_density(points).counts == [0] * 16


def test_thin_places__empty_and_among_the_tail():
    """A ring of 24 harps around an empty cell, and one of 24 lamps, which are the head, around another."""
    store = Store.memory()
    cell = 65_536 // CELLS + 1
    ring = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx, dy) != (0, 0)] * 3
    spots = [(x + cell * dx, 30_000 + cell * dy) for x in (10_000, 50_000) for dx, dy in ring]
    write_instances(store, {n: (str(n), [], [("human", "?")]) for n in range(48)})
    write_postings(store, {"object": {"lamp": [0, *range(24, 48)], "harp": [*range(24)], "lyre": [0]}})
    put(store, dict(enumerate(spots)))
    (place,) = thin_places(store, map_points(store), "object", entity_named(store, "object", "harp").entity)
    assert abs(place.x - 10_000) < cell and abs(place.y - 30_000) < cell
    assert (place.near, place.tail, [one.name for one in place.entities]) == (24, 24, ["harp", "lyre"])
