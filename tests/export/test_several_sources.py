"""An export of several sources with image folders of their own: where its paths start, and what each names."""

import json
from pathlib import Path

import pytest

from adr.errors import AdrError
from adr.export.export import export
from adr.ingest.ingest import ingest
from adr.ingest.sources import Given
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import draw_images

SAID = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A drum."}]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two sources, each with a record of its a/0.png; that of the first is written as an absolute path; both kept."""
    given = []
    for name in ("one", "two"):
        folder = draw_images(tmp_path / name / "pictures")
        image = f"{folder}/a/0.png" if name == "one" else "a/0.png"
        source = tmp_path / name / f"{name}.json"
        source.write_text(json.dumps([{"id": name, "image": image, "conversations": SAID, "more": 1.50}]))
        given.append(Given(source, folder))
    store = Store(Workspace.at(tmp_path / "w").database)
    ingest(store, given)
    store.execute("insert into run (run, name, recipe, fingerprint) values (1, 'all', '[rebalance]\nseed = 5\n', 'f')")
    store.execute("insert into decision select 1, instance, 4, true, 1, 'passes', 1 from instance")
    return store


def written(store: Store, tmp_path: Path, images: str) -> list[dict[str, object]]:
    export(store, Workspace(store.path.parent), 1, out=tmp_path / "out", format="llava", images=images)
    read: list[dict[str, object]] = json.loads((tmp_path / "out" / "llava.json").read_text())
    return read


def test_export__references_start_from_the_folder_that_holds_both(store: Store, tmp_path: Path) -> None:
    rows = written(store, tmp_path, "reference")
    assert rows == [
        {"id": name, "image": f"{name}/pictures/a/0.png", "conversations": SAID, "more": 1.5} for name in ("one", "two")
    ]
    assert all((tmp_path / str(row["image"])).is_file() for row in rows)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [(one["source"], one["first"], one["name"]) for one in manifest["source"]["sources"]] == [
        ("one", 0, "one.json"),
        ("two", 1, "two.json"),
    ]
    assert str(tmp_path) not in (tmp_path / "out" / "manifest.json").read_text()


def test_export__copies_keep_the_names_of_the_workspace(store: Store, tmp_path: Path) -> None:
    rows = written(store, tmp_path, "copy")
    assert [row["image"] for row in rows] == ["a/0.png", "@two/a/0.png"]
    for row, name in zip(rows, ("one", "two"), strict=True):
        copied = (tmp_path / "out" / "images" / str(row["image"])).read_bytes()
        assert copied == (tmp_path / name / "pictures" / "a" / "0.png").read_bytes()


def test_export__a_source_without_an_image_folder_beside_one_that_has_one(tmp_path: Path) -> None:
    """The picture of the first source cannot be found: its row is an error, and is left out on request."""
    source = tmp_path / "bare.json"
    source.write_text(json.dumps([{"id": "bare", "image": "a/0.png", "conversations": SAID}]))
    store = Store(Workspace.at(tmp_path / "w").database)
    folder = draw_images(tmp_path / "pictures")
    other = tmp_path / "other" / "whole.json"
    other.parent.mkdir()
    other.write_text(json.dumps([{"id": "whole", "image": "a/0.png", "conversations": SAID}]))
    ingest(store, [Given(source), Given(other, folder)])
    store.execute("insert into run (run, name, recipe, fingerprint) values (1, 'all', '[rebalance]\nseed = 5\n', 'f')")
    store.execute("insert into decision select 1, instance, 4, true, 1, 'passes', 1 from instance")
    workspace = Workspace(tmp_path / "w")
    with pytest.raises(AdrError, match="image_missing in 1 row"):
        export(store, workspace, 1, out=tmp_path / "out", format="parquet")
    report = export(store, workspace, 1, out=tmp_path / "out", format="parquet", leave_out_faulty=True)
    assert (report.instances, report.left_out) == (1, 1)
