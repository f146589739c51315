"""The mixture: engine and plain loop agree, its laws hold, and small cases come out as they do by hand."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adr.perspectives import PAPER_NAMES
from adr.rebalance.apportion import apportioned, largest_total, shares_of
from adr.rebalance.backwards import for_size
from adr.rebalance.compare import compare
from adr.rebalance.drag import drag_grid
from adr.rebalance.engine import Engine
from adr.rebalance.estimate import estimate
from adr.rebalance.explain import cap_ranks, explain, explain_entity, explain_recipe
from adr.rebalance.explain_mixture import MixtureRank, mixture_rank
from adr.rebalance.preview import ValueEffect
from adr.rebalance.runs import delete_run, rebalance, run_report
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from tests.worlds.mixture import mixed_by_definition, mixed_recipes, mixtures, value_of
from tests.worlds.zoo import AGAIN, ZOO, by_definition, counts_of, draw_of, fill, instance, recipes

some_rows = st.lists(instance, min_size=1, max_size=12).filter(lambda rows: any(any(r.values()) for r in rows))
EVERYTHING = Recipe(min_passes=0)
# Twelve instances: six ask "a", three "b", two "c", one asks nothing. All are kept, none holds a tail entity.
ASKED = [{"interrogation": [value]} for value in "aaaaaabbbcc"] + [{"object": ["cat"]}]


def asked(**mixture: object) -> Recipe:
    """A recipe that keeps everything and mixes by the form of question; τ 0, so that no entity is tail."""
    return replace(EVERYTHING, tau=dict.fromkeys(PAPER_NAMES, 0), mixture=Mixture("interrogation", **mixture))  # type: ignore[arg-type]


def given_of(engine: Engine, recipe: Recipe) -> dict[str | None, int]:
    return {v.value: v.given for v in engine.preview(recipe).mixture.values}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some_rows, st.lists(mixed_recipes, min_size=1, max_size=3))
def test_preview__keeps_what_the_definition_keeps(rows: list[dict[str, list[str]]], asked: list[Recipe]) -> None:
    """Several recipes one after the other on one engine, so that its caches are tested too; with caps."""
    engine = Engine(fill(rows, into=AGAIN))
    for recipe in [*asked, replace(asked[0], mixture=asked[-1].mixture), asked[0]]:
        preview, expected = engine.preview(recipe), mixed_by_definition(rows, recipe)
        assert preview.copies.tolist() == expected
        assert engine.kept(recipe).tolist() == [c > 0 for c in expected]
        assert (preview.size, preview.repeated) == (sum(c > 0 for c in expected), sum(expected) - preview.size)
        assert sum(preview.reasons.values()) == len(rows)
        pool = by_definition(rows, recipe, recipe.tau)
        assert preview.reasons.get("mixture", 0) == sum(p > 0 == c for p, c in zip(pool, expected, strict=True))
        assert preview.mixture.binds == (pool != expected)
        assert (preview.expected is None) == (
            preview.mixture.binds or any(cap.binds for cap in (*preview.caps, *preview.caps_each))
        )
        for perspective, before in counts_of(rows).items():
            found = dict(
                zip(engine.names(perspective, np.arange(len(before))), preview.after[perspective].tolist(), strict=True)
            )
            assert found == {e: _copies_with(rows, expected, perspective, e) for e in before}


def _copies_with(rows: list[dict[str, list[str]]], copies: list[int], perspective: str, entity: str) -> int:
    return sum(c for c, row in zip(copies, rows, strict=True) if entity in row.get(perspective, ()))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some_rows, mixed_recipes)
def test_preview__laws(rows: list[dict[str, list[str]]], recipe: Recipe) -> None:
    """Every value is given at most what is wanted, no cap is exceeded, and without repeats nothing is added."""
    engine = Engine(fill(rows, into=AGAIN))
    preview, mixture = engine.preview(recipe), recipe.mixture
    told, counts = preview.mixture, counts_of(rows)[recipe.mixture.perspective]
    value = [value_of(row, mixture.perspective, counts) for row in rows]
    got, pool = Counter(), Counter()
    for v, c, p in zip(value, preview.copies.tolist(), by_definition(rows, recipe, recipe.tau), strict=True):
        got[v] += c
        pool[v] += p
    for one in told.values:
        assert (one.before, one.pool, one.given) == (value.count(one.value), pool[one.value], got[one.value])
        assert one.given <= one.wanted
        assert one.given <= mixture.repeat * one.pool
    assert told.unlisted == 0
    assert sum(v.given for v in told.values) == preview.copies.sum() <= told.size
    for cap in preview.caps:
        assert cap.kept <= cap.at_most
    if mixture.size is not None:
        assert told.size in (mixture.size, 0)
    if mixture.repeat == 1:
        without = engine.preview(replace(recipe, mixture=None))
        assert np.all(preview.copies <= without.copies)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some_rows, recipes(), st.sampled_from(PAPER_NAMES), st.integers(1, 3))
def test_preview__shares_of_the_pool_itself_drop_nothing(
    rows: list[dict[str, list[str]]], recipe: Recipe, perspective: str, repeat: int
) -> None:
    engine = Engine(fill(rows, into=AGAIN))
    before = engine.preview(recipe).copies
    counts = counts_of(rows)[perspective]
    pool = Counter()
    for row, copies in zip(rows, before.tolist(), strict=True):
        pool[value_of(row, perspective, counts)] += copies
    shares = {v: n / pool.total() for v, n in pool.items() if v is not None and n}
    if shares:
        mixture = Mixture(perspective, shares=shares)
        assert engine.preview(replace(recipe, mixture=mixture)).copies.tolist() == before.tolist()


@given(st.lists(st.integers(0, 400_000), min_size=1, max_size=20))
def test_largest_total__shares_written_as_floats_give_the_rows_back(pool: list[int]) -> None:
    total = sum(pool)
    named = {v: n / total for v, n in enumerate(pool) if total}
    shares, keys = shares_of(pool, named, all_named=bool(total)), [str(v) for v in range(len(pool))]
    assert largest_total(shares, pool, keys) == total
    assert apportioned(total, shares, keys) == pool


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8), st.integers(0, 1000))
def test_apportioned__is_within_a_row_of_the_quota_and_sums_to_the_total(parts: list[int], total: int) -> None:
    shares = shares_of(parts, {}, all_named=False)
    found = apportioned(total, shares, [str(v) for v in range(len(parts))])
    assert sum(found) == (total if sum(parts) else 0)
    for rows, part in zip(found, parts, strict=True):
        assert sum(parts) == 0 or abs(rows - total * part / sum(parts)) < 1


def test_apportioned__largest_remainder_by_hand() -> None:
    """10 rows at 45, 35 and 20 %: quotas 4.5, 3.5 and 2. The larger of the two halves goes up. 10 at a third each:
    the row that is left goes to the first by name."""
    shares = shares_of([0, 0, 0], {0: 0.45, 1: 0.35, 2: 0.2}, all_named=True)
    assert apportioned(10, shares, ["x", "y", "z"]) == [5, 3, 2]
    thirds = shares_of([7, 7, 7], {}, all_named=False)
    assert apportioned(10, thirds, ["z", "y", "x"]) == [3, 3, 4]


def test_shares_of__decimals_are_exact() -> None:
    """A tenth of 1,000 is 100: as a binary float 0.1 is a little more, which would make the largest total 999."""
    shares = shares_of([100, 900], {0: 0.1}, all_named=False)
    assert largest_total(shares, [100, 900], ["a", "b"]) == 1000


def test_mixture__as_large_as_possible_by_hand() -> None:
    """Half "c": there are two, so four rows in all; the other two go to a, b and none as 6 : 3 : 1, that is 1.2, 0.6
    and 0.2, by largest remainder 1, 1 and 0."""
    preview = Engine(fill(ASKED)).preview(asked(shares={"c": 0.5}))
    assert preview.mixture.values == (
        ValueEffect("c", True, 2, 2, 2, 2),
        ValueEffect("a", False, 6, 6, 1, 1),
        ValueEffect("b", False, 3, 3, 1, 1),
        ValueEffect(None, False, 1, 1, 0, 0),
    )
    assert (preview.mixture.size, preview.size, preview.mixture.notices) == (4, 4, ())
    assert preview.reasons == {"keeps_all": 4, "mixture": 8}


def test_mixture__the_first_in_the_shared_order_stay() -> None:
    """Three of the six "a" stay: those with the smallest draws of the order of caps, one with tail before."""
    recipe = asked(sizes={"a": 3})
    by_draw = sorted(range(6), key=lambda i: draw_of(42, "at_most", "", i))
    kept = np.flatnonzero(Engine(fill(ASKED)).preview(recipe).kept).tolist()
    assert kept == [*sorted(by_draw[:3]), 6, 7, 8, 9, 10, 11]
    last = by_draw[-1]
    rows = [row | ({"object": ["yak"]} if i == last else {}) for i, row in enumerate(ASKED)]
    rare = replace(recipe, tau={**recipe.tau, "object": 2})  # yak occurs once, below 2
    kept = np.flatnonzero(Engine(fill(rows)).preview(rare).kept).tolist()
    assert kept == [*sorted([last, *by_draw[:2]]), 6, 7, 8, 9, 10, 11]


def test_mixture__a_value_that_lacks_rows_is_repeated() -> None:
    """Five of "c", which has two rows, up to three times: each twice, and the first in the order once more."""
    engine = Engine(fill(ASKED))
    preview = engine.preview(asked(sizes={"c": 5}, repeat=3))
    first = min((9, 10), key=lambda i: draw_of(42, "at_most", "", i))
    assert preview.copies.tolist() == [1] * 9 + ([3, 2] if first == 9 else [2, 3]) + [1]
    assert preview.repeated == 3
    twice = engine.preview(asked(sizes={"c": 5}, repeat=2)).mixture
    assert twice.values[0] == ValueEffect("c", True, 2, 2, 5, 4)
    assert twice.notices == ("“c” of interrogation lacks rows: 5 rows wanted, 4 given. It has 2 before the mixture.",)


def test_mixture__copies_count_in_caps() -> None:
    """ "c" may be there three times in all: 5 are wanted, the cap lets 3."""
    capped = replace(asked(sizes={"c": 5}, repeat=3), at_most={"interrogation": {"c": 3}})
    preview = Engine(fill(ASKED)).preview(capped)
    assert preview.mixture.values[0].given == 3 == preview.caps[0].kept
    as_many = replace(asked(shares={"c": 0.5}, repeat=3), at_most={"interrogation": {"c": 3}})
    mixture = Engine(fill(ASKED)).preview(as_many).mixture
    assert mixture.size == 6  # three times two would be 12 in all; the cap lets 3, so there are 6, and nobody is short
    assert mixture.notices == () and mixture.values[0].given == 3


def test_mixture__what_leaves_is_said_before_it_happens() -> None:
    engine = Engine(fill(ASKED))
    mixture = engine.preview(asked(shares={"a": 0.5, "b": 0.5})).mixture
    assert mixture.notices == ("The named shares sum to 1: 2 other values of interrogation leave, with 3 rows.",)
    assert {v.value: v.given for v in mixture.values} == {"a": 3, "b": 3, "c": 0, None: 0}
    missing = engine.preview(asked(shares={"a": 0.5, "yak": 0.25}, size=8))
    assert missing.mixture.notices == ("“yak” of interrogation has no rows to give: 2 rows wanted.",)
    assert missing.unused == ("interrogation: yak",)
    assert missing.size == 6
    alone = engine.preview(asked(shares={"a": 0.2, "b": 0.1, "c": 0.1}, size=9)).mixture
    assert alone.notices == (
        "The group without interrogation lacks rows: 5 rows wanted, 1 given. It has 1 before the mixture.",
    )
    assert [v.given for v in alone.values] == [2, 1, 1, 1]


def test_mixture__no_other_value_has_rows() -> None:
    engine = Engine(fill(ASKED[:9]))
    mixture = engine.preview(asked(shares={"a": 0.4, "b": 0.4})).mixture
    assert mixture.notices == ("No other value has rows, so the named shares are scaled to sum to 1.",)
    assert (mixture.size, [v.given for v in mixture.values]) == (6, [3, 3])


def test_mixture__an_instance_with_several_entities_counts_for_the_most_frequent() -> None:
    """cat 7, dog 3, zebra 1: the two with cat and dog are cats; of four cats and dogs as 3 : 1, the dog is row 3."""
    engine = Engine(fill(ZOO))
    values = engine.values("object")
    assert [values.names[n] for n in values.of.tolist()] == [
        "cat", "cat", "cat", "dog", "cat", "cat", None, None, "cat", "cat",
    ]  # fmt: skip
    assert dict(zip(values.names, values.before.tolist(), strict=True)) == {"cat": 7, "dog": 1, "zebra": 0, None: 2}


def test_mixture__the_size_over_other_seeds_is_counted() -> None:
    """Where the mixture binds there is no closed form; six in every seed, as three "b" bound it."""
    engine = Engine(fill(ASKED))
    recipe = asked(shares={"a": 0.5, "b": 0.5})
    preview, found = engine.preview(recipe), estimate(engine, recipe)
    assert preview.expected is None and preview.probability is None
    assert (found.expected, found.expected_sd) == (6.0, 0.0)
    assert found.probability[6:].tolist() == [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]


def test_mixture__random_is_of_equal_size() -> None:
    preview = Engine(fill(ASKED)).preview(asked(sizes={"a": 2}))
    assert preview.size == 8
    chosen = sorted(range(12), key=lambda i: draw_of(42, "random", "", i))[:8]
    assert preview.random["interrogation"][0] == sum(i < 6 for i in chosen)


def test_backwards_and_compare__with_a_mixture() -> None:
    """As many "b" as "a": the more pass, the more there are, and the mixture takes the rest of the a."""
    rows = [{"token": ["man"], "interrogation": ["a" if i % 3 else "b"]} for i in range(90)]
    engine = Engine(fill(rows))
    recipe = Recipe(
        perspectives=("token",), tau={"token": 20}, mixture=Mixture("interrogation", shares={"a": 0.5, "b": 0.5})
    )
    answer = for_size(engine, recipe, 40)
    assert answer.recipe.mixture == recipe.mixture
    assert engine.preview(answer.recipe).size == answer.reached
    assert abs(answer.reached - 40) <= 2
    without = replace(recipe, mixture=None)
    found = compare(engine, recipe, without)
    assert len(found.only_a) == 0 and len(found.only_b) == found.b.size - found.a.size > 0


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(recipes(), mixtures(), st.sampled_from(PAPER_NAMES))
def test_drag_grid__is_the_preview_at_each_of_its_values(recipe: Recipe, mixture: Mixture, perspective: str) -> None:
    engine = Engine(fill(ZOO, into=AGAIN))
    recipe = replace(recipe, repeat=1, mixture=replace(mixture, repeat=1))
    ranks = {p: np.arange(1, 9) for p in PAPER_NAMES}
    grid = drag_grid(engine, recipe, perspective, ranks, points=4)
    for step, tau in enumerate(grid.tau):
        preview = engine.preview(replace(recipe, tau={**recipe.tau, perspective: float(tau)}))
        assert grid.sizes[step] == preview.size
        curve = sorted(preview.after["object"].tolist(), reverse=True)
        assert grid.curves["object"][step].tolist() == (curve + [0] * 8)[:8]


def test_engine__a_mixture_of_many_values_lists_the_largest() -> None:
    rows = [{"object": [f"thing {i}"]} for i in range(130)] + [{"object": ["cat"]}] * 2
    mixture = (
        Engine(fill(rows))
        .preview(replace(EVERYTHING, mixture=Mixture("object", shares={"thing 7": 0.5}, size=20, repeat=20)))
        .mixture
    )
    assert (len(mixture.values), mixture.unlisted) == (101, 30)
    assert (mixture.values[0].given, mixture.values[1].value) == (10, "cat")
    assert mixture.unlisted_pool == 30
    assert mixture.unlisted_given + sum(v.given for v in mixture.values) == 20


def test_given__wanted_shares_of_a_pool() -> None:
    assert given_of(Engine(fill(ASKED)), asked(size=6)) == {"a": 3, "b": 2, "c": 1, None: 0}


@pytest.mark.parametrize("repeat", [1, 2])
def test_mixture__nothing_is_kept_of_nothing(repeat: int) -> None:
    nothing = replace(asked(shares={"a": 1.0}, repeat=repeat), alpha=0.0)
    preview = Engine(fill(ASKED)).preview(nothing)
    assert (preview.size, preview.mixture.size, preview.mixture.binds) == (0, 0, False)


# ---- runs and reasons


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some_rows, mixed_recipes)
def test_rebalance__equals_preview_and_explains_itself(rows: list[dict[str, list[str]]], recipe: Recipe) -> None:
    store = fill(rows, into=AGAIN)
    engine = Engine(store)
    preview, report = engine.preview(recipe), rebalance(store, recipe)
    assert report.mixture == preview.mixture == run_report(store, 1).mixture
    pool = by_definition(rows, recipe, recipe.tau)
    written = store.rows("select copies, pass_count, reason from decision order by instance")
    assert [row[0] for row in written] == mixed_by_definition(rows, recipe)
    for position, row in enumerate(written):
        ranked, mixed = cap_ranks(engine, preview, position), mixture_rank(engine, preview, position)
        for told in (explain(store, 1, position), explain_recipe(store, recipe, report.tau, position, ranked, mixed)):
            assert (told.copies, told.pass_count, told.reason) == row
            assert told.mixture == mixed
            assert (told.mixture is None) == (told.copies == pool[position])
            assert told.in_words.endswith(told.mixture.in_words if told.mixture else ".")
    delete_run(store, 1)
    assert store.value("select count(*) from over_share") == 0


def test_explain__place_and_what_would_bring_it_back() -> None:
    """Of the six "a" three stay; the fifth in the order says that it is number 5 and stays with five."""
    store = fill(ASKED)
    rebalance(store, asked(sizes={"a": 3, "c": 5}, repeat=3))
    fifth = sorted(range(6), key=lambda i: draw_of(42, "at_most", "", i))[4]
    told = explain(store, 1, fifth)
    assert told.mixture == MixtureRank("interrogation", "a", 5, 6, 3, 0)
    assert told.in_words == (
        "Dropped by the mixture: the rest of the recipe keeps it. It is number 5 of the 6 rows of interrogation “a” "
        "that are kept, of which 3 stay; with 5 rows it would stay."
    )
    again = min((9, 10), key=lambda i: draw_of(42, "at_most", "", i))
    assert explain(store, 1, again).in_words == (
        "Kept: the recipe keeps every instance. The mixture makes 5 of the 2 rows of interrogation “c” that are kept."
    )
    assert explain(store, 1, 11).mixture is None
    five = replace(asked(sizes={"a": 5, "c": 5}, repeat=3), name="five")
    assert Engine(store).preview(five).kept[fifth]


def test_explain_entity__what_the_mixture_takes() -> None:
    engine = Engine(fill(ASKED))
    told = explain_entity(engine, engine.preview(asked(sizes={"a": 2})), "interrogation", "a")
    assert (told.kept, told.dropped, told.by_mixture, told.over_cap, told.expected) == (2, 4, 4, 0, None)


def test_rebalance__the_size_is_estimated_where_asked_for() -> None:
    store = fill(ASKED)
    report = rebalance(store, asked(shares={"a": 0.5, "b": 0.5}), expected=True)
    assert (report.expected, report.expected_by) == (6.0, "20 seeds")
    assert rebalance(store, asked(shares={"a": 0.5, "b": 0.5})).expected_by == "not estimated"
