"""Epochs in an export: rows once, a list per epoch, and files that are what a run of that epoch alone would write."""

import dataclasses
import json
from pathlib import Path

import pytest

from adr.errors import AdrError
from adr.export.export import export
from adr.export.formats import FORMATS
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, accept, draw_images, fill, index

THREE = "[rebalance]\nseed = 5\nepochs = 3\n"


@pytest.fixture
def workspace(tmp_path):
    return Workspace.at(tmp_path / "workspace")


def world(tmp_path, toml=THREE, copies=1) -> Store:
    """Four instances: epoch 1 keeps 0 and 3, epoch 2 keeps 1 and 3 (with `copies`), epoch 3 keeps 0, 1 and 3."""
    store = Store.memory()
    fill(store, RAW, kept=lambda i: i in (0, 3), toml=toml, images=draw_images(tmp_path / "pictures"))
    index(store)
    for epoch, kept in ((2, (1, 3)), (3, (0, 1, 3))):
        for instance in kept:
            store.execute(
                "insert into epoch_kept values (1, $1, $2, $3)", [epoch, instance, copies if epoch == 2 else 1]
            )
    return store


def lists(out):
    return [json.loads((out / f"epochs/epoch-{n}.json").read_text()) for n in (1, 2, 3)]


def test_lists__every_row_once_and_each_epoch_by_its_numbers(workspace, tmp_path):
    report = export(world(tmp_path), workspace, 1, out=tmp_path / "out", epochs="lists")
    assert (tmp_path / "out" / "llava.json").read_text() == "[\n" + ",\n".join([RAW[0], RAW[1], RAW[3]]) + "\n]\n"
    assert lists(tmp_path / "out") == [[0, 2], [1, 2], [0, 1, 2]]
    assert [(one.epoch, one.rows, one.main) for one in report.epochs] == [(1, 2, ()), (2, 2, ()), (3, 3, ())]
    assert not (tmp_path / "out" / "epochs" / "epoch-1").exists()
    dropped = [json.loads(line)["position"] for line in (tmp_path / "out" / "dropped.jsonl").read_text().splitlines()]
    assert dropped == [2]  # 1 is in two epochs


def test_lists__an_accepted_candidate_is_in_every_epoch(workspace, tmp_path):
    store = world(tmp_path)
    accept(store, workspace)
    report = export(store, workspace, 1, out=tmp_path / "out", epochs="lists")
    assert lists(tmp_path / "out") == [[0, 2, 3], [1, 2, 3], [0, 1, 2, 3]]
    assert [one.synthetic for one in report.epochs] == [1, 1, 1]


def test_lists__a_repeated_row_is_written_once_and_named_twice(workspace, tmp_path):
    export(world(tmp_path, THREE + "repeat = 2\n", copies=2), workspace, 1, out=tmp_path / "out", epochs="lists")
    assert len(json.loads((tmp_path / "out" / "llava.json").read_text())) == 3
    assert lists(tmp_path / "out")[1] == [1, 1, 2, 2]


def test_lists__a_row_with_an_error_is_in_no_epoch(workspace, tmp_path):
    store = world(tmp_path)
    (tmp_path / "pictures" / "a" / "3.png").unlink()
    export(store, workspace, 1, out=tmp_path / "out", epochs="lists", leave_out_faulty=True)
    assert lists(tmp_path / "out") == [[0], [1], [0, 1]]


def test_lists__shuffled_by_the_seed_of_each_epoch(workspace, tmp_path):
    store = Store.memory()
    many = [RAW[1].replace("sg_1", f"sg_{n}") for n in range(40)]
    fill(store, many, toml=THREE)
    for epoch in (2, 3):
        store.execute("insert into epoch_kept select 1, $1, instance, 1 from instance", [epoch])
    export(store, workspace, 1, out=tmp_path / "out", epochs="lists", order="shuffled")
    export(store, workspace, 1, out=tmp_path / "alone", order="shuffled")
    found = lists(tmp_path / "out")
    assert all(sorted(one) == list(range(40)) for one in found)
    assert found[0] != found[1] != found[2]
    main, alone = (json.loads((tmp_path / name / "llava.json").read_text()) for name in ("out", "alone"))
    assert [main[row] for row in found[0]] == alone


@pytest.mark.parametrize("order", ["source", "shuffled"])
@pytest.mark.parametrize("name", [name for name, one in FORMATS.items() if one.part == "all"])
def test_files__epoch_1_is_byte_for_byte_the_runs_own_export(workspace, tmp_path, name, order):
    store = world(tmp_path, THREE + "repeat = 2\n", copies=2)
    accept(store, workspace)
    chosen = {"format": name, "order": order, "place_markers": True, "repair_ids": True}
    alone = export(store, workspace, 1, out=tmp_path / "alone", **chosen)
    every = export(store, workspace, 1, out=tmp_path / "every", epochs="files", **chosen)
    assert [one.epoch for one in every.epochs] == [1, 2, 3]
    first = every.epochs[0]
    assert list(first.main) == [f"epochs/epoch-1/{file}" for file in alone.main]
    for file in alone.main:
        assert (tmp_path / "every" / "epochs" / "epoch-1" / file).read_bytes() == (
            tmp_path / "alone" / file
        ).read_bytes()
    assert len(json.loads((tmp_path / "every" / every.epochs[1].list).read_text())) == every.epochs[1].rows == 5
    assert all(file in every.files for one in every.epochs for file in (one.list, *one.main))


def test_files__llama_factory_names_the_epochs_as_datasets(workspace, tmp_path):
    export(world(tmp_path), workspace, 1, out=tmp_path / "out", format="llama-factory", epochs="files")
    info = json.loads((tmp_path / "out" / "epochs" / "dataset_info.json").read_text())
    assert list(info) == ["adr-epoch-1", "adr-epoch-2", "adr-epoch-3"]
    rows = [len(json.loads((tmp_path / "out" / "epochs" / entry["file_name"]).read_text())) for entry in info.values()]
    assert rows == [2, 2, 3]
    said = (tmp_path / "out" / "trainer.md").read_text()
    assert "dataset: adr-epoch-1,adr-epoch-2,adr-epoch-3" in said and "disable_shuffling: true" in said


def test_selection__the_lists_hold_places_among_all_instances(workspace, tmp_path):
    export(world(tmp_path), workspace, 1, out=tmp_path / "out", format="selection", epochs="lists")
    assert lists(tmp_path / "out") == [[0, 3], [1, 3], [0, 1, 3]]


def test_manifest_and_card__say_what_is_in_each(workspace, tmp_path):
    store = world(tmp_path)
    told = {"instances": {"in_every": 1, "at_least_once": 3, "never": 1}, "expected": None}
    store.execute("update run set report = $1", [json.dumps({"epochs": told})])
    report = export(store, workspace, 1, out=tmp_path / "out", epochs="lists")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [(one["epoch"], one["rows"], one["list"]) for one in manifest["epochs"]["each"]] == [
        (1, 2, "epochs/epoch-1.json"),
        (2, 2, "epochs/epoch-2.json"),
        (3, 3, "epochs/epoch-3.json"),
    ]
    assert manifest["epochs"]["each"][0]["seed"] == 5
    assert manifest["epochs"]["instances"] == told["instances"]
    assert manifest["counts"]["kept_instances"] == 3 and manifest["counts"]["copies"] == 0
    assert manifest["options"]["epochs"] == "lists"
    assert report.files["epochs/epoch-2.json"]
    card = (tmp_path / "out" / "README.md").read_text()
    assert "3 rows for LLaVA · LLaVA-NeXT: 3 of 4 instances" in card
    assert "1 are in every epoch, 3 in at least one, and 1 in none." in card


def test_sampler__of_trainer_md_gives_the_rows_of_all_epochs(workspace, tmp_path, monkeypatch):
    export(world(tmp_path), workspace, 1, out=tmp_path / "out", epochs="lists")
    said = (tmp_path / "out" / "trainer.md").read_text()
    code = next(part.split("```")[0] for part in said.split("```python\n")[1:] if "rows_of_all_epochs():" in part)
    monkeypatch.chdir(tmp_path / "out")
    names: dict = {}
    exec(code, names)
    assert names["rows_of_all_epochs"]() == [0, 2, 1, 2, 0, 1, 2]


def test_sampler__of_the_page_reads_every_epoch_with_pytorch(workspace, tmp_path):
    export(world(tmp_path), workspace, 1, out=tmp_path / "out", epochs="lists")
    page = (Path(__file__).parents[2] / "docs" / "epochs.md").read_text(encoding="utf-8")
    names: dict = {}
    exec(page.split("```python\n")[1].split("```")[0].replace('"OUT"', repr(str(tmp_path / "out"))), names)
    read = [row["id"] for batch in names["loader"] for row in batch]
    first, second, last = (json.loads(RAW[n])["id"] for n in (0, 1, 3))
    assert read == [first, last, second, last, first, second, last]


def test_one_epoch__an_export_without_the_option_is_as_it_was(workspace, tmp_path):
    report = export(world(tmp_path), workspace, 1, out=tmp_path / "out")
    assert report.epochs is None
    assert "epochs" not in json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert json.loads((tmp_path / "out" / "llava.json").read_text()) == [json.loads(RAW[n]) for n in (0, 3)]


@pytest.mark.parametrize(
    ("toml", "options", "says"),
    [
        ("[rebalance]\nseed = 5\n", {"epochs": "lists"}, "Run 1 has one epoch."),
        (THREE, {"epochs": "lists", "format": "coco"}, "cannot hold epochs"),
        (THREE, {"epochs": "files", "format": "selection"}, "cannot hold files of epochs"),
        (THREE, {"epochs": "both"}, "epochs of the export is 'both'"),
    ],
)
def test_refused__in_a_sentence(workspace, tmp_path, toml, options, says):
    with pytest.raises(AdrError, match=says):
        export(world(tmp_path, toml), workspace, 1, out=tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_report__is_plain_data(workspace, tmp_path):
    report = export(world(tmp_path), workspace, 1, out=tmp_path / "out", epochs="lists")
    assert dataclasses.asdict(report)["epochs"][1]["list"] == "epochs/epoch-2.json"
