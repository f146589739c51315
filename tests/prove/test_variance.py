"""The intervals: a toy by hand, coverage and power by simulation, and what must not matter."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.prove.variance import Components, components, detectable, detectable_from_pilot, difference, holm, weights

ONE_KIND = np.zeros(4, dtype=np.int64)
OWN = np.arange(4)


def test_difference__a_balanced_toy_by_hand():
    """Three seeds × four pictures. Means over seeds 1, 2, 3, 6 and over pictures 2, 3, 4; the whole 3.

    Squares: pictures 3·(4+1+0+9) = 42 on 3 → 14; seeds 4·(1+0+1) = 8 on 2 → 4; the rest 0 everywhere but
    the two rows that cross (+1, −1; −1, +1): 4 on 6 → 2/3. Variance (14 + 4 − 2/3) / 12 = 13/9.
    """
    values = np.array([[0, 1, 2, 5], [1, 2, 3, 6], [2, 3, 4, 7]], dtype=float)
    values[0, :2] += [1, -1]
    values[2, :2] += [-1, 1]
    found = difference(values, OWN, ONE_KIND)
    df = (52 / 3) ** 2 / (14**2 / 3 + 4**2 / 2 + (2 / 3) ** 2 / 6)
    assert df == pytest.approx(4.0928, abs=1e-3)
    half = 2.7519 * math.sqrt(13 / 9)  # t(0.975, 4.0928): between 2.776 (4) and 2.571 (5)
    assert found.mean == pytest.approx(3)
    assert found.high - found.mean == pytest.approx(half, abs=0.01) == found.mean - found.low
    assert (found.seeds, found.pairs, found.clusters) == (3, 4, 4)


def test_components__a_negative_estimate_is_zero():
    found = components(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    assert (found.cluster, found.seed, found.rest) == (0.0, 0.0, 4.0)


@pytest.mark.parametrize("seeds", [1, 2])
def test_difference__fewer_than_three_seeds_have_no_interval(seeds):
    found = difference(np.ones((seeds, 4)), OWN, ONE_KIND)
    assert (found.mean, found.low, found.high, found.p, found.detectable) == (1.0, None, None, None, None)


def test_weights__a_frequent_kind_does_not_rule():
    assert weights(np.array([7, 7, 7, 9])).tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2])
    assert difference(np.array([[3.0, 3.0, 3.0, 5.0]]), OWN, np.array([7, 7, 7, 9])).mean == pytest.approx(4)


def test_difference__pairs_of_one_picture_are_one_cluster():
    """Doubling every pair within its picture adds no knowledge: the interval stays."""
    values = np.random.default_rng(3).normal(0, 1, (3, 30))
    clusters, kinds = np.arange(30), np.zeros(30, dtype=np.int64)
    once = difference(values, clusters, kinds)
    twice = difference(np.repeat(values, 2, axis=1), np.repeat(clusters, 2), np.repeat(kinds, 2))
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))


@given(seed=st.integers(0, 10_000))
def test_difference__the_order_of_seeds_and_pairs_changes_nothing(seed):
    random = np.random.default_rng(seed)
    values = random.normal(0, 1, (4, 12))
    clusters, kinds = random.integers(0, 6, 12), random.integers(0, 2, 12)
    rows, columns = random.permutation(4), random.permutation(12)
    one = difference(values, clusters, kinds)
    other = difference(values[rows][:, columns], clusters[columns], kinds[columns])
    assert (one.mean, one.low, one.high, one.p) == pytest.approx((other.mean, other.low, other.high, other.p))


def drawn(random, seeds, truth: Components, mean=0.0):
    """A table of differences with two test pairs per picture, one of each of two kinds."""
    clusters = np.repeat(np.arange(truth.clusters), 2)
    values = mean + random.normal(0, math.sqrt(truth.seed), (seeds, 1))
    values = values + random.normal(0, math.sqrt(truth.cluster), truth.clusters)[clusters]
    values = values + random.normal(0, math.sqrt(2 * truth.rest), (seeds, len(clusters)))
    return values, clusters, np.tile([0, 1], truth.clusters)


TRUTHS = {  # in points: arms that differ by their seeds alone, and arms that change some pictures
    "the same arm, 3 seeds": Components(0.0, 1.5**2, 800.0, 3, 300),
    "the same arm, 5 seeds": Components(0.0, 1.5**2, 800.0, 5, 300),
    "two arms, 3 seeds": Components(400.0, 1.5**2, 800.0, 3, 300),
    "two arms, 5 seeds": Components(400.0, 1.5**2, 800.0, 5, 300),
}


@pytest.mark.parametrize("truth", TRUTHS.values(), ids=TRUTHS)
def test_difference__covers_zero_where_there_is_no_difference(truth):
    random = np.random.default_rng(11)
    found = [difference(*drawn(random, truth.seeds, truth)) for _ in range(1500)]
    assert 0.90 <= np.mean([one.low <= 0 <= one.high for one in found]) <= 0.99


@pytest.mark.parametrize("truth", TRUTHS.values(), ids=TRUTHS)
def test_detectable__is_found_in_four_of_five(truth):
    random = np.random.default_rng(12)
    effect = detectable(truth)
    found = [difference(*drawn(random, truth.seeds, truth, effect)) for _ in range(1500)]
    assert 0.75 <= np.mean([one.low > 0 for one in found]) <= 0.90


def test_detectable__is_2_8_standard_errors_with_many_degrees_of_freedom():
    truth = Components(100.0, 0.0001, 0.0001, 500, 5000)
    assert detectable(truth) / math.sqrt(truth.variance()) == pytest.approx(2.80, abs=0.01)


def test_detectable__falls_with_more_seeds():
    truth = Components(100.0, 4.0, 800.0, 3, 400)
    assert detectable(truth, seeds=3) > detectable(truth, seeds=5) > detectable(truth, seeds=10)


def test_detectable_from_pilot__two_trainings_of_the_original():
    """Scores of two arms whose seeds vary as the pilot's do: the middle of many pilots is what the experiment finds."""
    random = np.random.default_rng(5)
    clusters, kinds = np.arange(400), np.zeros(400, dtype=np.int64)
    level = random.normal(50, 30, 400)
    pilots = [level + random.normal(0, 1, (2, 1)) + random.normal(0, 30, (2, 400)) for _ in range(200)]
    told = np.median([detectable_from_pilot(one, clusters, kinds, seeds=5) for one in pilots])
    truth = detectable(Components(0.0, 2.0, 1800.0, 5, 400))
    assert told == pytest.approx(truth, rel=0.25)


def test_holm__by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.04]) == [0.04]
