"""The texts of records kept in a Parquet file, byte for byte, whatever they hold. Knows nothing of what a text says."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from adr.containers import unreadable
from adr.ingest.layout import Layout
from adr.ingest.records import Block
from adr.ingest.row_sql import ROW
from adr.ingest.table_rows import RowBlock

TEXTS, ROWS = "texts", "rows"
"""Layouts of such a file: texts of JSON files and tar shards, or the rows of Parquet and Arrow shards as JSON."""
_SCHEMA = pa.schema([("raw", pa.large_binary())])


def write_texts(path: Path, pieces: Iterable[list[bytes]]) -> None:
    """Write the texts into a new file, one row group per piece."""
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd", use_dictionary=False, write_statistics=False) as file:
        for texts in pieces:
            file.write_table(pa.table({"raw": pa.array(texts, pa.large_binary())}))


class KeptTexts:
    """The records of a file that `write_texts` has made; iterate once. Afterwards `sha256` is ''.

    AdrError when the file cannot be read.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.sha256 = ""

    def __iter__(self) -> Iterator[Block | RowBlock]:
        position = 0
        try:
            with pq.ParquetFile(self.layout.path) as file:
                groups = file.metadata.num_row_groups
                for number in range(groups):
                    raw = file.read_row_group(number)["raw"]
                    read = max(1, self.layout.bytes * (number + 1) // groups)
                    yield self._block(position, raw, read)
                    position += len(raw)
        except (pa.ArrowException, OSError) as error:
            raise unreadable(self.layout.path, error) from error

    def _block(self, position: int, raw: pa.ChunkedArray, read: int) -> Block | RowBlock:
        if self.layout.layout == TEXTS:
            return Block(position, raw.to_pylist(), read)
        numbers = pa.array(range(len(raw)), pa.int64())
        return RowBlock(position, pa.table({"raw": raw.cast(pa.large_string()), ROW: numbers}), "raw", "", read)
