"""Epochs: each is the recipe with its own seed, and what is seen over all of them follows the closed form."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adr import cli
from adr.draws import epoch_seed
from adr.errors import AdrError
from adr.rebalance.engine import Engine
from adr.rebalance.epoch_table import read_epochs
from adr.rebalance.epochs import Epochs, SeenCounts, draw_epochs, epochs_report, expected_of, seen_entities, seen_of
from adr.rebalance.runs import delete_run, rebalance, run_report
from adr.recipe import Recipe
from adr.report import plain
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.mixture import mixed_by_definition, mixed_recipes
from tests.worlds.zoo import AGAIN, TAU, ZOO, by_definition, counts_of, fill, instance, recipes

THREE = Recipe(tau=TAU, epochs=3)


def written(store: Store, run: int, epoch: int, rows: int) -> list[int]:
    """Copies of every instance in an epoch, as the tables have them."""
    found = dict(store.rows("select instance, copies from kept_in where run = $1 and epoch = $2", [run, epoch]))
    return [found.get(row, 0) for row in range(rows)]


def drawn(store: Store, recipe: Recipe) -> tuple[Engine, Epochs]:
    engine = Engine(store)
    return engine, draw_epochs(engine, engine.preview(recipe))


def test_rebalance__every_epoch_is_the_recipe_with_its_seed() -> None:
    store = fill(ZOO)
    report = rebalance(store, THREE)
    assert report.epochs is not None
    copies = [by_definition(ZOO, replace(THREE, seed=epoch_seed(42, epoch)), TAU) for epoch in (1, 2, 3)]
    assert copies[0] != copies[1] != copies[2]
    assert [written(store, 1, epoch, 10) for epoch in (1, 2, 3)] == copies
    assert [(e.epoch, e.seed, e.kept) for e in report.epochs.each] == [
        (epoch, epoch_seed(42, epoch), sum(copies[epoch - 1])) for epoch in (1, 2, 3)
    ]
    together = [sum(row) for row in zip(*copies, strict=True)]
    assert written(store, 1, 0, 10) == [min(1, n) for n in together]
    assert report.epochs.instances == SeenCounts(together.count(3), 10 - together.count(0), together.count(0))
    assert run_report(store, 1) == report


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(instance, min_size=1, max_size=8).filter(lambda rows: any(any(r.values()) for r in rows)),
    recipes(),
    st.integers(2, 4),
)
def test_rebalance__equals_the_definition_for_any_recipe(rows: list, recipe: Recipe, epochs: int) -> None:
    store = fill(rows, into=AGAIN)
    recipe = replace(recipe, epochs=epochs)
    report = rebalance(store, recipe).epochs
    copies = [
        by_definition(rows, replace(recipe, seed=epoch_seed(recipe.seed, one)), recipe.tau)
        for one in range(1, epochs + 1)
    ]
    assert [written(store, 1, epoch, len(rows)) for epoch in range(1, epochs + 1)] == copies
    assert report is not None
    assert [one.kept + one.repeated for one in report.each] == [sum(one) for one in copies]
    engine = Engine(store)
    again = read_epochs(store, 1, recipe, engine)
    assert [one.copies.tolist() for one in again.draws] == copies
    for perspective, counts in counts_of(rows).items():
        seen = seen_entities(engine, again, perspective)
        having = {entity: [i for i, row in enumerate(rows) if entity in row.get(perspective, ())] for entity in counts}
        times = {entity: sum(one[i] for one in copies for i in at) for entity, at in having.items()}
        assert dict(zip(engine.names(perspective, range(len(counts))), seen.times.tolist(), strict=True)) == times


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(instance, min_size=1, max_size=8).filter(lambda rows: any(any(r.values()) for r in rows)),
    mixed_recipes,
    st.integers(2, 4),
)
def test_rebalance__every_epoch_has_the_mixture(rows: list, recipe: Recipe, epochs: int) -> None:
    store = fill(rows, into=AGAIN)
    rebalance(store, replace(recipe, epochs=epochs))
    seeds = [epoch_seed(recipe.seed, epoch) for epoch in range(1, epochs + 1)]
    copies = [mixed_by_definition(rows, replace(recipe, seed=seed)) for seed in seeds]
    assert [written(store, 1, epoch, len(rows)) for epoch in range(1, epochs + 1)] == copies


def test_seen_of__three_epochs() -> None:
    assert seen_of(np.array([3, 0, 1, 2, 3], np.int16), 3) == SeenCounts(in_every=2, at_least_once=4, never=1)


def test_expected_of__two_epochs_by_hand() -> None:
    """p = 1, 1/2 and 0: in both epochs 1 + 1/4 + 0, in none 0 + 1/4 + 1."""
    expected = expected_of(np.array([0, 1, 2], np.int32), np.array([1.0, 0.5, 0.0]), 2)
    assert (expected.in_every, expected.at_least_once, expected.never) == (1.25, 1.75, 1.25)


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(tau=TAU, epochs=3),
        Recipe(tau=TAU, epochs=3, min_passes=2, alpha=0.7, repeat=3),
        Recipe(tau=TAU, epochs=3, pass_rule="mean", mute={"token": ["animal"]}),
    ],
)
def test_closed_form__is_the_mean_over_many_seeds(recipe: Recipe) -> None:
    store = fill(ZOO)
    tries, told, times = 400, [], []
    engine = Engine(store)
    for seed in range(tries):
        preview = engine.preview(replace(recipe, seed=seed))
        epochs = draw_epochs(engine, preview)
        report = epochs_report(engine, epochs)
        assert report.expected is not None
        seen = report.instances
        told.append((seen.in_every, seen.at_least_once, seen.never))
        times.append(seen_entities(engine, epochs, "token").times)
    expected = seen_entities(engine, epochs, "token").expected
    assert expected is not None
    for counted, closed in (
        (np.array(told), np.array([report.expected.in_every, report.expected.at_least_once, report.expected.never])),
        (np.array(times), expected),
    ):
        error = counted.std(axis=0, ddof=1) / math.sqrt(tries)
        assert (np.abs(counted.mean(axis=0) - closed) <= 4 * error + 1e-9).all()


def test_closed_form__is_not_given_where_a_cap_binds_in_any_epoch() -> None:
    store = fill(ZOO)
    kept_cats = Recipe(tau=TAU, epochs=3, protect={"object": ["cat"]}, at_most={"object": {"cat": 3}})
    report = rebalance(store, kept_cats)
    assert report.epochs is not None and report.epochs.expected is None
    for epoch in (1, 2, 3):
        copies = written(store, 1, epoch, 10)
        assert sum(n for n, row in zip(copies, ZOO, strict=True) if "cat" in row.get("object", ())) == 3
    loose = rebalance(store, replace(kept_cats, at_most={"object": {"cat": 7}}))
    assert loose.epochs is not None and loose.epochs.expected is not None


def long_tail(rows: int) -> list[dict[str, list[str]]]:
    """Every row has the token "head"; each hundredth has a token of the tail too, that it shares with another."""
    return [{"token": ["head", f"tail {i // 200}"] if i % 100 == 0 else ["head"]} for i in range(rows)]


@pytest.mark.parametrize("epochs", [1, 2, 3, 6])
def test_paper_rule__the_tail_is_in_every_epoch_and_the_head_is_thinned_anew(epochs: int) -> None:
    """p of "head" is 4,000 / 20,000 = 0.2; of the 19,800 rows without a tail token (1 - 0.2)^E are never seen."""
    rows = long_tail(20_000)
    store = fill(rows, into=AGAIN)
    recipe = Recipe(tau={"token": 4_000.0, "object": 1.0, "co_occurrence": 1.0, "interrogation": 1.0}, epochs=epochs)
    _, found = drawn(store, recipe)
    tail = np.array([len(row["token"]) > 1 for row in rows])
    assert all(one.copies[tail].all() for one in found.draws)
    never = ~np.any([one.copies[~tail] > 0 for one in found.draws], axis=0)
    share = 0.8**epochs
    error = math.sqrt(share * (1 - share) / len(never))
    assert abs(never.mean() - share) < 4 * error


def test_one_epoch__leaves_recipe_tables_and_report_as_they_are() -> None:
    assert Recipe().fingerprint == "33e54b7c55c4" != Recipe(epochs=2).fingerprint
    assert "epochs" not in Recipe().to_toml() + Recipe().in_words()
    store = fill(ZOO)
    report = rebalance(store, Recipe(tau=TAU))
    assert "epochs" not in plain(report)
    assert store.value("select count(*) from epoch_kept") == 0


def test_delete_run__takes_its_epochs_along() -> None:
    store = fill(ZOO)
    rebalance(store, THREE)
    rebalance(store, replace(THREE, seed=1))
    delete_run(store, 1)
    assert store.rows("select distinct run from epoch_kept") == [(2,)]


def test_read_epochs__another_dataset_is_refused() -> None:
    store = fill(ZOO)
    rebalance(store, THREE)
    store.execute("insert into epoch_kept values (1, 2, 10, 1)")
    with pytest.raises(AdrError, match="not in the dataset"):
        read_epochs(store, 1, THREE, Engine(store))


def test_recipe__epochs_as_toml_and_in_words() -> None:
    assert Recipe.from_toml(THREE.to_toml()) == THREE
    assert "drawn anew for each of 3 epochs" in THREE.in_words()
    for wrong in (0, 101, 1.5, True):
        with pytest.raises(AdrError, match="epochs is"):
            Recipe(epochs=wrong)  # type: ignore[arg-type]


def test_command_line__draws_as_many_epochs_as_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    memory, store = fill(ZOO), Store(Workspace.at(tmp_path / "w").database)
    with store.atomic() as writer:
        for table in ("instance", "entity", "posting"):
            writer.insert(table, memory.arrow(f"select * from {table}"))
    store.close()
    recipe = tmp_path / "zoo.toml"
    recipe.write_text(Recipe(tau=TAU).to_toml())
    words = ["rebalance", "--recipe", str(recipe), "--epochs", "3", "-w", str(tmp_path / "w")]
    assert cli.main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["epochs"]
    assert [one["seed"] for one in told["each"]] == [epoch_seed(42, epoch) for epoch in (1, 2, 3)]
    assert told["instances"]["at_least_once"] + told["instances"]["never"] == 10
    assert cli.main(words) == 0
    assert "3 epochs; epoch 1 is the run itself." in capsys.readouterr().out
