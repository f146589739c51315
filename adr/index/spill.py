"""Batches kept on the disk until they are needed again, so that memory does not grow with their number.

Knows nothing of what they hold. A file has no name from the moment it is made: a process that is killed leaves none.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_KEYS = pa.schema([("instance", pa.int32()), ("name", pa.int32())])
_LOW = np.int64(0xFFFFFFFF)


class Collected(Protocol):
    """Batches of sorted keys, instance << 32 | number, that are added one after another: a list will do."""

    def append(self, keys: np.ndarray, /) -> None:
        """Keep one more batch."""

    def __iter__(self) -> Iterator[np.ndarray]: ...


class Spill:
    """Tables of one schema, given back in order, as often as asked for. folder: where the file lies; None: where this
    system keeps temporary files."""

    def __init__(self, schema: pa.Schema, folder: Path | None = None) -> None:
        self._schema = schema
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115  (open until `close`)
        self._writer = pq.ParquetWriter(self._file, schema, compression="zstd", use_dictionary=False)
        self._groups = 0

    def append(self, table: pa.Table) -> None:
        """Keep one more table; not after the first has been given back."""
        if len(table):
            self._writer.write_table(table.cast(self._schema), row_group_size=len(table))
            self._groups += 1

    def __iter__(self) -> Iterator[pa.Table]:
        """The tables that have rows."""
        self._writer.close()
        self._file.seek(0)
        with pq.ParquetFile(self._file, pre_buffer=False) as file:
            for group in range(self._groups):
                yield file.read_row_group(group, use_threads=False)

    def close(self) -> None:
        """Give the disk space back."""
        self._writer.close()
        self._file.close()


class SpilledKeys:
    """Collected keys in a file."""

    def __init__(self, folder: Path | None = None) -> None:
        self._tables = Spill(_KEYS, folder)

    def append(self, keys: np.ndarray) -> None:
        """Keep one more batch; not after the first has been given back."""
        instance, name = (keys >> 32).astype(np.int32), (keys & _LOW).astype(np.int32)
        self._tables.append(pa.table([instance, name], schema=_KEYS))

    def __iter__(self) -> Iterator[np.ndarray]:
        """The batches that hold anything, in order: int64."""
        for table in self._tables:
            yield table["instance"].to_numpy().astype(np.int64) << 32 | table["name"].to_numpy()

    def close(self) -> None:
        """Give the disk space back."""
        self._tables.close()


@contextmanager
def spilled(folder: Path | None) -> Iterator[Callable[[], SpilledKeys]]:
    """A function that makes collected keys in a file; the files are gone when the block ends."""
    with ExitStack() as made:
        yield lambda: made.enter_context(closing(SpilledKeys(folder)))


class Changed:
    """Batches of keys of which each is changed when it is read."""

    def __init__(self, batches: Iterable[np.ndarray], change: Callable[[np.ndarray], np.ndarray]) -> None:
        self._batches, self._change = batches, change

    def __iter__(self) -> Iterator[np.ndarray]:
        return map(self._change, self._batches)
