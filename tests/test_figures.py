"""Numbers as a person reads them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.figures import brief, counted, number_words, share_words, signed, size_words, time_words


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (40_600, "40,600"),
        (40_612.7, "40,613"),
        (37.25, "37.25"),
        (37.251, "37.25"),
        (2.0, "2"),
        (0.04321, "0.04321"),
        (0.000123456, "0.0001235"),
        (-1.5, "-1.5"),
        (0, "0"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (1e15, "1,000,000,000,000,000"),
    ],
)
def test_number_words__no_exponent(value: float, says: str) -> None:
    assert number_words(value) == says


@given(st.floats(1e-9, 1e15), st.integers(1, 10))
def test_number_words__reads_back_to_so_many_digits(value: float, digits: int) -> None:
    """At most twelve decimal places."""
    said = number_words(value, digits)
    assert "e" not in said
    assert math.isclose(float(said.replace(",", "")), value, rel_tol=0.5 * 10 ** (1 - digits) * 1.001, abs_tol=1e-12)


def test_share_words__percent_with_a_space() -> None:
    assert (share_words(0.1234), share_words(1), share_words(0.12345, 2)) == ("12.3 %", "100.0 %", "12.35 %")


@pytest.mark.parametrize(("size", "says"), [(0, "0 bytes"), (999, "999 bytes"), (2500, "2.5 kB"), (901e6, "901 MB")])
def test_size_words(size: int, says: str) -> None:
    assert size_words(int(size)) == says


@pytest.mark.parametrize(
    ("seconds", "says"), [(0.2, "1 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (5400, "1.5 h")]
)
def test_time_words(seconds: float, says: str) -> None:
    assert time_words(seconds) == says


def test_counted__one_and_many() -> None:
    assert (counted(1, "row"), counted(1200, "row"), counted(0, "entity", "entities")) == (
        "1 row",
        "1,200 rows",
        "0 entities",
    )


def test_signed__with_a_minus_sign_and_none_for_zero():
    said = [signed(3.94), signed(-0.36), signed(-0.04), signed(0.0, 2), signed(None)]
    assert said == ["+3.9", "−0.4", "0.0", "0.00", ""]


def test_brief__four_characters() -> None:
    values = (0, 0.312, 0.97, 3.24, 9.97, 48, 950, 1_000, 1_240, 33_800, 999_900, 5_000_000)
    assert [brief(value) for value in values] == [
        *("0", "0.31", "1.0", "3.2", "10", "48", "950", "1k", "1.2k", "34k", "1M", "5M")
    ]
