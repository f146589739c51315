"""The rows of Parquet and Arrow shards, in blocks of bounded size. Knows nothing of what a row says."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from adr.containers import picture_root, source_sha256, unreadable
from adr.ingest.layout import Layout
from adr.ingest.row_sql import ROW, row_json_sql
from adr.picture_shards import arrow_batches

_BYTES, _ROWS = 32 << 20, 16_000  # of a block


@dataclass(frozen=True)
class RowBlock:
    """Some rows of one shard, in order. json_sql: the expression for a row's JSON text, which takes $shard."""

    position: int  # of the first, in the source
    rows: pa.Table  # with the column ROW
    json_sql: str
    shard: str  # its path relative to the source
    read: int  # bytes of the source read so far, about

    @property
    def count(self) -> int:
        """How many rows it has."""
        return int(self.rows.num_rows)


class TableRows:
    """The rows of a source of Parquet or Arrow shards; iterate once. Afterwards `sha256` is the hash of the source.

    AdrError when a shard cannot be read.
    """

    def __init__(self, layout: Layout, most: int = _ROWS) -> None:
        self.layout = layout
        self._most = most  # rows of a block
        self.sha256 = hashlib.sha256(b"").hexdigest()

    def __iter__(self) -> Iterator[RowBlock]:
        root = picture_root(self.layout.path)
        position = done = 0
        for path in self.layout.files:
            shard, size = path.relative_to(root).as_posix(), path.stat().st_size
            try:
                batches = _parquet(path, self._most) if self.layout.layout == "parquet" else arrow_batches(path)
                for row, share, rows in _gathered(batches, size, self._most // 2):
                    rows = rows.append_column(ROW, pa.array(range(row, row + rows.num_rows), pa.int64()))
                    sql = row_json_sql(rows.schema.remove(len(rows.schema) - 1))
                    yield RowBlock(position, rows, sql, shard, done + share)
                    position += rows.num_rows
            except (pa.ArrowException, OSError) as error:
                raise unreadable(path, error) from error
            done += size
        self.sha256 = source_sha256(self.layout.path)


def rows_sql(block: RowBlock) -> str:
    """The query for (position, raw) of the table `row`, which is the block's. It takes $position and $shard."""
    return f"""
        select ($position + {ROW} - (select min({ROW}) from "row"))::integer as position, {block.json_sql} as raw
        from "row" where $shard::varchar is not null order by {ROW}"""


def _parquet(path: Path, most: int) -> Iterator[pa.RecordBatch]:
    """Batches of at most about _BYTES; pages are read as they are needed, so that a row group may be large."""
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
        groups = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
        each = sum(group.total_byte_size for group in groups) // max(file.metadata.num_rows, 1)
        yield from file.iter_batches(batch_size=max(1, min(most, _BYTES // max(each, 1))))


def _gathered(batches: Iterator[pa.RecordBatch], size: int, most: int) -> Iterator[tuple[int, int, pa.Table]]:
    """Small batches together: (row of the first within the shard, bytes of the shard read, rows)."""
    waiting: list[pa.RecordBatch] = []
    row = read = 0
    for batch in batches:
        waiting.append(batch)
        if sum(one.nbytes for one in waiting) >= _BYTES or sum(one.num_rows for one in waiting) >= most:
            table = pa.Table.from_batches(waiting)
            read += table.nbytes
            yield row, max(1, min(read, size)), table
            row, waiting = row + table.num_rows, []
    if waiting:
        yield row, size, pa.Table.from_batches(waiting)
