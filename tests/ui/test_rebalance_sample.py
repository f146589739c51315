"""The Rebalance page of a workspace whose postings are more than ADR_ENGINE_GB: what it says of a sample of three of
six instances, what it leaves out, and that a run is of all."""

import json

import numpy as np
import pytest

from adr.rebalance.engine import Engine
from adr.rebalance.runs import rebalance, runs
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from adr.store import Store
from adr.ui.rebalance.address import to_address
from tests.worlds.pages import drawn

CAPPED = Recipe(min_passes=0, at_most={"object": {"dog": 1}})


@pytest.fixture
def sampled(small_workspace, monkeypatch):
    """The small workspace with room for 3 of its 6 instances: half of what all of them take, and a little."""
    from adr.rebalance.memory import engine_bytes

    store = Store(small_workspace.database)
    monkeypatch.setenv("ADR_ENGINE_GB", f"{0.55 * engine_bytes(store) / 1e9:.12f}")
    store.close()
    return small_workspace


def told(at, of: str) -> dict:
    """The data of the component that has `of` among them."""
    found = (json.loads(one.proto.json) for one in at.get("bidi_component"))
    return next(data for data in found if of in data)


def texts(at) -> str:
    return " ".join(
        str(e.value) for kind in (at.markdown, at.caption, at.info, at.error, at.success, at.warning) for e in kind
    )


def test_page__sizes_are_scaled_and_called_so(sampled, page):
    at = page("Rebalance")
    assert not at.exception and not at.error
    store = Store(sampled.database)
    engine, whole = Engine(store, sample_rows=3), Engine(store)
    part, exact = engine.preview(Recipe()), whole.preview(Recipe())
    store.close()
    bar, board = told(at, "repeated"), told(at, "perspectives")
    assert (bar["sample"], bar["total"], bar["expected"]) == (3, 6, "")
    assert bar["size"] == board["size"] == 2 * int(np.count_nonzero(part.kept))
    assert "**3 of 6 instances are loaded,**" in texts(at)
    assert "caps and mixture are not in these numbers" not in texts(at)
    for one in board["perspectives"]:
        assert one["tau"] == exact.tau[one["id"]]
        assert one["before"] == exact.spectra[one["id"]]["before"].counts_at(np.array(one["ranks"])).tolist()
        assert [line["id"] for line in one["numbers"]] == ["head_share", "tail_share", "gini", "effective"]
    assert "**Why in the sample:**" in texts(at)
    assert "entities lost" not in texts(at)
    assert "3 instances of the 3 in the sample" in texts(page("Rebalance", show="kept", need="0"))


def test_page__a_workspace_that_fits_has_nothing_of_a_sample(small_workspace, page):
    at = page("Rebalance")
    assert told(at, "repeated")["sample"] == 0
    assert "sample" not in texts(at)
    assert len(told(at, "perspectives")["perspectives"][0]["numbers"]) == 7


@pytest.mark.parametrize("part", ["mixture", "backwards", "compare"])
def test_page__parts_that_rank_all_instances_say_so(sampled, page, part):
    at = page("Rebalance", part=part)
    assert not at.exception and not at.error
    assert "Set ADR_ENGINE_GB higher" in texts(at)


def test_page__caps_can_be_set_and_are_not_in_the_numbers(sampled, page):
    at = page("Rebalance", part="caps", **to_address(CAPPED))
    assert not at.exception and not at.error
    assert told(at, "repeated")["size"] == 6  # the cap would leave 3
    assert "The recipe’s caps and mixture are not in these numbers" in texts(at)
    assert at.dataframe[0].value["cap"].dropna().tolist() == [1]


def test_page__mixture_of_a_recipe_is_left_to_the_run(sampled, page):
    at = page("Rebalance", **to_address(Recipe(min_passes=0, mixture=Mixture("object", size=2))))
    assert not at.exception and not at.error
    assert told(at, "repeated")["size"] == 6


def test_page__any_instance_is_explained(sampled, page):
    """Those beyond the sample, too: their postings and counts are in the workspace."""
    for number in range(6):
        at = page("Rebalance", instance=str(number))
        assert not at.exception and not at.error and f"Instance {number}" in texts(at)


def test_page__the_run_is_of_all_instances(sampled, page):
    at = page("Rebalance", **to_address(CAPPED))
    assert "a run is decided over all 6 instances" in texts(at)
    at.button(key="apply").click().run()
    drawn(at, lambda: "Run 1 is written" in texts(at))
    store = Store(sampled.database)
    kept = [run.kept for run in runs(store)]
    exact = Engine(store).preview(CAPPED).size
    store.close()
    assert kept == [exact] and f"{exact} kept, {6 - exact} dropped" in texts(at)


def test_page__a_run_of_several_epochs(sampled, page):
    store = Store(sampled.database)
    rebalance(store, Recipe(epochs=2))
    store.close()
    at = page("Rebalance", part="runs", run="1")
    assert not at.exception and not at.error
    assert "**2 epochs**" in texts(at) and "counted over all instances: not on a sample" in texts(at)
