"""Any column of the records: text, lists, booleans, numbers in bands."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.index.perspectives.column import EDGES, of_column
from tests.worlds.batches import batch


def values(column: str, *records: object) -> list[list[str]]:
    return [list(names) for names in of_column(column)(batch(raw=[json.dumps(record) for record in records]))]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("charts", ["charts"]),
        (" two\n lines ", ["two lines"]),
        ("x" * 250, ["x" * 200]),
        ("4", ["4"]),
        ("", []),
        (None, []),
        ({"inner": 1}, []),
        ([], []),
        (True, ["true"]),
        (False, ["false"]),
        (["b", "a", "b", None, 3], ["b", "a", "3"]),
        ([["a"], ["c"]], ["a", "c"]),
        (0, ["0"]),
        (-1, ["-1"]),
        (100, ["100"]),
        (101, ["101 to 200"]),
        (200, ["101 to 200"]),
        (201, ["201 to 500"]),
        (1920, ["1,001 to 2,000"]),
        (-101, ["-200 to -101"]),
        (-200, ["-200 to -101"]),
        (-201, ["-500 to -201"]),
        (10**30, ["500,000,000,000,001 or more"]),
        (-(10**30), ["under -500,000,000,000,000"]),
        (0.0, ["0 to under 0.1"]),
        (0.3, ["0.3 to under 0.4"]),
        (0.399, ["0.3 to under 0.4"]),
        (3.0, ["3 to under 4"]),
        (3.7, ["3 to under 4"]),
        (42.5, ["40 to under 50"]),
        (150.5, ["100 to under 200"]),
        (-0.05, ["-0.1 to under 0"]),
        (1e20, ["500,000,000,000,000 or more"]),
        (float("inf"), ["500,000,000,000,000 or more"]),
        (float("nan"), []),
    ],
)
def test_of_column__what_a_value_becomes(value, expected):
    assert values("kind", {"id": 1, "kind": value}) == [expected]


def test_of_column__dots_lead_into_objects_and_lists():
    record = {"meta": {"rating": 4, "by": [{"name": "Ann"}, {"name": "Bo"}, {"age": 3}]}, "meta.source": "own"}
    assert values("meta.rating", record, {"meta": {}}, {"meta": 3}, {}) == [["4"], [], [], []]
    assert values("meta.by.name", record) == [["Ann", "Bo"]]
    assert values("meta.source", record) == [["own"]]  # a key that has a dot itself


def test_of_column__keys_in_other_letters_and_spellings():
    given = batch(raw=['{"\\u7c7b": "a"}', '{"类": "b"}', '{"a\\/b": "c"}', '{"kind": "d"}', None])
    assert of_column("类")(given) == [["a"], ["b"], [], [], []]
    assert of_column("a/b")(given) == [[], [], ["c"], [], []]
    assert of_column("kind")(given) == [[], [], [], ["d"], []]


def test_of_column__a_word_of_the_conversation_is_no_key():
    assert values("kind", {"conversations": [{"from": "human", "value": 'what "kind": "x"'}]}) == [[]]


@given(st.floats(EDGES[0], EDGES[-1], exclude_max=True))
def test_of_column__a_number_lies_in_its_band(number):
    [[band]] = values("kind", {"kind": number})
    low, high = (float(edge.replace(",", "")) for edge in band.split(" to under "))
    assert low <= number < high


@given(st.integers(-(10**14), 10**14))
def test_of_column__a_whole_number_lies_in_its_band(number):
    [[band]] = values("kind", {"kind": number})
    low, _, high = band.replace(",", "").partition(" to ")
    assert int(low) <= number <= int(high or low)
