"""What cut writes down about each kind of source, and where a shard begins and ends."""

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from adr.errors import AdrError
from adr.shards.cut import cut
from adr.shards.shard_set import ShardSet
from tests.shards import rows
from tests.shards.rows import BROKEN, DOG, NAMED, NO_TALK, ODD, RECORDS, TEXT


def stretches(folder: Path) -> list[tuple[int, int, bytes]]:
    """(first position, records, bytes) of each shard that is a stretch of its source."""
    shards = ShardSet.at(folder)
    return [(one.first, one.records, shards.path_of(one).read_bytes()[one.begin : one.end]) for one in shards.shards]


def copied(folder: Path) -> list[list[bytes]]:
    """The texts of each shard that was copied."""
    shards = ShardSet.at(folder)
    return [pq.read_table(shards.path_of(one))["raw"].to_pylist() for one in shards.shards]


def test_cut__lines(tmp_path: Path) -> None:
    """The blank line belongs to the first shard; each stretch ends before the end of its last line."""
    source = rows.lines(tmp_path / "set.jsonl")
    report = cut([source], tmp_path / "out", records=3)
    assert (report.records, report.shards, report.sources, report.copied) == (7, 3, 1, 0)
    assert stretches(tmp_path / "out") == [
        (0, 3, f"{DOG}\n \n{NO_TALK}\r\n{TEXT}".encode()),
        (3, 3, f"{ODD}\n{NAMED}\n{BROKEN}".encode()),
        (6, 1, DOG.encode()),
    ]
    (one,) = ShardSet.at(tmp_path / "out").sources
    assert (one.source, one.name, one.layout, one.first, one.records, one.prefix) == (0, "set", "lines", 0, 7, "")
    assert one.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert (one.path, one.bytes, one.changed) == (str(source), source.stat().st_size, source.stat().st_mtime_ns)


def test_cut__array(tmp_path: Path) -> None:
    """A stretch ends before the comma after its last record, the last one before the bracket."""
    source = rows.array(tmp_path / "set.json", [DOG, TEXT, ODD])
    cut([source], tmp_path / "out", records=2)
    pretty = DOG.replace(", ", ",\r\n  ", 1)
    assert stretches(tmp_path / "out") == [(0, 2, f"\n{pretty} ,\n{TEXT} ".encode()), (2, 1, f"\n{ODD}\n".encode())]
    assert ShardSet.at(tmp_path / "out").sources[0].sha256 == hashlib.sha256(source.read_bytes()).hexdigest()


@pytest.mark.parametrize(("kind", "layout"), [(rows.packed, "lines"), (rows.objects, "objects"), (rows.keyed, "keyed")])
def test_cut__copies(tmp_path: Path, kind, layout: str) -> None:
    """Seven records in shards of three, whatever the file looks like."""
    source = kind(tmp_path / "set.jsonl.gz")
    report = cut([source], tmp_path / "out", records=3)
    texts = copied(tmp_path / "out")
    assert [len(one) for one in texts] == [3, 3, 1] and report.copied > 0
    assert ShardSet.at(tmp_path / "out").sources[0].layout == layout
    assert [one.layout for one in ShardSet.at(tmp_path / "out").shards] == ["texts"] * 3
    if kind is rows.packed:
        assert [text.decode() for one in texts for text in one] == RECORDS
    if kind is rows.objects:
        assert texts[1][2] == b'{\n  "id": 6,\n  "image": }'


def test_cut__rows_of_a_table_name_its_pictures(tmp_path: Path) -> None:
    source = rows.parquet(tmp_path / "set.parquet")
    cut([source], tmp_path / "out", records=4)
    texts = copied(tmp_path / "out")
    assert [len(one) for one in texts] == [4, 3]
    assert json.loads(texts[1][0])["images"] == {"path": "set.parquet/4-0.jpg"}
    (one,) = ShardSet.at(tmp_path / "out").sources
    assert one.images == str(tmp_path)
    assert {shard.layout for shard in ShardSet.at(tmp_path / "out").shards} == {"rows"}


def test_cut__pictures_inside_and_an_image_folder(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    with pytest.raises(AdrError, match="lie inside it, and the image folder"):
        cut([rows.tar(tmp_path / "set.tar")], tmp_path / "out", images=tmp_path / "images")


def test_cut__several_sources_count_on(tmp_path: Path) -> None:
    """Shards end where the position is a multiple of three, and where a source ends. Sources in one folder share their
    picture paths; one in another folder gets a prefix."""
    (tmp_path / "b").mkdir()
    a, again, b = (rows.lines(tmp_path / name, [DOG, TEXT, ODD, NAMED]) for name in ("a.jsonl", "c.jsonl", "b/a.jsonl"))
    cut([a, again, b], tmp_path / "out", records=3)
    shards = ShardSet.at(tmp_path / "out")
    assert [(one.number, one.source, one.first, one.records) for one in shards.shards] == [
        (0, 0, 0, 3),
        (1, 0, 3, 1),
        (2, 1, 4, 2),
        (3, 1, 6, 2),
        (4, 2, 8, 1),
        (5, 2, 9, 3),
    ]
    assert [(one.name, one.first, one.prefix) for one in shards.sources] == [
        ("a", 0, ""),
        ("c", 4, ""),
        ("a-2", 8, "@a-2/"),
    ]


def test_cut__a_prefix_that_picture_paths_have_already(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    first = rows.lines(tmp_path / "a.jsonl", [DOG.replace("a.jpg", "@b/a.jpg"), TEXT])
    with pytest.raises(AdrError, match="are to begin with @b/, which other sources have already"):
        cut([first, rows.lines(tmp_path / "b" / "b.jsonl")], tmp_path / "out")


def test_cut__a_list_of_datasets(tmp_path: Path) -> None:
    rows.lines(tmp_path / "a.jsonl"), rows.array(tmp_path / "b.json")
    listed = {"one": {"annotation": "a.jsonl", "repeat_time": 2}, "two": {"annotation": "b.json"}}
    (tmp_path / "meta.json").write_text(json.dumps(listed))
    cut([tmp_path / "meta.json"], tmp_path / "out")
    assert [(one.name, one.taken, one.layout) for one in ShardSet.at(tmp_path / "out").sources] == [
        ("one", "repeat_time 2", "lines"),
        ("two", "", "array"),
    ]


def test_cut__a_file_that_is_cut_off_leaves_no_shards(tmp_path: Path) -> None:
    """What was cut before is no longer listed: its copies are gone or are those of another source."""
    cut([rows.lines(tmp_path / "a.jsonl")], tmp_path / "out")
    (tmp_path / "b.json").write_text(f"[{DOG}, {TEXT}")
    with pytest.raises(AdrError, match="ends in the middle of its array, at record 1"):
        cut([tmp_path / "b.json"], tmp_path / "out")
    with pytest.raises(AdrError, match="holds no shards"):
        ShardSet.at(tmp_path / "out")


def test_cut__an_empty_array(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("[]")
    with pytest.raises(AdrError, match="holds no records"):
        cut([tmp_path / "b.json"], tmp_path / "out")


def test_cut__anew_keeps_no_copy_of_before(tmp_path: Path) -> None:
    cut([rows.packed(tmp_path / "a.jsonl.gz")], tmp_path / "out", records=1)
    cut([rows.packed(tmp_path / "a.jsonl.gz")], tmp_path / "out", records=5)
    assert sorted(path.name for path in (tmp_path / "out" / "cut").iterdir()) == ["00000.parquet", "00001.parquet"]
