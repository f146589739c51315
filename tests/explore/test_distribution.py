"""The threshold rule and the numbers about a distribution, on counts that can be added up in one's head."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.draws import draw_key
from adr.errors import AdrError
from adr.explore.distribution import curve
from adr.store import Store
from adr.tail import Spectrum, effective_entities, gini, tail_rule, tail_share_to_tau, tau_to_tail_share

COUNTS = [50, 30, 10, 4, 3, 2, 1]  # 100 postings
many_counts = st.lists(st.integers(1, 500), min_size=1, max_size=60)


def test_tail_rule__first_rank_whose_cumulative_count_reaches_rho() -> None:
    rule = tail_rule(COUNTS, 0.90)
    assert (rule.head_rank, rule.tau, rule.tail_entities) == (3, 10, 4)
    assert rule.tail_share == pytest.approx(0.10)
    assert tail_rule(COUNTS, 0.91).tau == 4
    assert tail_rule(COUNTS, 0.0) == tail_rule(COUNTS, 0.5)
    assert tail_rule(COUNTS, 1.0).tail_entities == 0
    assert tail_rule([], 0.9).head_rank == 0


def test_tail_rule__does_not_care_about_order() -> None:
    assert tail_rule([1, 10, 50, 3, 30, 2, 4], 0.9) == tail_rule(COUNTS, 0.9)


@pytest.mark.parametrize(
    ("entities", "head", "tau", "postings", "rho", "percent_entities", "percent_data"),
    [
        (512_151, 6_745, 120, 15_563_718, 0.90, 98.7, 10.0),  # token
        (113_149, 2_222, 304, 13_484_390, 0.90, 98.0, 10.0),  # object
        (1_065_602, 78_082, 24, 20_873_397, 0.75, 92.7, 25.0),  # co-occurrence
        (5_770, 25, 4_895, 1_590_858, 0.90, 99.6, 10.0),
    ],  # interrogation
)
def test_tail_rule__gives_table_1_of_the_paper(
    entities: int, head: int, tau: int, postings: int, rho: float, percent_entities: float, percent_data: float
) -> None:
    """A distribution with the paper's totals and head size has the paper's τ and percentages (Table 1)."""
    reached = math.ceil(postings * rho)
    above = _spread(reached - tau, head - 1)
    below = _spread(postings - reached, entities - head)
    assert above.min() >= tau >= below.max()
    rule = tail_rule(np.concatenate([below, [tau], above]), rho)
    assert (rule.head_rank, rule.tau) == (head, tau)
    assert round(100 * rule.tail_entities / entities, 1) == percent_entities
    assert round(100 * rule.tail_share, 1) == percent_data


def _spread(total: int, parts: int) -> np.ndarray:
    return np.full(parts, total // parts) + (np.arange(parts) < total % parts)


def test_tau_to_tail_share__share_of_postings_of_entities_below_tau() -> None:
    assert tau_to_tail_share(COUNTS, 10) == pytest.approx(0.10)
    assert tau_to_tail_share(COUNTS, 11) == pytest.approx(0.20)
    assert tau_to_tail_share(COUNTS, 1) == 0
    assert tau_to_tail_share([], 5) == 0


@settings(deadline=None, max_examples=60)
@given(many_counts, st.floats(0, 1))
def test_tau_and_tail_share__are_ways_back(counts: list[int], share: float) -> None:
    for tau in set(counts):
        assert tail_share_to_tau(counts, tau_to_tail_share(counts, tau)) == tau
    assert tau_to_tail_share(counts, tail_share_to_tau(counts, share)) <= share + 1e-9


def test_gini_and_effective_entities__known_cases() -> None:
    assert gini([5, 5, 5, 5]) == pytest.approx(0)
    assert gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert gini([1, 2, 3]) == pytest.approx(2 / 9)
    assert effective_entities([5, 5, 5, 5]) == pytest.approx(4)
    assert effective_entities([8]) == pytest.approx(1)
    assert effective_entities([]) == 0


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=40))
def test_spectrum__agrees_with_the_sorted_counts(counts: list[int]) -> None:
    spectrum = Spectrum.of(counts)
    ordered = sorted((c for c in counts if c), reverse=True)
    ranks, values = spectrum.curve(points=1000)
    assert [ordered[r - 1] for r in ranks] == values.tolist()
    assert spectrum.postings == sum(counts)
    assert spectrum.below(5) == sum(c < 5 for c in counts)
    assert spectrum.singletons == counts.count(1)
    if sum(counts):
        pairwise = sum(abs(a - b) for a in counts for b in counts) / (2 * len(counts) * sum(counts))
        assert spectrum.gini == pytest.approx(pairwise, abs=1e-9)
        assert ranks[0] == 1 and ranks[-1] == len(ordered)


def _store(counts: list[int]) -> Store:
    store = Store.memory()
    names = [f"thing {rank}" for rank in range(len(counts))]
    with store.atomic() as writer:
        writer.insert("instance", pd.DataFrame({"instance": range(60)}))
        writer.insert(
            "entity",
            pd.DataFrame(
                {
                    "entity": range(len(counts)),
                    "perspective": 1,
                    "name": names,
                    "n": counts,
                    "draw_key": np.array([draw_key("object", name) for name in names], dtype=np.uint64),
                }
            ),
        )
    return store


def test_curve__reports_the_distribution_of_a_perspective() -> None:
    report = curve(_store(COUNTS), "object", tail_share=0.10, top=2)
    assert (report.entities, report.postings, report.instances) == (7, 100, 60)
    assert (report.head_rank, report.tau, report.tail_entities, report.singletons) == (3, 10, 4, 1)
    assert report.tail_share == pytest.approx(0.10)
    assert report.top == [("thing 0", 50), ("thing 1", 30)]
    assert report.bottom == [("thing 6", 1), ("thing 5", 2)]


def test_curve__uses_the_papers_share_when_none_is_given() -> None:
    assert curve(_store(COUNTS), "object").tail_share_asked == 0.10


def test_curve__says_what_to_do_without_postings_or_with_a_wrong_name() -> None:
    with pytest.raises(AdrError, match="no postings yet"):
        curve(Store.memory(), "object")
    with pytest.raises(AdrError, match="no perspective 'colour'"):
        curve(_store(COUNTS), "colour")
