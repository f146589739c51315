"""The shared order, sorted range by range, is that of a single sort."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adr.rebalance.at_most import place_in_order
from adr.shards import shared_order
from adr.shards.shared_order import rows_in_order


def test_rows_in_order__more_held_first_then_by_draw_then_as_they_come():
    held = np.array([0, 2, 0, 2, 1, 2], np.int8)
    drawn = np.array([5, 9, 5, 3, 0, 9], np.uint64)
    copies = np.array([1, 1, 2, 1, 0, 1], np.int8)
    assert rows_in_order(place_in_order(held, drawn), copies).tolist() == [3, 1, 5, 0, 2]


def test_rows_in_order__no_row_has_a_copy():
    assert rows_in_order(np.array([7, 8], np.uint64), np.zeros(2, np.int8)).tolist() == []


@given(
    rows=st.lists(st.tuples(st.integers(0, 15), st.integers(0, (1 << 53) - 1), st.integers(0, 2)), max_size=80),
    piece=st.integers(1, 100),
)
def test_rows_in_order__is_one_stable_sort(rows, piece):
    held, drawn, copies = (
        np.array([row[i] for row in rows], kind) for i, kind in enumerate((np.int8, np.uint64, np.int8))
    )
    place = place_in_order(held, drawn)
    before, shared_order.PIECE = shared_order.PIECE, piece
    try:
        found = rows_in_order(place, copies)
    finally:
        shared_order.PIECE = before
    kept = np.flatnonzero(copies > 0)
    assert found.tolist() == kept[np.argsort(place[kept], kind="stable")].tolist()
