"""Runs: what is written is what the preview showed, the command line says the same, and every decision is explained."""

import contextlib
import dataclasses
import io
import json
import math
import statistics
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adr import cli
from adr.errors import AdrError
from adr.perspectives import PAPER_NAMES
from adr.progress import Cancelled
from adr.rebalance.engine import Engine
from adr.rebalance.explain import cap_ranks, explain, explain_entity, explain_recipe
from adr.rebalance.runs import decided, delete_run, kept_instances, rebalance, rename_run, run_recipe, run_report, runs
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.zoo import AGAIN, TAU, ZOO, by_definition, draw_of, fill, instance, recipes

CAPPED = Recipe(tau=TAU, min_passes=2, mute={"object": ["cat"]}, protect={"object": ["zebra"]}, name="zoo")


def test_rebalance__writes_the_decisions_of_the_definition() -> None:
    store = fill(ZOO)
    report = rebalance(store, CAPPED)
    expected = by_definition(ZOO, CAPPED, TAU)
    written = store.rows("select copies from decision where run = 1 order by instance")
    assert [copies for (copies,) in written] == expected
    assert kept_instances(store, 1).tolist() == [i for i, copies in enumerate(expected) if copies]
    assert (report.run, report.name, report.kept) == (1, "zoo", sum(expected))
    assert report.kept + report.dropped == 10
    assert report.perspectives["token"].before.entities == 5  # animal, grass, tree, poem, sky
    assert run_report(store, 1) == report
    assert store.value("select sum(probability) from decision") == pytest.approx(report.expected, rel=1e-6)
    assert dict(store.rows("select reason, count(*) from decision group by 1")) == report.reasons


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(instance, min_size=1, max_size=8).filter(lambda rows: any(any(r.values()) for r in rows)), recipes())
def test_rebalance__equals_preview_and_definition_and_explains_itself(
    rows: list[dict[str, list[str]]], recipe: Recipe
) -> None:
    store = fill(rows, into=AGAIN)
    engine = Engine(store)
    preview, report = engine.preview(recipe), rebalance(store, recipe)
    assert (report.kept, report.repeated, report.expected) == (preview.size, preview.repeated, preview.expected)
    written = store.rows("select copies, pass_count, reason from decision order by instance")
    assert [row[0] for row in written] == preview.copies.tolist() == by_definition(rows, recipe, recipe.tau)
    for position, row in enumerate(written):
        ranked = cap_ranks(engine, preview, position)
        for told in (explain(store, 1, position), explain_recipe(store, recipe, report.tau, position, ranked)):
            assert (told.copies, told.pass_count, told.reason) == row
            assert sum(p.passed for p in told.passes) == told.pass_count
            if told.run == 0 and preview.probability is not None:
                assert told.probability == pytest.approx(preview.probability[position], abs=1e-6)
            assert told.in_words
            assert bool(told.caps) == (told.copies < preview.by_rule[position])
            assert all(cap.rank + preview.by_rule[position] - 1 > cap.at_most for cap in told.caps)


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(recipes())
def test_command_line__gives_the_numbers_of_the_preview(tmp_path: Path, recipe: Recipe) -> None:
    folder = tmp_path / recipe.fingerprint
    workspace = Workspace.at(folder)
    memory, store = fill(ZOO), Store(workspace.database)
    with store.atomic() as writer:
        for table in ("instance", "entity", "posting"):
            writer.insert(table, memory.arrow(f"select * from {table}"))
    preview = Engine(store).preview(recipe)
    store.close()
    (folder / "recipe.toml").write_text(recipe.to_toml(), encoding="utf-8")
    report = _told(["rebalance", "-w", str(folder), "--recipe", str(folder / "recipe.toml")])
    again = _told(["rebalance", "-w", str(folder), "--recipe", str(folder / "recipe.toml")])
    assert (report["kept"], report["dropped"], report["repeated"]) == (preview.size, preview.dropped, preview.repeated)
    assert report["reasons"] == preview.reasons
    for perspective in PAPER_NAMES:
        columns = dataclasses.asdict(preview.perspectives[perspective])
        assert {k: report["perspectives"][perspective][k] for k in ("before", "after", "random")} == {
            k: columns[k] for k in ("before", "after", "random")
        }
    assert (again["run"], again["kept"], again["perspectives"]) == (2, report["kept"], report["perspectives"])
    store = Store(workspace.database)
    assert (
        kept_instances(store, 1).tolist()
        == kept_instances(store, 2).tolist()
        == [i for i, copies in enumerate(by_definition(ZOO, recipe, recipe.tau)) if copies]
    )
    store.close()
    told = _told(["explain", "-w", str(folder), "--run", "1", "--instance", "4"])
    assert told["kept"] == bool(preview.kept[4])
    assert {"perspective", "critical_tau", "entity"} <= set(told["passes"][0])


def _told(arguments: list[str]) -> dict:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert cli.main([*arguments, "--json", "--quiet"]) == 0
    found: dict = json.loads(out.getvalue())
    return found


def test_explain__ten_instances_by_hand() -> None:
    """Seed 42, τ = 1.5 for objects (cat 7, dog 3, zebra 1), 1 for pairs (cat + dog 2, cat + zebra 1), two must pass.

    For each instance: the least draw · n in each perspective, worked out here from the definition of the draw.
    """
    store = fill(ZOO)
    recipe = Recipe(perspectives=("object", "co_occurrence"), min_passes=2, tau=TAU)
    rebalance(store, recipe)
    n = {"cat": 7, "dog": 3, "zebra": 1, "cat + dog": 2, "cat + zebra": 1}
    for position, row in enumerate(ZOO):
        told = explain(store, 1, position)
        for found, perspective, tau in zip(told.passes, ("object", "co_occurrence"), (1.5, 1.0), strict=True):
            least = min(
                ((draw_of(42, perspective, e, position) * n[e], e) for e in row.get(perspective, [])),
                default=(math.inf, None),
            )
            assert (found.critical_tau, found.entity) == least
            assert found.passed == (least[0] < tau)
            missed = math.prod(1 - min(1, tau / n[e]) for e in row.get(perspective, []))
            assert found.probability == pytest.approx(1 - missed)
            assert {d.entity: (d.n, d.draw) for d in found.entities} == {
                e: (n[e], draw_of(42, perspective, e, position)) for e in row.get(perspective, [])
            }
    surely = explain(store, 1, 4)  # zebra and cat + zebra each occur once: both always pass
    assert (surely.kept, surely.pass_count, surely.probability, surely.reason) == (True, 2, 1.0, "passes")
    assert "zebra" in surely.in_words
    empty = explain(store, 1, 7)
    assert (empty.kept, empty.reason, empty.pass_count) == (False, "no_entities", 0)
    lacking = explain(store, 1, 0)  # one object only: the pair perspective cannot pass
    assert (lacking.kept, lacking.reason, lacking.probability) == (False, "below_min_passes", 0.0)
    assert lacking.passes[1].entity is None


def test_explain__says_when_there_is_no_such_run_or_instance() -> None:
    store = fill(ZOO)
    with pytest.raises(AdrError, match="no run 1"):
        explain(store, 1, 0)
    rebalance(store, CAPPED)
    with pytest.raises(AdrError, match="no instance 99"):
        explain(store, 1, 99)


def test_explain__the_last_draw_and_keeping_everything() -> None:
    store = fill(ZOO)
    rebalance(store, Recipe(min_passes=0, alpha=0.5))
    told = [explain(store, 1, i) for i in range(10)]
    assert [t.kept for t in told] == [draw_of(42, "alpha", "", i) < 0.5 for i in range(10)]
    assert {t.reason for t in told} == {"keeps_all", "alpha"}
    assert {t.probability for t in told} == {0.5}


def test_explain_entity__counts_what_goes_and_who_keeps_the_rest() -> None:
    """Only objects count; cat is muted, so its instances stay only where dog or zebra keeps them."""
    engine = Engine(fill(ZOO))
    recipe = Recipe(perspectives=("object",), tau={"object": 3}, mute={"object": ["cat"]})
    told = explain_entity(engine, engine.preview(recipe), "object", "cat")
    assert (told.n, told.limit, told.by_hand, told.probability) == (7, 0.0, "mute", 0.0)
    assert (told.kept, told.dropped, told.by_itself) == (3, 4, 0)  # 1 and 8 by dog, 4 by zebra
    assert told.keepers == (("object", "dog", 2), ("object", "zebra", 1))
    assert told.expected == pytest.approx(3)
    with pytest.raises(AdrError, match="no object 'yak'"):
        explain_entity(engine, engine.preview(recipe), "object", "yak")


def test_runs__are_listed_renamed_and_deleted() -> None:
    store = fill(ZOO)
    rebalance(store, CAPPED)
    rebalance(store, Recipe(min_passes=0), name="all")
    listed = runs(store)
    assert [(r.run, r.name, r.kept + r.dropped) for r in listed] == [(2, "all", 10), (1, "zoo", 10)]
    assert listed[1].recipe == CAPPED == run_recipe(store, 1)
    assert not listed[0].outdated and listed[0].plans == 0
    rename_run(store, 2, "everything")
    assert runs(store)[0].name == "everything"
    with pytest.raises(AdrError, match="needs a name"):
        rename_run(store, 2, "  ")
    delete_run(store, 1)
    assert [r.run for r in runs(store)] == [2]
    for table in ("decision", "critical_tau"):
        assert store.rows(f"select distinct run from {table}") == [(2,)]
    with pytest.raises(AdrError, match="no run 1"):
        delete_run(store, 1)


def test_delete_run__refuses_when_a_plan_needs_it() -> None:
    store = fill(ZOO)
    rebalance(store, CAPPED)
    store.execute("insert into plan (plan, run) values (1, 1)")
    with pytest.raises(AdrError, match="has a synthesis plan"):
        delete_run(store, 1)


def test_rebalance__cancelled_leaves_nothing() -> None:
    def stop(done: int, total: int | None, message: str) -> None:
        if message == "Writing reasons" and done == 1:
            raise Cancelled()

    store = fill(ZOO)
    with pytest.raises(Cancelled):
        rebalance(store, CAPPED, progress=stop)
    assert store.rows("select count(*) from run union all select count(*) from decision") == [(0,), (0,)]


def test_decided__filters_and_pages_everything() -> None:
    store = fill(ZOO)
    recipe = Recipe(
        perspectives=("object",), tau={"object": 0}, protect={"object": ["dog"]}, own_tau={"object": {"zebra": 1}}
    )
    rebalance(store, recipe)
    assert decided(store, 1)[1] == 10
    kept, total = decided(store, 1, kept=True)
    assert (kept["instance"].tolist(), total) == ([1, 3, 4, 8], 4)
    assert decided(store, 1, reason="no_entities")[0]["instance"].tolist() == [6, 7]
    cat = store.value("select entity from entity where perspective = perspective_number('object') and name = 'cat'")
    assert decided(store, 1, entity=cat, kept=False)[0]["instance"].tolist() == [0, 2, 5, 9]
    assert decided(store, 1, perspective="object", passed=True)[0]["instance"].tolist() == [1, 3, 4, 8]
    assert decided(store, 1, perspective="object", passed=False)[1] == 6
    pages = [decided(store, 1, limit=3, offset=offset)[0]["instance"].tolist() for offset in (0, 3, 6, 9)]
    assert [position for page in pages for position in page] == list(range(10))


def test_cap__at_most_two_cats_and_the_tail_stays() -> None:
    """Seven instances have a cat. 4 has the only zebra and 1 and 8 a pair, so they come first; the rest by draw."""
    store = fill(ZOO)
    tau = {"object": 1.5, "token": 1.5, "co_occurrence": 3.0, "interrogation": 1.5}
    recipe = Recipe(min_passes=0, tau=tau, at_most={"object": {"cat": 3}})
    report = rebalance(store, recipe)
    held = [i for i in kept_instances(store, 1).tolist() if "cat" in ZOO[i].get("object", ())]
    assert held == [1, 4, 8]
    assert report.reasons == {"keeps_all": 6, "over_cap": 4}
    assert [(c.entity, c.at_most, c.by_rule, c.kept, c.binds) for c in report.caps] == [("cat", 3, 7, 3, True)]
    assert (report.expected, report.expected_by) == (None, "not estimated")
    told = explain(store, 1, 0)
    assert told.reason == "over_cap" and told.probability is None
    assert [(c.entity, c.at_most, c.of) for c in told.caps] == [("cat", 3, 7)] and 4 <= told.caps[0].rank <= 7
    assert f"“cat” is capped at 3 and this is number {told.caps[0].rank} of 7" in told.in_words


def test_cap__expected_is_estimated_over_the_next_seeds() -> None:
    store = fill(ZOO)
    recipe = Recipe(tau=TAU, at_most={"object": {"cat": 2}})
    report = rebalance(store, recipe, expected=True)
    sizes = [sum(c > 0 for c in by_definition(ZOO, replace(recipe, seed=43 + i), TAU)) for i in range(20)]
    assert report.expected_by == "20 seeds"
    assert report.expected == pytest.approx(sum(sizes) / 20)
    assert report.expected_sd == pytest.approx(statistics.stdev(sizes))
    assert store.value("select sum(probability) from decision") == pytest.approx(sum(sizes) / 20)
