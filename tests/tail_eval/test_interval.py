"""Rates with intervals by picture, and the published rule, on numbers that can be worked out by hand."""

import numpy as np
import pytest

from adr.tail_eval import vlmlt
from adr.tail_eval.interval import difference_of, rate_of, student_quantile
from adr.tail_eval.rarity import GROUPS, RarityLimits, limits_of, rarest


def test_student_quantile__as_in_the_tables():
    for freedom, value in ((4, 2.776), (9, 2.262), (29, 2.045), (1_000_000, 1.960)):
        assert student_quantile(freedom) == pytest.approx(value, rel=0.003)


def test_rate_of__one_item_per_picture_is_wilson():
    """3 of 10 fail: Wilson with t = 2.262 (9 degrees): 0.0925 to 0.6445 by hand."""
    values = np.array([1.0] * 3 + [0.0] * 7)
    found = rate_of(values, np.arange(10))
    t = 2.262
    centre = (0.3 + t * t / 20) / (1 + t * t / 10)
    half = t / (1 + t * t / 10) * (0.3 * 0.7 / 10 + t * t / 400) ** 0.5
    assert (found.items, found.pictures, found.rate) == (10, 10, 0.3)
    # between independent pictures the variance is n/(n-1) of the binomial one, which widens it a little
    assert found.low == pytest.approx(centre - half, abs=0.01) and found.high == pytest.approx(centre + half, abs=0.02)


def test_rate_of__items_of_one_picture_count_once():
    """Ten pictures of ten questions that all fail or all hold say as much as ten questions."""
    ten = rate_of(np.array([1.0] * 3 + [0.0] * 7), np.arange(10))
    hundred = rate_of(np.repeat([1.0] * 3 + [0.0] * 7, 10), np.repeat(np.arange(10), 10))
    assert hundred.items == 100 and hundred.pictures == 10
    assert (hundred.low, hundred.high) == (pytest.approx(ten.low), pytest.approx(ten.high))


def test_rate_of__nothing_fails_and_few_pictures():
    none = rate_of(np.zeros(100), np.repeat(np.arange(10), 10))
    assert none.low == 0 and 0.2 < none.high < 0.4  # ten pictures, not a hundred
    assert rate_of(np.ones(40), np.repeat(np.arange(4), 10)).low is None
    assert rate_of(np.zeros(0), np.zeros(0, dtype=np.int64)).rate is None


def test_rate_of__covers_the_truth_on_clustered_items():
    """300 draws of 40 pictures with 6 questions each that share a picture's own rate: 95 % intervals cover 0.3."""
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(300):
        own = rng.beta(0.9, 2.1, size=40)
        values = (rng.random((40, 6)) < own[:, None]).astype(float).ravel()
        found = rate_of(values, np.repeat(np.arange(40), 6))
        covered += found.low <= 0.3 <= found.high
    assert 0.91 <= covered / 300 <= 0.99


def test_difference_of__by_hand():
    """Five pictures, differences 0, 0, 0, 1, 1 → mean 0.4, s.e. sqrt(1.2 / 25 · 5/4) = 0.2449, t(4) = 2.776."""
    found = difference_of(np.array([0.0, 0, 0, 1, 1]), np.arange(5))
    assert found.rate == 0.4
    assert found.low == pytest.approx(0.4 - 2.776 * 0.2449, abs=0.005)


def test_group_of__each_limit():
    limits = RarityLimits(5, 20, 100)
    counts = np.array([0, 1, 5, 6, 19, 20, 99, 100])
    said = [GROUPS[place] for place in limits.group_of(counts)]
    assert said == ["unseen", "few", "few", "tail", "tail", "mid", "mid", "head"]


def test_limits_of__the_run_decides_where_the_tail_ends():
    assert limits_of(None) == RarityLimits(5, 20, 100)
    assert limits_of(60) == RarityLimits(5, 60, 100)
    assert limits_of(4895) == RarityLimits(5, 4895, 4895)
    assert limits_of(2) == RarityLimits(5, 6, 100)
    assert limits_of(float("inf")) == RarityLimits(5, 20, 100)


def test_rarest__smallest_count_or_none():
    assert rarest(3, np.array([0, 0, 2]), np.array([7, 0, 9])).tolist() == [0, -1, 9]


COUNTS = np.array([50, 30, 15, 5])  # cumulated 50, 80, 95, 100


@pytest.mark.parametrize(("k", "rank"), [(5, 2), (10, 2), (20, 1), (30, 1), (40, 1), (50, 0)])
def test_boundary__first_rank_that_reaches_the_share(k, rank):
    assert vlmlt.boundary(COUNTS, k) == rank


def test_vlmlt__mean_rank_and_its_trap():
    """Item 0 asks about ranks 1 and 3, item 1 about something unseen, item 2 about both; unseen is passed over."""
    ranks = vlmlt.mean_rank(3, np.array([0, 0, 1, 2, 2]), np.array([1, 3, -1, 3, -1]))
    assert ranks.tolist() == [2.0, 0.0, 3.0]
    assert vlmlt.is_tail(ranks, COUNTS, 5).tolist() == [True, False, True]  # boundary 2; unseen counts as head
    assert vlmlt.is_tail(ranks, np.zeros(0, dtype=np.int64), 5).tolist() == [False, False, False]
