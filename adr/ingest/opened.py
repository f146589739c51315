"""The reader for a source's layout. Knows nothing of what the readers do."""

from contextlib import closing
from itertools import islice

from adr.ingest.layout import Layout
from adr.ingest.records import Records
from adr.ingest.table_rows import TableRows, rows_sql
from adr.ingest.tar_rows import TarRows
from adr.store import Store

Reader = Records | TableRows | TarRows


def reader(layout: Layout) -> Reader:
    """What gives the records of a source in blocks; iterate once. Afterwards `sha256` is the hash of the source."""
    if layout.layout in ("parquet", "arrow"):
        return TableRows(layout)
    return TarRows(layout) if layout.layout == "webdataset" else Records(layout)


def first_texts(layout: Layout, count: int, stretch: int) -> list[bytes]:
    """The texts of the first records, at most `count`; of JSON text, those in its first `stretch` bytes."""
    if layout.layout in ("parquet", "arrow"):
        return _first_rows(TableRows(layout, count), count)
    if layout.layout == "webdataset":
        return list(islice((text for _, text in TarRows(layout).records()), count))
    block = next(iter(Records(layout, block=stretch)), None)
    return block.texts[:count] if block else []


def _first_rows(rows: TableRows, count: int) -> list[bytes]:
    block = next(iter(rows), None)
    if block is None:
        return []
    with closing(Store.memory()) as store, store.atomic() as writer:
        writer.register("row", block.rows.slice(0, count))
        rows_read = writer.rows(rows_sql(block), {"position": 0, "shard": block.shard})
    return [text.encode() for _, text in rows_read]
