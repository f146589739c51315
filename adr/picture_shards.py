"""Pictures that lie inside shards: a cell of a Parquet or Arrow table, a member of a tar file.

A picture is named within its shard by `<row>-<n>.<ending>` (row from 0, n as `adr.picture_columns` counts) or by the
member's name. What was read last is kept, because callers ask for neighbours. Knows nothing of what pictures show.
"""

import bisect
import re
import tarfile
import threading
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from adr.picture_columns import picture_columns, pictures_of

_CELL = re.compile(r"(\d+)-(\d+)(\.\w+)?")
_WHOLE = 128 << 20  # bytes of pictures up to which a row group is kept whole
_WINDOW = 64  # rows of a larger one that are kept


class Shard(Protocol):
    """A file with pictures inside."""

    def has(self, name: str) -> bool:
        """Whether there may be a picture of this name, as far as can be said without reading it."""
        ...

    def read(self, name: str) -> bytes | None:
        """The bytes of a picture; None when the shard has no picture of this name."""
        ...


def shard_of(path: Path) -> tuple[Path, str] | None:
    """The shard that a path leads into, and the picture's name within it; None when no part of the path is a file."""
    for parent in path.parents:
        if parent.is_file():
            return parent, path.relative_to(parent).as_posix()
        if parent.is_dir():
            return None
    return None


def opened_shard(path: Path) -> Shard:
    """The shard at `path`, kept open for the next call; OSError when it cannot be read or is not a shard."""
    stat = path.stat()
    return _opened(str(path), stat.st_mtime_ns, stat.st_size)


@lru_cache(4)
def _opened(path: str, _changed: int, _size: int) -> Shard:
    with open(path, "rb") as file:
        head = file.read(512)
    try:
        if head.startswith(b"PAR1"):
            return _ParquetShard(path)
        return _TarShard(path) if head[257:262] == b"ustar" else _ArrowShard(Path(path))
    except (pa.ArrowException, tarfile.TarError) as error:
        raise OSError(f"{path} is no shard of pictures: {error}") from error


def arrow_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The batches of an Arrow file, or of an Arrow stream in a file as `datasets` writes it; they lie in its pages."""
    source = pa.memory_map(str(path))
    try:
        file = pa.ipc.open_file(source)
    except pa.ArrowInvalid:
        source.seek(0)
        yield from pa.ipc.open_stream(source)
        return
    for number in range(file.num_record_batches):
        yield file.get_batch(number)


class _ArrowShard:
    def __init__(self, path: Path) -> None:
        self._table = pa.Table.from_batches(arrow_batches(path))
        self._columns = picture_columns(self._table.schema)
        self._table = self._table.select([column.name for column in self._columns])

    def has(self, name: str) -> bool:
        cell = _CELL.fullmatch(name)
        return cell is not None and int(cell[1]) < self._table.num_rows

    def read(self, name: str) -> bytes | None:
        cell = _CELL.fullmatch(name)
        if cell is None or int(cell[1]) >= self._table.num_rows:
            return None
        pictures = pictures_of(self._columns, self._table.slice(int(cell[1]), 1).to_pylist()[0])
        return pictures[int(cell[2])] if int(cell[2]) < len(pictures) else None


class _ParquetShard:
    def __init__(self, path: str) -> None:
        self._file = pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20)
        self._columns = picture_columns(self._file.schema_arrow)
        self._names = [column.name for column in self._columns]
        groups = [self._file.metadata.row_group(n) for n in range(self._file.num_row_groups)]
        self._ends = list(accumulate(group.num_rows for group in groups))
        self._sizes = [group.total_byte_size for group in groups]
        self._lock = threading.Lock()
        self._rows: Iterator[tuple[int, pa.Table]] = iter(())
        self._group = -1
        self._start, self._kept = 0, pa.table({})

    def has(self, name: str) -> bool:
        cell = _CELL.fullmatch(name)
        return cell is not None and bool(self._ends) and int(cell[1]) < self._ends[-1]

    def read(self, name: str) -> bytes | None:
        cell = _CELL.fullmatch(name)
        if cell is None or not self.has(name):
            return None
        row, number = int(cell[1]), int(cell[2])
        with self._lock:
            try:
                pictures = pictures_of(self._columns, self._row(row))
            except pa.ArrowException as error:
                raise OSError(f"the shard cannot be read: {error}") from error
        return pictures[number] if number < len(pictures) else None

    def _row(self, row: int) -> dict[str, object]:
        """The picture columns of a row. Reads on from where it stands, or from the beginning of the row group."""
        group = bisect.bisect_right(self._ends, row)
        if group != self._group or row < self._start:
            self._group, self._rows = group, self._windows(group)
            self._start, self._kept = next(self._rows)
        while row >= self._start + self._kept.num_rows:
            self._start, self._kept = next(self._rows)
        found: dict[str, object] = self._kept.slice(row - self._start, 1).to_pylist()[0]
        return found

    def _windows(self, group: int) -> Iterator[tuple[int, pa.Table]]:
        """The rows of a row group: whole, or of a large one a few at a time."""
        start = self._ends[group - 1] if group else 0
        if self._sizes[group] <= _WHOLE:
            yield start, self._file.read_row_group(group, self._names, use_threads=False)
            return
        for batch in self._file.iter_batches(_WINDOW, [group], self._names, use_threads=False):
            yield start, pa.Table.from_batches([batch])
            start += batch.num_rows


class _TarShard:
    def __init__(self, path: str) -> None:
        self._path = path
        with tarfile.open(path, "r:") as tar:
            self._members = {member.name: (member.offset_data, member.size) for member in tar if member.isreg()}

    def has(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes | None:
        if name not in self._members:
            return None
        start, size = self._members[name]
        with open(self._path, "rb") as file:
            file.seek(start)
            return file.read(size)
