"""Features of the source's pictures: made by a process that goes on where it stopped, read as one array."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adr.embed.embed import embed
from adr.embed.embedding import embed_all, here
from adr.embed.features import instance_rows, load_features
from adr.embed.hash_folder import stamp_of
from adr.errors import AdrError
from adr.feature_folder import FeatureBlock, FeatureFolder
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.hand import INSTANCES, write_instances

MODEL = "assets/models/starter-clip"


class Brightness:
    """Sees a picture as its mean red, green and blue, of length 1. looked: how many it has seen."""

    looked = 0

    def prepared(self, file: Path):
        try:
            with Image.open(file) as picture:
                return np.asarray(picture.convert("RGB"), np.float32).mean((0, 1)), 7
        except OSError:
            return None

    def __call__(self, pictures):
        self.looked += len(pictures)
        seen = np.stack(pictures)
        return (seen / np.linalg.norm(seen, axis=1, keepdims=True)).astype(np.float16)


def painted(folder: Path, **colours: str) -> dict[str, Path]:
    """{name: file} of pictures in one colour each."""
    files = {f"{name}.png": folder / f"{name}.png" for name in colours}
    for colour, file in zip(colours.values(), files.values(), strict=True):
        Image.new("RGB", (8, 8), colour).save(file)
    return files


def test_embed_all__goes_on_where_it_stopped(tmp_path):
    files = painted(tmp_path, a="red", b="blue") | {"gone.png": tmp_path / "gone.png", "bad.png": tmp_path / "bad.png"}
    files["bad.png"].write_bytes(b"no picture")
    folder, model, told = FeatureFolder(tmp_path / "features", "m"), Brightness(), []
    folder.ask(files)
    embed_all(folder, here(lambda: model), told.append)
    embed_all(folder, here(lambda: model), told.append)
    assert [(event["done"], event["total"]) for event in told] == [(0, 3), (3, 3), (3, 3)]
    assert model.looked == 2 and told[1]["rate"] > 0
    found = folder.read()
    assert found.paths == ("a.png", "b.png")
    assert found.vectors.tolist() == [[1, 0, 0], [0, 0, 1]] and found.hashes.tolist() == [7, 7]
    assert (found.row_of("b.png"), found.row_of("bad.png"), found.row_of("zz")) == (1, None, None)


def test_embed_all__a_changed_picture_is_looked_at_again(tmp_path):
    files = painted(tmp_path, a="red", b="blue")
    folder, model = FeatureFolder(tmp_path / "features", "m"), Brightness()
    folder.ask(files)
    embed_all(folder, here(lambda: model), lambda event: None)
    assert folder.read().vectors[0].tolist() == [1, 0, 0]
    files = painted(tmp_path, a="lime", c="blue") | {"b2.png": files["b.png"]}
    folder.ask(files)
    embed_all(folder, here(lambda: model), lambda event: None)
    found = folder.read()
    assert found.paths == ("a.png", "b2.png", "c.png") and model.looked == 4
    assert found.vectors.tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 1]]
    assert len(list(folder.folder.glob("joined-*"))) == 2


def test_known__a_damaged_block_is_looked_at_again(tmp_path):
    folder = FeatureFolder(tmp_path / "features", "m")
    folder.ask(painted(tmp_path, a="red"))
    embed_all(folder, here(Brightness), lambda event: None)
    stamp = stamp_of(tmp_path / "a.png")
    assert folder.known() == ({stamp}, set())
    (folder.folder / "000000.npz").write_bytes(b"cut off")
    assert folder.known() == (set(), set()) and folder.read() is None


def test_read__blocks_with_broken_pictures_only(tmp_path):
    folder = FeatureFolder(tmp_path / "features", "m")
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    folder.ask({"bad.png": bad})
    embed_all(folder, here(Brightness), lambda event: None)
    assert folder.read() is None
    folder.ask({"bad.png": bad} | painted(tmp_path, a="red"))
    embed_all(folder, here(Brightness), lambda event: None)
    assert folder.read().paths == ("a.png",) and folder.read().vectors.tolist() == [[1, 0, 0]]


def test_keep__blocks_are_numbered(tmp_path):
    folder = FeatureFolder(tmp_path, "m")
    block = FeatureBlock(["a" * 24], np.ones((1, 1), np.float16), np.zeros(1, np.uint64), ["b" * 24])
    folder.keep(block)
    folder.keep(block)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000.npz", "000001.npz"]
    assert folder.known() == ({"a" * 24}, {"b" * 24})


@pytest.fixture(scope="module")
def embedded(tmp_path_factory) -> tuple[Workspace, Store]:
    """The dataset written out by hand, embedded by the shipped model in its process. Two of its pictures are drawn,
    one is broken, one is not on disk."""
    folder = tmp_path_factory.mktemp("pictures")
    painted(folder, street="red", sofa="blue")
    (folder / "yard.png").write_bytes(b"no picture")
    workspace = Workspace.at(tmp_path_factory.mktemp("work"))
    store = Store(workspace.database)
    write_instances(store, INSTANCES, images=folder)
    report = embed(store, workspace, MODEL)
    assert (report.model, report.pictures, report.embedded, report.new) == ("starter-clip", 4, 2, 3)
    assert (report.missing, report.unreadable) == (1, 1) and report.rate
    yield workspace, store
    store.close()


def test_embed__again_looks_at_nothing(embedded):
    workspace, store = embedded
    report = embed(store, workspace, MODEL)
    assert (report.new, report.embedded, report.rate) == (0, 2, None)


def test_instance_rows__first_pictures(embedded):
    workspace, store = embedded
    features = load_features(workspace.features, MODEL)
    assert features.paths == ("sofa.png", "street.png") and features.vectors.dtype == np.float16
    assert np.linalg.norm(features.vectors.astype(np.float32), axis=1) == pytest.approx([1, 1], abs=1e-3)
    instances, rows = instance_rows(store, features)
    assert instances.tolist() == [0, 1, 5] and rows.tolist() == [1, 0, 1]


def test_load_features__none_yet(tmp_path):
    with pytest.raises(AdrError) as error:
        load_features(tmp_path, MODEL)
    assert error.value.sentence == "starter-clip has not looked at the pictures of this dataset yet."
    assert "adr embed" in error.value.next_step


def test_embed__no_pictures_on_disk(tmp_path):
    workspace, store = Workspace.at(tmp_path), Store.memory()
    with pytest.raises(AdrError, match="has no pictures"):
        embed(store, workspace, MODEL)
    write_instances(store, INSTANCES)
    with pytest.raises(AdrError, match="no picture that is on disk"):
        embed(store, workspace, MODEL)
