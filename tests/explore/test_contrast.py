"""Two sets of the six instances against each other, counted by hand, and the interval of a lift."""

import numpy as np
import pytest

from adr.errors import AdrError
from adr.explore.contrast import contrast, lifts
from adr.store import Store
from tests.worlds.hand import write_instances, write_postings


def at(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int32)


def test_contrast__counts_by_hand(small_store: Store) -> None:
    """Objects: dog in 0, 2, 4, 5; cat in 0, 1, 2; accordion in 2; bus in 0; sofa in 1."""
    found = contrast(small_store, at(0, 1, 2), at(3, 4, 5), ("object",))
    assert (found.a, found.b, found.both) == (3, 3, 0)
    assert {one.entity: (one.a, one.b) for one in found.perspectives["object"]} == {
        "accordion": (1, 0),
        "bus": (1, 0),
        "cat": (3, 0),
        "dog": (2, 2),
        "sofa": (1, 0),
    }
    assert found.perspectives["object"][0].entity == "cat"
    assert all(one.by_chance for one in found.perspectives["object"] if one.entity != "cat")


def test_contrast__against_all_others(small_store: Store) -> None:
    found = contrast(small_store, at(0, 1, 2), None, ("object",))
    assert found == contrast(small_store, at(0, 1, 2), at(3, 4, 5), ("object",))


def test_contrast__what_is_in_both_is_left_out(small_store: Store) -> None:
    found = contrast(small_store, at(0, 1, 2), at(2, 3, 4), ("object",))
    assert (found.a, found.b, found.both) == (2, 2, 1)
    assert "accordion" not in {one.entity for one in found.perspectives["object"]}


@pytest.mark.parametrize(
    ("a", "b", "which"), [(at(1), at(0, 1), "first"), (at(0, 1), at(1), "second"), (at(), None, "first")]
)
def test_contrast__refuses_an_empty_side(small_store: Store, a: np.ndarray, b: np.ndarray, which: str) -> None:
    with pytest.raises(AdrError) as told:
        contrast(small_store, a, b, ("object",))
    assert told.value.sentence == f"The {which} set has no instance that the other has not."


def test_lifts__by_hand() -> None:
    """30 of 100 against 10 of 100: three times as often; ln 3 ± 1.96 · √(1/30 − 1/100 + 1/10 − 1/100)."""
    lift, low, high = lifts(np.array([30, 0]), np.array([10, 0]), 100, 100)
    assert (lift[0], low[0], high[0]) == pytest.approx(
        (3.0, 3 * np.exp(-1.96 * 0.33665), 3 * np.exp(1.96 * 0.33665)), rel=1e-4
    )
    assert lift[1] == 1.0 and low[1] < 1 < high[1]


def test_contrast__finds_what_was_planted_and_calls_noise_chance() -> None:
    """2,000 instances: "planted" in 30 % of A and 5 % of B; "noise" in 20 % of both."""
    drawn = np.random.default_rng(7)
    store = Store.memory()
    write_instances(store, {n: (str(n), [], [("human", "?")]) for n in range(2000)})
    planted = [n for n in range(2000) if drawn.random() < (0.30 if n < 1000 else 0.05)]
    noise = [n for n in range(2000) if drawn.random() < 0.2]
    write_postings(store, {"token": {}, "object": {"planted": planted, "noise": noise}, "co_occurrence": {}})
    found = contrast(store, np.arange(1000, dtype=np.int32), None, ("object",)).perspectives["object"]
    assert [one.entity for one in found] == ["planted", "noise"]
    assert 3 < found[0].low < 6 < found[0].high and not found[0].by_chance
    assert found[1].by_chance
