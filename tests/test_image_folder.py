"""The image folder: what a name leads to, and that a link planted after ingest leads nowhere."""

import json
import os
from pathlib import Path

import pytest

from adr.doctor import doctor
from adr.errors import AdrError
from adr.export.export import export
from adr.image_folder import ImageFolder, Root
from adr.ingest.ingest import ingest
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import draw_images

NAMES = ["a/0.png", "a/2.png", "a/linked.png", "b/3.png"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """a/0.png, a/2.png and a/3.png are files, a/linked.png a link to a/0.png, and b a link to a."""
    made = draw_images(tmp_path / "pictures")
    (made / "a" / "linked.png").symlink_to("0.png")
    (made / "b").symlink_to("a")
    (tmp_path / "private.png").write_bytes((made / "a" / "0.png").read_bytes())
    return made


@pytest.fixture
def store(folder: Path, tmp_path: Path) -> Store:
    """A dataset with one instance for each of the four names."""
    said = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A drum."}]
    source = tmp_path / "source.json"
    source.write_text(json.dumps([{"id": n, "image": name, "conversations": said} for n, name in enumerate(NAMES)]))
    store = Store(Workspace.at(tmp_path / "w").database)
    assert ingest(store, source, folder).instances == 4
    return store


def test_ingest__records_the_links_that_images_are_reached_by(store: Store) -> None:
    assert store.rows("select path, target from image_link order by path") == [("a/linked.png", "a/0.png"), ("b/", "a")]
    assert store.value("select links from source") == 2


def test_path_of__follows_the_links_that_were_there(store: Store, folder: Path) -> None:
    images = ImageFolder.of(store)
    assert images is not None
    real = [folder / name for name in ("a/0.png", "a/2.png", "a/0.png", "a/3.png")]
    assert [images.path_of(name) for name in NAMES] == [images.file(name) for name in NAMES] == real
    again = ImageFolder.from_json(json.loads(json.dumps(images.to_json())))
    assert [again.file(name) for name in NAMES] == real
    assert images.path_of("a/gone.png") == folder / "a" / "gone.png" and images.file("a/gone.png") is None
    assert images.file("a/../a/0.png") == folder / "a" / "0.png"
    assert [images.file(name) for name in ("a", "", "a\0b", "x" * 5000, "../private.png")] == [None] * 5


def plant(path: Path, target: str | Path) -> None:
    path.unlink()
    path.symlink_to(target)


PLANTED = {
    "a picture becomes a link out": ("a/2.png", lambda f: plant(f / "a" / "2.png", f.parent / "private.png")),
    "a picture becomes a link inside": ("a/2.png", lambda f: plant(f / "a" / "2.png", "3.png")),
    "a link leads elsewhere": ("a/linked.png", lambda f: plant(f / "a" / "linked.png", "3.png")),
    "a link leads out": ("a/linked.png", lambda f: plant(f / "a" / "linked.png", f.parent / "private.png")),
    "a linked folder leads out": ("b/3.png", lambda f: plant(f / "b", f.parent / "elsewhere")),
    "a linked folder leads to another": ("b/3.png", lambda f: plant(f / "b", "c")),
    "a link in a linked folder": ("b/3.png", lambda f: plant(f / "a" / "3.png", "0.png")),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_path_of__refuses_what_was_planted(planted: str, store: Store, folder: Path) -> None:
    for other in (folder / "c", folder.parent / "elsewhere"):
        other.mkdir()
        (other / "3.png").write_bytes(b"other")
    name, act = PLANTED[planted]
    act(folder)
    images = ImageFolder.of(store)
    assert images is not None and images.file(name) is None
    with pytest.raises(AdrError, match="led elsewhere"):
        images.path_of(name)
    said = [problem.sentence for problem in doctor(store.path.parent).problems] if _closed(store) else []
    assert any("became a link" in sentence for sentence in said)


def _closed(store: Store) -> bool:
    store.close()
    return True


@pytest.mark.parametrize(("format", "images"), [("llava", "copy"), ("llava", "link"), ("webdataset", "inside")])
def test_export__writes_no_picture_that_a_planted_link_reaches(
    format: str, images: str, store: Store, folder: Path, tmp_path: Path
) -> None:
    store.execute("insert into run (run, name, recipe, fingerprint) values (1, 'all', '[rebalance]\nseed = 5\n', 'f')")
    store.execute("insert into decision select 1, instance, 4, true, 1, 'passes', 1 from instance")
    workspace = Workspace(store.path.parent)
    options = {"format": format, "images": images}
    export(store, workspace, 1, out=tmp_path / "before", **options)
    plant(folder / "a" / "2.png", tmp_path / "private.png")
    with pytest.raises(AdrError):
        export(store, workspace, 1, out=tmp_path / "after", **options)
    assert not (tmp_path / "after").exists()


def test_of__links_of_an_older_workspace_may_lead_anywhere_inside(store: Store, folder: Path) -> None:
    store.execute("update source set links = null")
    store.execute("delete from image_link")
    plant(folder / "a" / "linked.png", "3.png")
    plant(folder / "a" / "2.png", folder.parent / "private.png")
    images = ImageFolder.of(store)
    assert images is not None
    assert images.file("a/linked.png") == folder / "a" / "3.png" and images.file("a/2.png") is None


def test_folder__may_be_a_link_itself(store: Store, folder: Path) -> None:
    os.rename(folder, folder.with_name("moved"))
    folder.symlink_to("moved")
    images = ImageFolder.of(store)
    assert images is not None and images.file("a/linked.png") == folder.with_name("moved") / "a" / "0.png"
    assert images.name_of(folder / "a" / "0.png") == images.name_of(folder.resolve() / "a" / "0.png") == "a/0.png"


def test_of__as_given_or_none() -> None:
    store = Store.memory()
    assert ImageFolder.of(store) is None
    store.execute("insert into source (path, images) values ('/data/set.json', null)")
    assert ImageFolder.of(store) is None and ImageFolder.beside(store).folders == {"": Path("/data/")}
    store.execute("update source set images = '/data/images'")
    images = ImageFolder.of(store)
    assert images is not None and images.folders == ImageFolder.beside(store).folders == {"": Path("/data/images")}


@pytest.fixture
def two(tmp_path: Path) -> Store:
    """Two sources with a folder each, in which lie different files of the same names, and a third without one."""
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.png").write_text(folder)
        (tmp_path / folder / "link.png").symlink_to("a.png")
    store = Store.memory()
    store.execute(
        "insert into source (path, images, links, source, image_prefix) values ('/s/one.json', $1, 1, 0, ''), "
        "('/s/two.json', $2, 1, 1, '@two/'), ('/t/three.json', null, null, 2, '@three/')",
        [str(tmp_path / "first"), str(tmp_path / "second")],
    )
    store.execute("insert into image_link values ('link.png', 'a.png'), ('@two/link.png', 'a.png')")
    return store


def test_file__of_each_source_in_its_own_folder(two: Store) -> None:
    images = ImageFolder.of(two)
    assert images is not None
    for folders in (images, ImageFolder.from_json(json.loads(json.dumps(images.to_json())))):
        read = [file.read_text() for name in ("a.png", "@two/a.png", "@two/link.png") if (file := folders.file(name))]
        assert read == ["first", "second", "second"]
        assert [folders.file(name) for name in ("@two/b.png", "@other/a.png", "@two/../first/a.png")] == [None] * 3
    assert images.file("@three/a.png") is None
    assert ImageFolder.beside(two).path_of("@three/a.png") == Path("/t/a.png")


def test_name_of__is_the_way_back_from_lies_at(two: Store) -> None:
    images = ImageFolder.beside(two)
    for name in ("a.png", "@two/a.png", "@two/link.png", "@three/a.png", "sub/x.png"):
        assert images.name_of(images.lies_at(name)) == name
    assert images.name_of("/elsewhere/a.png") == "/elsewhere/a.png"


def test_name_of__the_inner_of_two_folders(tmp_path: Path) -> None:
    images = ImageFolder({"": Root(tmp_path), "@in/": Root(tmp_path / "in")})
    assert images.name_of(tmp_path / "in" / "a.png") == "@in/a.png" and images.name_of(tmp_path / "a.png") == "a.png"


def test_common__the_folder_that_holds_all_and_the_ways_from_it() -> None:
    def common(**folders: str) -> tuple[Path, dict[str, str]]:
        return ImageFolder({prefix: Root(Path(folder)) for prefix, folder in folders.items()}).common()

    assert common(a="/data/one") == (Path("/data/one"), {"a": ""})
    assert common(a="/data/one", b="/data/two/in") == (Path("/data"), {"a": "one/", "b": "two/in/"})
    assert common(a="/data", b="/data/two") == (Path("/data"), {"a": "", "b": "two/"})


def test_path_of__a_link_out_of_the_folder_that_ingest_has_seen(two: Store, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "b.png").write_text("other")
    (tmp_path / "second" / "disk").symlink_to(tmp_path / "other")
    images = ImageFolder.of(two)
    assert images is not None and images.file("@two/disk/b.png") is None  # nobody has seen it
    two.execute("insert into image_link values ('@two/disk/', $1)", [str(tmp_path / "other")])
    images = ImageFolder.of(two)
    assert images is not None and images.file("@two/disk/b.png") == tmp_path / "other" / "b.png"
    plant(tmp_path / "second" / "disk", tmp_path / "first")
    assert images.file("@two/disk/a.png") is None  # leads elsewhere than it did
