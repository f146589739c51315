"""Sources whose rows hold their pictures: Parquet, the folders of `datasets`, and WebDataset."""

import hashlib
import io
import json
import tarfile
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from adr.containers import source_sha256
from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.ingest.ingest import ingest
from adr.ingest.peek import peek
from adr.picture_file import read_picture
from adr.store import Store

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
TALK = [{"role": "user", "content": "<image>What is it?"}, {"role": "assistant", "content": "A “cow”."}]
MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))


@pytest.fixture
def store():
    with closing(Store.memory()) as opened:
        yield opened


def picture(color: tuple[int, int, int], kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), color).save(out, kind)
    return out.getvalue()


RED, BLUE, GREEN = picture((255, 0, 0)), picture((0, 0, 255), "JPEG"), picture((0, 255, 0), "WEBP")


def parquet(path: Path, rows: list[dict], images: pa.DataType = IMAGE, **options: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    several = any(isinstance(row["images"], list) for row in rows)
    kept = [("images", pa.list_(images) if several else images), ("messages", MESSAGES)]
    kept += [(key, pa.array([row[key] for row in rows]).type) for key in rows[0] if key not in ("images", "messages")]
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(kept)), path, **options)
    return path


def pictures(store: Store) -> list[list[bytes]]:
    """The bytes of the pictures of every instance, read through the image folder."""
    folder = ImageFolder.of(store)
    assert folder is not None
    rows = store.rows("select images from instance order by instance")
    return [[read_picture(file) for name in names if (file := folder.file(name))] for (names,) in rows]


def test_ingest__parquet(store: Store, tmp_path: Path) -> None:
    given = [{"bytes": RED, "path": "a.png"}, {"bytes": BLUE, "path": None}]
    path = parquet(
        tmp_path / "train.parquet",
        [
            {"images": given, "messages": TALK, "source": "drawn", "rating": 1.5},
            {"images": [], "messages": TALK, "source": None, "rating": float("nan")},
            {"images": [{"bytes": GREEN, "path": "b.jpg"}], "messages": TALK, "source": "drawn", "rating": 2.0},
        ],
    )
    report = ingest(store, path)
    assert (report.layout, report.form, report.instances, report.rejected) == ("parquet", "messages", 3, {})
    assert report.images == str(tmp_path) and report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert store.rows("select images, missing from instance order by instance") == [
        (["train.parquet/0-0.png", "train.parquet/0-1.jpg"], 0),
        ([], 0),
        (["train.parquet/2-0.webp"], 0),
    ]
    assert pictures(store) == [[RED, BLUE], [], [GREEN]]
    raw = [json.loads(text) for (text,) in store.rows("select raw from instance order by instance")]
    assert raw[:2] == [
        {
            "images": [{"path": "train.parquet/0-0.png"}, {"path": "train.parquet/0-1.jpg"}],
            "messages": TALK,
            "source": "drawn",
            "rating": 1.5,
        },
        {"images": [], "messages": TALK, "source": None, "rating": None},
    ]


def test_ingest__a_picture_alone_and_bytes_alone(store: Store, tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", [{"images": {"bytes": RED, "path": None}, "messages": TALK}])
    parquet(tmp_path / "b.parquet", [{"images": BLUE, "messages": TALK}], images=pa.binary())
    ingest(store, tmp_path)
    assert [names for (names,) in store.rows("select images from instance order by instance")] == [
        ["a.parquet/0-0.png"],
        ["b.parquet/0-0.jpg"],
    ]
    assert pictures(store) == [[RED], [BLUE]]


@pytest.mark.parametrize("rows_in_group", [1, 2, 100])
def test_ingest__folder_of_shards(rows_in_group: int, store: Store, tmp_path: Path) -> None:
    """Positions go on from shard to shard in the order of the names; a picture's row is that within its shard."""
    colors = [picture((n, n, n)) for n in range(7)]
    rows = [{"images": [{"bytes": one, "path": None}], "messages": TALK} for one in colors]
    second = parquet(tmp_path / "data" / "train-00001-of-00002.parquet", rows[4:], row_group_size=rows_in_group)
    first = parquet(tmp_path / "data" / "train-00000-of-00002.parquet", rows[:4], row_group_size=rows_in_group)
    (tmp_path / "README.md").write_text("A card.")
    report = ingest(store, tmp_path)
    assert report.instances == 7 and report.bytes == first.stat().st_size + second.stat().st_size
    assert store.rows("select instance, images[1] from instance where instance in (3, 4) order by 1") == [
        (3, "data/train-00000-of-00002.parquet/3-0.png"),
        (4, "data/train-00001-of-00002.parquet/0-0.png"),
    ]
    assert pictures(store) == [[one] for one in colors]
    folder = ImageFolder.of(store)
    assert folder is not None
    backwards = [f"data/train-00000-of-00002.parquet/{n}-0.png" for n in (3, 1, 0, 2)]
    assert [read_picture(folder.path_of(name)) for name in backwards] == [colors[n] for n in (3, 1, 0, 2)]


def test_source_sha256__of_a_folder_is_that_of_its_sums(store: Store, tmp_path: Path) -> None:
    one = parquet(tmp_path / "x" / "b.parquet", [{"images": [], "messages": TALK}]).read_bytes()
    two = parquet(tmp_path / "x" / "a.parquet", [{"images": [], "messages": TALK, "more": 1}]).read_bytes()
    sums = f"{hashlib.sha256(two).hexdigest()}  a.parquet\n{hashlib.sha256(one).hexdigest()}  b.parquet\n"
    assert source_sha256(tmp_path / "x") == hashlib.sha256(sums.encode()).hexdigest()
    assert ingest(store, tmp_path / "x").sha256 == source_sha256(tmp_path / "x")


def test_ingest__images_that_are_paths(store: Store, tmp_path: Path) -> None:
    """Paths, as a struct without bytes or as strings, start from the image folder that is named."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(RED)
    parquet(tmp_path / "d" / "a.parquet", [{"images": [{"bytes": None, "path": "a.png"}], "messages": TALK}])
    parquet(tmp_path / "d" / "b.parquet", [{"images": ["a.png"], "messages": TALK}], images=pa.string())
    report = ingest(store, tmp_path / "d", tmp_path / "images")
    assert report.images == str(tmp_path / "images") and pictures(store) == [[RED], [RED]]


def test_ingest__pictures_inside_and_another_image_folder(store: Store, tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", [{"images": [{"bytes": RED, "path": None}], "messages": TALK}])
    (tmp_path / "images").mkdir()
    with pytest.raises(AdrError, match="lie inside it"):
        ingest(store, path, tmp_path / "images")


def test_ingest__rows_that_are_no_conversations_are_set_aside(store: Store, tmp_path: Path) -> None:
    rows = [{"images": [], "messages": TALK}, {"images": [], "messages": []}, {"images": [], "messages": None}]
    report = ingest(store, parquet(tmp_path / "a.parquet", rows))
    assert report.rejected == {"empty_conversation": 1, "no_conversation": 1}
    assert store.rows("select position from rejected order by 1") == [(1,), (2,)]


def test_ingest__several_splits_are_refused(store: Store, tmp_path: Path) -> None:
    for split in ("train", "test"):
        parquet(tmp_path / "data" / f"{split}-00000-of-00001.parquet", [{"images": [], "messages": TALK}])
    with pytest.raises(AdrError, match="several splits: test, train"):
        ingest(store, tmp_path)
    assert ingest(store, tmp_path / "data" / "test-00000-of-00001.parquet").instances == 1


def test_ingest__shard_that_is_cut_off(store: Store, tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", [{"images": [], "messages": TALK}])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(AdrError, match=r"a\.parquet cannot be read"):
        ingest(store, path)


def test_ingest__saved_to_disk(store: Store, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    rows = [{"image": {"bytes": one, "path": None}, "messages": TALK} for one in (RED, BLUE, GREEN)]
    made = datasets.Dataset.from_list(rows).cast_column("image", datasets.Image())
    made.save_to_disk(tmp_path / "saved", num_shards=2)
    report = ingest(store, tmp_path / "saved")
    assert (report.layout, report.instances) == ("arrow", 3)
    assert pictures(store) == [[RED], [BLUE], [GREEN]]
    datasets.DatasetDict({"train": made, "test": made}).save_to_disk(tmp_path / "both")
    with pytest.raises(AdrError, match="several splits: test, train"):
        ingest(store, tmp_path / "both", replace=True)


def tar(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as out:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            out.addfile(entry, io.BytesIO(content))
    return path


def test_ingest__webdataset(store: Store, tmp_path: Path) -> None:
    turns = [{"from": "human", "value": "<image>"}, {"from": "gpt", "value": "A cow."}]
    said = json.dumps({"id": 7, "image": "coco/1.jpg", "conversations": turns}).encode()
    first = {"a/1.jpg": BLUE, "a/1.json": said, "a/2.json": json.dumps({"conversations": turns}).encode()}
    several = {"3.0.png": RED, "3.1.jpg": BLUE, "3.json": said, "4.json": b"[]", "._5.json": b"x"}
    tar(tmp_path / "s-000000.tar", first)
    tar(tmp_path / "s-000001.tar", several)
    report = ingest(store, tmp_path)
    assert (report.layout, report.instances, report.rejected) == ("webdataset", 3, {"not_an_object": 1})
    assert report.sha256 == source_sha256(tmp_path)
    assert store.rows("select id, images, missing from instance order by instance") == [
        ("7", ["s-000000.tar/a/1.jpg"], 0),
        ('"a/2"', [], 0),
        ("7", ["s-000001.tar/3.0.png", "s-000001.tar/3.1.jpg"], 0),
    ]
    assert pictures(store) == [[BLUE], [], [RED, BLUE]]
    assert json.loads(store.value("select raw from instance where instance = 0")) == {
        "id": 7,
        "image": "s-000000.tar/a/1.jpg",
        "conversations": turns,
    }


def test_peek__says_that_pictures_lie_inside(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", [{"images": [{"bytes": RED, "path": None}], "messages": TALK}] * 60)
    seen = peek(path)
    assert (seen.layout, seen.records, seen.conversations, seen.images, seen.found) == ("parquet", 50, 50, 50, 50)
    assert seen.inside and seen.folder is None


def test_image_folder__a_picture_that_is_not_in_the_shard(store: Store, tmp_path: Path) -> None:
    ingest(store, parquet(tmp_path / "a.parquet", [{"images": [{"bytes": RED, "path": None}], "messages": TALK}]))
    folder = ImageFolder.of(store)
    assert folder is not None
    assert folder.file("a.parquet/1-0.png") is None and folder.file("a.parquet/x.png") is None
    with pytest.raises(FileNotFoundError):
        read_picture(folder.path_of("a.parquet/0-1.png"))


def test_ingest__a_shard_that_is_a_link(store: Store, tmp_path: Path) -> None:
    """The Hub's cache holds links to files elsewhere."""
    parquet(tmp_path / "blobs" / "3f", [{"images": [{"bytes": RED, "path": None}], "messages": TALK}])
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "snapshot" / "train.parquet").symlink_to(tmp_path / "blobs" / "3f")
    ingest(store, tmp_path / "snapshot")
    assert store.rows("select images, missing from instance") == [(["train.parquet/0-0.png"], 0)]
    assert pictures(store) == [[RED]]
    other = parquet(tmp_path / "blobs" / "4a", [{"images": [{"bytes": BLUE, "path": None}], "messages": TALK}])
    (tmp_path / "snapshot" / "train.parquet").unlink()
    (tmp_path / "snapshot" / "train.parquet").symlink_to(other)
    assert pictures(store) == [[]]


def test_ingest__finevision_rows_and_a_mapping(store: Store, tmp_path: Path) -> None:
    texts = pa.list_(pa.struct([("user", pa.string()), ("assistant", pa.string())]))
    images = pa.list_(IMAGE)
    row = {"images": [{"bytes": RED, "path": None}], "texts": [{"user": "What?", "assistant": "A cow."}], "rating": 4}
    schema = pa.schema([("images", images), ("texts", texts), ("rating", pa.int64())])
    pq.write_table(pa.Table.from_pylist([row], schema=schema), tmp_path / "fine.parquet")
    assert ingest(store, tmp_path / "fine.parquet").form == "texts"
    said = [{"role": "human", "text": "<image>\nWhat?"}, {"role": "gpt", "text": "A cow."}]
    assert store.rows("select turns from instance") == [(said,)]
    assert pictures(store) == [[RED]]
    asked = pa.Table.from_pylist([{"frage": "What?", "antwort": "A cow.", "bild": {"bytes": RED, "path": None}}])
    pq.write_table(asked, tmp_path / "mapped.parquet")
    mapping = {"question": "frage", "answer": "antwort", "image": "bild"}
    ingest(store, tmp_path / "mapped.parquet", mapping=mapping, replace=True)
    assert pictures(store) == [[RED]]


def test_ingest__shards_beside_another_source(store: Store, tmp_path: Path) -> None:
    """The pictures of the second source lie inside its shard, and their paths begin with its name."""
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "a.png").write_bytes(picture((0, 0, 255)))
    turns = [{"from": "human", "value": "<image>What is it?"}, {"from": "gpt", "value": "Sky."}]
    (tmp_path / "first" / "data.json").write_text(json.dumps([{"image": "a.png", "conversations": turns}]))
    talk = [{"role": "user", "content": "<image>What is it?"}, {"role": "assistant", "content": "Grass."}]
    green = picture((0, 128, 0))
    shard = parquet(
        tmp_path / "second" / "more.parquet", [{"messages": talk, "images": [{"bytes": green, "path": "g.png"}]}]
    )
    ingest(store, tmp_path / "first" / "data.json", tmp_path / "first")
    report = ingest(store, shard, add=True)
    assert (report.instances, report.warnings) == (1, {})
    assert store.rows("select instance, images, missing from instance order by instance") == [
        (0, ["a.png"], 0),
        (1, ["@more/more.parquet/0-0.png"], 0),
    ]
    assert pictures(store) == [[picture((0, 0, 255))], [green]]
