"""croissant.json as mlcroissant reads it: no errors, and the rows of the shards that it describes."""

import hashlib
import json

import mlcroissant
import pytest

from adr.export.export import export
from adr.export.formats import FORMATS
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, accept, draw_images, fill

CROISSANT_1_1 = "http://mlcommons.org/croissant/1.1"
IN_PARQUET = ("parquet", "finevision", "selection")


@pytest.fixture
def workspace(tmp_path):
    return Workspace.at(tmp_path / "workspace")


@pytest.fixture
def store(workspace, tmp_path):
    made = Store.memory()
    fill(made, RAW, images=draw_images(tmp_path / "pictures"))
    accept(made, workspace)
    yield made
    made.close()


def described(store, workspace, out, **options):
    export(store, workspace, 1, out=out, **options)
    return mlcroissant.Dataset(str(out / "croissant.json"))


def test_croissant__beside_parquet_only(store, workspace, tmp_path):
    for name in FORMATS:
        export(store, workspace, 1, format=name, out=tmp_path / name)
        assert (tmp_path / name / "croissant.json").is_file() == (name in IN_PARQUET)


@pytest.mark.parametrize("name", IN_PARQUET)
def test_croissant__mlcroissant_finds_no_error_and_reads_every_row(store, workspace, tmp_path, name):
    found = described(store, workspace, tmp_path / "out", format=name)
    assert found.metadata.issues.errors == set()
    assert json.loads((tmp_path / "out" / "croissant.json").read_text())["conformsTo"] == CROISSANT_1_1
    assert len(list(found.records("rows"))) == (4 if name == "selection" else 5)


def test_croissant__values_are_those_of_the_rows(store, workspace, tmp_path):
    rows = list(described(store, workspace, tmp_path / "out", format="finevision").records("rows"))
    assert [[one.size for one in row["rows/images"]] for row in rows][2:4] == [[(6, 6)], [(7, 6), (4, 6)]]
    assert rows[3]["rows/texts"] == [
        {"rows/texts/user": b"And ?", "rows/texts/assistant": b"Yes."},
        {"rows/texts/user": b"Sure?", "rows/texts/assistant": b"Yes."},
    ]


def test_croissant__names_each_shard_with_its_hash(store, workspace, tmp_path):
    export(store, workspace, 1, format="parquet", out=tmp_path / "out")
    written = json.loads((tmp_path / "out" / "croissant.json").read_text())
    (shard, files) = written["distribution"]
    content = (tmp_path / "out" / shard["contentUrl"]).read_bytes()
    assert (shard["sha256"], shard["contentSize"]) == (hashlib.sha256(content).hexdigest(), f"{len(content)} B")
    assert files["includes"] == "data/train-*.parquet"


def test_croissant__a_licence_only_where_one_was_given(store, workspace, tmp_path):
    export(store, workspace, 1, format="parquet", out=tmp_path / "without")
    assert "license" not in json.loads((tmp_path / "without" / "croissant.json").read_text())
    assert "license" not in (tmp_path / "without" / "README.md").read_text().split("---")[1]
    found = described(store, workspace, tmp_path / "with", format="parquet", license="cc-by-4.0")
    assert found.metadata.license == ["cc-by-4.0"]
    assert 'license: "cc-by-4.0"' in (tmp_path / "with" / "README.md").read_text().split("---")[1]
