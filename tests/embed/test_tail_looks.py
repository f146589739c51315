"""Whether pictures of a tail object look alike: likeness against chance, single pictures, and tables to result."""

import numpy as np
import pytest

from adr.embed.likeness import Whitening, apart, closeness, likenesses
from adr.embed.tail_looks import tail_looks
from adr.errors import AdrError
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.features import write_features
from tests.worlds.hand import write_instances, write_postings

AXES = 8


def pictures(kinds: list[int]) -> np.ndarray:
    """Features of pictures that show one kind each: near to an axis of eight, with noise and much in common."""
    made = np.random.default_rng(0).normal(0, 0.1, (len(kinds), AXES)) + 0.5
    made[np.arange(len(kinds)), kinds] += 1
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float16)


def test_closeness__mean_cosine_with_the_nearest_others():
    close = closeness(np.array([[1, 0], [1, 0], [0, 1]], np.float32))
    assert close.tolist() == [0.5, 0.5, 0]
    many = np.array([[1, 0]] * 6 + [[0, 1]], np.float32)
    assert closeness(many).tolist() == [1] * 6 + [0]  # of six others the five nearest


def test_apart__in_standard_deviations():
    assert apart(np.array([3.0, 3.0, 3.0, 1.0])).round(3).tolist() == [-0.577, -0.577, -0.577, 1.732]
    assert apart(np.ones(4)).tolist() == [0] * 4


def test_whitening__what_all_share_counts_for_nothing():
    units = Whitening.of(pictures([0, 1] * 20).astype(np.float32)).units(pictures([0, 1] * 20))
    cosines = units @ units.T
    assert cosines[0, 2::2].mean() > 0.3 and cosines[0, 1::2].mean() < -0.3


def test_likenesses__a_random_group_is_near_zero_and_a_kind_far_above():
    kinds = [number % AXES for number in range(400)]
    every = np.arange(400, dtype=np.int32)
    random = np.random.default_rng(1).choice(every, 10, replace=False).astype(np.int32)
    kind = every[::AXES][:10]
    found = likenesses(pictures(kinds), every, [random, kind], 3)
    assert abs(found.likeness[0]) < 3 < 6 < found.likeness[1]
    again = likenesses(pictures(kinds), every, [random, kind], 3)
    assert again.likeness.tolist() == found.likeness.tolist()


def test_likenesses__of_no_group():
    assert likenesses(pictures([0, 1, 2]), np.arange(3, dtype=np.int32), [], 3).closeness == []


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace.at(tmp_path / "work")


@pytest.fixture
def store(workspace):
    """400 instances with a picture each of one of eight kinds. Objects: the head has all; harp, of the tail, has eight
    pictures of kind 0 and, in 3, one of kind 3; debris has one picture of each kind; two has too few pictures, and a
    third instance with the picture of the second."""
    found = Store(workspace.database)
    names = [f"{number:03}.png" for number in range(400)]
    turns = [("human", "What is it?"), ("gpt", "That.")]
    rows = {number: (str(number), [name], turns) for number, name in enumerate(names)}
    write_instances(found, {**rows, 400: ("x", [names[9]], turns)})
    tail = {"harp": [3, *range(0, 64, 8)], "debris": list(range(100, 108)), "two": [8, 9, 400]}
    write_postings(found, {"token": {"that": [0]}, "object": {"head": list(range(400)), **tail}})
    vectors = pictures([number % AXES for number in range(400)])
    write_features(workspace, {name: vector.tolist() for name, vector in zip(names, vectors, strict=True)})
    yield found
    found.close()


def test_tail_looks__debris_first_and_the_picture_that_does_not_fit(store, workspace):
    looks = tail_looks(store, workspace)
    assert looks.tail == 3
    assert [(one.name, one.n, one.pictures) for one in looks.objects] == [("debris", 8, 8), ("harp", 9, 9)]
    assert looks.objects[0].likeness < 2 < 5 < looks.objects[1].likeness
    assert [(one.name, one.instance) for one in looks.odd] == [("harp", 3)]


def test_tail_looks__refused_without_features(store, workspace, monkeypatch):
    monkeypatch.setenv("ADR_SCORER_MODEL", "ViT-B-32/openai")
    with pytest.raises(AdrError, match="has not looked at the pictures"):
        tail_looks(store, workspace)
