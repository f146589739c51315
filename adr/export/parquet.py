"""TRL and Hugging Face datasets: Parquet shards of {id, images, messages} ("Vision datasets" in TRL's dataset formats).

A column `tools` (JSON text) is there when a record has tools.

`messages` follows TRL's conversational format: content as a list of {"type": "image"} and {"type": "text"} parts. With
the pictures inside, the reader decodes `images`; without them, `images` is a list of paths, and writing is as fast as
SQL.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adr.conversation import MARKER
from adr.errors import AdrError
from adr.export.leaving import CHUNK, Turns, chunk_rows, source_rows
from adr.export.lint import Rules
from adr.export.records import OPENAI_ROLES
from adr.export.work import Format, Work
from adr.markers import place_markers
from adr.progress import let_pages_run

SHARD = 500 << 20  # bytes after which the next shard begins
WITH_IMAGES = 200  # rows per row group when the pictures are inside
PART = pa.struct([("type", pa.string()), ("text", pa.string())])
MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.list_(PART))]))
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])

# The conversation in messages form. A marker becomes an image part; the line end that separates it from the text is
# dropped. A tool turn after a question is the assistant's call, the others are answers of tools.
MESSAGES_SQL = """
    list_transform(i.turns, lambda t, place: {
        'role': case when t.role = 'human' then 'user' when t.role = 'gpt' then 'assistant'
                     when t.role = 'tool' and i.turns[place - 1].role = 'human' then 'assistant' else t.role end,
        'content': case when contains(t.text, '<image>') then flatten(list_transform(
            string_split(t.text, '<image>'), lambda s, n:
                (case when n > 1 then [{'type': 'image', 'text': null::varchar}] else [] end)
                || (case when trim(s, chr(10)) != '' then [{'type': 'text', 'text':
                    case when n > 1 and n < len(string_split(t.text, '<image>')) then trim(s, chr(10))
                         when n > 1 then ltrim(s, chr(10)) else rtrim(s, chr(10)) end}] else [] end)))
            else [{'type': 'text', 'text': t.text}] end
    }) as messages
    """


def write(work: Work) -> list[str]:
    """Write the shards `data/train-00000-of-00001.parquet` …, of about 500 MB each; returns their paths."""
    inside = work.images == "inside"
    shards = _Shards(work, _schema(inside, work.columns.tools))
    try:
        for table in _tables(work, WITH_IMAGES if inside else CHUNK):
            shards.write(_with_images(work, table) if inside else table)
    finally:
        shards.close()
    return shards.named()


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
        if n:
            made.append({"type": "image", "text": None})
        said = piece.lstrip("\n") if n else piece
        said = said.rstrip("\n") if n < len(pieces) - 1 else said
        if said.strip("\n"):
            made.append({"type": "text", "text": said})
    return made


def _tables(work: Work, size: int) -> Iterator[pa.Table]:
    """The rows as tables of id, images (paths) and messages, at most `size` rows each."""
    order = work.leave.order
    step = chunk_rows(work.leave, size)
    plain = pa.schema(
        [("id", pa.string()), ("images", pa.list_(pa.string())), ("messages", MESSAGES), *_tools_column(work)]
    )
    for start in range(0, len(order), step):
        work.progress(start, len(order), "Writing")
        part = order[start : start + step]
        table = _source_table(work, part, plain)
        places = np.flatnonzero(part >= 0)
        if len(places) < len(part):
            others = np.flatnonzero(part < 0)
            accepted = [work.leave.candidate(int(row)) for row in part[others]]
            made = pa.Table.from_pylist(
                [
                    {
                        "id": str(json.loads(one.id)),
                        "images": list(one.images),
                        "messages": messages(one.turns),
                        "tools": "",
                    }
                    for one in accepted
                ],
                schema=plain,
            )
            table = pa.concat_tables([table, made]).take(pa.array(np.argsort(np.concatenate([places, others]))))
        if work.leave.new_ids:
            ids = table.column("id").to_pylist()
            ids = [
                json.loads(work.leave.new_ids[start + n]) if start + n in work.leave.new_ids else text
                for n, text in enumerate(ids)
            ]
            table = table.set_column(0, "id", pa.array(ids, pa.string()))
        for at in range(0, table.num_rows, size):
            yield table.slice(at, size)
        let_pages_run()
    work.progress(len(order), len(order), "Writing")


def _source_table(work: Work, part: np.ndarray, schema: pa.Schema) -> pa.Table:
    """The instances in `part`, with the markers they lack if these are to be placed."""
    tools = ["coalesce(i.raw->>'$.tools', '') as tools"] if work.columns.tools else []
    columns = ["i.id::json->>'$' as id", "i.images", MESSAGES_SQL, *tools]
    if not work.leave.place_markers:
        return source_rows(work.store, part, columns).cast(schema)
    columns[2:3] = ["len(i.videos) as videos", "i.turns"]
    rows = source_rows(work.store, part, columns).to_pylist()
    for row in rows:
        turns = [(turn["role"], turn["text"]) for turn in row.pop("turns")]
        row["messages"] = messages(place_markers(turns, len(row["images"]), row.pop("videos")))
    return pa.Table.from_pylist(rows, schema=schema)


def _tools_column(work: Work) -> list[tuple[str, pa.DataType]]:
    return [("tools", pa.string())] if work.columns.tools else []


def _with_images(work: Work, table: pa.Table) -> pa.Table:
    """The same rows with each picture's bytes and file name in place of its path."""
    ids = table.column("id").to_pylist()
    rows = [
        [{"bytes": _read(work, name, ids[n]), "path": Path(name).name} for name in names or []]
        for n, names in enumerate(table.column("images").to_pylist())
    ]
    return table.set_column(1, "images", pa.array(rows, pa.list_(IMAGE)))


def _read(work: Work, name: str, whose: str | None) -> bytes:
    try:
        return work.path_of(name).read_bytes()
    except OSError as error:
        raise AdrError(
            f"The picture {name} of {whose} cannot be read: {error.strerror}.",
            "Restore it, or leave out the rows with errors.",
        ) from error


def _schema(inside: bool, tools: bool) -> pa.Schema:
    """The columns, with the features that Hugging Face datasets reads from the file's metadata."""
    text = {"dtype": "string", "_type": "Value"}
    features = {
        "id": text,
        "images": {"feature": {"_type": "Image"} if inside else text, "_type": "List"},
        "messages": {
            "feature": {"role": text, "content": {"feature": {"type": text, "text": text}, "_type": "List"}},
            "_type": "List",
        },
    }
    columns = [("id", pa.string()), ("images", pa.list_(IMAGE if inside else pa.string())), ("messages", MESSAGES)]
    if tools:
        features["tools"] = text
        columns.append(("tools", pa.string()))
    return pa.schema(columns, metadata={"huggingface": json.dumps({"info": {"features": features}})})


class _Shards:
    """Parquet files written one after the other, and named once it is known how many there are."""

    def __init__(self, work: Work, schema: pa.Schema) -> None:
        self.folder = work.folder / "data"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.schema = schema
        self.count = 0
        self.writer: pq.ParquetWriter | None = None

    def write(self, table: pa.Table) -> None:
        """Append one row group, to a new file when the last one is full."""
        if self.writer is None:
            self.writer = pq.ParquetWriter(self._part(self.count), self.schema, compression="zstd")
            self.count += 1
        self.writer.write_table(table.cast(self.schema), row_group_size=table.num_rows)
        if self._part(self.count - 1).stat().st_size >= SHARD:
            self.close()

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
        return [f"data/{name}" for name in names]

    def _part(self, number: int) -> Path:
        return self.folder / f"part-{number:05d}"


FORMAT = Format(
    name="parquet",
    title="TRL · Hugging Face (Parquet)",
    sentence="Parquet shards of id, images and messages, with the pictures inside or only their paths.",
    setting='datasets.load_dataset("{out}")',
    rules=Rules(tool_turns=True, ids_as_text=True, places=frozenset({"tools"})),
    images=("inside", "reference", "copy", "link"),
    write=write,
    keeps=lambda form: False,
)
