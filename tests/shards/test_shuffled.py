"""Rows of several shards in one shuffled order, merged in parts and cut into tables."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from adr.draws import draws
from adr.export.leaving import SHUFFLE_KEY
from adr.shards import shuffled
from adr.shards.shuffled import by_draw, merged, regrouped, write_ordered

ROW = pa.schema([("name", pa.string())])


def write(folder, edges: list[int], rows: int):
    """The files of shards that begin at these places; the name of a row is its place."""
    files = []
    for n, (begin, end) in enumerate(zip(edges, [*edges[1:], rows], strict=True)):
        places = np.arange(begin, end)
        places = places[by_draw(7, places)]
        files.append(folder / f"{n}.part")
        write_ordered(files[-1], 7, [pa.table({"name": [str(at) for at in places.tolist()]}, ROW)], ROW, places)
    return files


@given(rows=st.integers(1, 60), cuts=st.sets(st.integers(1, 59)), part_bytes=st.integers(200, 20_000))
def test_merged__the_order_of_one_machine_however_rows_are_cut(tmp_path_factory, rows, cuts, part_bytes):
    files = write(tmp_path_factory.mktemp("parts"), sorted({0, *(cut for cut in cuts if cut < rows)}), rows)
    before, shuffled.PART_BYTES = shuffled.PART_BYTES, part_bytes
    try:
        found = [name for table in merged(files) for name in table.column("name").to_pylist()]
    finally:
        shuffled.PART_BYTES = before
    one_machine = np.argsort(draws(7, SHUFFLE_KEY, np.arange(rows)), kind="stable")
    assert found == [str(place) for place in one_machine.tolist()]


def test_merged__a_shard_without_rows(tmp_path):
    assert [table.num_rows for table in merged(write(tmp_path, [0, 0], 3))] == [3]


def test_regrouped__windows_are_counted_from_the_beginning_of_each_file(monkeypatch):
    monkeypatch.setattr(shuffled, "RANGE", 5)
    tables = [pa.table({"n": [0, 1, 2]}), pa.table({"n": [3, 4, 5, 6, 7, 8]}), pa.table({"n": [9, 10]})]
    found = [(begins, table.column("n").to_pylist()) for begins, table in regrouped(tables, 11, 3)]
    assert found == [(True, [0, 1, 2]), (False, [3, 4]), (True, [5, 6, 7]), (False, [8, 9]), (True, [10])]
