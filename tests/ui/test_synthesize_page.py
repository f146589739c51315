"""The Synthesize page: empty, planning, planned, finished, with failures; run in-process."""

import json

import pytest

from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.plan import plan, settings_of
from tests.worlds.pages import drawn
from tests.worlds.tail import IDS, by_hand, make_tail_world


@pytest.fixture
def world(empty_workspace, tmp_path, monkeypatch):
    """(store, workspace) with the ten instances; closed before a page opens it."""
    (tmp_path / "model").mkdir()
    monkeypatch.setenv("ADR_GENERATOR_MODEL", str(tmp_path / "model"))
    monkeypatch.setenv("ADR_SCORER_MODEL", str(tmp_path / "model"))
    store = make_tail_world(Store(empty_workspace.database), tmp_path / "source")
    yield store, empty_workspace
    store.close()


def texts(at):
    return " ".join(
        str(e.value)
        for kind in ("markdown", "caption", "info", "success", "warning", "error", "subheader")
        for e in getattr(at, kind)
    )


def pressed(at, key):
    """The page after a button that plans: on a busy machine planning may take longer than the page waits."""
    at.button(key=key).click().run()
    drawn(at, lambda: at.session_state["SynthesizeState"].awaited is None)
    assert not at.exception
    return at


def test_page__empty_says_what_comes_first(page):
    at = page("Synthesize")
    assert not at.exception and "Nothing to fill yet" in texts(at)


def test_page__makes_a_plan(world, page):
    store, _ = world
    store.close()
    at = page("Synthesize")
    assert not at.exception and "not measured yet" in texts(at)
    at.number_input(key="plan_budget 1").set_value(7)
    at.selectbox(key="plan_generator").set_value("image-to-image").run()
    pressed(at, "make_plan")
    assert not at.exception
    assert "image-to-image with" in texts(at) and "**4** candidates to make" in texts(at)


def test_page__fill_these_from_explore(world, page):
    store, workspace = world
    store.close()
    at = page("Synthesize", entities=str(IDS["kite"]))
    assert "Only **kite**" in texts(at)
    at.number_input(key="plan_budget 1").set_value(3).run()
    pressed(at, "make_plan")
    assert not at.exception
    assert json.loads((workspace.plans / "1" / "plan.json").read_text())["settings"]["entities"] == [IDS["kite"]]


def test_page__a_missing_model_is_told_before_planning(world, page, monkeypatch):
    store, _ = world
    store.close()
    monkeypatch.setenv("ADR_GENERATOR_MODEL", "assets/models/nowhere")
    at = page("Synthesize")
    assert not at.exception and "assets/models/nowhere does not exist" in texts(at)
    assert at.button(key="make_plan").disabled


def test_page__planned_can_be_changed(world, page):
    """Choosing parents: without 4, only 5 and 6 can be varied for an accordion."""
    store, workspace = world
    plan(store, workspace, 1, budget=9, generator="image-to-image")
    store.close()
    at = page("Synthesize", plan="1")
    assert not at.exception and "**4** candidates to make" in texts(at)
    at.selectbox(key="parents_of 1").set_value(IDS["accordion"]).run()
    at.session_state["SynthesizeState"].parents[1, IDS["accordion"]] = [5]
    at.run()
    pressed(at, f"use parents 1 {IDS['accordion']}")
    assert not at.exception
    lines = (workspace.plans / "1" / "plan.jsonl").read_text().splitlines()
    assert [json.loads(line)["parent"] for line in lines if json.loads(line)["name"] == "accordion"] == [5, 5]
    pressed(at, "restore 1")
    lines = (workspace.plans / "1" / "plan.jsonl").read_text().splitlines()
    assert [json.loads(line)["parent"] for line in lines] == [6, 4]


def test_page__what_is_finished_is_taken_in(world, page):
    """Made from a shell, or by an app that was killed: three candidates of one slot and of another."""
    store, workspace = world
    plan(store, workspace, 1, budget=9, generator="image-to-image")
    image = (workspace.folder.parent / "source" / "4.png").read_bytes()
    made = {(0, 0): (0.4, None, [1, 0]), (0, 1): (0.9, None, [0, 1]), (1, 0): (0.2, None, [1, 1])}
    by_hand(store, workspace, made, image=image)
    store.close()
    at = page("Synthesize", plan="1")
    assert "**3** finished candidates are not collected yet." in texts(at)
    at.button(key="collect 1").click().run()
    drawn(at, lambda: "wait for a verdict" in texts(at))
    assert "**2** wait for a verdict" in texts(at)  # the better of the first slot, and the one of the second


def test_page__finished_and_failed(world, page):
    store, workspace = world
    plan(store, workspace, 1, budget=9, generator="image-to-image")
    by_hand(
        store,
        workspace,
        {(0, 0): (0.4, None, [1, 0]), (0, 1): (0.9, None, [0, 1]), (1, 0): (0.2, None, [1, 1])},
        failed=[(1, 1, "safety_checker")],
        image=(workspace.folder.parent / "source" / "4.png").read_bytes(),
    )
    collect(store, workspace, 1)
    assert settings_of(store, 1).per_slot == 2
    store.close()
    at = page("Synthesize", plan="1")
    assert not at.exception
    said = texts(at)
    assert "safety checker blanked" in said and "wait for a verdict" in said
    assert "**1** candidate is left" in said
    pressed(at, "again 1")  # locked: a change goes into a new plan
    assert not at.exception
    assert (workspace.plans / "2" / "plan.json").is_file()
