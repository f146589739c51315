"""The Export page: empty, before and after writing, by address; and its report."""

import json
from pathlib import Path

import pytest

from adr.export.export import export
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from adr.store import Store

PAGE = "Export"


@pytest.fixture
def ran(small_workspace):
    """The hand-made world with a run that keeps everything."""
    store = Store(small_workspace.database)
    rebalance(store, Recipe(name="all", min_passes=0))
    store.close()
    return small_workspace


def texts(at) -> str:
    return " ".join(
        str(block.value)
        for kind in ("markdown", "caption", "success", "warning", "error", "info")
        for block in at.get(kind)
    )


def test_page__empty_workspace_says_what_is_missing(empty_workspace, page):
    at = page(PAGE)
    assert not at.exception
    assert "Apply a recipe first" in texts(at)


def test_page__says_what_will_be_written_and_what_blocks(ran, page):
    at = page(PAGE)
    assert not at.exception
    assert "What will be written" in texts(at)
    assert "image_missing" in texts(at)  # gone.png is not on disk
    assert at.button(key="export write").disabled
    at.checkbox(key="export leave out").check().run()
    assert not at.exception
    assert not at.button(key="export write").disabled


def test_page__writes_an_export_and_lists_it(ran, page):
    at = page(PAGE)
    at.checkbox(key="export leave out").check().run()
    at.button(key="export write").click().run()
    for _ in range(200):
        if (ran.exports / "run-1-llava" / "manifest.json").exists() and "were written to" in texts(at):
            break
        at.run()
    assert not at.exception
    records = json.loads((ran.exports / "run-1-llava" / "llava.json").read_text())
    assert len(records) == 5
    said = texts(at)
    assert "5 rows (0 synthetic) were written to" in said
    sha256 = json.loads((ran.exports / "run-1-llava" / "manifest.json").read_text())["files"]
    assert any(file["sha256"] in said for file in sha256)


def test_page__markers_can_be_placed_and_all_pictures_decoded(ran, page):
    at = page(PAGE)
    at.checkbox(key="export markers").check().run()
    at.checkbox(key="export check all").check().run()
    assert not at.exception
    assert "What will be written" in texts(at)


def test_page__an_export_shows_its_trainer_and_a_push_is_refused_in_a_sentence(ran, page, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_TOKEN", "hf_any")
    store = Store(ran.database)
    export(store, ran, 1, out=ran.exports / "first", leave_out_faulty=True)
    store.close()
    at = page(PAGE, view="exports")
    assert any(f"OUT={ran.exports / 'first'}" in block.value for block in at.code)
    assert at.button(key="push 1").disabled
    at.text_input(key="push name 1").set_value("ada/refined").run()
    at.button(key="push 1").click().run()
    assert not at.exception
    assert "The Hub is switched off here" in texts(at)


def test_page__an_address_opens_a_format_of_a_run(ran, page):
    at = page(PAGE, run="1", format="selection")
    assert not at.exception
    assert at.radio(key="export format").value == "selection"
    assert not at.button(key="export write").disabled


def test_page__each_format_is_offered_and_none_breaks(ran, page):
    from adr.export.formats import FORMATS

    at = page(PAGE)
    for name in FORMATS:
        at.radio(key="export format").set_value(name).run()
        assert not at.exception, name


def test_page__report_can_be_saved(ran, page):
    at = page(PAGE, view="report")
    assert not at.exception
    assert "One HTML file" in texts(at)


def test_page__a_folder_of_other_things_is_refused(ran, page, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("x")
    at = page(PAGE, format="selection")
    at.text_input(key="export folder 1 selection").set_value(str(tmp_path / "thesis")).run()
    assert "something other than an export" in texts(at)
    assert at.button(key="export write").disabled
    assert Path(tmp_path / "thesis" / "chapter.txt").exists()


def test_page__writes_the_epochs_of_a_run_as_lists(small_workspace, page):
    store = Store(small_workspace.database)
    rebalance(store, Recipe(tau={"token": 1.0}, epochs=2))
    store.close()
    at = page(PAGE)
    at.checkbox(key="export leave out").check().run()
    assert not at.exception
    assert "Each row that some epoch has, once. Epoch 1: " in texts(at)
    at.button(key="export write").click().run()
    folder = small_workspace.exports / "run-1-llava"
    for _ in range(200):
        if (folder / "manifest.json").exists() and "written to" in texts(at):
            break
        at.run()
    assert not at.exception
    rows = len(json.loads((folder / "llava.json").read_text()))
    assert {row for n in (1, 2) for row in json.loads((folder / f"epochs/epoch-{n}.json").read_text())} == set(
        range(rows)
    )


def test_page__a_run_with_a_mixture_can_be_written_with_weights(small_workspace, page):
    store = Store(small_workspace.database)
    (name, n) = store.row("select name, n from entity where perspective = 1 order by entity limit 1")
    rebalance(store, Recipe(min_passes=0, mixture=Mixture("object", sizes={name: 1})))
    store.close()
    at = page(PAGE)
    assert not at.exception and not at.dataframe
    at.checkbox(key="export leave out").check().run()
    at.segmented_control(key="export mixture").set_value("weights").run()
    assert not at.exception
    shown = at.dataframe[0].value
    (line,) = shown[shown["value"] == name].to_dict("records")
    assert line["rows"] <= n and round(line["rows"] * line["times"]) == 1
    assert "llava_next.yaml" in texts(at) + at.code[0].value
    at.radio(key="export format").set_value("webdataset").run()
    assert not at.exception and not at.dataframe  # which has no setting for it
