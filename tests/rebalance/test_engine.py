"""The preview engine agrees with the definition, instance for instance, and its laws hold."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adr.draws import draws, seed_start
from adr.errors import AdrError
from adr.perspectives import PAPER_NAMES
from adr.rebalance import loops
from adr.rebalance.drag import drag_grid
from adr.rebalance.engine import Engine, postings_stamp
from adr.recipe import Recipe
from adr.store import Store
from adr.tail import Spectrum, tail_rule
from tests.worlds.zoo import AGAIN, TAU, ZOO, by_definition, counts_of, draw_of, fill, instance, key_of, recipes


def engine_of(rows: Sequence[dict[str, list[str]]], **how: object) -> Engine:
    return Engine(fill(rows, **how))  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(instance, min_size=1, max_size=12).filter(lambda rows: any(any(r.values()) for r in rows)),
    st.lists(recipes(), min_size=1, max_size=4),
)
def test_preview__keeps_what_the_definition_keeps(rows: list[dict[str, list[str]]], asked: list[Recipe]) -> None:
    """Several recipes one after the other on one engine, so that its caches are tested too."""
    engine = engine_of(rows, into=AGAIN)
    for recipe in [*asked, asked[0]]:
        preview = engine.preview(recipe)
        expected = by_definition(rows, recipe, recipe.tau)
        assert preview.copies.tolist() == expected
        assert preview.kept.tolist() == [c > 0 for c in expected]
        assert (preview.size, preview.dropped) == (sum(c > 0 for c in expected), expected.count(0))
        assert preview.repeated == sum(expected) - preview.size
        assert sum(preview.reasons.values()) == len(rows)
        for perspective, before in counts_of(rows).items():
            after = {
                e: sum(c for c, row in zip(expected, rows, strict=True) if e in row.get(perspective, ()))
                for e in before
            }
            found = engine.names(perspective, np.arange(len(before)))
            assert dict(zip(found, preview.after[perspective].tolist(), strict=True)) == after


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(instance, min_size=2, max_size=10).filter(lambda rows: any(any(r.values()) for r in rows)),
    recipes(),
    st.floats(1, 4),
)
def test_preview__keeping_is_monotone_in_tau(rows: list[dict[str, list[str]]], recipe: Recipe, factor: float) -> None:
    engine = engine_of(rows, into=AGAIN)
    # a larger τ lets others pass a cap's line, so the law is the keep rule's
    recipe = replace(recipe, at_most={}, at_most_each={})
    more = replace(recipe, tau={p: t * factor for p, t in recipe.tau.items()})
    assert not np.any(engine.kept(recipe) & ~engine.kept(more))


def test_preview__holes_in_the_positions_change_nothing_but_the_draws() -> None:
    positions = [0, 3, 4, 5, 9, 12, 13, 20, 21, 40]
    engine = engine_of(ZOO, positions=positions)
    recipe = Recipe(tau=TAU, min_passes=2)
    assert engine.preview(recipe).copies.tolist() == by_definition(ZOO, recipe, TAU, positions)
    assert engine.instances.tolist() == positions
    assert engine.row(12) == 5
    with pytest.raises(AdrError, match="no instance 11"):
        engine.row(11)


def test_preview__postings_out_of_order_are_put_in_order() -> None:
    store = fill(ZOO)
    store.execute("create or replace temp table shuffled as select * from posting order by hash(instance, entity)")
    with store.atomic() as writer:
        writer.execute("create table other as select * from posting order by hash(instance + 7 * entity)")
        writer.execute("delete from posting")
        writer.execute("insert into posting select * from other")
    recipe = Recipe(tau=TAU, min_passes=2)
    assert Engine(store).preview(recipe).copies.tolist() == by_definition(ZOO, recipe, TAU)


def test_critical__is_the_least_draw_times_count() -> None:
    engine = engine_of(ZOO)
    critical = engine.critical(Recipe(seed=5), "object", {})
    least = min((draw_of(5, "object", "cat", 4) * 7, "cat"), (draw_of(5, "object", "zebra", 4) * 1, "zebra"))
    assert critical.tau[4] == least[0]
    assert engine.names("object", [critical.decider[4]]) == [least[1]]
    assert math.isinf(critical.tau[7]) and critical.decider[7] == -1


def test_critical__caps_mute_and_protect() -> None:
    engine = engine_of(ZOO)
    zebra, cat = (engine.places("object", [name])[name] for name in ("zebra", "cat"))
    muted = engine.critical(Recipe(), "object", {cat: 0.0})
    assert math.isinf(muted.tau[0]) and muted.decider[0] == -1
    assert muted.tau[4] == draw_of(42, "object", "zebra", 4)
    protected = engine.critical(Recipe(), "object", {cat: 0.0, zebra: math.inf})
    assert protected.tau[4] == -1 and protected.decider[4] == zebra
    assert protected.tau[3] == engine.critical(Recipe(), "object", {}).tau[3]


def test_loops__draw_is_the_documented_draw() -> None:
    keys = np.array([key_of("token", name) for name in ("a", "b", "ö")], dtype=np.uint64)
    for seed in (0, 42, 2**63 - 1):
        mine = [loops.draw(key, np.uint64(seed_start(seed)), np.int32(i)) for i, key in enumerate(keys)]
        assert mine == draws(seed, keys, np.arange(3)).tolist()


def test_tau__from_a_tail_share_by_the_threshold_rule() -> None:
    engine = engine_of(ZOO)
    tau = engine.tau(Recipe(tau={"token": 3}, tail_share={"object": 0.4}))
    assert tau["token"] == 3
    assert tau["object"] == tail_rule([7, 3, 1], 0.6).tau == 7
    assert tau["interrogation"] == tail_rule([4, 1, 1], 0.9).tau == 1


def test_preview__numbers_of_the_zoo_by_hand() -> None:
    """min_passes 0 with a cut by α only would be random; here everything stays, then the object cap alone decides."""
    engine = engine_of(ZOO, text_only=[6, 7])
    everything = engine.preview(Recipe(min_passes=0))
    assert (everything.size, everything.expected, everything.expected_sd) == (10, 10.0, 0.0)
    assert everything.reasons == {"keeps_all": 10}
    assert everything.perspectives["object"].after == everything.perspectives["object"].before
    assert everything.perspectives["object"].random == everything.perspectives["object"].before
    only_zebra = engine.preview(Recipe(perspectives=("object",), tau={"object": 0}, own_tau={"object": {"zebra": 1}}))
    assert np.flatnonzero(only_zebra.kept).tolist() == [4]
    assert only_zebra.reasons == {"passes": 1, "below_min_passes": 7, "no_entities": 2}
    assert only_zebra.groups == {
        "text_only": {"instances": 2, "kept": 0},
        "no_entities": {"instances": 2, "kept": 0},
        "no_object": {"instances": 2, "kept": 0},
    }
    numbers = only_zebra.perspectives["object"].after
    assert (numbers.entities, numbers.postings, numbers.losing, numbers.lost) == (2, 2, 2, 1)  # dog is lost
    assert numbers.below_k == 1  # cat: 7 → 1
    assert only_zebra.after["object"].tolist() == [1, 0, 1]  # cat, dog, zebra
    assert only_zebra.unused == ()
    assert engine.preview(Recipe(own_tau={"object": {"unicorn": 1}})).unused == ("object: unicorn",)


def test_preview__a_threshold_above_every_count_keeps_all_with_entities() -> None:
    preview = engine_of(ZOO).preview(Recipe(tau=dict.fromkeys(PAPER_NAMES, 10)))
    assert np.flatnonzero(~preview.kept).tolist() == [7]
    assert preview.reasons == {"passes": 9, "no_entities": 1}


def test_baseline__is_nested_of_equal_size_and_counted_right() -> None:
    rows = [{"token": ["even" if i % 2 == 0 else "odd", f"t{i % 17}"]} for i in range(300)]
    engine = engine_of(rows)
    small, large = engine.baseline(42, 80), engine.baseline(42, 200)
    assert len(small) == 80 and set(small) < set(large)
    for tau in (1, 40, 90, 150):
        preview = engine.preview(Recipe(perspectives=("token",), tau={"token": tau}))
        chosen = engine.baseline(42, preview.size)
        names = engine.names("token", np.arange(19))
        expected = {n: sum(n in rows[r]["token"] for r in chosen) for n in names}
        assert dict(zip(names, preview.random["token"].tolist(), strict=True)) == expected
    order = sorted(range(300), key=lambda i: draw_of(42, "random", "", i))
    assert sorted(order[:80]) == small.tolist()


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(tau=TAU),
        Recipe(tau=TAU, min_passes=2, alpha=0.7),
        Recipe(tau=TAU, pass_rule="mean", min_passes=2),
        Recipe(
            tau=TAU,
            min_passes=3,
            mute={"object": ["dog"]},
            protect={"token": ["animal"]},
            own_tau={"object": {"cat": 3}},
        ),
    ],
    ids=["any", "two and alpha", "mean", "caps"],
)
def test_closed_form__agrees_with_many_seeds(recipe: Recipe) -> None:
    """300 seeds: the mean size within 4.5 standard errors of `expected`; its spread and every entity's count too."""
    engine = engine_of(ZOO)
    seeds = 300
    previews = [engine.preview(replace(recipe, seed=seed)) for seed in range(seeds)]
    sizes = np.array([p.size for p in previews])
    expected, sd = previews[0].expected, previews[0].expected_sd
    assert abs(sizes.mean() - expected) <= 4.5 * sd / math.sqrt(seeds) + 1e-9
    assert sizes.std() == pytest.approx(sd, rel=0.15)
    for perspective in PAPER_NAMES:
        counts = np.array([p.after[perspective] for p in previews])
        errors = 4.5 * counts.std(axis=0) / math.sqrt(seeds) + 1e-9
        assert np.all(np.abs(counts.mean(axis=0) - engine.expected_counts(previews[0], perspective)) <= errors)


def test_closed_form__by_hand() -> None:
    """One perspective, two entities of four instances each, τ = 1: q = 1 − (3/4)²."""
    rows = [{"token": ["a", "b"]}] * 4
    preview = engine_of(rows).preview(Recipe(perspectives=("token",), tau={"token": 1}))
    assert preview.probability.tolist() == pytest.approx([7 / 16] * 4)
    assert preview.expected == pytest.approx(4 * 7 / 16)
    assert preview.expected_sd == pytest.approx(math.sqrt(4 * 7 / 16 * 9 / 16))
    mean = engine_of(rows).preview(Recipe(perspectives=("token",), tau={"token": 1}, pass_rule="mean", alpha=0.5))
    assert mean.probability.tolist() == pytest.approx([1 / 8] * 4)


def test_spectra__are_those_of_the_counts() -> None:
    preview = engine_of(ZOO).preview(Recipe(tau=TAU, min_passes=2))
    for perspective in PAPER_NAMES:
        again = Spectrum.of(preview.after[perspective])
        found = preview.spectra[perspective]["after"]
        assert found.values.tolist() == again.values.tolist()
        assert found.entities.tolist() == again.entities.tolist()


def test_preview__the_last_few_are_remembered() -> None:
    engine = engine_of(ZOO)
    first = engine.preview(Recipe(tau=TAU))
    assert engine.preview(Recipe(tau=dict(TAU))) is first  # an equal recipe, not the same
    assert engine.preview(Recipe(tau=TAU), k=2) is not first
    noted = Recipe(tau=TAU, notes={"object": {"cat": "why"}})  # differs only in what decides nothing
    assert engine.preview(noted).recipe.notes == noted.notes
    for seed in range(7):
        engine.preview(Recipe(tau=TAU, seed=seed))
    again = engine.preview(Recipe(tau=TAU))
    assert again is not first and again.copies.tolist() == first.copies.tolist()


def test_places_containing__in_any_case_by_count() -> None:
    engine = engine_of([{"object": ["cat", "dog"]}, {"object": ["dog", "wildcat"]}, {"token": ["catalogue"]}])
    assert engine.names("object", range(3)) == ["dog", "cat", "wildcat"]
    assert engine.places_containing("object", "CAT").tolist() == [1, 2]
    assert engine.places_containing("object", "yak").tolist() == []


def test_postings_stamp__changes_with_every_index() -> None:
    store = fill(ZOO)
    before = postings_stamp(store)
    assert postings_stamp(store) == before
    store.execute("insert into index_made (indexed_at) values ('2026-01-02 03:04:05')")
    assert postings_stamp(store) != before


def test_engine__needs_postings() -> None:
    with pytest.raises(AdrError, match="no postings yet"):
        Engine(Store.memory())


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(recipes(), st.sampled_from(PAPER_NAMES))
def test_drag_grid__is_the_preview_at_each_of_its_values(recipe: Recipe, perspective: str) -> None:
    engine = engine_of(ZOO, into=AGAIN)
    recipe = replace(recipe, repeat=1)
    ranks = {p: np.arange(1, 9) for p in PAPER_NAMES}
    grid = drag_grid(engine, recipe, perspective, ranks, points=5)
    for step, tau in enumerate(grid.tau):
        preview = engine.preview(replace(recipe, tau={**recipe.tau, perspective: float(tau)}))
        assert grid.sizes[step] == preview.size
        for other in PAPER_NAMES:
            curve = sorted(preview.after[other].tolist(), reverse=True)
            assert grid.curves[other][step].tolist() == (curve + [0] * 8)[:8]
            assert preview.spectra[other]["after"].counts_at(ranks[other]).tolist() == (curve + [0] * 8)[:8]
            assert grid.tail_shares[other][step] == pytest.approx(preview.perspectives[other].after.tail_share)


def test_held__an_instance_without_entities_holds_no_tail_even_where_tau_is_infinite() -> None:
    """Of two with "a", the second holds an object; every entity is tail below an infinite τ, and no entity is none."""
    engine = engine_of([{"interrogation": ["a"]}, {"interrogation": ["a"], "object": ["cat"]}])
    for tau in (2.0, float(2**40), math.inf):
        caps = {"interrogation": {"a": 1}}
        recipe = Recipe(min_passes=0, perspectives=("object",), tau={"object": tau}, at_most=caps)
        assert engine.held(recipe, engine.tau(recipe)).tolist() == [0, 1]
        assert engine.preview(recipe).copies.tolist() == [0, 1]
