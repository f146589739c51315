"""Reading a shard gives the rows that reading the whole dataset gives for its positions."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.ingest.ingest import ingest
from adr.ingest.sources import Given
from adr.shards.cut import cut
from adr.shards.shard_run import Task
from adr.shards.tasks import figures_of, perform
from adr.store import Store
from tests.shards import rows
from tests.shards.rows import BROKEN, DOG, NAMED, NO_TALK, ODD, RECORDS, TEXT, job, of_shards, of_store, read_all

KINDS: dict[str, Callable[[Path], Path]] = {
    "set.jsonl": rows.lines,
    "set.json": rows.array,
    "set.jsonl.gz": rows.packed,
    "several.json": rows.objects,
    "keyed.json": rows.keyed,
    "set.parquet": rows.parquet,
    "set.tar": rows.tar,
}


@pytest.mark.parametrize("each", [1, 2, 4, 100])
@pytest.mark.parametrize("name", KINDS)
def test_make__rows_of_every_kind_of_source(tmp_path: Path, name: str, each: int) -> None:
    source = KINDS[name](tmp_path / name)
    cut([source], tmp_path / "out", records=each)
    assert {one.state for one in read_all(tmp_path / "out")} == {"made"}
    with closing(Store.memory()) as whole:
        ingest(whole, source)
        expected = of_store(whole)
    assert of_shards(tmp_path / "out") == expected
    assert len(expected["instance"]) >= 2


def test_make__lines_by_hand(tmp_path: Path) -> None:
    """Shards of three. The first holds the record without a conversation, the second the broken one and the objects."""
    cut([rows.lines(tmp_path / "set.jsonl")], tmp_path / "out", records=3)
    read_all(tmp_path / "out")
    found = of_shards(tmp_path / "out")
    assert [row[0] for row in found["instance"]] == [0, 2, 3, 4, 6]
    assert [row[:2] for row in found["rejected"]] == [(1, "no_conversation"), (5, "invalid_json")]
    assert found["annotation"] == [(4, "cat"), (4, "sofa")]
    assert found["oddity"] == [(3, "marker_spelled_otherwise")]
    second = figures_of(job(tmp_path / "out"), "read", 1)
    assert (second["first"], second["records"], second["instances"], second["rejected"]) == (
        3,
        3,
        2,
        {"invalid_json": 1},
    )
    with closing(Store(tmp_path / "out/read/00001.duckdb", read_only=True)) as store:
        (row,) = store.rows("select name, layout, first, records, instances, rejected, image_prefix from source")
    assert row == ("set", "lines", 0, 7, 2, 1, "")


def test_make__a_shard_without_any_conversation(tmp_path: Path) -> None:
    cut([rows.lines(tmp_path / "set.jsonl", [DOG, DOG, NO_TALK, BROKEN])], tmp_path / "out", records=2)
    assert [one.state for one in read_all(tmp_path / "out")] == ["made", "made"]
    assert figures_of(job(tmp_path / "out"), "read", 1)["instances"] == 0


def test_make__several_sources_with_pictures_and_annotations(tmp_path: Path) -> None:
    """Three sources, two of them in folders of their own; a.jpg is there, the other pictures are missing. Annotations
    are found by position in the source, by picture and by id."""
    sources = []
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jpg").write_bytes(b"x")
        sources.append(rows.lines(tmp_path / name / "set.jsonl", [DOG, NO_TALK, ODD, NAMED, TEXT]))
    annotated = tmp_path / "objects.jsonl"
    said = [
        {"position": 4, "objects": ["hat"]},
        {"position": 1, "objects": ["none"]},
        {"image": "a.jpg", "objects": ["dog", "dog"]},
        {"image": "c.jpg", "objects": ["cat", "cup"]},
        {"id": "x", "objects": ["pen"]},
        {"id": 1, "objects": ["dog", "tail"]},
        {"image": "none.jpg", "objects": ["none"]},
    ]
    annotated.write_text("".join(json.dumps(one) + "\n" for one in said) + "no JSON\n")
    for each in (2, 3, 100):
        report = cut(sources, tmp_path / "out", records=each, images=tmp_path / "one", objects=annotated)
        assert report.objects_unread == 3
        read_all(tmp_path / "out")
        with closing(Store.memory()) as whole:
            ingest(whole, [Given(source, tmp_path / "one", annotated) for source in sources])
            assert of_shards(tmp_path / "out") == of_store(whole)
        for path in (tmp_path / "out" / "read").iterdir():
            path.unlink()
    with closing(Store.memory()) as whole:
        ingest(whole, [Given(source, tmp_path / "one", annotated) for source in sources])
        assert whole.rows("select * from annotation where instance < 5 order by instance, object") == [
            *[(0, "dog"), (0, "tail"), (3, "cat"), (3, "cup"), (3, "sofa"), (4, "hat"), (4, "pen")]
        ]


def test_make__a_source_with_a_prefix(tmp_path: Path) -> None:
    """Without an image folder, a source in another folder has a prefix of its own."""
    (tmp_path / "b").mkdir()
    sources = [rows.lines(tmp_path / "a.jsonl"), rows.array(tmp_path / "b" / "b.json")]
    cut(sources, tmp_path / "out", records=4)
    read_all(tmp_path / "out")
    with closing(Store.memory()) as whole:
        ingest(whole, [Given(source) for source in sources])
        assert of_shards(tmp_path / "out") == of_store(whole)
    assert ["@b/b.jpg"] in [row[2] for row in of_shards(tmp_path / "out")["instance"]]


def test_make__records_of_other_keys_are_read_by_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text('{"Q": "What?", "A": "A cow."}\n' * 3)
    cut([tmp_path / "set.jsonl"], tmp_path / "out", records=2)
    assert [one.state for one in read_all(tmp_path / "out", '[ingest.map]\nquestion = "Q"\nanswer = "A"\n')] == [
        "made"
    ] * 2
    assert [row[0] for row in of_shards(tmp_path / "out")["instance"]] == [0, 1, 2]


def test_make__the_source_has_changed(tmp_path: Path) -> None:
    source = rows.lines(tmp_path / "set.jsonl")
    cut([source], tmp_path / "out", records=3)
    source.write_text(source.read_text() + "\n" + DOG)
    outcome = perform(job(tmp_path / "out"), Task("read", 0))
    assert outcome.state == "failed"
    assert outcome.sentence.startswith(f"{source} has changed since it was cut. Cut it again: adr shards cut")


def test_make__the_source_has_gone(tmp_path: Path) -> None:
    source = rows.lines(tmp_path / "set.jsonl")
    cut([source], tmp_path / "out")
    source.unlink()
    outcome = perform(job(tmp_path / "out"), Task("read", 0))
    assert outcome.sentence.startswith(f"{source} cannot be read: No such file or directory.")


def test_make__a_copy_that_is_cut_off(tmp_path: Path) -> None:
    cut([rows.packed(tmp_path / "set.jsonl.gz")], tmp_path / "out", records=3)
    copy = tmp_path / "out" / "cut" / "00001.parquet"
    copy.write_bytes(copy.read_bytes()[:-20])
    outcome = perform(job(tmp_path / "out"), Task("read", 1))
    assert outcome.state == "failed" and f"{copy} cannot be read: " in outcome.sentence


PIECES = st.sampled_from([*RECORDS, "{", '"', "null", "[]", '{"a": "b,]"}', "  ", "<image1>", "\\"])


@settings(max_examples=15, deadline=None)
@given(records=st.lists(PIECES, min_size=1, max_size=6), each=st.integers(1, 10))
def test_make__any_lines_cut_anywhere(tmp_path_factory: pytest.TempPathFactory, records: list[str], each: int) -> None:
    """Whatever the lines hold: where one machine reads them, shards give the same rows."""
    folder = tmp_path_factory.mktemp("cut")
    source = folder / "set.jsonl"
    source.write_text("\n".join([DOG, *records]))
    with closing(Store.memory()) as whole:
        try:
            ingest(whole, source)
        except AdrError:
            return
        cut([source], folder / "out", records=each)
        read_all(folder / "out")
        assert of_shards(folder / "out") == of_store(whole)


BALANCED = st.sampled_from([*RECORDS, "", "null", "[]", '{"a": "b,]"}', "x", "{]", '"\\\\"', "<image1>"])


@settings(max_examples=15, deadline=None)
@given(records=st.lists(BALANCED, min_size=1, max_size=6), each=st.integers(1, 10))
def test_make__any_array_cut_anywhere(tmp_path_factory: pytest.TempPathFactory, records: list[str], each: int) -> None:
    """Also with records that are empty or broken, as long as brackets and quotes are closed."""
    folder = tmp_path_factory.mktemp("cut")
    source = folder / "set.json"
    source.write_text("[" + ",\n".join([DOG, *records]) + "]")
    with closing(Store.memory()) as whole:
        try:
            ingest(whole, source)
        except AdrError:
            return
        cut([source], folder / "out", records=each)
        read_all(folder / "out")
        assert of_shards(folder / "out") == of_store(whole)
