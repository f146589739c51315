"""Repaired ids: which rows get one, and which ids are taken."""

import pytest

from adr.export.ids import repaired_ids
from adr.export.leaving import leaving
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import fill

NAMES = ['"a-2"', '"a"', '"a"', "7", '"7"', '"ü\\"x"', '"ü\\"x"', '"a"', '"7-2"', None]
RAWS = ['{"image": "x"}' if name is None else f'{{"id": {name}}}' for name in NAMES]


@pytest.mark.parametrize(
    ("order", "rows", "expected"),
    [
        # a-2 is taken by a row that is not kept, and 7-2 by one that is.
        ("source", [1, 2, 3, 4, 5, 6, 7, 8, 9], {1: '"a-3"', 3: '"7-3"', 5: '"ü\\"x-2"', 6: '"a-4"'}),
        ("shuffled", [4, 8, 2, 5, 1, 7, 9, 3, 6], {4: '"a-3"', 5: '"a-4"', 7: '"7-3"', 8: '"ü\\"x-2"'}),
    ],
)
def test_repaired_ids__skip_taken_ones_and_go_by_the_export_s_order(tmp_path, order, rows, expected):
    store = Store.memory()
    fill(store, RAWS, kept=lambda i: i != 0)
    leave = leaving(store, Workspace.at(tmp_path), 1, order=order)
    assert (leave.order.tolist(), repaired_ids(store, leave)) == (rows, expected)


def test_repaired_ids__nothing_repeats(tmp_path):
    store = Store.memory()
    fill(store, RAWS[2:4])
    assert repaired_ids(store, leaving(store, Workspace.at(tmp_path), 1)) == {}
