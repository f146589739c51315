"""Fixed ranges of positions."""

import numpy as np

from adr.ranges import RANGE, range_slices


def slices(*positions: int) -> list[tuple[int, int, int]]:
    return range_slices(np.array(positions, dtype=np.int32))


def test_range_slices__divide_rows_where_a_range_begins() -> None:
    assert RANGE == 65_536
    assert slices(0, 5, RANGE - 1, RANGE, RANGE + 1) == [(0, 0, 3), (1, 3, 5)]


def test_range_slices__leave_out_ranges_without_rows() -> None:
    assert slices() == []
    assert slices(3 * RANGE - 1, 5 * RANGE) == [(2, 0, 1), (5, 1, 2)]


def test_range_slices__reach_the_last_position_of_all() -> None:
    assert slices(2**31 - 2) == [(2**15 - 1, 0, 1)]
