"""The view Faults of the Dataset page: pictures, leaks of benchmarks, wrong pairs, misspelt names."""

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import streamlit
from PIL import Image

from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.store import Store
from adr.ui.rebalance.address import from_address
from adr.workspace import Workspace
from tests.worlds.pages import finished


@pytest.fixture
def two_blank(empty_workspace: Workspace, tmp_path: Path) -> Workspace:
    """Three instances: two with a blank picture, of which one is tiny, one with a picture that is no picture."""
    Image.new("RGB", (320, 240), "teal").save(tmp_path / "0.png")
    Image.new("RGB", (30, 20), "teal").save(tmp_path / "1.png")
    (tmp_path / "2.png").write_bytes(b"no picture")
    turns = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "That."}]
    rows = [{"id": n, "image": f"{n}.png", "conversations": turns} for n in range(3)]
    source = tmp_path / "three.json"
    source.write_text(json.dumps(rows))
    with closing(Store(empty_workspace.database)) as store:
        ingest(store, source, tmp_path)
    return empty_workspace


def test_picture_faults__looked_at_by_a_button(page, two_blank):
    at = page("Dataset", view="faults")
    at.button(key="check pictures").click().run()
    at = finished(at, two_blank)
    assert not at.exception
    assert "3 pictures looked at." in [one.value for one in at.caption]
    (faults,) = [one for one in at.button_group if one.label == "Fault"]
    assert faults.options == ["Not opening 1", "Blank 2", "Tiny 1"]


@pytest.fixture
def leaked(empty_workspace: Workspace, tmp_path: Path) -> Path:
    """Two instances whose pictures are those of a benchmark; the path of the benchmark."""
    rows = []
    for number in range(2):
        small = np.random.default_rng(number).integers(0, 256, (5, 7, 3), np.uint8)
        Image.fromarray(small).resize((240, 160), Image.Resampling.BICUBIC).save(tmp_path / f"{number}.png")
        turns = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "That."}]
        rows.append({"id": number, "image": f"{number}.png", "conversations": turns})
    source = tmp_path / "two.json"
    source.write_text(json.dumps(rows))
    with closing(Store(empty_workspace.database)) as store:
        ingest(store, source, tmp_path)
    return source


def test_leaks__compared_and_judged(page, empty_workspace, leaked, monkeypatch):
    monkeypatch.setenv("ADR_REVIEWER", "ann")
    at = page("Dataset", view="faults", check="leaks")
    at.text_area(key="benchmarks").set_value(str(leaked)).run()
    at.button(key="compare benchmarks").click().run()
    at = finished(at, empty_workspace)
    assert any("2 of 2 pictures, 0 of 2 questions" in one.value for one in at.caption)
    at.button(key="judge false_alarm").click().run()
    assert not at.exception
    (judged,) = [one for one in at.button_group if one.label == "Judged"]
    assert judged.options == ["Not looked at 1", "Leaks 0", "False alarms 1"]
    at.button(key="judge leak").click().run()
    assert "None." in [one.value for one in at.caption]
    assert not at.exception


@pytest.fixture
def one_misspelt(empty_workspace: Workspace, tmp_path: Path) -> Workspace:
    """41 instances that say sunglasses, the last of them, 40, misspelt."""
    said = ["sunglasses"] * 40 + ["sungalsse"]
    rows = [
        {"id": n, "conversations": [{"from": "human", "value": "What?"}, {"from": "gpt", "value": f"These {word}."}]}
        for n, word in enumerate(said)
    ]
    source = tmp_path / "said.json"
    source.write_text(json.dumps(rows))
    with closing(Store(empty_workspace.database)) as store:
        ingest(store, source)
        index(store)
    return empty_workspace


def test_misspelt__listed(page, one_misspelt):
    at = page("Dataset", view="faults", check="names")
    assert any(one.value.startswith("1 name in no word list") for one in at.caption)
    assert all(at.button(key=key).disabled for key in ("merge names", "mute names", "select names"))
    assert not at.exception


@pytest.fixture
def all_picked(monkeypatch):
    """Every box of a table is ticked."""
    monkeypatch.setattr(streamlit, "data_editor", lambda table, **_: table.assign(pick=True))


def test_misspelt__picked_is_muted_in_the_recipe(page, one_misspelt, all_picked):
    at = page("Dataset", view="faults", check="names")
    at.button(key="mute names").click().run()
    recipe = from_address(dict(at.query_params))
    assert recipe.mute == {"token": ("sungalsse",)}
    assert recipe.notes == {"token": {"sungalsse": "letters differ: probably sunglasses"}}


def test_misspelt__instances_of_the_picked_are_selected(page, one_misspelt, all_picked):
    at = page("Dataset", view="faults", check="names")
    at.button(key="select names").click().run()
    chosen = at.session_state["SelectionState"].selection
    assert (chosen.positions.tolist(), chosen.words) == ([40], "have “sungalsse”")


def test_wrong_pairs__says_what_is_needed(page, two_blank):
    with closing(Store(two_blank.database)) as store:
        index(store)
    at = page("Dataset", view="faults", check="pairs")
    at.button(key="compare pairs").click().run()
    at = finished(at, two_blank)
    assert not at.exception
    assert any("has not looked at the" in one.value for one in at.error)
