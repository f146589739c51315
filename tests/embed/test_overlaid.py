"""Copies that were cropped, found by what a model sees and laid over one another."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adr.embed.alignment import MOST_CUT, difference
from adr.embed.comparing import compare_all
from adr.embed.copies import copies
from adr.embed.near_pictures import near_pictures
from adr.embed.pair_folder import PairFolder
from adr.feature_folder import Features
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.features import write_features
from tests.worlds.hand import write_instances


def drawn(seed: int) -> Image.Image:
    """A picture of 240×160 pixels with soft patches, other for every seed."""
    small = np.random.default_rng(seed).integers(0, 256, (8, 12, 3), np.uint8)
    return Image.fromarray(small).resize((240, 160), Image.Resampling.BICUBIC)


def cropped(picture: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = picture.size
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    return picture.crop(tuple(map(round, box)))


def test_difference__the_same_another_and_a_blank_one():
    one, other = drawn(1), drawn(2)
    assert difference(one, one) == 0
    assert difference(one, one.resize((120, 80))) < 0.1
    assert difference(one, other) > 0.6
    assert difference(one, Image.new("RGB", (240, 160), "white")) == float("inf")


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 99), st.lists(st.floats(0, 0.05), min_size=4, max_size=4))
def test_difference__a_part_of_the_picture(seed, margins):
    whole = drawn(seed)
    part = cropped(whole, *margins)
    assert difference(whole, part) < 0.22 and difference(part, whole) < 0.22
    assert max(margins) < MOST_CUT


def test_difference__another_object_in_the_same_scene():
    scene = drawn(3)
    changed = scene.copy()
    changed.paste(drawn(4).resize((40, 40)), (100, 60))
    assert difference(scene, changed) > 0.5


def features(vectors: list[list[float]], hashes: list[int]) -> Features:
    rows = np.array(vectors, np.float32)
    units = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    return Features("m", tuple(map(str, range(len(rows)))), units, np.array(hashes, np.uint64))


def test_near_pictures__by_hand():
    """0 and 1 are near; 2 has the vector of 0 and another hash; 3 is far; 4 is near to 0 and not asked about."""
    found = features([[1, 0], [1, 0.1], [1, 0], [0, 1], [1, 0]], [0, 0b111, (1 << 40) - 1, 0, 0])
    assert near_pictures(found, np.array([0, 1, 2, 3])) == [(0, 1)]


def test_near_pictures__ten_for_each():
    found = features([[1, 0.001 * n] for n in range(30)], [0] * 30)
    pairs = near_pictures(found, np.arange(30))
    assert (0, 10) in pairs and (0, 11) not in pairs and (0, 29) not in pairs


def test_near_pictures__of_many_those_that_share_a_pivot():
    rng = np.random.default_rng(1)
    one = rng.standard_normal((300, 16))
    both = np.concatenate([one, one + 0.05 * rng.standard_normal((300, 16))])
    found = features(both.tolist(), [0] * 600)
    exact = near_pictures(found, np.arange(600))
    assert {(n, n + 300) for n in range(300)} <= set(exact)
    few = near_pictures(found, np.arange(600), whole=100)
    assert set(few) <= set(exact) and len(few) > 0.95 * len(exact)


def test_compare_all__goes_on_where_it_stopped(tmp_path):
    one, part, bad = tmp_path / "one.png", tmp_path / "part.png", tmp_path / "bad.png"
    drawn(1).save(one)
    cropped(drawn(1), 0.03, 0.03, 0.03, 0.03).save(part)
    bad.write_bytes(b"no picture")
    folder, told = PairFolder(tmp_path / "pairs"), []
    folder.ask({("a", "b"): (one, part), ("a", "c"): (one, bad)})
    compare_all(folder, told.append)
    compare_all(folder, told.append)
    assert [event["done"] for event in told] == [2]
    known = folder.known()
    assert known["a", "b"] < 0.22 and known["a", "c"] == float("inf")
    (folder.folder / "000000.parquet").write_bytes(b"cut off")
    assert folder.known() == {}


@pytest.fixture
def world(tmp_path: Path) -> Store:
    """A picture, a cropped copy of it, another picture in which the model sees the same."""
    drawn(1).save(tmp_path / "one.png")
    cropped(drawn(1), 0.02, 0.03, 0.04, 0.01).save(tmp_path / "part.jpg")
    scene = drawn(1)
    scene.paste(drawn(4).resize((60, 60)), (100, 60))
    scene.save(tmp_path / "other.png")
    workspace = Workspace.at(tmp_path / "work")
    store = Store(workspace.database)
    turns = [("human", "What is it?"), ("gpt", "That.")]
    names = ["one.png", "part.jpg", "other.png"]
    write_instances(store, {n: ("1", [name], turns) for n, name in enumerate(names)}, images=tmp_path)
    yield store
    store.close()


def test_copies__another_colour(world):
    """A hash does not see that the third picture has other colours."""
    picture = drawn(1)
    Image.merge("RGB", [picture.convert("L").point(lambda v: v // 3), picture.convert("L"), picture.convert("L")]).save(
        world.path.parent.parent / "other.png"
    )
    picture.convert("L").save(world.path.parent.parent / "part.jpg")
    clusters = "select instance from copy_cluster where kind = 'picture' order by instance"
    copies(world, looks=True)
    assert world.rows(clusters) == [(0,), (1,), (2,)]
    write_features(Workspace(world.path.parent), {"one.png": (1, 0), "part.jpg": (0, 1), "other.png": (-1, 0)})
    assert copies(world, looks=True).overlaid == 2
    assert world.rows(clusters) == []


def test_copies__a_cropped_picture(world):
    report = copies(world, looks=True)
    assert (report.kinds["picture"].clusters, report.overlaid, report.same_difference) == (0, None, None)
    write_features(Workspace(world.path.parent), dict.fromkeys(("one.png", "part.jpg", "other.png"), (1, 0)))
    report = copies(world, looks=True)
    assert (report.overlaid, report.same_difference) == (3, 0.22)
    clusters = "select instance, cluster from copy_cluster where kind = 'picture' order by instance"
    assert world.rows(clusters) == [(0, 0), (1, 0)]
    pairs = world.rows("select one, other, difference <= 0.22 from overlaid_pair order by all")
    assert pairs == [("one.png", "other.png", False), ("one.png", "part.jpg", True), ("other.png", "part.jpg", False)]
    assert copies(world, looks=True, same_difference=1.5).kinds["picture"].largest == 3
    assert copies(world).overlaid is None and world.value("select count(*) from overlaid_pair") == 0
