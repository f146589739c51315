"""The view Faults of the Dataset page: pictures, leaks of benchmarks, wrong pairs, tail objects, misspelt names."""

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import streamlit
from PIL import Image

from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.leaks.leaks import find_leaks
from adr.recipe_frozen import frozen
from adr.store import Store
from adr.ui.rebalance.address import from_address
from adr.workspace import Workspace
from tests.worlds.features import write_features
from tests.worlds.hand import write_instances, write_postings
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


def test_leaks__excluded_and_taken_back(page, empty_workspace, leaked, monkeypatch):
    monkeypatch.setenv("ADR_REVIEWER", "ann")
    with closing(Store(empty_workspace.database)) as store:
        index(store)
        find_leaks(store, empty_workspace, [leaked])
    at = page("Dataset", view="faults", check="leaks")
    at.button(key="exclude leak").click().run()
    assert "**1 instance to exclude**" in [one.value for one in at.caption]
    at.button(key="exclude leak").click().run()
    assert "**2 instances to exclude**" in [one.value for one in at.caption]
    at.button(key="undo leak").click().run()
    assert "**1 instance to exclude**" in [one.value for one in at.caption]
    (judged,) = [one for one in at.button_group if one.label == "Judged"]
    assert judged.options == ["Not looked at 1", "Leaks 1", "False alarms 0"]
    at.button(key="exclude leak").click().run()
    at.button(key="exclude leaks").click().run()
    assert not at.exception
    assert from_address(dict(at.query_params)).exclude == (frozen([0, 1], "leaks of benchmarks"),)


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


@pytest.fixture
def debris(empty_workspace: Workspace) -> Workspace:
    """64 instances that show one of eight kinds in turn. Of the tail: harp in those of kind 0 and in 3, debris in eight
    of different kinds."""
    turns = [("human", "What is it?"), ("gpt", "That.")]
    names = [f"{number:02}.png" for number in range(64)]
    kinds = np.random.default_rng(0).normal(0, 0.1, (64, 8))
    kinds[np.arange(64), np.arange(64) % 8] += 1
    with closing(Store(empty_workspace.database)) as store:
        write_instances(store, {number: (str(number), [name], turns) for number, name in enumerate(names)})
        tail = {"harp": [3, *range(0, 64, 8)], "debris": list(range(40, 48))}
        head = {name: list(range(64)) for name in ("room", "wall", "floor", "light")}
        write_postings(store, {"token": {"that": list(range(64))}, "object": head | tail})
        write_features(empty_workspace, {name: row.tolist() for name, row in zip(names, kinds, strict=True)})
    return empty_workspace


def test_tail_looks__least_alike_first_and_muted(page, debris):
    at = page("Dataset", view="faults", check="looks")
    assert not at.exception
    opened = [one.label for one in at.button if str(one.key).startswith("open ")]
    assert opened == ["debris", "harp"]
    next(one for one in at.button if str(one.key).startswith("mute ")).click().run()
    recipe = from_address(dict(at.query_params))
    assert recipe.mute == {"object": ("debris",)}
    assert recipe.notes["object"]["debris"].startswith("likeness of its pictures: ")


def test_tail_looks__pictures_that_do_not_fit_are_selected(page, debris):
    at = page("Dataset", view="faults", check="looks", looks="pictures")
    assert not at.exception
    at.button(key="select odd").click().run()
    assert at.session_state["SelectionState"].selection.positions.tolist() == [3]


def test_tail_looks__embeds_first(page, two_blank):
    with closing(Store(two_blank.database)) as store:
        index(store)
    at = page("Dataset", view="faults", check="looks")
    assert not at.exception
    assert not at.button(key="embed pictures").disabled
