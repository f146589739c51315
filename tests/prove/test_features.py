"""Features on disk, and taken by the shipped model; pictures are drawn here."""

import json

import numpy as np
import pytest
from PIL import Image

from adr.errors import AdrError
from adr.files import sha256_of
from adr.models import model_fingerprint
from adr.process import Event
from adr.prove.extracting import extract
from adr.prove.feature_files import FeatureFiles, PatchFeatures
from adr.prove.features import suited, take_features
from adr.store import Store
from adr.workspace import Workspace

CLIP = "assets/models/starter-clip"


def features(*first: float) -> PatchFeatures:
    """A row for each number: the patches in the left half hold it and those on the right 0; the embedding twice it."""
    late = np.zeros((len(first), 16, 1), np.float16)
    left = np.arange(16) % 4 < 2
    late[:, left, 0] = np.array(first)[:, None]
    return PatchFeatures(late, late + 1, 2 * late[:, 0])


class Eye:
    """Sees in a picture the red of its first point, and counts how often it looks."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self, images):
        self.looks += len(images)
        return features(*(image.getpixel((0, 0))[0] for image in images))


def drawn(folder, *reds: int) -> dict[str, str]:
    paths = [folder / f"{red}.png" for red in reds]
    for path, red in zip(paths, reds, strict=True):
        Image.new("RGB", (8, 8), (red, 0, 0)).save(path)
    return {sha256_of(path): str(path) for path in paths}


def ask(files: FeatureFiles, pictures: dict[str, str]) -> None:
    files.folder.mkdir(exist_ok=True)
    (files.folder / "pictures.json").write_text(json.dumps(pictures))


def test_pooled__by_hand():
    """Late map 4 in the left half: 2 over the picture, 4 and 0 in the halves; the early map is 1 more."""
    assert features(4.0).pooled().tolist() == [[8.0, 2.0, 4.0, 0.0, 3.0]]
    assert features(4.0).patches().shape == (1, 16, 2)
    assert features(4.0).patches()[0, 0].tolist() == [4.0, 5.0]


def test_read__in_the_order_asked_over_several_blocks(tmp_path):
    files = FeatureFiles(tmp_path / "f")
    files.add(["a", "b"], features(1.0, 2.0))
    files.add(["c"], features(3.0))
    assert files.known() == {"a", "b", "c"}
    assert files.read(["c", "a", "a"], "pooled")[:, 0].tolist() == [6.0, 2.0, 2.0]
    with pytest.raises(KeyError, match="no features of 1 pictures, such as x"):
        files.read(["a", "x"], "pooled")


def test_read__a_damaged_block_is_deleted(tmp_path):
    files = FeatureFiles(tmp_path / "f")
    files.add(["a"], features(1.0))
    next(files.folder.glob("*.npz")).write_bytes(b"PK broken")
    assert files.known() == set() and not list(files.folder.glob("*.npz"))


def test_extract__looks_at_each_picture_once_and_names_those_that_do_not_open(tmp_path):
    pictures = drawn(tmp_path, 10, 20)
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    files, eye, told = FeatureFiles(tmp_path / "f"), Eye(), list[Event]()
    ask(files, {**pictures, "0" * 64: str(tmp_path / "broken.png")})
    extract(files, lambda: eye, told.append)
    assert files.read(list(pictures), "pooled")[:, 0].tolist() == [20.0, 40.0]
    assert json.loads((files.folder / "unreadable.json").read_text()) == {"0" * 64: str(tmp_path / "broken.png")}
    assert told[-1] == {"event": "extracted", "done": 3, "total": 3}
    ask(files, pictures | drawn(tmp_path, 30))
    extract(files, lambda: eye, told.append)
    assert eye.looks == 3  # 10, 20, and later 30 alone


def test_extract__nothing_new_loads_no_model(tmp_path):
    pictures, files = drawn(tmp_path, 10), FeatureFiles(tmp_path / "f")
    files.add(list(pictures), features(10.0))
    ask(files, pictures)
    extract(files, lambda: pytest.fail("the model was loaded"), lambda event: None)


@pytest.mark.models
def test_take_features__by_the_shipped_model_and_not_again(tmp_path):
    workspace = Workspace.at(tmp_path / "w")
    pictures = drawn(tmp_path, 10, 200)
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    seen: list[tuple[int, int | None]] = []
    asked = {**pictures, "0" * 64: str(tmp_path / "broken.png")}
    first = take_features(workspace, asked, CLIP, lambda done, total, what: seen.append((done, total)))
    assert (first.pictures, first.taken, list(first.unreadable)) == (3, 2, ["0" * 64])
    assert seen[-1] == (3, 3)
    pooled = first.files.read(list(pictures), "pooled")
    assert pooled.shape == (2, 128 + 3 * 768 + 192)
    assert np.linalg.norm(pooled[:, :128], axis=1) == pytest.approx([1, 1], abs=1e-2)
    assert first.files.read(list(pictures), "patches").shape == (2, 16, 768 + 192)
    for path in pictures.values():
        (tmp_path / path).unlink()  # nothing is opened again
    assert take_features(workspace, pictures, CLIP).taken == 0


def test_model_fingerprint__changes_with_the_weights(tmp_path):
    (tmp_path / "open_clip_config.json").write_text("{}")
    (tmp_path / "open_clip_model.safetensors").write_bytes(b"1")
    before = model_fingerprint(str(tmp_path))
    assert before == model_fingerprint(str(tmp_path))
    (tmp_path / "open_clip_model.safetensors").write_bytes(b"2")
    assert before != model_fingerprint(str(tmp_path))


@pytest.mark.models
def test_take_features__a_folder_that_holds_no_model(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(AdrError, match="holds no open_clip model"):
        take_features(Workspace.at(tmp_path / "w"), drawn(tmp_path, 10), str(tmp_path / "empty"))


def test_suited__the_shipped_model_is_refused_where_nothing_tells(small_workspace):
    store = Store(small_workspace.database)
    why = "starter-clip knows pictures of the drawn demo world, and whether these pictures are such cannot be told"
    with pytest.raises(AdrError, match=why):
        suited(store, small_workspace, CLIP, anyway=False)
    assert suited(store, small_workspace, CLIP, anyway=True).pictures < 12
    store.close()
