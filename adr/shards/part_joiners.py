"""The parts of all shards → the main files of an export, as one machine writes them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from adr.export import parquet, webdataset
from adr.export.leaving import CHUNK
from adr.export.llava import FILE
from adr.export.parts import FOLDER
from adr.export.work import Work
from adr.export.writing import SEPARATOR, write_whole_array
from adr.shards.part_writers import PART, SAMPLES
from adr.shards.shard_run import ShardRun
from adr.shards.shard_set import ShardSet
from adr.shards.shuffled import merged, regrouped
from adr.shards.written import WrittenRows


@dataclass(frozen=True)
class Parts:
    """The parts of all shards. rows: of each shard, in the main files of the export or of one of its epochs; prefix: of
    the names of these parts; shuffled: whether they are to be merged in the shuffled order; again: the folder of those
    that were written once more."""

    shards: ShardSet
    run: ShardRun
    rows: Sequence[WrittenRows]
    prefix: str
    shuffled: bool
    again: Path

    @property
    def epoch(self) -> int:
        """Whose rows these are, as in `Leaving`."""
        return self.rows[0].epoch

    def files(self) -> Iterator[Path]:
        """The parts, in order, where a part is one file."""
        names = (self.run.file("write", one.number, f"{self.prefix}{PART}").name for one in self.shards.shards)
        return (self.place(name) for name in names)

    def place(self, name: str) -> Path:
        """Where a file of a shard lies."""
        return self.again / name if (self.again / name).exists() else self.run.place("write") / name

    def ranges(self) -> Iterator[list[list[Path]]]:
        """The files of each range, by shard."""
        found: dict[int, list[list[Path]]] = {}
        for one in self.rows:
            for number, names in one.pieces.items():
                found.setdefault(int(number), []).append([self.place(name) for name in names])
        return (found[number] for number in sorted(found))

    def merged(self) -> Iterator[pa.Table]:
        """The rows in the shuffled order."""
        return merged(list(self.files()))


def join_parts(work: Work, parts: Parts) -> list[str]:
    """Write the main files; returns their names, in order."""
    return _JOINERS[parts.run.format, parts.shuffled](work, parts)


def _llava(work: Work, parts: Parts) -> list[str]:
    with work.file(FILE) as out:
        write_whole_array(out, (part for file in parts.files() if (part := file.read_bytes())))
    return [FILE]


def _shuffled_llava(work: Work, parts: Parts) -> list[str]:
    tables = (table for table in parts.merged() if table.num_rows)
    with work.file(FILE) as out:
        write_whole_array(out, (SEPARATOR.join(table.column("record").to_pylist()) for table in tables))
    return [FILE]


def _parquet(work: Work, parts: Parts) -> list[str]:
    """Numbered files: a range that lies in one shard has its files, one that lies in several is written anew."""
    files = _parquet_files(work, parts)
    for pieces in parts.ranges():
        if len(pieces) == 1 and pq.read_schema(pieces[0][0]).names == files.schema.names:
            for file in pieces[0]:
                files.take(file)
            continue
        files.close()
        table = pa.concat_tables(_with_columns(pq.read_table(file), files.schema) for of in pieces for file in of)
        for at in range(0, table.num_rows, CHUNK):
            files.write(table.slice(at, CHUNK))
        files.close()
    return files.named()


def _shuffled_parquet(work: Work, parts: Parts) -> list[str]:
    files = _parquet_files(work, parts)
    for begins, table in regrouped(parts.merged(), work.leave.instances, CHUNK):
        if begins:
            files.close()
        files.write(table.select(files.schema.names))
    files.close()
    return files.named()


def _parquet_files(work: Work, parts: Parts) -> parquet.ParquetFiles:
    columns = parquet.columns_of(tools=any(one.tools for one in parts.rows))
    return parquet.ParquetFiles(work.folder, parquet.schema_of(columns, inside=False), FOLDER)


def _webdataset(work: Work, parts: Parts) -> list[str]:
    """Numbered files, as for Parquet."""
    tars = webdataset.TarFiles(work.folder)
    for pieces in parts.ranges():
        tars.close()
        for file in chain.from_iterable(pieces):
            if len(pieces) == 1:
                tars.take(file)
                continue
            for sample in webdataset.samples_of(file):
                tars.add(sample)
    tars.close()
    return tars.names


def _shuffled_webdataset(work: Work, parts: Parts) -> list[str]:
    tars = webdataset.TarFiles(work.folder)
    for begins, table in regrouped(parts.merged(), work.leave.instances, SAMPLES):
        if begins:
            tars.close()
        for files in table.column("files"):
            tars.add([(file["name"].as_py(), file["content"].as_py()) for file in files])
    tars.close()
    return tars.names


def _with_columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the columns of all rows; the text of one that it lacks is empty."""
    for name in schema.names:
        if name not in table.column_names:
            table = table.append_column(name, pa.array([""] * table.num_rows, pa.string()))
    return table.select(schema.names).cast(schema)


_JOINERS: dict[tuple[str, bool], Callable[[Work, Parts], list[str]]] = {
    ("llava", False): _llava,
    ("llava", True): _shuffled_llava,
    ("parquet", False): _parquet,
    ("parquet", True): _shuffled_parquet,
    ("webdataset", False): _webdataset,
    ("webdataset", True): _shuffled_webdataset,
}
