"""The example code of docs/export.md runs, on an export of the demo world, and is what the page shows."""

import json
import re
from pathlib import Path

import datasets
import pytest
import yaml

from adr import pipeline
from adr.export.export import export
from adr.export.formats import FORMATS
from adr.export.reading import code
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, accept, draw_images, fill

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"`--format ([a-z-]+)`.*?```python\n(.*?)```", DOCS, re.S))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A small demo world of which every third instance is kept, and one candidate is accepted."""
    workspace = Workspace.at(tmp_path_factory.mktemp("demo"))
    store = Store(workspace.database)
    pipeline.demo(store, workspace, instances=40, seed=3)
    with store.atomic() as writer:
        writer.execute("insert into run (run, name, recipe, fingerprint) values (1, 'demo', '[rebalance]', 'f')")
        writer.execute(
            "insert into decision select 1, instance, 1, instance % 3 = 0, (instance % 3 = 0)::tinyint, "
            "case when instance % 3 = 0 then 'passes' else 'below_min_passes' end, 0.5 from instance"
        )
    accept(store, workspace)
    yield workspace, store
    store.close()


def test_readme__shows_the_same_code():
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"```python\n(.*?)```", readme, re.S) == [BLOCKS["parquet"], BLOCKS["webdataset"]]


def test_docs__have_a_block_for_each_format():
    assert list(BLOCKS) == list(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_docs__the_block_runs_and_reads_all_rows(demo, tmp_path, monkeypatch, name):
    workspace, store = demo
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    report = export(store, workspace, 1, format=name, out=tmp_path / "out", repair_ids=True)
    main = re.search(r'"/?(llava\.json|train\.jsonl)"', BLOCKS[name])
    assert BLOCKS[name].strip() == code(name, "OUT", main.group(1) if main else "", "IMAGES")
    given = BLOCKS[name].replace('"OUT', json.dumps(str(tmp_path / "out"))[:-1])
    given = given.replace('"IMAGES"', json.dumps(str(workspace.folder / "demo" / "images")))
    found: dict = {}
    exec(compile(given, f"docs/export.md, {name}", "exec"), found)
    expected = {"coco": 1, "selection": 40}.get(name, report.instances)
    assert len(list(found["rows"])) == expected


def test_reading__an_export_in_a_folder_of_the_same_name_is_not_taken_for_another(tmp_path):
    """`datasets` keeps what it has read by the names of folder and configuration."""
    workspace = Workspace.at(tmp_path / "workspace")
    read = []
    for place, rows in (("a", 4), ("b", 1), ("a", 2)):
        store = Store.memory()
        fill(store, RAW, kept=lambda i, rows=rows: i < rows, images=pictures(tmp_path))
        out = tmp_path / place / "OUT"
        export(store, workspace, 1, format="parquet", out=out, replace=True)
        cache = str(tmp_path / "cache")
        by_card = datasets.load_dataset(str(out), split="train", cache_dir=cache)
        by_files = datasets.load_dataset("parquet", data_files=f"{out}/data/*.parquet", split="train", cache_dir=cache)
        read.append((len(by_card), len(by_files)))
        store.close()
    assert read == [(4, 4), (1, 1), (2, 2)]


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "coco"])
def test_reading__the_card_names_the_data_and_a_configuration_of_its_own(demo, tmp_path, name):
    workspace, store = demo
    export(store, workspace, 1, format=name, out=tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    front = yaml.safe_load((tmp_path / "out" / "README.md").read_text().split("---\n")[1])
    (configuration,) = front["configs"]
    assert configuration["config_name"] == f"adr-{manifest['sha256'][:12]}"
    (files,) = configuration["data_files"]
    found = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").glob(files["path"]))
    assert found and found == manifest["main"][: len(found)]


def pictures(folder):
    return folder / "pictures" if (folder / "pictures").exists() else draw_images(folder / "pictures")
