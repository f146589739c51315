"""Rows in the order of an export: one pass over the table, the same rows, and where files begin."""

import hashlib
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from adr.errors import AdrError
from adr.export import in_order
from adr.export.counts import smallest_draws
from adr.export.export import export
from adr.export.in_order import file_begins, tables, windows, windows_between
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, accept, fill

RAWS = [RAW[2].replace('"7"', str(n)) for n in range(50)]


@pytest.fixture
def store():
    made = Store.memory()
    fill(made, RAWS)
    yield made
    made.close()


def ids(store, order, edges):
    """[(first row, ids)] of every window."""
    found = tables(store, np.array(order, np.int32), ["i.id"], np.array(edges))
    return [(begin, table.column("id").to_pylist()) for begin, table in found]


def test_tables__windows_in_the_source_s_order_skip_candidates(store):
    assert ids(store, [3, 3, 8, -1], [0, 2, 4]) == [(0, ["3", "3"]), (2, ["8"])]


@pytest.mark.parametrize("part_bytes", [1, 1 << 20])
def test_tables__shuffled_rows_come_in_the_export_s_order_whatever_fits_in_memory(store, monkeypatch, part_bytes):
    monkeypatch.setattr(in_order, "STRETCH", 2)
    monkeypatch.setattr(in_order, "PART_BYTES", part_bytes)
    assert ids(store, [9, 4, -1, 4, 0], [0, 2, 4, 5]) == [(0, ["9", "4"]), (2, ["4"]), (4, ["0"])]


def test_tables__a_shuffled_export_reads_each_row_once(store, monkeypatch):
    monkeypatch.setattr(in_order, "STRETCH", 10)
    asked = []
    looked_up = in_order.source_rows
    monkeypatch.setattr(
        in_order, "source_rows", lambda s, part, c: asked.append(part.tolist()) or looked_up(s, part, c)
    )
    order = np.random.default_rng(1).permutation(50)
    found = ids(store, order, windows(50, 7))
    assert [id for _, window in found for id in window] == [str(n) for n in order]
    assert [sorted(part) for part in asked] == [list(range(n, n + 10)) for n in range(0, 50, 10)]


def test_tables__positions_that_are_not_there_are_an_error(store):
    with pytest.raises(AdrError, match="not in the dataset"):
        ids(store, [50], [0, 1])


EXPECTED = [
    ([5, 10, 23, 46, 28, 40, 45, 29], "caf4707ed991"),
    ([26, 34, 23, 33, 20, "adr-p1-00000-0", 2, 37], "2cc947c0e491"),
]


def test_export__shuffled_bytes_of_two_seeds(tmp_path):
    found = []
    for seed in (5, 6):
        store, workspace = Store.memory(), Workspace.at(tmp_path / str(seed))
        fill(store, RAWS, copies=2, toml=f"[rebalance]\nseed = {seed}\nrepeat = 2\n")
        accept(store, workspace)
        export(store, workspace, 1, out=tmp_path / f"{seed}-out", order="shuffled")
        text = (tmp_path / f"{seed}-out" / "llava.json").read_bytes()
        found.append(([row["id"] for row in json.loads(text)][:8], hashlib.sha256(text).hexdigest()[:12]))
    assert found == EXPECTED


def test_file_begins__at_ranges_of_positions_or_after_as_many_shuffled_rows(monkeypatch):
    monkeypatch.setattr(in_order, "RANGE", 4)
    assert file_begins(np.array([1, 3, 3, 4, 7, 13, -1], np.int32)).tolist() == [0, 3, 5]
    assert file_begins(np.array([13, 1, 3, 4, 7, -1], np.int32)).tolist() == [0, 4]
    assert windows_between(np.array([0, 3]), 6, 2).tolist() == [0, 2, 3, 5, 6]


def test_parquet__files_begin_at_ranges_of_positions(store, tmp_path, monkeypatch):
    monkeypatch.setattr(in_order, "RANGE", 20)
    store.execute("update decision set kept = false, copies = 0 where instance between 20 and 39 or instance = 40")
    report = export(store, Workspace.at(tmp_path / "w"), 1, out=tmp_path / "out", format="parquet", images="reference")
    found = [pq.read_table(tmp_path / "out" / name).column("id").to_pylist() for name in report.main]
    assert report.main == ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"]
    assert found == [[str(n) for n in range(20)], [str(n) for n in range(41, 50)]]


def test_smallest_draws__are_as_many_as_asked_for_and_the_first_of_equal_ones():
    positions, drawn = np.array([1, 2, 5, 9], np.int32), np.array([0.4, 0.1, 0.4, 0.3])
    found = [smallest_draws(positions, drawn, size).tolist() for size in range(5)]
    assert found == [[], [2], [2, 9], [1, 2, 9], [1, 2, 5, 9]]
