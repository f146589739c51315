"""The Prove page: empty, a new experiment, under way, ended, and with a gate that is not passed."""

import json

import pytest

from adr.prove.summary import LIMITS
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from tests.worlds.proof import design, write_proof

PAGE = "Prove"
TAIL = {"tail": 0.25, "few": 0.25}


@pytest.fixture
def ran(small_workspace):
    """The hand-made world with a run that keeps everything."""
    store = Store(small_workspace.database)
    rebalance(store, Recipe(name="all", min_passes=0))
    store.close()
    return small_workspace


def texts(at) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "success", "warning", "error", "info")
    return " ".join(str(block.value) for kind in kinds for block in at.get(kind))


def folder_of(workspace, number=1):
    return workspace.folder / "prove" / str(number)


def test_page__an_empty_workspace_says_what_is_missing(empty_workspace, page):
    at = page(PAGE)
    assert not at.exception
    assert "This workspace is empty" in texts(at)


def test_page__without_a_run_it_asks_for_one(small_workspace, page):
    at = page(PAGE)
    assert not at.exception
    assert "Apply a recipe first" in texts(at)


def test_page__a_new_experiment_says_what_it_costs_before_the_button(ran, page):
    at = page(PAGE)
    assert not at.exception
    said = texts(at)
    # nothing is accepted: original, random and refined, with three seeds, two learning rates and two budgets
    assert "**36 trainings** at most (3 arms × 3 seeds" in said
    assert "about **4 min** of one core, a guess" in said
    assert not at.button(key="fix design").disabled


def test_page__fewer_than_three_seeds_are_said_to_give_no_verdict(ran, page):
    at = page(PAGE)
    at.number_input(key="prove seeds Quick").set_value(2).run()
    assert "no verdict" in texts(at)


def test_page__under_way_shows_arms_and_seeds(ran, page):
    write_proof(folder_of(ran), per_cell=2)
    for path in (folder_of(ran) / "trials").glob("refined-*"):
        path.unlink()
    (folder_of(ran) / "items.parquet").unlink()
    at = page(PAGE)
    assert not at.exception
    assert "**12** of 60 trainings left: about 68 s of one core" in texts(at)
    assert at.button(key="prove start").label == "Resume"
    (grid,) = [frame.value for frame in at.dataframe if "seed 1" in frame.value]
    assert grid.set_index("arm")["seed 1"].to_dict()["refined"] == "0 of 4"
    assert grid.set_index("arm")["seed 1"].to_dict()["original"] == "done"


def test_page__ended_shows_answers_controls_and_limits(ran, page):
    write_proof(folder_of(ran), gains={"refined_synthetic": TAIL, "random_synthetic": TAIL})
    at = page(PAGE)
    assert not at.exception
    said = texts(at)
    assert LIMITS in said
    assert "**Helps** · Does the refined set beat the original?" in said
    assert "Fixed before the first training" in said
    assert "Needs four seeds or more" in said
    assert "An arm against itself" in said
    assert "Answers that changed most" in said
    assert "Gain against dose" in said


@pytest.mark.parametrize(
    ("gains", "gains_at", "helps"),
    [
        ({"refined_synthetic": TAIL}, {}, True),
        ({"refined_synthetic": TAIL}, {1.0: 1.0, 0.1: -1.0}, False),
        ({}, {}, False),
    ],
)
def test_page__the_good_word_needs_intervals_without_zero_in_both_learning_rates(gains, gains_at, helps, ran, page):
    write_proof(folder_of(ran), gains=gains, gains_at=gains_at)
    said = texts(page(PAGE))
    assert ("**Helps**" in said, "elps" in said) == (helps, helps)


def test_page__one_seed_has_no_verdict(ran, page):
    write_proof(folder_of(ran), design(seeds=[1]), gains={"refined_synthetic": TAIL})
    at = page(PAGE)
    assert not at.exception
    said = texts(at)
    assert "**Not enough seeds**" in said
    assert "elps" not in said


def test_page__a_gate_that_is_not_passed_draws_nothing(ran, page):
    write_proof(folder_of(ran), gains={"refined_synthetic": TAIL}, gate=False)
    at = page(PAGE)
    assert not at.exception
    said = texts(at)
    assert "The model has not learned enough. Nothing is compared." in said
    assert LIMITS in said
    assert "helps" not in said and "Controls" not in said
    assert not at.get("plotly_chart")


def test_page__a_design_that_was_changed_has_a_badge(ran, page):
    told = write_proof(folder_of(ran))
    assert "Not as designed" not in texts(page(PAGE))
    (folder_of(ran) / "design.json").write_text(json.dumps(told | {"steps": 900}))
    assert "Not as designed: design.json was changed after it was written." in texts(page(PAGE))


def test_page__a_test_that_is_too_small_says_so(ran, page):
    write_proof(folder_of(ran), per_cell=12)
    assert "This test set is too small to tell effects below" in texts(page(PAGE))


def test_page__fixes_a_design(ran, page):
    """Six instances are too few to be split: the sentence says so, and nothing is left behind."""
    at = page(PAGE)
    at.button(key="fix design").click().run()
    for _ in range(200):
        if "is too small" in texts(at) or "needs" in texts(at):
            break
        at.run()
    assert not at.exception
    assert not list(ran.folder.glob("prove/*/design.json"))


def test_page__a_trial_of_another_design_has_a_badge(ran, page):
    write_proof(folder_of(ran))
    (folder_of(ran) / "trials" / "refined-1-1-steps.json").write_text(json.dumps({"fingerprint": "0" * 64}))
    assert "Not as designed: 1 trial" in texts(page(PAGE))


def test_page__missing_items_are_an_error_with_a_next_step(ran, page):
    import pandas as pd

    write_proof(folder_of(ran))
    items = pd.read_parquet(folder_of(ran) / "items.parquet")
    items.iloc[5:].to_parquet(folder_of(ran) / "items.parquet")
    at = page(PAGE)
    assert not at.exception
    assert "lacks 5 of the 360 test pairs" in texts(at)


@pytest.mark.parametrize("query", [{"measure": "likelihood"}, {"against": "original"}, {"budget": "epochs"}])
def test_page__toggles_by_address(query, ran, page):
    write_proof(folder_of(ran), gains={"refined_synthetic": TAIL})
    at = page(PAGE, **query)
    assert not at.exception
    said = texts(at)
    unit = "nats" if "measure" in query else "points"
    against = "original" if "against" in query else "random, of equal size"
    assert f"Difference in {unit} to {against}, with 95 % intervals" in said


def test_page__names_of_the_data_are_shown_as_text(ran, page):
    import pandas as pd

    write_proof(folder_of(ran), gains={"refined_synthetic": TAIL})
    pairs = pd.read_parquet(folder_of(ran) / "pairs.parquet")
    pairs["question"] = "<b>[x](http://evil)</b> :material/home:"
    pairs.to_parquet(folder_of(ran) / "pairs.parquet")
    at = page(PAGE)
    assert not at.exception
    assert "[x](http" not in texts(at).replace("\\[", "")
