"""The layout of points in two dimensions."""

import numpy as np
import pytest

from adr.embed.umap import laid_out, memberships, nearest, placed, united


def grouped(per_group: int, seed: int) -> np.ndarray:
    """Three groups of points in five dimensions, 10 apart, one after the other."""
    middles = np.repeat(10 * np.eye(3, 5), per_group, axis=0)
    return (middles + np.random.default_rng(seed).normal(size=middles.shape)).astype(np.float32)


def test_nearest__of_the_points_themselves():
    numbers, distances = nearest(np.array([[0, 0], [3, 4], [0, 1]], np.float32), k=2)
    assert numbers.tolist() == [[2, 1], [2, 0], [0, 1]]
    assert distances == pytest.approx(np.array([[1, 5], [18**0.5, 5], [1, 18**0.5]]), abs=1e-3)


def test_nearest__of_others_and_fewer_points_than_asked():
    numbers, distances = nearest(np.array([[0, 0], [3, 4]], np.float32), np.array([[3, 3]], np.float32), k=9)
    assert numbers.tolist() == [[1, 0]]
    assert distances == pytest.approx(np.array([[1, 18**0.5]]), abs=1e-3)


def test_memberships__the_nearest_is_tied_fully_and_a_row_sums_to_the_logarithm():
    ties = memberships(np.array([[1, 2, 3, 4], [5, 5.1, 5.2, 9]], np.float32))
    assert ties[:, 0].tolist() == [1, 1]
    assert (np.diff(ties, axis=1) < 0).all()
    assert ties.sum(1) == pytest.approx([2, 2], abs=1e-3)


def test_united__a_tie_of_both_directions_is_stronger_than_either():
    one, other, weights = united(np.array([[1], [0], [0]], np.int32), np.array([[0.5], [0.5], [0.25]], np.float32))
    assert list(zip(one, other, weights, strict=True)) == [(0, 1, 0.75), (0, 2, 0.25)]


def test_laid_out__groups_stay_together_and_others_join_theirs():
    points, others = grouped(40, 1), grouped(10, 2)
    places = [*laid_out(points, seed=0)][-1].copy()
    group = np.repeat(range(3), 40)
    numbers, _ = nearest(places, k=10)
    assert (group[numbers] == group[:, None]).mean() > 0.98
    near, _ = nearest(places, placed(others, points, places, seed=0), k=10)
    assert (group[near] == np.repeat(range(3), 10)[:, None]).mean() > 0.95


def test_laid_out__the_same_seed_gives_the_same_places():
    points = grouped(20, 3)
    one, again, other = ([*laid_out(points, seed, epochs=50)][-1] for seed in (4, 4, 5))
    assert (one == again).all() and not (one == other).all()
