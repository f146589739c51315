"""Instances set apart in a recipe: excluded ones count nowhere, protected ones always stay. Against the plain loop."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adr.rebalance.compare import compare, differences
from adr.rebalance.engine import Engine
from adr.rebalance.explain import cap_ranks, explain, explain_recipe
from adr.rebalance.preview import REASONS
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.recipe_frozen import frozen
from adr.recipe_mixture import Mixture
from tests.worlds.zoo import AGAIN, TAU, ZOO, by_definition, counts_of, fill, instance, recipes

Rows = list[dict[str, list[str]]]


@st.composite
def apart(draw: st.DrawFn, most: int = 11) -> Recipe:
    """Any recipe that excludes some positions and protects others."""
    sides = draw(st.lists(st.sampled_from(["", "out", "in"]), min_size=most + 1, max_size=most + 1))
    out, kept = ([at for at, side in enumerate(sides) if side == which] for which in ("out", "in"))
    return replace(
        draw(recipes()),
        exclude=(frozen(out, "out"),) if out else (),
        protect_instances=(frozen(kept, "in"),) if kept else (),
    )


some_rows = st.lists(instance, min_size=1, max_size=12).filter(lambda rows: any(any(r.values()) for r in rows))
slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slow
@given(some_rows, st.lists(apart(), min_size=1, max_size=3))
def test_preview__keeps_what_the_definition_keeps(rows: Rows, asked: Sequence[Recipe]) -> None:
    engine = Engine(fill(rows, into=AGAIN))
    for recipe in [*asked, asked[0]]:
        own = engine.excluding(recipe)
        preview = own.preview(recipe)
        expected = by_definition(rows, recipe, recipe.tau)
        assert preview.copies.tolist() == expected
        words = [REASONS[code] for code in preview.reason]
        for number in range(len(rows)):
            said = explain_recipe(engine.store, recipe, preview.tau, number, cap_ranks(own, preview, number))
            assert said.reason == words[number]
            assert said.copies == expected[number]


def test_preview__protected_ones_come_first_by_their_draw() -> None:
    """Both rows say a and are protected; at most two copies. The second holds the tail entity b and is given twice.

    The order between them is that of their draws: where the first row comes first, one copy of the second is left.
    """
    rows: Rows = [{"token": ["a"]}, {"token": ["a"], "object": ["b"]}, *({} for _ in range(6))]
    recipe = Recipe(
        min_passes=1,
        perspectives=("token", "object"),
        repeat=2,
        tau=TAU | {"token": 0.0, "object": 4.0},
        at_most={"token": {"a": 2}},
        protect_instances=(frozen([0, 1], "in"),),
    )
    copies = set()
    for seed in range(8):
        one = replace(recipe, seed=seed)
        found = Engine(fill(rows)).preview(one).copies.tolist()
        assert found == by_definition(rows, one, one.tau)
        copies.add(tuple(found[:2]))
    assert copies == {(1, 1), (1, 2)}


def test_preview__excluded_and_protected_by_their_reason() -> None:
    engine = Engine(fill(ZOO))
    recipe = Recipe(
        tau=dict.fromkeys(TAU, 0.0), exclude=(frozen([0, 7], "bad"),), protect_instances=(frozen([2, 6], "good"),)
    )
    preview = engine.excluding(recipe).preview(recipe)
    assert np.flatnonzero(preview.kept).tolist() == [2, 6]
    assert {name: preview.reasons[name] for name in ("excluded", "protected")} == {"excluded": 2, "protected": 2}
    assert preview.expected == 2.0 and preview.expected_sd == 0.0


@slow
@given(some_rows.filter(lambda rows: len(rows) > 2), apart())
def test_exclude__is_as_an_index_without_these_instances(rows: Rows, recipe: Recipe) -> None:
    """Counts, τ from a tail share, expected size and the random baseline are those of the dataset without them."""
    recipe = replace(recipe, tau={}, tail_share=dict.fromkeys(TAU, 0.3))
    out = {n for part in recipe.exclude for n in part.numbers.tolist()}
    stays = [number for number in range(len(rows)) if number not in out]
    if not any(any(rows[number].values()) for number in stays):
        return
    whole = Engine(fill(rows))
    own = whole.excluding(recipe)
    without = replace(recipe, exclude=())
    other = Engine(fill([rows[number] for number in stays], positions=stays))
    found, expected = own.preview(recipe), other.preview(without)
    assert found.tau == expected.tau
    assert found.copies[stays].tolist() == expected.copies.tolist()
    assert found.copies.sum() == expected.copies.sum()
    assert (found.expected is None) == (expected.expected is None)
    if found.expected is not None:
        assert found.expected == pytest.approx(expected.expected)
        assert found.expected_sd == pytest.approx(expected.expected_sd, abs=1e-6)
    for perspective in TAU:
        places = np.arange(len(own.postings[perspective].n))
        assert own.names(perspective, places) == other.names(perspective, places)
        for side in ("after", "random"):
            assert getattr(found, side)[perspective].tolist() == getattr(expected, side)[perspective].tolist()
        assert found.perspectives[perspective] == expected.perspectives[perspective]


def test_excluding__is_remembered_and_goes_back() -> None:
    engine = Engine(fill(ZOO))
    recipe = Recipe(exclude=(frozen([0], "one"),))
    own = engine.excluding(recipe)
    assert engine.excluding(recipe) is own is own.excluding(replace(recipe, seed=7))
    assert own.excluding(Recipe()) is engine
    with pytest.raises(AssertionError):
        engine.preview(recipe)


def test_protect__stays_in_every_cap_and_takes_its_rank() -> None:
    """cat is in 0, 1, 2, 4, 5, 8, 9. At most two stay, and both places are those of 5 and 9."""
    engine = Engine(fill(ZOO))
    recipe = Recipe(min_passes=0, at_most={"object": {"cat": 2}}, protect_instances=(frozen([5, 9], "good"),))
    preview = engine.preview(recipe)
    cats = [0, 1, 2, 4, 5, 8, 9]
    assert [number for number in cats if preview.kept[number]] == [5, 9]
    tighter = replace(recipe, at_most={"object": {"cat": 0}})
    assert [number for number in cats if engine.preview(tighter).kept[number]] == [5, 9]


def test_protect__stays_in_every_mixture() -> None:
    """The value of an instance among objects is its most frequent one: cat in all of these. No cat is wanted."""
    engine = Engine(fill(ZOO))
    recipe = Recipe(
        min_passes=0, protect_instances=(frozen([5], "good"),), mixture=Mixture(perspective="object", sizes={"cat": 0})
    )
    preview = engine.preview(recipe)
    assert [number for number in (0, 1, 2, 4, 5, 8, 9) if preview.kept[number]] == [5]


def test_compare__with_different_exclusions_counts_by_name() -> None:
    engine = Engine(fill(ZOO))
    everything = Recipe(min_passes=0)
    without = replace(everything, exclude=(frozen([0, 2, 3], "three"),))
    found = compare(engine, everything, without)
    assert found.only_a.tolist() == [0, 2, 3] and len(found.only_b) == 0
    apart = {one.entity: (one.n, one.a, one.b) for one in differences(engine, found, "object")}
    before = counts_of(ZOO)["object"]
    assert apart == {"cat": (before["cat"], before["cat"], before["cat"] - 2), "dog": (3, 3, 2)}


def test_rebalance__writes_reasons_that_explain_reads() -> None:
    store = fill(ZOO)
    recipe = Recipe(exclude=(frozen([0, 99], "bad"),), protect_instances=(frozen([6], "good"),), epochs=2)
    report = rebalance(store, recipe)
    assert report.reasons["excluded"] == 1 and report.reasons["protected"] == 1
    assert report.unused == ("exclude: 1 position from 99",)
    assert report.kept + report.dropped == len(ZOO)
    assert explain(store, report.run, 0).in_words == "Dropped: the recipe excludes it, and it counts nowhere."
    assert explain(store, report.run, 6).in_words == "Kept: the recipe protects it."
    told = explain(store, report.run, 2)
    draws = {draw.entity: draw.n for passed in told.passes for draw in passed.entities}
    assert draws["animal"] == counts_of(ZOO)["token"]["animal"] - 1
    assert Recipe.from_toml(store.value("select recipe from run")) == recipe
