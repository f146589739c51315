"""Spoiled inputs of every kind, as Hypothesis draws them; `make fuzz` tries thousands."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import KINDS, target
from tests.fuzz.mutations import altered, spoiled, written

CASES = {"datasets": 25, "recipes": 60, "verdicts": 40, "plans": 20, "addresses": 4, "pictures": 40}
CHANCES = st.randoms(use_true_random=False)


def test_kinds__each_has_cases():
    assert CASES.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_fuzz__taken_or_refused_in_a_sentence(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("ADR_WORKSPACE", str(tmp_path))  # put back afterwards: addresses open another
    tried = target(kind, tmp_path)

    @settings(max_examples=CASES[kind], deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(CHANCES)
    def holds(chance):
        assert tried.tried(tried.made(chance)) in ("taken", "refused")

    holds()
    tried.close()


@given(CHANCES)
def test_spoiled__is_repeated_by_its_seed(chance):
    seed = chance.randrange(1000)
    data = b'{"a": [1, "b"], "c": "d"}\n{}'
    assert spoiled(Random(seed), data) == spoiled(Random(seed), data)


def test_spoiled__changes_most_of_the_time():
    data = b'{"a": [1, "b"], "c": "d"}\n{}'
    assert sum(spoiled(Random(seed), data) != data for seed in range(100)) >= 80


def test_altered__leaves_the_given_value_alone():
    value = {"a": [1, {"b": 2}], "c": "d"}
    for seed in range(50):
        altered(Random(seed), value)
    assert value == {"a": [1, {"b": 2}], "c": "d"}


def test_written__numbers_and_depths_that_no_library_writes():
    assert written(["@exponent@", "\ud800"], ascii_only=False) == b'[1e400, "\xed\xa0\x80"]'
    assert len(written("@huge@")) == 5000
