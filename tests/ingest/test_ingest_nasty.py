"""Broken files: none gives a traceback or a half-written workspace."""

import hashlib
import json
import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from adr.cli import main
from adr.errors import AdrError
from adr.ingest.ingest import ingest
from adr.ingest.refusal import REASONS
from adr.store import Store
from tests.worlds.broken_files import ONE, SET_ASIDE, TWO, WHOLE, make_broken_files

TABLES = ("source", "instance", "rejected", "annotation")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("broken")
    make_broken_files(folder)
    return folder


def contents(store: Store) -> list[list[tuple]]:
    return [store.rows(f"select * from {table} order by all") for table in TABLES]


def test_there_are_enough_of_them() -> None:
    assert len(WHOLE) + len(SET_ASIDE) >= 80
    used = {reason for file in SET_ASIDE.values() for reason in file.rejected.values()}
    assert used == set(REASONS)


@pytest.mark.parametrize("name", WHOLE)
def test_ingest__whole_file_fault_leaves_the_workspace_as_it_was(name: str, broken: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.jsonl"
    good.write_bytes(ONE + b"\n" + TWO + b"\nnull\n")
    with closing(Store.memory()) as store:
        ingest(store, good)
        store.execute("insert into run (run, name) values (1, 'mine')")
        before = contents(store)
        with pytest.raises(AdrError) as error:
            ingest(store, broken / name, broken / "images", replace=True)
        assert WHOLE[name].says in error.value.sentence
        assert name in error.value.sentence
        assert error.value.next_step
        assert "\n" not in error.value.sentence
        assert contents(store) == before
        assert store.value("select name from run") == "mine"


@pytest.mark.parametrize("name", SET_ASIDE)
def test_ingest__bad_records_are_set_aside(name: str, broken: Path) -> None:
    expected = SET_ASIDE[name]
    with closing(Store.memory()) as store:
        report = ingest(store, broken / name, broken / "images", follow_links=False)
        assert dict(store.rows("select position, reason from rejected")) == expected.rejected
        assert [n for (n,) in store.rows("select instance from instance order by 1")] == expected.taken
        assert sum(report.rejected.values()) == len(expected.rejected)
        assert store.value("select count(*) from rejected where detail is null or length(excerpt) > 200") == 0
        kept = store.rows("select raw from instance")
        assert all(raw.encode() in (ONE, TWO) for (raw,) in kept)


@pytest.mark.parametrize("make", ["missing", "folder", "empty folder", "unreadable", "pipe name with null"])
def test_ingest__path_that_is_no_file(make: str, tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    if make == "folder":
        path.mkdir()
        (path / "train.json").write_text("[]")
    elif make == "empty folder":
        path.mkdir()
    elif make == "unreadable":
        path.write_text("[]")
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user may read everything")
    elif make == "pipe name with null":
        path = Path("a\0b")
    with closing(Store.memory()) as store:
        with pytest.raises(AdrError) as error:
            ingest(store, path)
        assert error.value.next_step
        assert store.value("select count(*) from source") == 0
    if make == "folder":
        assert "train.json" in error.value.next_step


@pytest.mark.parametrize("kind", ["named pipe", "socket", "device"])
def test_ingest__what_may_never_end_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    with closing(socket.socket(socket.AF_UNIX)) as listening, closing(Store.memory()) as store:
        if kind == "named pipe":
            os.mkfifo(path)
        elif kind == "socket":
            listening.bind(str(path))
        else:
            path = Path("/dev/zero")
        good = tmp_path / "good.jsonl"
        good.write_bytes(ONE)
        for source, objects in ((path, None), (good, path)):
            with pytest.raises(AdrError, match=f"is a {kind}, not a file"):
                ingest(store, source, objects=objects)


@pytest.mark.parametrize("layout", ["array", "lines"])
def test_ingest__a_record_of_130_mb_costs_that_record_only(layout: str, tmp_path: Path) -> None:
    """Under the default memory limit; 130 MB are more than the longest stretch in which a record's end is sought."""
    path = tmp_path / "data.json"
    large = ONE.replace(b"A cat.", b"A cat. " * (130 << 17))
    path.write_bytes(b"[" + b",".join([ONE, large, TWO]) + b"]" if layout == "array" else b"\n".join([ONE, large, TWO]))
    with closing(Store(tmp_path / "adr.duckdb")) as store:
        report = ingest(store, path)
        assert report.rejected == {"too_large": 1} and report.bytes == path.stat().st_size
        assert report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert store.rows("select raw from instance order by instance") == [(ONE.decode(),), (TWO.decode(),)]


@pytest.mark.parametrize("broken_folder", ["missing", "file"])
def test_ingest__image_folder_that_is_none(broken_folder: str, tmp_path: Path) -> None:
    source = tmp_path / "data.jsonl"
    source.write_bytes(ONE)
    images = tmp_path / "none" if broken_folder == "missing" else source
    with closing(Store.memory()) as store, pytest.raises(AdrError):
        ingest(store, source, images)


def test_main__broken_file_is_one_sentence_and_status_1(
    broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = broken / "array_cut_in_a_string.json"
    assert main(["ingest", str(source), "-w", str(tmp_path / "w"), "--json", "--quiet"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    assert "record 1" in told.err
    with closing(Store(tmp_path / "w" / "adr.duckdb")) as store:
        assert contents(store) == [[], [], [], []]


def test_ingest__a_number_of_more_digits_than_can_be_read_again(tmp_path: Path) -> None:
    """DuckDB reads it, and no exporter could write the record."""
    path = tmp_path / "data.jsonl"
    huge = [ONE[:-1] + b', "n": ' + b"7" * digits + b"}" for digits in (4300, 4301)]
    path.write_bytes(b"\n".join([*huge, TWO]))
    with closing(Store.memory()) as store:
        assert ingest(store, path).rejected == {"invalid_json": 1}
        assert store.rows("select instance from instance order by 1") == [(0,), (2,)]


def test_ingest__objects_by_half_a_character_are_unread(tmp_path: Path) -> None:
    source, objects = tmp_path / "data.jsonl", tmp_path / "objects.jsonl"
    source.write_bytes(ONE)
    objects.write_bytes(
        b'{"id": "\\ud800", "objects": ["cat"]}\n{"id": 1, "objects": ["\\udfff"]}\n{"id": 1, "objects": ["cat"]}'
    )
    with closing(Store.memory()) as store:
        assert ingest(store, source, objects=objects).warnings["objects_unread"] == 2
        assert store.rows("select instance, object from annotation") == [(0, "cat")]


@pytest.mark.parametrize("own_id", ['"a\\u001b\\u0000"', '"\\u00e9"', '"a\\/b"', "1.50", "1e2", "-0", '"\\"q\\""'])
def test_ingest__an_id_is_written_one_way_and_found_by_annotations(own_id: str, tmp_path: Path) -> None:
    source, objects = tmp_path / "data.jsonl", tmp_path / "objects.jsonl"
    source.write_bytes(ONE.replace(b'"id": 1', f'"id": {own_id}'.encode()))
    objects.write_text(f'{{"id": {own_id}, "objects": ["cat"]}}')
    with closing(Store.memory()) as store:
        ingest(store, source, objects=objects)
        ((kept,),) = store.rows("select id from instance")
        assert kept == json.dumps(json.loads(own_id), ensure_ascii=False)
        assert store.rows("select instance, object from annotation") == [(0, "cat")]
