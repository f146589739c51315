"""Reports: to JSON and back to an equal value, and values that JSON cannot hold."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import numpy as np

from adr.report import OnlyWhereThere, Unbounded, from_json, plain, schema, to_json


@dataclass(frozen=True)
class Leaf:
    """A part of a report."""

    count: int


@dataclass(frozen=True)
class Tree:
    """A report with parts."""

    leaves: Mapping[str, Leaf]
    height: float
    names: tuple[str, ...] = ()


REPORT = Tree({"oak": Leaf(3)}, math.inf, ("a", "b"))


def test_report__comes_back_equal() -> None:
    assert from_json(Tree, to_json(REPORT)) == REPORT


def test_report__of_a_later_version_is_read() -> None:
    assert from_json(Tree, '{"leaves": {}, "height": 2, "bark": "rough"}') == Tree({}, 2.0)


def test_report__whole_numbers_stay_whole() -> None:
    read = from_json(Tree, to_json(Tree({"oak": Leaf(3)}, 2)))
    assert plain(read)["height"] == 2 and isinstance(read.height, int)


def test_plain__what_json_can_hold() -> None:
    assert plain(REPORT) == {"leaves": {"oak": {"count": 3}}, "height": None, "names": ["a", "b"]}
    assert plain({"n": np.int64(2), "x": np.float32(0.5)}) == {"n": 2, "x": 0.5}


def test_schema__names_every_field() -> None:
    assert set(schema(Tree)["properties"]) == {"leaves", "height", "names"}
    assert schema(Tree)["required"] == ["leaves", "height", "names"]


@dataclass(frozen=True)
class Limit:
    """A report with a number that may be infinite, and a time."""

    tau: Unbounded
    n: float
    at: datetime


def test_plain__times_are_utc_and_infinities_null_as_the_schema_says() -> None:
    at = datetime(2026, 1, 2, 3, 4)
    assert plain(Limit(math.inf, 1.0, at)) == {"tau": None, "n": 1.0, "at": "2026-01-02T03:04:00+00:00"}
    assert plain(at.replace(tzinfo=timezone(timedelta(hours=1)))) == "2026-01-02T03:04:00+01:00"
    fields = schema(Limit)["properties"]
    assert fields["tau"]["anyOf"] == [{"type": "number"}, {"type": "null"}]
    assert (fields["n"]["type"], fields["at"]["format"]) == ("number", "date-time")
    assert from_json(Limit, to_json(Limit(math.inf, 1.0, at.replace(tzinfo=UTC)))).tau == math.inf


@dataclass(frozen=True)
class Branch:
    """A report with a part that is only there sometimes."""

    count: int
    leaf: OnlyWhereThere[Leaf] = None


def test_plain__a_part_that_is_not_there_has_no_key():
    assert plain(Branch(1)) == {"count": 1}
    assert plain(Branch(1, Leaf(2))) == {"count": 1, "leaf": {"count": 2}}
    assert from_json(Branch, to_json(Branch(1))) == Branch(1)
    assert schema(Branch)["required"] == ["count"]
    assert "leaf" in schema(Branch)["properties"]
