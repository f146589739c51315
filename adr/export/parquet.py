"""TRL and Hugging Face datasets: Parquet shards of {id, images, messages} ("Vision datasets" in TRL's dataset formats).

A column `tools` (JSON text) is there when a record has tools.

`messages` follows TRL's conversational format: content as a list of {"type": "image"} and {"type": "text"} parts. With
the pictures inside, the reader decodes `images`; without them, `images` is a list of paths, and writing is as fast as
SQL.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adr.conversation import MARKER
from adr.errors import AdrError
from adr.export.in_order import file_begins, tables, windows_between
from adr.export.leaving import CHUNK, Accepted, Turns
from adr.export.lint import Rules
from adr.export.parts import FOLDER, interleaved
from adr.export.records import OPENAI_ROLES
from adr.export.work import Format, Weighted, Work
from adr.markers import place_markers
from adr.picture_file import read_picture
from adr.progress import let_pages_run

SHARD = 500 << 20  # bytes after which the next shard begins
WITH_IMAGES = 200  # rows per row group when the pictures are inside
PART = pa.struct([("type", pa.string()), ("text", pa.string())])
MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.list_(PART))]))
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])

# The conversation in messages form. A marker becomes an image part, and the one line end that separates it from its
# neighbour is dropped, so that the parts joined by line ends are the text again. A tool turn after a question is the
# assistant's call, the others are answers of tools.
MESSAGES_SQL = r"""
    list_transform(i.turns, lambda t, place: {
        'role': case when t.role = 'human' then 'user' when t.role = 'gpt' then 'assistant'
                     when t.role = 'tool' and i.turns[place - 1].role = 'human' then 'assistant' else t.role end,
        'content': case when contains(t.text, '<image>') then flatten(list_transform(
            string_split(t.text, '<image>'), lambda s, n:
                (case when n > 1 then [{'type': 'image', 'text': null::varchar}] else [] end)
                || (case when s = '' or (s = chr(10) and n > 1 and n < len(string_split(t.text, '<image>'))) then []
                    else [{'type': 'text', 'text': regexp_replace(
                        case when n > 1 then regexp_replace(s, '^\n', '') else s end,
                        case when n < len(string_split(t.text, '<image>')) then '\n\z' else '\z' end, '')}] end)))
            else [{'type': 'text', 'text': t.text}] end
    }) as messages
    """


TOOLS_SQL = "coalesce(i.raw->>'$.tools', '') as tools"
TEXT = {"dtype": "string", "_type": "Value"}  # a column of text, as Hugging Face datasets describes it


@dataclass(frozen=True)
class ShardColumns:
    """The columns of a Parquet export, one of them the pictures: `images`, a list of paths, or of bytes and name."""

    sql: tuple[str, ...]  # expressions over `instance i`, in the order of the schema
    schema: pa.Schema  # with `images` as paths
    features: dict[str, Any]  # of the columns other than `images`, as Hugging Face datasets describes them
    candidate: Callable[[Accepted], dict[str, Any]]  # the row of an accepted candidate, with paths


def write(work: Work) -> list[str]:
    """Write one row per instance and candidate, with the pictures inside or outside; returns the shards' paths."""
    return write_shards(work, columns_of(tools=work.columns.tools))


def write_parts(work: Work) -> list[str]:
    """Write the shards of each value to a folder below `data`; returns the shards' paths."""
    columns = columns_of(tools=work.columns.tools)
    return [name for part in work.parts for name in write_shards(work.of_part(part), columns, f"{FOLDER}/{part.name}")]


def write_shards(work: Work, columns: ShardColumns, folder: str = FOLDER) -> list[str]:
    """Write the shards `data/train-00000-of-00001.parquet` …; returns their paths.

    A shard ends when it has about 500 MB, and where `file_begins` says that the next one begins.
    """
    shards = ParquetFiles(work.folder, schema_of(columns, work.images == "inside"), folder)
    try:
        for begins, table in row_tables(work, columns):
            if begins:
                shards.close()
            shards.write(table)
    finally:
        shards.close()
    return shards.named()


def row_tables(work: Work, columns: ShardColumns) -> Iterator[tuple[bool, pa.Table]]:
    """(whether a new file begins, the rows of a row group as they are written)."""
    inside = work.images == "inside"
    for begins, table in _tables(work, columns, WITH_IMAGES if inside else CHUNK):
        yield begins, _with_images(work, table) if inside else _named(work, table)


def messages(turns: Turns) -> list[dict[str, object]]:
    """A conversation in messages form, the same as `MESSAGES_SQL` gives for an instance."""
    asked = [False, *(role == "human" for role, _ in turns)]
    return [
        {"role": "assistant" if role == "tool" and asked[n] else OPENAI_ROLES[role], "content": _parts(text)}
        for n, (role, text) in enumerate(turns)
    ]


def _parts(text: str) -> list[dict[str, str | None]]:
    if MARKER not in text:
        return [{"type": "text", "text": text}]
    pieces = text.split(MARKER)
    made: list[dict[str, str | None]] = []
    for n, piece in enumerate(pieces):
        inner = 0 < n < len(pieces) - 1
        if n:
            made.append({"type": "image", "text": None})
        if piece and not (inner and piece == "\n"):
            said = piece.removeprefix("\n") if n else piece
            made.append({"type": "text", "text": said if n == len(pieces) - 1 else said.removesuffix("\n")})
    return made


def _candidate(one: Accepted) -> dict[str, Any]:
    return {"id": str(json.loads(one.id)), "images": list(one.images), "messages": messages(one.turns), "tools": ""}


def columns_of(tools: bool) -> ShardColumns:
    """The columns of these files. tools: whether they have one for tools."""
    columns = {"id": pa.string(), "images": pa.list_(pa.string()), "messages": MESSAGES}
    parts = {"feature": {"type": TEXT, "text": TEXT}, "_type": "List"}
    features = {"id": TEXT, "messages": {"feature": {"role": TEXT, "content": parts}, "_type": "List"}}
    return ShardColumns(
        sql=("i.id::json->>'$' as id", "i.images", MESSAGES_SQL, *([TOOLS_SQL] if tools else ())),
        schema=pa.schema([*columns.items(), *([("tools", pa.string())] if tools else ())]),
        features=features | ({"tools": TEXT} if tools else {}),
        candidate=_candidate,
    )


def _tables(work: Work, columns: ShardColumns, size: int) -> Iterator[tuple[bool, pa.Table]]:
    """(whether a new file begins, rows as a table of these columns) with paths as images, at most `size` rows each."""
    order = work.leave.order
    begins = file_begins(order)
    edges = windows_between(begins, len(order), size)
    for start, rows in tables(work.store, order, _looked_up(work, columns), edges):
        work.progress(start, len(order), "Writing")
        part = order[start : edges[np.searchsorted(edges, start, side="right")]]
        table = _with_candidates(work, part, _made(work, rows, columns), columns)
        yield bool((begins == start).any()), _with_new_ids(work, start, table)
        let_pages_run()
    work.progress(len(order), len(order), "Writing")


def _with_candidates(work: Work, part: np.ndarray, table: pa.Table, columns: ShardColumns) -> pa.Table:
    """The rows of `part`, of which `table` holds the instances."""
    places, others = np.flatnonzero(part >= 0), np.flatnonzero(part < 0)
    if not len(others):
        return table
    accepted = [columns.candidate(work.leave.candidate(int(row))) for row in part[others]]
    made = pa.Table.from_pylist(accepted, schema=columns.schema)
    return pa.concat_tables([table, made]).take(pa.array(np.argsort(np.concatenate([places, others]))))


def _with_new_ids(work: Work, start: int, table: pa.Table) -> pa.Table:
    """The rows from place `start` on with their repaired ids."""
    new = work.leave.new_ids
    if not new or "id" not in table.column_names:
        return table
    ids = [json.loads(new[n]) if n in new else text for n, text in enumerate(table.column("id").to_pylist(), start)]
    return table.set_column(table.column_names.index("id"), "id", pa.array(ids, pa.string()))


def _places_markers(work: Work, columns: ShardColumns) -> bool:
    """Whether rows get the markers that they lack, which SQL cannot do."""
    return work.leave.place_markers and MESSAGES_SQL in columns.sql


def _looked_up(work: Work, columns: ShardColumns) -> list[str]:
    """What is read of an instance, as SQL."""
    if not _places_markers(work, columns):
        return list(columns.sql)
    return [*(sql for sql in columns.sql if sql != MESSAGES_SQL), "len(i.videos) as videos", "i.turns"]


def _made(work: Work, table: pa.Table, columns: ShardColumns) -> pa.Table:
    """The rows of instances, from what was read of them."""
    if not _places_markers(work, columns):
        return table.cast(columns.schema)
    rows = table.to_pylist()
    for row in rows:
        turns = [(turn["role"], turn["text"]) for turn in row.pop("turns")]
        row["messages"] = messages(place_markers(turns, len(row["images"]), row.pop("videos")))
    return pa.Table.from_pylist(rows, schema=columns.schema)


def _named(work: Work, table: pa.Table) -> pa.Table:
    """The table with paths as the export names them."""
    if not work.ways:
        return table
    paths = [work.named(names or ()) for names in table.column("images").to_pylist()]
    return table.set_column(1, "images", pa.array(paths, pa.list_(pa.string())))


def _with_images(work: Work, table: pa.Table) -> pa.Table:
    """The same rows with each picture's bytes and file name in place of its path."""
    ids = table.column("id").to_pylist() if "id" in table.column_names else [None] * table.num_rows
    rows = [
        [{"bytes": _read(work, name, ids[n]), "path": Path(name).name} for name in names or []]
        for n, names in enumerate(table.column("images").to_pylist())
    ]
    return table.set_column(table.column_names.index("images"), "images", pa.array(rows, pa.list_(IMAGE)))


def _read(work: Work, name: str, whose: str | None) -> bytes:
    try:
        return read_picture(work.path_of(name))
    except OSError as error:
        raise AdrError(
            f"The picture {name} of {whose} cannot be read: {error.strerror}.",
            "Restore it, or leave out the rows with errors.",
        ) from error


def schema_of(columns: ShardColumns, inside: bool) -> pa.Schema:
    """The columns, with the features that Hugging Face datasets reads from the file's metadata."""
    pictures = {"feature": {"_type": "Image"} if inside else TEXT, "_type": "List"}
    features = {name: columns.features.get(name, pictures) for name in columns.schema.names}
    images = pa.field("images", pa.list_(IMAGE if inside else pa.string()))
    return columns.schema.set(columns.schema.names.index("images"), images).with_metadata(
        {"huggingface": json.dumps({"info": {"features": features}})}
    )


class ParquetFiles:
    """Parquet files written one after the other, and named once it is known how many there are. name: of the folder of
    these files in the folder of the export."""

    def __init__(self, export: Path, schema: pa.Schema, name: str) -> None:
        self.name = name
        self.folder = export / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.schema = schema
        self.count = 0
        self.writer: pq.ParquetWriter | None = None

    def write(self, table: pa.Table) -> None:
        """Append one row group, to a new file when the last one is full."""
        if self.writer is None:
            self.writer = pq.ParquetWriter(self._part(self.count), self.schema, compression="zstd")
            self.count += 1
        whole = table.cast(self.schema).combine_chunks()  # pages end where chunks do
        self.writer.write_table(whole, row_group_size=table.num_rows)
        if self._part(self.count - 1).stat().st_size >= SHARD:
            self.close()

    def take(self, file: Path) -> None:
        """Add a finished file of the same columns as the next one."""
        self.close()
        shutil.copyfile(file, self._part(self.count))
        self.count += 1

    def close(self) -> None:
        """Finish the current file."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    def named(self) -> list[str]:
        """Give the files their final names; returns their paths in the export's folder."""
        if not self.count:
            self.write(self.schema.empty_table())
            self.close()
        names = [f"train-{n:05d}-of-{self.count:05d}.parquet" for n in range(self.count)]
        for n, name in enumerate(names):
            self._part(n).rename(self.folder / name)
        return [f"{self.name}/{name}" for name in names]

    def _part(self, number: int) -> Path:
        return self.folder / f"part-{number:05d}"


FORMAT = Format(
    name="parquet",
    title="TRL · Hugging Face (Parquet)",
    sentence="Parquet shards of id, images and messages, with the pictures inside or only their paths.",
    setting='datasets.load_dataset("parquet", data_files="{out}/data/*.parquet")',
    rules=Rules(tool_turns=True, ids_as_text=True, places=frozenset({"tools"})),
    images=("inside", "reference", "copy", "link"),
    write=write,
    keeps=lambda form: False,
    data_files="data/train-*.parquet",
    weighted=Weighted(
        sentence="Parquet shards for each value of the mixture, in folders of their own (data).",
        setting="datasets.interleave_datasets([…], probabilities=[…]) of {out}/data/NAME/*.parquet",
        write=write_parts,
        takes=interleaved,
        data_files="data/*/train-*.parquet",
    ),
)
