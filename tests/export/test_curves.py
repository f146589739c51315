"""The curves of an export as SVG: where the points are, and that the states differ without colour."""

from xml.etree import ElementTree

import numpy as np

from adr.export.counts import Counts
from adr.export.curves import BOTTOM, LEFT, RIGHT, STATES, file_of, svg

SVG = "{http://www.w3.org/2000/svg}"


def counts(before, after, refined, random, tau=10.0) -> Counts:
    arrays = [np.array(one, np.int64) for one in (before, after, refined, random)]
    return Counts("object", tau, np.arange(len(before)), *arrays)


def lines(drawn: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(drawn).findall(f"{SVG}polyline")


def test_svg__a_line_per_state_from_the_first_rank_to_the_last():
    """100, 10, 1: three decades of counts, ranks 1 to 3. A count of 1 lies on the lower axis."""
    drawn = svg(counts([100, 10, 1], [10, 10, 1], [10, 10, 2], [50, 5, 1]))
    points = [[tuple(map(float, p.split(","))) for p in line.get("points").split()] for line in lines(drawn)]
    assert len(points) == 4
    assert points[0][0][0] == LEFT and points[0][-1] == (RIGHT, BOTTOM)
    assert "τ = 10" in drawn and ">100<" in drawn


def test_svg__without_accepted_candidates_there_is_no_line_for_them():
    drawn = svg(counts([100, 10, 1], [10, 10, 1], [10, 10, 1], [50, 5, 1]))
    assert len(lines(drawn)) == 3 and "with synthetic" not in drawn


def test_svg__nothing_kept_and_no_entities_are_drawn_too():
    assert len(lines(svg(counts([3, 1], [0, 0], [0, 0], [0, 0])))) == 1
    assert lines(svg(counts([], [], [], []))) == []


def test_svg__the_same_bytes_every_time():
    one = counts([100, 10, 1], [10, 10, 1], [10, 10, 2], [50, 5, 1])
    assert svg(one) == svg(one)


def test_states__differ_by_dashes_or_width():
    assert len({(dash, width) for *_, dash, width in STATES}) == len(STATES)


def test_file_of__stays_in_its_folder_whatever_a_column_is_called():
    assert file_of("co_occurrence") == "co_occurrence.svg"
    names = [file_of(f"column:{name}") for name in ("meta.rating", "../../etc", "a/b", "a b", "评分", "评级")]
    assert len(set(names)) == 6 and not [name for name in names if set(name) & set("/\\: ")]
    assert all(name.startswith("column_") and name.endswith(".svg") and name.isascii() for name in names)
