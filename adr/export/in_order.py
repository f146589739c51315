"""Columns of the exported rows in the order of the export, one window of rows after another. Knows no format.

In the source's order a window is one stretch of the table. Shuffled rows are put down in a temporary file first, in
parts of the export that fit in memory, and taken up part by part: the table is read once, whatever the order.
"""

import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adr.errors import AdrError
from adr.ranges import RANGE
from adr.store import Store

Places = npt.NDArray[np.int64]
STRETCH = 20_000  # rows that are looked up together when all are put down
PART_BYTES = 64 << 20  # of the rows that are taken up together
_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")


def in_source_order(order: npt.NDArray[np.int32]) -> bool:
    """Whether the positions among these rows never go down. order: as in `Leaving`."""
    ordered = order[order >= 0]
    return bool((ordered[1:] >= ordered[:-1]).all())


def windows(rows: int, size: int) -> Places:
    """The edges of windows of `size` rows: the first row of each, and the number of all rows."""
    return np.append(np.arange(0, rows, size, dtype=np.int64), rows)


def windows_between(begins: Places, rows: int, size: int) -> Places:
    """The same where windows also begin at the rows `begins`, of which the first is 0, and are counted from there."""
    stretches = pairwise([*begins.tolist(), rows])
    return np.concatenate([*(np.arange(begin, end, size) for begin, end in stretches), [rows]])


def file_begins(order: npt.NDArray[np.int32]) -> Places:
    """The rows with which a new file begins in formats of several: the first of every range of positions, or every
    RANGE rows when they are shuffled. Where files begin therefore does not depend on how a dataset is cut."""
    if not in_source_order(order):
        return np.arange(0, len(order), RANGE, dtype=np.int64)
    ranges = order[order >= 0] // RANGE
    return np.append([0], np.flatnonzero(ranges[1:] != ranges[:-1]) + 1).astype(np.int64)


def tables(
    store: Store, order: npt.NDArray[np.int32], columns: Sequence[str], edges: Places
) -> Iterator[tuple[int, pa.Table]]:
    """(first row, columns of the instances among its rows) of each window. columns, order: as in `source_rows`."""
    if not in_source_order(order):
        yield from _shuffled(store, order, columns, edges)
        return
    for begin, end in pairwise(edges.tolist()):
        yield begin, source_rows(store, order[begin:end], columns)


def source_rows(store: Store, part: npt.NDArray[np.int32], columns: Sequence[str]) -> pa.Table:
    """Columns of `instance i` for the positions in `part` (candidates skipped), one row each, in that order.

    columns: SQL expressions, written by the formats and never by a user.
    """
    positions = part[part >= 0]
    low, high = (int(positions.min()), int(positions.max())) if len(positions) else (0, -1)
    wanted = pa.table({"instance": positions.astype(np.int32), "place": np.arange(len(positions), dtype=np.int32)})
    sql = f"""
        select {", ".join(columns)}
        from wanted_rows join instance i using (instance)
        where i.instance between $1 and $2
        order by wanted_rows.place
        """
    table = store.arrow(sql, [low, high], wanted_rows=wanted)
    if table.num_rows != len(positions):
        raise AdrError(
            "The run names instances that are not in the dataset.",
            "A source was removed, or the dataset was ingested again: apply the recipe again on the Rebalance page.",
        )
    return table


def _shuffled(
    store: Store, order: npt.NDArray[np.int32], columns: Sequence[str], edges: Places
) -> Iterator[tuple[int, pa.Table]]:
    places = np.argsort(order, kind="stable")[int((order < 0).sum()) :]  # in the table's order
    with tempfile.TemporaryFile(dir=_folder(store)) as file:
        put_down: _PutDown | None = None
        for begin in range(0, max(1, len(places)), STRETCH):
            here = np.sort(places[begin : begin + STRETCH])
            table = source_rows(store, order[here], columns)
            put_down = put_down or _PutDown(file, table.schema, _part_edges(edges, table))
            put_down.put(table, here)
        assert put_down is not None, "there is always a first stretch"
        yield from put_down.windows(edges)


def _folder(store: Store) -> Path | None:
    """Where the database's own temporary files go: beside it, or in the system's folder where that may not be."""
    return store.path.parent if store.path is not None and not store.read_only else None


def _part_edges(edges: Places, table: pa.Table) -> Places:
    """The edges of parts of whole windows, each of about PART_BYTES when rows are as large as these."""
    rows = max(1, int(PART_BYTES / max(1.0, table.nbytes / max(1, table.num_rows))))
    begins = edges[:-1]
    return np.append(begins[np.diff(begins // rows, prepend=-1) > 0], edges[-1])


class _PutDown:
    """Rows in a file, in parts of the export, each of them in pieces as they came."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, edges: Places) -> None:
        self._file = file
        self._edges = edges  # of the parts
        self._pieces: list[list[tuple[int, int]]] = [[] for _ in edges[1:]]
        self._schema = schema

    def put(self, table: pa.Table, places: Places) -> None:
        """Put rows down. places: of each in the export, ascending."""
        whole = table.append_column("place", pa.array(places)).combine_chunks()
        cuts = np.searchsorted(places, self._edges).tolist()
        for pieces, (begin, end) in zip(self._pieces, pairwise(cuts), strict=True):
            if end > begin:
                at = self._file.tell()
                with pa.ipc.new_stream(self._file, whole.schema, options=_PACKED) as out:
                    out.write_table(whole.slice(begin, end - begin))
                pieces.append((at, self._file.tell() - at))

    def windows(self, edges: Places) -> Iterator[tuple[int, pa.Table]]:
        """(first row, rows that were put down) of each window, in order."""
        for pieces, (begin, end) in zip(self._pieces, pairwise(self._edges.tolist()), strict=True):
            places, table = self._part(pieces)
            first, last = np.searchsorted(edges, [begin, end])
            for low, high in pairwise(edges[first : last + 1].tolist()):
                at, until = np.searchsorted(places, [low, high])
                yield low, table.slice(at, until - at)

    def _part(self, pieces: Sequence[tuple[int, int]]) -> tuple[Places, pa.Table]:
        if not pieces:
            return np.empty(0, np.int64), self._schema.empty_table()
        table = pa.concat_tables([self._read(*piece) for piece in pieces]).combine_chunks()
        places = table.column("place").to_numpy()
        by_place = np.argsort(places)
        return places[by_place], table.drop_columns("place").take(by_place)

    def _read(self, at: int, size: int) -> pa.Table:
        self._file.seek(at)
        return pa.ipc.open_stream(self._file.read(size)).read_all()
