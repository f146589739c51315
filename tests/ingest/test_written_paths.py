"""Pictures where people have them: absolute paths, file addresses, backslashes, links, other endings."""

import json
from pathlib import Path

import pytest

from adr.image_folder import ImageFolder
from adr.ingest.ingest import IngestReport, ingest
from adr.ingest.written_paths import relative
from adr.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An image folder with sub/a.png and `sub/it is.png`."""
    (tmp_path / "pictures" / "sub").mkdir(parents=True)
    for name in ("a.png", "it is.png"):
        (tmp_path / "pictures" / "sub" / name).write_text(name)
    return tmp_path / "pictures"


@pytest.fixture
def store() -> Store:
    return Store.memory()


def read(store: Store, folder: Path, *names: str, follow_links: bool | None = None) -> IngestReport:
    """A dataset with an instance for each picture, after one without a picture."""
    said = [{"from": "human", "value": "What is it?"}, {"from": "gpt", "value": "A drum."}]
    records = [{"conversations": said}, *({"image": name, "conversations": said} for name in names)]
    source = folder.parent / "data.json"
    source.write_text(json.dumps(records))
    return ingest(store, source, folder, follow_links=follow_links)


def test_relative__every_way_to_write_it(folder: Path) -> None:
    link = folder.parent / "linked"
    link.symlink_to(folder)
    for written in (
        f"{folder}/sub/a.png",
        f"{folder}//sub/../sub/a.png",
        f"file://{folder}/sub/a.png",
        f"file://localhost{folder}/sub/a.png",
        f"FILE://{folder}/sub/a.png",
        "sub\\a.png",
        "sub/a.png",
    ):
        assert relative(written, folder) == "sub/a.png", written
    assert relative(f"file://{folder}/sub/it%20is.png", folder) == "sub/it is.png"
    assert relative(f"{folder}/sub/a.png", link) == relative(f"{link}/sub/a.png", link) == "sub/a.png"


def test_relative__what_leaves_the_folder(folder: Path) -> None:
    for written in (
        "/etc/passwd",
        f"{folder}",
        f"{folder}x/a.png",
        f"{folder}/../private.png",
        "file:///etc/passwd",
        "file:///..%2f..%2fprivate.png",
        "..\\private.png",
        "sub\\..\\..\\private.png",
        "C:\\a.png",
        "\\\\host\\a.png",
    ):
        assert relative(written, folder) is None, written
    assert relative(f"{folder}/sub/a.png", None) is None


def test_relative__a_backslash_that_is_part_of_a_name(folder: Path) -> None:
    (folder / "sub\\b.png").write_text("b")
    assert relative("sub\\b.png", folder) == "sub\\b.png" and relative("sub\\a.png", folder) == "sub/a.png"


def test_ingest__makes_paths_relative_and_keeps_the_record(store: Store, folder: Path) -> None:
    absolute = f"{folder}/sub/a.png"
    report = read(store, folder, absolute, f"file://{absolute}", "sub\\a.png", "sub/a.png", "/x.png")
    assert store.rows("select instance, images, missing from instance order by 1") == [
        (0, [], 0),
        *((n, ["sub/a.png"], 0) for n in (1, 2, 3, 4)),
    ]
    assert json.loads(store.value("select raw from instance where instance = 1"))["image"] == absolute
    assert report.warnings == {"written_otherwise": 3, "marker_mismatch": 4}
    ((position, reason, detail),) = store.rows("select position, reason, detail from rejected")
    assert (position, reason) == (5, "unsafe_path")
    assert detail == (
        f"The image path “/x.png” is not below the image folder {folder}; name the folder that holds it (--images)."
    )


def test_ingest__absolute_paths_without_an_image_folder_are_set_aside(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    read(store, folder, "sub/a.png")
    report = ingest(store, written_absolute(folder), replace=True)
    assert report.rejected == {"unsafe_path": 1} and report.instances == 1


def written_absolute(folder: Path) -> Path:
    source = folder.parent / "absolute.json"
    said = [{"from": "human", "value": "What is it?"}, {"from": "gpt", "value": "A drum."}]
    source.write_text(json.dumps([{"conversations": said}, {"image": f"{folder}/sub/a.png", "conversations": said}]))
    return source


def linked(folder: Path) -> None:
    """A link `coco` to a folder outside, and a link to a picture outside."""
    (folder.parent / "disk" / "train").mkdir(parents=True)
    (folder.parent / "disk" / "train" / "1.png").write_text("one")
    (folder / "coco").symlink_to(folder.parent / "disk")
    (folder / "2.png").symlink_to(folder.parent / "disk" / "train" / "1.png")


def test_ingest__follows_links_that_lead_out(store: Store, folder: Path) -> None:
    linked(folder)
    report = read(store, folder, "coco/train/1.png", "2.png", "sub/a.png")
    assert (report.rejected, report.warnings) == ({}, {"linked_outside": 2, "marker_mismatch": 3})
    images = ImageFolder.of(store)
    assert images is not None
    assert [file.read_text() for name in ("coco/train/1.png", "2.png") if (file := images.file(name))] == ["one"] * 2
    (folder / "coco").unlink()
    (folder / "other" / "train").mkdir(parents=True)
    (folder / "other" / "train" / "1.png").write_text("planted")
    (folder / "coco").symlink_to("other")
    assert images.file("coco/train/1.png") is None  # it led elsewhere when the dataset was read


def test_ingest__follows_no_link_out_where_folders_are_limited(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(folder)
    assert read(store, folder, "coco/train/1.png", "2.png", follow_links=False).rejected == {"unsafe_path": 2}
    monkeypatch.setenv("ADR_ROOTS", str(folder.parent))
    source = folder.parent / "data.json"
    assert ingest(store, source, folder, replace=True).rejected == {"unsafe_path": 2}


def test_ingest__another_ending_is_said(store: Store, folder: Path) -> None:
    report = read(store, folder, "sub/a.jpg", "sub/b.jpg", "sub/a.png")
    assert report.warnings == {"image_missing": 2, "other_ending": 1, "marker_mismatch": 3}


def test_ingest__addresses_are_counted_and_not_fetched(store: Store, folder: Path) -> None:
    report = read(store, folder, "https://example.org/a.png", "http://example.org/b\\c.png")
    assert report.warnings["image_address"] == 2 and "written_otherwise" not in report.warnings


def test_ingest__absolute_paths_of_a_source_that_is_added(store: Store, folder: Path) -> None:
    read(store, folder, "sub/a.png")
    said = [{"from": "human", "value": "What is it?"}, {"from": "gpt", "value": "A drum."}]
    other = folder.parent / "other"
    other.mkdir()
    (other / "b.png").write_text("b")
    source = folder.parent / "more.json"
    source.write_text(json.dumps([
        {"image": f"{other}/b.png", "conversations": said},
        {"image": f"{folder}/sub/a.png", "conversations": said},
    ]))  # fmt: skip
    report = ingest(store, source, other, name="more", add=True)
    assert report.instances == 1 and report.rejected == {"unsafe_path": 1}
    assert report.warnings == {"written_otherwise": 1, "marker_mismatch": 1}
    assert store.rows("select instance, images, missing from instance where source = 1") == [(2, ["@more/b.png"], 0)]
    detail = store.value("select detail from rejected where position = 3")
    assert f"“{folder}/sub/a.png"[:81] in detail
