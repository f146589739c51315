"""What a dataset comes in: compressed files, and objects that stand one after another or under their ids."""

import gzip
import hashlib
import json
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from adr.errors import AdrError
from adr.ingest.ingest import ingest
from adr.ingest.layout import look_at
from adr.ingest.peek import peek
from adr.ingest.records import Records
from adr.store import Store

TALK = [{"from": "human", "value": "What?"}, {"from": "gpt", "value": "A {cow}."}]
LINES = b"".join(json.dumps({"id": n, "conversations": TALK}).encode() + b"\n" for n in range(3))


@pytest.fixture
def store():
    with closing(Store.memory()) as opened:
        yield opened


def write(folder: Path, content: bytes, name: str = "data.json") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as out:
        out.write(content)
    return sink.getvalue().to_pybytes()


def pretty(*records: object) -> bytes:
    return "\n".join(json.dumps(record, indent=2) for record in records).encode()


@pytest.mark.parametrize("name", ["data.jsonl.gz", "data.jsonl.zst"])
@pytest.mark.parametrize(
    "content", [LINES, b"\xef\xbb\xbf" + LINES.replace(b"\n", b"\r\n")], ids=["plain", "bom, crlf"]
)
def test_ingest__compressed_lines(name: str, content: bytes, store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(content) if name.endswith("gz") else zstd(content), name)
    report = ingest(store, path)
    assert (report.layout, report.instances, report.rejected) == ("lines", 3, {})
    assert report.bytes == path.stat().st_size
    assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [raw.encode() for (raw,) in store.rows("select raw from instance")] == LINES.splitlines()
    assert peek(path).conversations == 3


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_ingest__compressed_parts_one_after_another(pack, store: Store, tmp_path: Path) -> None:
    assert ingest(store, write(tmp_path, pack(LINES) + pack(LINES))).instances == 6


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_ingest__compressed_array_that_is_cut_off(pack, store: Store, tmp_path: Path) -> None:
    whole = pack(b"[" + LINES.strip().replace(b"\n", b",") + b"]")
    with pytest.raises(AdrError) as error:
        ingest(store, write(tmp_path, whole[:-20]))
    assert "data.json" in error.value.sentence and "Traceback" not in error.value.sentence
    assert store.value("select count(*) from source") == 0


def test_ingest__objects_over_several_lines(store: Store, tmp_path: Path) -> None:
    first, second = {"id": "a", "conversations": TALK}, {"id": "b", "conversations": TALK}
    broken = b'{\n  "id": "c",\n  "conversations": [\n'
    report = ingest(store, write(tmp_path, pretty(first) + b"\n" + broken + pretty(second) + b"\n"))
    assert (report.layout, report.rejected) == ("objects", {"invalid_json": 1})
    assert store.rows("select instance, raw from instance") == [
        (0, pretty(first).decode()),
        (2, pretty(second).decode()),
    ]


@pytest.mark.parametrize("block", [3, 40, 1 << 20])
def test_records__objects_in_blocks_of_any_size(block: int, tmp_path: Path) -> None:
    objects = [{"n": n, "text": "x" * n, "of": [{"m": n}]} for n in range(20)]
    layout = look_at(write(tmp_path, pretty(*objects)))
    texts = [text for part in Records(layout, block) for text in part.texts]
    assert layout.layout == "objects" and [json.loads(text) for text in texts] == objects


@pytest.mark.parametrize("indent", [None, 2])
def test_ingest__one_object_keyed_by_id(indent: int | None, store: Store, tmp_path: Path) -> None:
    records = {'r"1': {"conversations": TALK}, "r2": {"id": 7, "conversations": TALK}}
    report = ingest(store, write(tmp_path, json.dumps(records, indent=indent).encode()))
    assert (report.layout, report.instances) == ("keyed", 2)
    assert store.rows("select id from instance order by instance") == [('"r\\"1"',), ("7",)]
    assert [json.loads(raw) for (raw,) in store.rows("select raw from instance order by instance")] == [
        {"id": 'r"1', "conversations": TALK},
        {"id": 7, "conversations": TALK},
    ]


@pytest.mark.parametrize("content", [b'{"a": {"x": {"Q": "?"}}, "b": {}}', pretty({"a": {"x": 1}, "b": {"y": 2}})])
def test_ingest__one_object_whose_values_are_no_records(content: bytes, store: Store, tmp_path: Path) -> None:
    with pytest.raises(AdrError, match=r"is one JSON object with 2 keys \(a, b\), not a list of records"):
        ingest(store, write(tmp_path, content))


def test_ingest__one_object_that_is_no_record(store: Store, tmp_path: Path) -> None:
    with pytest.raises(AdrError, match=r"is one JSON object with 2 keys \(data, version\), not a list of records\."):
        ingest(store, write(tmp_path, pretty({"data": [{"conversations": TALK}], "version": 1})))


@pytest.mark.parametrize("content", [pretty({"conversations": TALK}), json.dumps({"conversations": TALK}).encode()])
def test_ingest__one_object_that_is_a_record(content: bytes, store: Store, tmp_path: Path) -> None:
    assert ingest(store, write(tmp_path, content)).instances == 1


def test_ingest__a_broken_first_line_costs_that_line(store: Store, tmp_path: Path) -> None:
    report = ingest(store, write(tmp_path, b'{"id": 1, "conversations":\n' + LINES))
    assert (report.layout, report.rejected, report.instances) == ("lines", {"invalid_json": 1}, 3)


def test_ingest__one_record_of_an_unknown_form_is_refused_with_a_mapping(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, b'{"Q": "What is it?", "A": "A boat.", "IMG": "a.jpg"}\n', "data.jsonl")
    with pytest.raises(AdrError, match="its keys are Q, A, IMG") as error:
        ingest(store, path)
    assert "--map question=Q --map answer=A --map image=IMG" in str(error.value)
