"""A sample's rows: decided as they are among all others; sizes and counts scaled from them, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.draws import SAMPLE_KEY, draw_key, draws
from adr.errors import AdrError
from adr.perspectives import PAPER_NAMES
from adr.rebalance.advice import common_entities, sizes_by_passes
from adr.rebalance.drag import drag_grid
from adr.rebalance.engine import Engine
from adr.rebalance.runs import rebalance
from adr.rebalance.sample import EngineSample, estimated, sample_rows, sampled
from adr.recipe import Recipe
from adr.recipe_frozen import frozen
from adr.recipe_mixture import Mixture
from tests.worlds.zoo import AGAIN, TAU, ZOO, fill, instance, recipes


def counts(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int32)


def test_sample_rows__as_many_as_fit_rounded_down_to_one_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    """20 million instances of 580 bytes take 11.6 GB: 9 GB hold 15,517,241 of them, 1 GB 1,724,137."""
    assert sample_rows(15_000_000, 8_700_000_000) is None
    assert sample_rows(20_000_000, 11_600_000_000) == 10_000_000
    monkeypatch.setenv("ADR_ENGINE_GB", "1")
    assert sample_rows(20_000_000, 11_600_000_000) == 1_000_000
    monkeypatch.setenv("ADR_ENGINE_GB", "0")
    assert sample_rows(20_000_000, 11_600_000_000) == 1


def test_sample_rows__a_setting_that_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADR_ENGINE_GB", "9 GB")
    with pytest.raises(AdrError, match="'9 GB', which is not a number"):
        sample_rows(10, 10)


def test_sampled__the_smallest_draws_in_the_order_of_the_source() -> None:
    """A smaller sample is part of a larger one."""
    there = np.arange(100, 160, dtype=np.int32)
    by_draw = there[np.argsort(draws(0, draw_key("sample", ""), there))].tolist()
    assert draw_key("sample", "") == SAMPLE_KEY
    for rows in (1, 7, 59):
        assert sampled(there, rows).tolist() == sorted(by_draw[:rows])
    assert sampled(there, 60).tolist() == there.tolist()


def test_estimated__by_the_share_of_the_sample_that_stays() -> None:
    """8 of 10 stay of 100: 80. 1 of 3 stays of 40: 13.33, so 13. Of the three that the sample lacks, n = 90 has as
    many binary digits as 100 and stays with 8 / 10; n = 2 and n = 1 have nobody like them and stay with 9 / 13."""
    made = estimated(counts(100, 90, 40, 2, 1), counts(10, 0, 3, 0, 0), counts(8, 0, 1, 0, 0))
    assert made.tolist() == [80, 72, 13, 1, 1]
    assert estimated(counts(5), counts(0), counts(0)).tolist() == [0]
    assert estimated(counts(), counts(), counts()).tolist() == []


def test_sample__scales_a_count() -> None:
    assert EngineSample(1_000_000, 10_000_000).scaled(490_321) == 4_903_210
    assert EngineSample(0, 4).scaled(0) == 0


def test_engine__over_a_sample_by_hand() -> None:
    """Five of ten instances. The object cat is in seven: a row passes below τ · 1/7 of its draw, as among all ten."""
    store = fill(ZOO)
    engine = Engine(store, sample_rows=5)
    by_draw = np.argsort(draws(0, SAMPLE_KEY, np.arange(10))).tolist()
    assert engine.instances.tolist() == sorted(by_draw[:5])
    assert (engine.rows, engine.total, engine.sample) == (5, 10, EngineSample(5, 10))
    cat = engine.places("object", ["cat"])["cat"]
    assert engine.postings["object"].n[cat] == 7
    recipe = Recipe(perspectives=("object",), tau=TAU)
    made = engine.critical(recipe, "object", {})
    only = [row for row, at in enumerate(engine.instances.tolist()) if ZOO[at].get("object") == ["cat"]]
    drawn = draws(recipe.seed, draw_key("object", "cat"), engine.instances[only])
    assert only and made.tau[only].tolist() == (drawn * 7).tolist()
    everything = engine.preview(Recipe(min_passes=0))
    assert (everything.size, everything.dropped, everything.total) == (10, 0, 10)
    assert everything.after["object"][cat] == 7
    assert int(np.count_nonzero(engine.preview(recipe).kept)) * 2 == engine.preview(recipe).size
    assert sizes_by_passes(engine, everything)[0] % 2 == 0
    assert [one.entity for one in common_entities(engine)] == ["animal", "cat"]


def test_engine__before_is_exact_and_a_sample_is_of_all_when_all_fit() -> None:
    store = fill(ZOO)
    whole, part = Engine(store), Engine(store, sample_rows=4)
    recipe = Recipe(tau=TAU)
    for perspective in PAPER_NAMES:
        exact, made = whole.preview(recipe), part.preview(recipe)
        assert made.perspectives[perspective].before == exact.perspectives[perspective].before
        assert made.tau == exact.tau
    assert Engine(store, sample_rows=10).sample is None


def test_engine__a_sample_decides_neither_caps_nor_a_mixture() -> None:
    recipe = Recipe(
        min_passes=0, at_most={"object": {"cat": 1}}, at_most_each={"token": 1}, mixture=Mixture("object", size=3)
    )
    engine = Engine(fill(ZOO), sample_rows=6)
    assert engine.decided(recipe) == Recipe(min_passes=0)
    assert engine.preview(recipe).size == 10 and not engine.preview(recipe).caps
    assert engine.kept(recipe).all()
    assert Engine(fill(ZOO)).decided(recipe) is recipe


def test_rebalance__no_run_of_a_sample() -> None:
    store = fill(ZOO)
    with pytest.raises(AssertionError, match="a run decides all instances"):
        rebalance(store, Recipe(), engine=Engine(store, sample_rows=3))


def test_drag_grid__over_a_sample_is_what_the_preview_says() -> None:
    engine = Engine(fill(ZOO), sample_rows=5)
    recipe = Recipe(perspectives=("object",), tau=TAU, at_most={"object": {"cat": 0}})
    ranks = {p: np.arange(1, 4) for p in engine.perspectives}
    grid = drag_grid(engine, recipe, "object", ranks)
    for step, tau in enumerate(grid.tau.tolist()):
        preview = engine.preview(replace(recipe, tau={**TAU, "object": tau}))
        assert grid.sizes[step] == preview.size
        assert (
            grid.curves["object"][step].tolist()
            == preview.spectra["object"]["after"].counts_at(ranks["object"]).tolist()
        )


@settings(max_examples=80, deadline=None)
@given(st.lists(instance, min_size=1, max_size=9), recipes(), st.integers(1, 8), st.booleans())
def test_engine__the_rows_of_a_sample_are_decided_as_they_are_among_all(
    rows: list[dict[str, list[str]]], recipe: Recipe, size: int, leaving_out: bool
) -> None:
    """For any world and recipe, by every rule: critical τ, the entity that decides, passes, copies by the keep rule."""
    store = fill([{"token": ["a"]}, *rows], into=AGAIN)
    if leaving_out:
        recipe = replace(recipe, exclude=(frozen([0, 3], "leak"),), protect_instances=(frozen([1], "mine"),))
    whole, part = Engine(store).excluding(recipe), Engine(store, sample_rows=size).excluding(recipe)
    at = np.searchsorted(whole.instances, part.instances)
    assert part.tau(recipe) == whole.tau(recipe) and part.own(recipe) == whole.own(recipe)
    for perspective in recipe.perspectives:
        exact, made = (e.critical(recipe, perspective, e.own(recipe)[perspective]) for e in (whole, part))
        assert made.tau.tolist() == exact.tau[at].tolist() and made.decider.tolist() == exact.decider[at].tolist()
    exact, made = whole.preview(recipe), part.preview(recipe)
    assert made.pass_count.tolist() == exact.pass_count[at].tolist()
    assert made.by_rule.tolist() == exact.by_rule[at].tolist()
    assert part.unused(recipe) == whole.unused(recipe)
    assert [made.perspectives[p].before for p in PAPER_NAMES] == [exact.perspectives[p].before for p in PAPER_NAMES]
