"""The reader for a source's layout. Knows nothing of what the readers do."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice

from adr.ingest.kept_texts import ROWS, TEXTS, KeptTexts
from adr.ingest.layout import Layout
from adr.ingest.records import Records
from adr.ingest.table_rows import RowBlock, TableRows, rows_sql
from adr.ingest.tar_rows import TarRows
from adr.store import Store

Reader = Records | TableRows | TarRows | KeptTexts


def reader(layout: Layout) -> Reader:
    """What gives the records of a source in blocks; iterate once. Afterwards `sha256` is the hash of the source."""
    if layout.layout in ("parquet", "arrow"):
        return TableRows(layout)
    if layout.layout in (TEXTS, ROWS):
        return KeptTexts(layout)
    return TarRows(layout) if layout.layout == "webdataset" else Records(layout)


def first_texts(layout: Layout, count: int, stretch: int) -> list[bytes]:
    """The texts of the first records, at most `count`; of JSON text, those in its first `stretch` bytes."""
    if layout.layout in ("parquet", "arrow"):
        return _first_rows(TableRows(layout, count), count)
    if layout.layout == "webdataset":
        return list(islice((text for _, text in TarRows(layout).records()), count))
    block = next(iter(Records(layout, block=stretch)), None)
    return block.texts[:count] if block else []


def texts_of(source: Reader) -> Iterator[tuple[list[bytes], int]]:
    """(texts of some records, bytes of the source read so far), block by block."""
    with closing(Store.memory()) as store:
        for block in source:
            yield (_row_texts(store, block) if isinstance(block, RowBlock) else block.texts), block.read


def _row_texts(store: Store, block: RowBlock) -> list[bytes]:
    with store.atomic() as writer:
        writer.register("row", block.rows)
        made = writer.arrow(rows_sql(block), {"position": block.position, "shard": block.shard})
    return [text.encode() for text in made["raw"].to_pylist()]


def _first_rows(rows: TableRows, count: int) -> list[bytes]:
    block = next(iter(rows), None)
    if block is None:
        return []
    with closing(Store.memory()) as store, store.atomic() as writer:
        writer.register("row", block.rows.slice(0, count))
        rows_read = writer.rows(rows_sql(block), {"position": 0, "shard": block.shard})
    return [text.encode() for _, text in rows_read]
