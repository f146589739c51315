"""The view of benchmark logs, run alone as a page runs it: the form, the rates, what fails most, refusals."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from tests.worlds.pages import drawn


def view():
    from adr.ui.frame import frame
    from adr.ui.prove.logs import logs_view

    with frame("Prove") as here:
        logs_view(here)


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.jsonl"
    things = ["dog"] * 6 + ["harp"] * 5
    path.write_text(
        "".join(
            json.dumps({"item": n, "question": f"Is there a {thing} in the image?", "score": int(thing == "dog")})
            + "\n"
            for n, thing in enumerate(things)
        )
    )
    return path


def texts(at) -> str:
    return " ".join(str(block.value) for kind in ("markdown", "caption", "info", "error") for block in at.get(kind))


def read(log):
    at = AppTest.from_function(view, default_timeout=180).run()
    at.text_area(key="logs_logs").set_value(str(log)).run()
    at.button(key="read_logs").click().run()
    return drawn(at, lambda: "of 11 items" in texts(at) or bool(at.error))


def test_view__without_an_index(empty_workspace):
    Store(empty_workspace.database).close()
    at = AppTest.from_function(view, default_timeout=180).run()
    assert not at.exception and "No index yet" in texts(at)


def test_view__rates_concepts_and_the_button(small_workspace, log):
    store = Store(small_workspace.database)
    rebalance(store, Recipe(name="all", min_passes=0))
    store.close()
    at = read(log)
    assert not at.exception
    assert "45.5 %" in texts(at)  # 5 of 11
    concepts = next(frame.value for frame in at.dataframe if "Concept" in frame.value)
    first = concepts[concepts["Perspective"] == "Objects"].iloc[0]
    assert (first["Concept"], first["In training"], first["Items"], first["Fail"]) == ("harp", 0, 5, 1.0)
    assert at.button(key="plan for log.jsonl").label == "Plan for these"


def test_view__no_plan_without_a_run(small_workspace, log):
    at = read(log)
    assert not at.exception and "plan for log.jsonl" not in [button.key for button in at.button]


def test_view__a_refusal_is_a_sentence(small_workspace, tmp_path):
    (tmp_path / "results.json").write_text('{"results": {"pope": 0.9}}')
    at = read(tmp_path / "results.json")
    assert not at.exception
    assert "totals only" in " ".join(str(block.value) for block in at.error)
