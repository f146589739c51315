"""Shares to start from, by hand: 100 rows of "a", 400 of "b", and where it is said 500 without a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.perspectives import PAPER_NAMES
from adr.rebalance.engine import Engine
from adr.rebalance.mixture_presets import all_equal, as_it_is, by_tail, datacomp_vlm, pool_of, square_root, tail_of
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from tests.worlds.zoo import fill

POOL = {"a": 100, "b": 400, "c": 0}


def test_presets__by_hand() -> None:
    assert as_it_is(POOL) == {"a": 0.2, "b": 0.8}
    assert all_equal(POOL) == {"a": 0.5, "b": 0.5}
    assert square_root(POOL) == pytest.approx({"a": 1 / 3, "b": 2 / 3})
    assert by_tail(POOL, {"a": 30, "b": 10}) == {"a": 0.75, "b": 0.25}
    assert by_tail(POOL, {}) == as_it_is(POOL)


def test_presets__rows_without_a_value_keep_their_share() -> None:
    assert as_it_is(POOL, 500) == {"a": 0.1, "b": 0.4}
    assert all_equal(POOL, 500) == {"a": 0.25, "b": 0.25}
    assert all_equal({}, 500) == {}


def test_datacomp_vlm__its_kinds_by_hand() -> None:
    """Captioning 10 and instruction 70 of 80; two values of instruction share it as 100 : 300."""
    kinds = {"caption": "captioning", "asked": "instruction", "chat": "instruction", "page": "documents"}
    assert datacomp_vlm({"caption": 50, "asked": 100, "chat": 300, "other": 9}, kinds) == pytest.approx(
        {"caption": 0.125, "asked": 0.21875, "chat": 0.65625}
    )
    assert datacomp_vlm({"asked": 100, "chat": 300}, kinds) is None


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), min_size=1, max_size=20), st.integers(0, 10**6))
def test_presets__are_shares_that_a_mixture_takes(pool: dict[str, int], without: int) -> None:
    for preset in (as_it_is, all_equal, square_root):
        shares = preset(pool, without)
        assert set(shares) == {value for value, rows in pool.items() if rows}
        if shares:
            assert sum(shares.values()) == pytest.approx(sum(pool.values()) / (sum(pool.values()) + without))
            assert Mixture("object", shares=shares).shares == shares


def test_presets__of_an_engine() -> None:
    """Object by object: two cats, one with a rare form of question; a dog; one without a thing."""
    rows = [
        {"object": ["cat"], "interrogation": ["which"]},
        {"object": ["cat"], "interrogation": ["what"]},
        {"object": ["dog"], "interrogation": ["what"]},
        {"interrogation": ["what"]},
    ]
    engine = Engine(fill(rows))
    tau = {**dict.fromkeys(PAPER_NAMES, 0), "interrogation": 2}
    recipe = Recipe(min_passes=0, tau=tau)
    stock = engine.stock(recipe, "object")
    assert pool_of(stock) == ({"cat": 2, "dog": 1}, 1)
    assert tail_of(engine, engine.preview(recipe), stock) == {"cat": 1}
