"""Faults of pictures, drawn by hand: each found, none in good pictures, and the filter that finds their instances."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from adr.embed.picture_check import Faulty, check_pictures, faulty_pictures, pictures_report
from adr.embed.picture_measures import PictureMeasures, faults_of, measures_of
from adr.errors import AdrError
from adr.select.find import find
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.hand import write_instances


def boxes(width: int = 320, height: int = 240) -> Image.Image:
    """A picture with sharp edges: two boxes and a disc."""
    picture = Image.new("RGB", (width, height), "lightblue")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((width // 8, height // 3, width // 3, height - 20), fill="darkred")
    draw.rectangle((width // 2, height // 2, width - 10, height - 10), fill="white")
    draw.ellipse((width // 2, 5, width // 2 + 60, 65), fill="yellow")
    return picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    images = tmp_path / "images"
    images.mkdir()
    good = boxes()
    good.save(images / "good.jpg")
    good.filter(ImageFilter.GaussianBlur(5)).save(images / "blurred.jpg")
    good.point(lambda value: value // 8).save(images / "dark.png")
    Image.new("RGB", (320, 240), "teal").save(images / "blank.png")
    boxes(600, 100).save(images / "long.png")
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 40, 3), np.uint8)).save(images / "tiny.png")
    data = (images / "good.jpg").read_bytes()
    (images / "cut.jpg").write_bytes(data[: len(data) // 2])
    (images / "text.jpg").write_bytes(b"no picture")
    return images


FOUND = {
    "good.jpg": [],
    "blurred.jpg": ["blurred"],
    "dark.png": ["dark"],
    "blank.png": ["blank"],
    "long.png": ["odd_aspect"],
    "tiny.png": ["tiny"],
    "cut.jpg": ["unreadable"],
    "text.jpg": ["unreadable"],
}


@pytest.mark.parametrize("name", FOUND)
def test_faults_of__each_picture(name, folder):
    assert faults_of(measures_of(folder / name)) == FOUND[name]


def test_measures_of__why_it_cannot_be_opened(folder):
    assert measures_of(folder / "cut.jpg") == PictureMeasures(320, 240, "cut_off", 0, 0, None)
    assert measures_of(folder / "text.jpg") == PictureMeasures(0, 0, "not_a_picture", 0, 0, None)


def test_measures_of__width_and_height_are_upright(folder):
    turned = Image.Exif()
    turned[0x0112] = 6
    boxes().save(folder / "turned.jpg", exif=turned)
    found = measures_of(folder / "turned.jpg")
    assert (found.width, found.height) == (240, 320)


def written(store: Store, folder: Path) -> Store:
    """An instance for each picture, in the order of FOUND, then one with a good and a blurred one, and one missing."""
    turns = [("human", "What is it?"), ("gpt", "That.")]
    shown = [*([name] for name in FOUND), ["good.jpg", "blurred.jpg"], ["gone.jpg"]]
    write_instances(store, {n: ("1", names, turns) for n, names in enumerate(shown)}, images=folder)
    return store


def test_check_pictures__counts_and_filters(folder):
    store = written(Store.memory(), folder)
    report = check_pictures(store)
    assert (report.pictures, report.missing) == (9, 1)
    assert report.faults == {
        "unreadable": Faulty(2, 2),
        "blank": Faulty(1, 1),
        "dark": Faulty(1, 1),
        "blurred": Faulty(1, 2),
        "tiny": Faulty(1, 1),
        "odd_aspect": Faulty(1, 1),
    }
    assert pictures_report(store) == report
    assert faulty_pictures(store, "blurred", 5) == [("blurred.jpg", 1)]

    def positions(text: str) -> list[int]:
        return [one.instance for one in find(store, text).instances]

    assert positions("blurred") == [1, 8]
    assert positions("unreadable or tiny") == [5, 6, 7]
    assert positions("width<50") == [5]
    assert positions("aspect>=6") == [4]
    assert positions("height=240 not blurred") == [0, 2, 3, 6]
    assert find(store, "odd-aspect").in_words == "a picture is more than four times as long as wide"
    assert find(store, "Width >= 600").filter == "width>=600"


def test_check_pictures__what_was_read_is_not_read_again(folder, tmp_path):
    workspace = Workspace.at(tmp_path / "work")
    store = written(Store(workspace.database), folder)
    check_pictures(store)
    boxes().save(folder / "gone.jpg")
    assert check_pictures(store).missing == 0
    assert {path.name for path in workspace.measures.glob("*.parquet")} == {"000000.parquet", "000001.parquet"}
    store.close()


def test_filter__refused_until_the_present_pictures_were_looked_at(folder):
    store = written(Store.memory(), folder)
    with pytest.raises(AdrError, match="have not been looked at"):
        find(store, "blurred")
    check_pictures(store)
    assert find(store, "blurred").count == 2
    store.execute("update source set images = '/elsewhere'")
    assert pictures_report(store) is None
    with pytest.raises(AdrError, match="have not been looked at"):
        find(store, "width>2")


def test_check_pictures__without_any():
    store = Store.memory()
    write_instances(store, {0: ("1", [], [("human", "Why?"), ("gpt", "So.")])})
    with pytest.raises(AdrError, match="no picture"):
        check_pictures(store)
