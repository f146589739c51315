"""Dataset files and object annotations, read by ingest: whole, in part, or not at all."""

import json
import re
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from adr.errors import AdrError
from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.ingest.peek import peek
from adr.ingest.record import Conversation, read_record
from adr.ingest.written_paths import WRITTEN, relative
from adr.store import Store
from tests.fuzz.mutations import altered, spoiled, written
from tests.fuzz.outcome import Case, refused
from tests.worlds.broken_files import GOOD, ONE, OTHER, SET_ASIDE, TWO, WHOLE, make_broken_files

RECORDS: tuple[dict[str, Any], ...] = (
    GOOD,
    OTHER,
    {**GOOD, "id": "a/b", "image": ["a.jpg", "b.jpg"], "objects": ["cat", "dog"], "model": ""},
    {
        "id": 3,
        "images": ["a.jpg"],
        "messages": [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": [{"type": "image", "image": "a.jpg"}, {"type": "text", "text": "What?"}]},
            {"role": "assistant", "content": "A cat and two dogs."},
        ],
    },
    {"id": 4, "image": "a.jpg", "conversations": [{"from": "human", "value": "<image>"}, GOOD["conversations"][1]]},
)
CORPUS = (
    *(file.content for file in (*WHOLE.values(), *SET_ASIDE.values()) if len(file.content) < 200_000),
    b"[" + b", ".join(map(written, RECORDS)) + b"]",
    b"\n".join(map(written, RECORDS)) + b"\n",
    json.dumps(RECORDS, indent=2).encode(),
    b"\n".join([ONE, TWO] * 200),
)
_OBJECTS = b'{"image": "a.jpg", "objects": ["cat", "dog"]}\n{"id": 1, "objects": ["bus"]}\n{"id": "2", "objects": []}\n'
_TABLES = ("source", "instance", "rejected", "annotation")


class Datasets:
    """A workspace in memory that each file is to replace the dataset of."""

    def __init__(self, folder: Path) -> None:
        make_broken_files(folder / "broken")
        self._file, self._annotations = folder / "data.json", folder / "objects.jsonl"
        self._images = folder / "broken" / "images"
        self._store = Store.memory()
        self._file.write_bytes(ONE)
        ingest(self._store, self._file)

    def made(self, chance: Random) -> Case:
        """A file of the corpus with spoiled bytes, or a new one of spoiled records; at times of annotations."""
        what = chance.choice(("bytes", "bytes", "records", "records", "objects"))
        if what == "objects":
            rows = [json.loads(line) for line in _OBJECTS.splitlines()]
            text = b"\n".join(written(altered(chance, row)) for row in rows)
            return Case(what, chance.choice((text, spoiled(chance, _OBJECTS), spoiled(chance, text))))
        if what == "bytes":
            return Case(what, spoiled(chance, chance.choice(CORPUS), CORPUS))
        records = [chance.choice(RECORDS) for _ in range(chance.choice((1, 2, 3, 12)))]
        texts = [
            written(altered(chance, one) if chance.random() < 0.7 else one, chance.random() < 0.5) for one in records
        ]
        lines = chance.random() < 0.5
        data = b"\n".join(texts) if lines else b"[" + b", ".join(texts) + b"]"
        return Case(what, spoiled(chance, data) if chance.random() < 0.2 else data)

    def tried(self, case: Case) -> str:
        """Ingest of the file, and an index of what was taken; a refusal leaves everything as it was."""
        annotations = case.shown == "objects"
        self._file.write_bytes(b"\n".join((ONE, TWO)) if annotations else case.data)
        self._annotations.write_bytes(case.data if annotations else _OBJECTS)
        with suppress(AdrError):
            peek(self._file, self._images)
        before = self._contents()
        try:
            report = ingest(self._store, self._file, self._images, objects=self._annotations, replace=True)
        except AdrError as error:
            assert self._contents() == before
            return refused(error)
        assert report.instances == self._store.value("select count(*) from instance") > 0
        assert sum(report.rejected.values()) == self._store.value("select count(*) from rejected")
        self._check_instances()
        index(self._store)
        return "taken"

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _contents(self) -> list[list[tuple[Any, ...]]]:
        return [self._store.rows(f"select * from {table} order by all") for table in _TABLES]

    def _check_instances(self) -> None:
        """What was read in SQL is what the reader in Python says, with paths as they lie below the image folder."""
        for raw, own_id, images, turns in self._store.rows("select raw, id, images, turns from instance"):
            read = read_record(raw.encode())
            assert isinstance(read, Conversation), raw[:300]
            said = [(turn["role"], turn["text"]) for turn in turns]
            there = [relative(path, self._images) if re.search(WRITTEN, path) else path for path in read.images]
            assert (own_id, images, said) == (read.id, there, [tuple(turn) for turn in read.turns]), raw[:300]
