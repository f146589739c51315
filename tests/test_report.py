"""Reports: to JSON and back to an equal value; what JSON cannot hold."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from adr.report import from_json, plain, schema, to_json


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


def test_plain__what_json_can_hold() -> None:
    assert plain(REPORT) == {"leaves": {"oak": {"count": 3}}, "height": None, "names": ["a", "b"]}
    assert plain({"n": np.int64(2), "x": np.float32(0.5)}) == {"n": 2, "x": 0.5}


def test_schema__names_every_field() -> None:
    assert set(schema(Tree)["properties"]) == {"leaves", "height", "names"}
    assert schema(Tree)["required"] == ["leaves", "height"]
