"""Batches kept in a file: what goes in comes out again, as often as asked for, and no file is left."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from adr.index.spill import Changed, Spill, SpilledKeys, spilled


def test_spill__tables_in_order_as_often_as_asked_for(tmp_path: Path) -> None:
    spill = Spill(pa.schema([("n", pa.int32())]), tmp_path)
    for numbers in ([1, 2], [], [3]):
        spill.append(pa.table({"n": pa.array(numbers, pa.int64())}))
    assert [table["n"].to_pylist() for table in spill] == [[1, 2], [3]]
    assert [table["n"].to_pylist() for table in spill] == [[1, 2], [3]]
    spill.close()


def test_spill__nothing_was_added() -> None:
    spill = Spill(pa.schema([("n", pa.int32())]))
    assert list(spill) == []
    spill.close()


def test_spilled__a_killed_process_leaves_no_file(tmp_path: Path) -> None:
    with spilled(tmp_path) as collected:
        keys = collected()
        keys.append(np.array([5 << 32 | 7], np.int64))
        assert list(tmp_path.iterdir()) == []
        assert [batch.tolist() for batch in keys] == [[5 << 32 | 7]]


def test_changed__changes_each_batch_when_it_is_read() -> None:
    changed = Changed([np.array([1, 2]), np.array([3])], lambda batch: batch * 10)
    assert [batch.tolist() for batch in changed] == [[10, 20], [30]] == [batch.tolist() for batch in changed]


keys = st.lists(st.integers(0, 2**31 - 1).flatmap(lambda i: st.integers(0, 2**31 - 1).map(lambda n: i << 32 | n)))


@given(st.lists(keys, max_size=4))
def test_spilled_keys__come_back(batches: list[list[int]]) -> None:
    spill = SpilledKeys()
    for batch in batches:
        spill.append(np.array(batch, np.int64))
    assert [batch.tolist() for batch in spill] == [batch for batch in batches if batch]
    spill.close()
