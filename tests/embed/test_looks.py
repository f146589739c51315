"""Pictures that look the same, hashed by a process of its own that goes on where it stopped."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adr.embed.copies import copies
from adr.embed.hash_folder import HashFolder, PictureHashes, stamp_of
from adr.embed.hashing import hash_all, hashes_of
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.hand import write_instances


def drawn(seed: int) -> Image.Image:
    """A picture of 240×160 pixels with soft patches, other for every seed."""
    small = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), np.uint8)
    return Image.fromarray(small).resize((240, 160), Image.Resampling.BICUBIC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    one, other = drawn(1), drawn(2)
    one.save(tmp_path / "one.png")
    one.save(tmp_path / "one.bmp")  # the same pixels, other bytes
    one.resize((120, 80)).save(tmp_path / "half.png")
    one.save(tmp_path / "encoded.jpg", quality=50)
    one.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tmp_path / "mirrored.jpg", quality=90)
    other.save(tmp_path / "other.png")
    Image.new("RGB", (240, 160), "white").save(tmp_path / "white.png")
    Image.new("RGB", (240, 160), "black").save(tmp_path / "black.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    return tmp_path


NAMES = [
    "one.png",
    "one.bmp",
    "half.png",
    "encoded.jpg",
    "other.png",
    "white.png",
    "black.png",
    "broken.png",
    "gone.png",
    "mirrored.jpg",
]


def written(store: Store, folder: Path) -> Store:
    turns = [("human", "What is it?"), ("gpt", "That.")]
    write_instances(store, {n: ("1", [name], turns) for n, name in enumerate(NAMES)}, images=folder)
    return store


def clusters(store: Store, kind: str) -> list[list[int]]:
    rows = store.rows(
        "select list(instance order by instance) from copy_cluster where kind = $1 group by cluster order by cluster",
        [kind],
    )
    return [row[0] for row in rows]


def test_copies__by_looks(folder):
    store = written(Store.memory(), folder)
    assert copies(store).kinds["picture"].clusters == 0
    report = copies(store, looks=True)
    assert clusters(store, "picture") == clusters(store, "copy") == [[0, 1, 2, 3]]
    assert clusters(store, "text") == [list(range(10))]
    assert report.mirrored == (("encoded.jpg", "mirrored.jpg"),)
    assert report.looks and report.unread_pictures == 1  # what is no picture is a file all the same


def test_copies__what_was_read_is_not_read_again(folder, tmp_path):
    workspace = Workspace.at(tmp_path / "work")
    store = written(Store(workspace.database), folder)
    copies(store, looks=True)
    files = {path.name: path.stat().st_mtime_ns for path in workspace.hashes.glob("*.parquet")}
    assert list(files) == ["000000.parquet"]
    drawn(3).save(folder / "gone.png")
    copies(store, looks=True)
    assert {path.name for path in workspace.hashes.glob("*.parquet")} == {"000000.parquet", "000001.parquet"}
    assert (workspace.hashes / "000000.parquet").stat().st_mtime_ns == files["000000.parquet"]
    assert len(HashFolder(workspace.hashes).known()) == 10
    store.close()


def test_hash_all__only_what_is_not_known_and_a_damaged_file_again(folder, tmp_path):
    made, told = HashFolder(tmp_path / "hashes"), []
    made.ask([folder / "one.png", folder / "other.png"])
    hash_all(made, told.append)
    hash_all(made, told.append)
    assert [event["done"] for event in told] == [2] and told[0]["rate"] > 0
    (made.folder / "000000.parquet").write_bytes(b"cut off")
    hash_all(made, told.append)
    assert [event["done"] for event in told] == [2, 2]
    assert made.known()[stamp_of(folder / "one.png")] == hashes_of(folder / "one.bmp")


def test_hashes_of__blank_and_broken_pictures_have_no_look(folder):
    white, black = hashes_of(folder / "white.png"), hashes_of(folder / "black.png")
    assert white.perceptual is None is black.perceptual and white.pixels != black.pixels
    assert hashes_of(folder / "broken.png") == PictureHashes("", None, None)
    assert stamp_of(folder / "gone.png") is None
