"""The rows of one shard → its part of the files of a format, written by the format's own code.

In the source's order a part has the bytes that the export will have. Rows that are shuffled are kept apart, for
`shuffled.merged`: records as bytes for llava, columns for Parquet, the files of a
sample with their contents for WebDataset.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace as changed
from itertools import islice
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from adr.export import parquet, webdataset
from adr.export.records import conversations
from adr.export.work import Work
from adr.export.writing import SEPARATOR, items
from adr.ranges import RANGE
from adr.shards.shuffled import Places, write_ordered

Place = Callable[[str], str]
"""{name of a file: with the number of the shard before it}."""
Pieces = dict[str, list[str]]
"""{number of a range: files with its rows}; empty where a part is one file."""
PART = "part"
LLAVA_ROW = pa.schema([("record", pa.large_binary())])
PARQUET_ROW = parquet.columns_of(tools=True)
"""The columns that a row has among those that are shuffled."""

WEBDATASET_ROW = pa.schema([("files", pa.list_(pa.struct([("name", pa.string()), ("content", pa.large_binary())])))])
SAMPLES = 100
"""Samples with their pictures that are in memory at once."""


class PartWriter(NamedTuple):
    """How a format is written. ordered: the rows as they are, by file; rows: the same as tables of `schema`."""

    ordered: Callable[[Work, Place], Pieces]
    rows: Callable[[Work], Iterator[pa.Table]]
    schema: pa.Schema


def write_part(work: Work, format: str, place: Place, shuffled: Places | None) -> Pieces:
    """Write the rows of a shard. shuffled: the places of the rows among all that leave, where they are in the shuffled
    order; None in the source's order."""
    writer = _WRITERS[format]
    if shuffled is None:
        return writer.ordered(work, place)
    path = work.folder / place(PART)
    write_ordered(path, work.leave.shuffled_by, writer.rows(work), writer.schema, shuffled)
    return {}


def _llava(work: Work, place: Place) -> Pieces:
    with work.file(place(PART)) as out:
        for n, part in enumerate(items(work, lambda row: conversations(row, work.form))):
            out.write((SEPARATOR if n else b"") + part)
    return {}


def _llava_rows(work: Work) -> Iterator[pa.Table]:
    for batch in work.rows(turns=True):
        records = [conversations(row, work.form).encode() for row in batch]
        yield pa.table({"record": pa.array(records, pa.large_binary())})


def _parquet(work: Work, place: Place) -> Pieces:
    """The files of every range, each cut and written as in an export of these rows alone."""
    return {str(number): _parquet_range(part, number, place) for number, part in _ranges(work)}


def _parquet_range(part: Work, number: int, place: Place) -> list[str]:
    folder = part.folder / f"range-{number}"
    made = parquet.write_shards(part, parquet.columns_of(tools=part.columns.tools), folder.name)
    names = [place(f"range-{number}-{n}.parquet") for n in range(len(made))]
    for name, given in zip(names, made, strict=True):
        (part.folder / given).rename(part.folder / name)
    folder.rmdir()
    return names


def _parquet_rows(work: Work) -> Iterator[pa.Table]:
    return (table for _, table in parquet.row_tables(work, PARQUET_ROW))


def _webdataset(work: Work, place: Place) -> Pieces:
    return {str(number): _tar_range(part, number, place) for number, part in _ranges(work)}


def _tar_range(part: Work, number: int, place: Place) -> list[str]:
    folder = part.folder / f"range-{number}"
    folder.mkdir()
    made = webdataset.write(changed(part, folder=folder))
    names = [place(f"range-{number}-{n}.tar") for n in range(len(made))]
    for name, given in zip(names, made, strict=True):
        (folder / given).rename(part.folder / name)
    folder.rmdir()
    return names


def _webdataset_rows(work: Work) -> Iterator[pa.Table]:
    samples = (sample for _, sample in webdataset.samples(work))
    while some := list(islice(samples, SAMPLES)):
        rows = [{"files": [{"name": name, "content": content} for name, content in sample]} for sample in some]
        yield pa.Table.from_pylist(rows, WEBDATASET_ROW)


def _ranges(work: Work) -> Iterator[tuple[int, Work]]:
    """(number of a range, its rows with the columns of all)."""
    order = work.leave.order
    for number in np.unique(order // RANGE).tolist():
        begin, end = np.searchsorted(order, [number * RANGE, (number + 1) * RANGE]).tolist()
        new_ids = {place - begin: id for place, id in work.leave.new_ids.items() if begin <= place < end}
        leave = changed(work.leave, order=order[begin:end], new_ids=new_ids)
        yield number, changed(work, leave=leave, known_columns=work.columns)


_WRITERS = {
    "llava": PartWriter(_llava, _llava_rows, LLAVA_ROW),
    "parquet": PartWriter(_parquet, _parquet_rows, PARQUET_ROW.schema),
    "webdataset": PartWriter(_webdataset, _webdataset_rows, WEBDATASET_ROW),
}
