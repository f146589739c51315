"""The shuffled order of an export over shards. Knows no format.

On one machine rows are sorted by the draw of their place among all rows that leave, ties by place. A shard knows the
place of its first row from what is kept of the shards before it, so it sorts its own rows and keeps them with draw and
place. All shards are merged one range of draws after another: draws are uniform, so every range has about as many rows.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adr.draws import draws
from adr.export.in_order import PART_BYTES
from adr.export.leaving import SHUFFLE_KEY
from adr.ranges import RANGE
from adr.rebalance.at_most import whole_draws
from adr.shards.settled import FILE
from adr.shards.shard_run import GLOBAL, ShardRun

Places = npt.NDArray[np.int64]
Draws = npt.NDArray[np.uint64]
ORDERED = (("draw", pa.uint64()), ("place", pa.int64()))
"""The columns by which rows are ordered."""
_DRAWS = 1 << 53


def first_place(run: ShardRun, number: int, epoch: int = 1) -> int:
    """The place of a shard's first row among all rows that leave, copies included, in the source's order. epoch: as in
    `Leaving`."""
    settled = json.loads(run.file("settle", GLOBAL, FILE).read_text(encoding="utf-8"))
    rows: list[int] = settled["rows"] if epoch == 1 else settled["epochs"]["rows"][epoch]
    return sum(rows[:number])


def drawn(seed: int, places: Places) -> Draws:
    """The draws that rows are sorted by, as whole numbers below 2^53."""
    return whole_draws(draws(seed, SHUFFLE_KEY, places))


def by_draw(seed: int, places: Places) -> Places:
    """Which of these rows comes first, second, … in the shuffled order. places: ascending."""
    return np.argsort(drawn(seed, places), kind="stable")


def write_ordered(path: Path, seed: int, tables: Iterable[pa.Table], schema: pa.Schema, places: Places) -> None:
    """Write rows for `merged`. tables: of this schema, in the shuffled order; places: of their rows."""
    whole, at = pa.schema([*schema, *ORDERED]), 0
    with pa.OSFile(str(path), "wb") as out, pa.ipc.new_file(out, whole) as file:
        for table in tables:
            own = places[at : at + table.num_rows]
            table = table.cast(schema).append_column("draw", pa.array(drawn(seed, own)))
            file.write_table(table.append_column("place", pa.array(own)).cast(whole))
            at += len(own)


def merged(files: Sequence[Path]) -> Iterator[pa.Table]:
    """The rows of all files in the shuffled order, as tables of about PART_BYTES each."""
    parts = max(1, sum(file.stat().st_size for file in files) // PART_BYTES)
    edges = np.array([part * _DRAWS // parts for part in range(parts + 1)], dtype=np.uint64)
    cuts = [np.searchsorted(_column(file, "draw"), edges).tolist() for file in files]
    for part in range(parts):
        slices = [_rows(file, own[part], own[part + 1]) for file, own in zip(files, cuts, strict=True)]
        table = pa.concat_tables(slices)
        order = np.lexsort((table.column("place").to_numpy(), table.column("draw").to_numpy()))
        yield table.take(pa.array(order)).drop_columns([name for name, _ in ORDERED])


def regrouped(tables: Iterable[pa.Table], rows: int, size: int) -> Iterator[tuple[bool, pa.Table]]:
    """(whether a new file begins, rows) in tables of at most `size` rows, as one machine cuts a shuffled export: a file
    begins every RANGE rows. rows: of all tables."""
    tables = iter(tables)
    held: pa.Table | None = None
    for file in range(0, rows, RANGE):
        end = min(rows, file + RANGE)
        for begin, until in pairwise([*range(file, end, size), end]):
            while held is None or held.num_rows < until - begin:
                held = next(tables) if held is None else pa.concat_tables([held, next(tables)])
            yield begin == file, held.slice(0, until - begin)
            held = held.slice(until - begin)


def _rows(file: Path, begin: int, end: int) -> pa.Table:
    """Some rows of a file, of which no others are read."""
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all().slice(begin, end - begin)


def _column(file: Path, name: str) -> npt.NDArray[Any]:
    with pa.memory_map(str(file)) as source:
        return np.asarray(pa.ipc.open_file(source).read_all().column(name).to_numpy())
