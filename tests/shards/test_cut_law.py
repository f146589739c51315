"""What is kept does not depend on how a dataset is cut into shards: the stages tau, decide and settle against one
machine, row by row and bit by bit."""

import math
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.perspectives import PAPER_NAMES
from adr.ranges import RANGE
from adr.rebalance.engine import Engine
from adr.rebalance.runs import RebalanceReport, rebalance
from adr.recipe import Recipe
from adr.recipe_frozen import frozen
from adr.recipe_mixture import Mixture
from adr.shards import tau
from adr.shards.entity_tables import decided_table
from adr.shards.limits import Limits
from adr.shards.settled import Settled
from adr.shards.shard_run import GLOBAL, ShardRun
from adr.shards.shard_set import ShardSet
from tests.worlds.cut_rows import World, cut_into, settled, table_of
from tests.worlds.mixture import mixtures
from tests.worlds.zoo import AGAIN, TAU, ZOO, by_definition, fill, instance, recipes

PLACE = Path(tempfile.mkdtemp(prefix="adr-cut-"))


@pytest.fixture(autouse=True, scope="module")
def _no_files_left() -> object:
    yield
    shutil.rmtree(PLACE, ignore_errors=True)


def on_one_machine(world: World, recipe: Recipe) -> tuple[Engine, RebalanceReport]:
    """The engine over a workspace with the same rows, and the report of a run in it."""
    store = fill(world.rows, positions=world.positions, text_only=world.text_only, into=AGAIN)
    with store.atomic() as writer:
        writer.execute("delete from turn_language")
        if world.unread:
            writer.insert(
                "turn_language",
                pd.DataFrame(
                    [(p, "und", 1, 1) for p in world.unread], columns=["instance", "language", "turns", "unread"]
                ),
            )
    engine = Engine(store).excluding(recipe)
    return engine, rebalance(store, recipe, engine=engine)


def fresh_folder() -> Path:
    """An empty folder for shards; the one before is gone."""
    folder = PLACE / "shards"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def in_shards(world: World, recipe: Recipe, cuts: Sequence[int]) -> tuple[ShardSet, ShardRun, Settled]:
    """What the stages make of the same rows in shards."""
    shards, run = cut_into(fresh_folder(), world, cuts, recipe)
    return shards, run, settled(shards, run)


def assert_same(world: World, recipe: Recipe, cuts: Sequence[int]) -> Settled:
    """The shards decide as one machine does."""
    recipe = Recipe.from_toml(recipe.to_toml())  # a recipe file says caps in its own order
    engine, report = on_one_machine(world, recipe)
    shards, run, found = in_shards(world, recipe, cuts)
    decisions = engine.store.frame(
        "select instance, pass_count, kept, copies, reason, probability from decision where run = $1 order by instance",
        [report.run],
    )
    pd.testing.assert_frame_equal(table_of(shards, run, "settle", "decision.parquet"), decisions, check_dtype=False)
    for said in ("kept", "dropped", "repeated", "expected", "expected_sd", "reasons", "tau", "caps", "caps_each"):
        assert getattr(found, said) == getattr(report, said), said
    assert found.mixture == report.mixture
    assert found.unused == report.unused
    assert_same_epochs(engine, report, shards, run, found)
    for group in found.groups:
        assert found.groups[group] == report.groups.get(group, {"instances": 0, "kept": 0}), group
    assert_same_critical(engine, recipe, table_of(shards, run, "decide", "rows.parquet"))
    assert_same_baseline(engine, recipe, found)
    return found


def assert_same_critical(engine: Engine, recipe: Recipe, rows: pd.DataFrame) -> None:
    """Critical τ to the bit, and the entity that decides."""
    ranks = dict(
        engine.store.rows("select entity, row_number() over (partition by perspective order by entity) - 1 from entity")
    )
    for perspective in recipe.perspectives:
        critical = engine.critical(recipe, perspective, engine.own(recipe)[perspective])
        assert rows[f"critical_{perspective}"].to_numpy().tobytes() == critical.tau.tobytes()
        ids = engine.postings[perspective].ids
        deciders = [ranks[int(ids[at])] if at >= 0 else -1 for at in critical.decider]
        assert rows[f"decider_{perspective}"].tolist() == deciders


def assert_same_epochs(
    engine: Engine, report: RebalanceReport, shards: ShardSet, run: ShardRun, found: Settled
) -> None:
    """Every epoch keeps the same copies, and what is seen over all of them is the same, to the last bit."""
    if report.epochs is None:
        assert found.epochs is None
        return
    assert found.epochs is not None
    for said in ("each", "instances", "expected"):
        assert getattr(found.epochs, said) == getattr(report.epochs, said), said
    kept = "select instance, copies from kept_in where run = $1 and epoch = $2 order by instance"
    for epoch in range(len(report.epochs.each) + 1):
        there = engine.store.frame(kept, [report.run, epoch])
        if epoch > 1:
            here = table_of(shards, run, "settle", f"epoch-{epoch}.parquet")
            pd.testing.assert_frame_equal(here, there, check_dtype=False)
        rows = [there[there["instance"].between(s.first, s.first + s.records - 1)]["copies"] for s in shards.shards]
        assert found.epochs.rows[epoch] == tuple(int(copies.sum()) for copies in rows)


def assert_same_baseline(engine: Engine, recipe: Recipe, found: Settled) -> None:
    """The random subset of the same size holds the same instances."""
    size = min(found.kept + found.repeated, engine.rows - int(engine.excluded.sum()))
    assert found.baseline.size == size
    taken = found.baseline.takes(recipe.seed, engine.instances, engine.excluded)
    assert np.flatnonzero(taken).tolist() == engine.baseline(recipe.seed, size).tolist()


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to twelve rows among up to five rejected records, at the start of the source or across two fixed ranges."""
    rows = draw(st.lists(instance, min_size=1, max_size=12).filter(lambda rows: any(any(r.values()) for r in rows)))
    begin = draw(st.sampled_from([0, RANGE - 6]))
    records = len(rows) + draw(st.integers(0, 5))
    chosen = draw(st.permutations(range(records)))[: len(rows)]
    positions = [begin + at for at in sorted(chosen)]
    some = st.lists(st.sampled_from(positions), unique=True, max_size=3)
    return World(rows, positions, begin + records, draw(some), draw(some))


@st.composite
def asked(draw: st.DrawFn, world: World) -> Recipe:
    """Any recipe, with some instances set apart and sometimes a mixture."""
    sides = {p: draw(st.sampled_from(["", "", "out", "in"])) for p in range(world.positions[0], world.records)}
    out, kept = ([p for p, side in sides.items() if side == which] for which in ("out", "in"))
    tau_said = draw(st.sampled_from([True, False]))
    recipe = draw(recipes())
    return replace(
        recipe,
        tau=recipe.tau if tau_said else {},
        unread=draw(st.sampled_from(["keep", "drop"])),
        exclude=(frozen(out, "out"),) if out and draw(st.booleans()) else (),
        protect_instances=(frozen(kept, "in"),) if kept and draw(st.booleans()) else (),
        mixture=draw(st.none() | mixtures()),
        epochs=draw(st.integers(1, 3)),
    )


# an example writes a database per shard: making a failure small takes minutes, reading it as it is does not
@settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_kept__does_not_depend_on_the_cuts(data: st.DataObject) -> None:
    """Cuts at any places, so that shards may be empty and rejected records lie at their edges."""
    world = data.draw(worlds())
    recipe = data.draw(asked(world))
    cuts = data.draw(st.lists(st.integers(world.positions[0], world.records), max_size=3))
    assert_same(world, recipe, cuts)


def test_kept__is_what_the_definition_keeps() -> None:
    """The zoo in four shards, one of which is empty, the fourth begins with records that were set aside."""
    positions = [0, 1, 2, 4, 5, 6, 9, 10, 11, 12]
    recipe = Recipe(tau=TAU, min_passes=2)
    shards, run, found = in_shards(World(ZOO, positions, 14), recipe, [3, 3, 7])
    decisions = table_of(shards, run, "settle", "decision.parquet")
    assert decisions["instance"].tolist() == positions
    assert decisions["copies"].tolist() == by_definition(ZOO, recipe, TAU, positions)
    assert [shard.records for shard in shards.shards] == [3, 0, 4, 7]
    assert (found.kept, found.dropped) == (int(decisions["kept"].sum()), 10 - int(decisions["kept"].sum()))


def test_kept__with_everything_that_needs_all_shards() -> None:
    """Caps by name and on each entity, a mixture that repeats rows, protected and excluded rows, unread text."""
    recipe = Recipe(
        seed=7,
        tau=dict.fromkeys(PAPER_NAMES, 4.0),
        alpha=0.9,
        unread="keep",
        repeat=2,
        at_most={"object": {"cat": 3, "unicorn": 1}},
        at_most_each={"token": 4, "object": 2},
        exclude=(frozen([1, 40], "out"),),
        protect_instances=(frozen([5], "in"),),
        mixture=Mixture("interrogation", shares={"what color": 0.6, "no such question": 0.1}, repeat=3),
    )
    found = assert_same(World(ZOO, range(10), 10, text_only=[6], unread=[7]), recipe, [2, 6])
    assert [(cap.perspective, cap.entity, cap.kept <= 3) for cap in found.caps] == [("object", "cat", True)]
    assert [cap.perspective for cap in found.caps_each] == ["token", "object"]
    assert found.mixture is not None
    assert found.expected is None
    assert found.unused == ("object: unicorn", "interrogation: no such question", "exclude: 1 position from 40")


def test_expected__has_the_same_last_bits() -> None:
    """3,000 rows on both sides of the 65,536th position. Added up shard by shard, the sums would differ."""
    drawn = np.random.default_rng(5)
    rows = [{"object": [f"o{k}" for k in drawn.zipf(1.4, 4) if k < 500]} for _ in range(3000)]
    positions = [RANGE - 1400 + at for at in range(3000)]
    recipe = Recipe(perspectives=("object",), pass_rule="mean", tau={"object": 3.3}, alpha=0.77, unread="keep")
    world = World(rows, positions, positions[-1] + 1, unread=positions[::7])
    found = assert_same(world, recipe, [positions[0], positions[333], positions[1401], positions[2222]])
    assert found.expected is not None
    engine, _ = on_one_machine(world, recipe)
    chance = engine.preview(recipe).probability
    assert found.expected == pytest.approx(float(chance.sum()), rel=1e-12)
    edges = [0, 333, 1401, 2222, 3000]
    by_shard = sum(sum(chance[begin:end].tolist()) for begin, end in pairwise(edges))
    assert found.expected != by_shard


def test_tau__counts_without_the_excluded_instances() -> None:
    """cat 7, dog 3, zebra 1. Without 0, 2, 4, 5 and 9 the cat has 2 and the dog 3: it leads; the zebra is gone."""
    recipe = Recipe(exclude=(frozen([0, 2, 4, 5, 9], "out"),), protect={"object": ("cat", "zebra")})
    _, run, _ = in_shards(World(ZOO, range(10), 10), recipe, [4])
    table = decided_table(run, "object")
    assert (table.names.to_pylist(), table.n.tolist(), table.rank.tolist()) == (["dog", "cat"], [3, 2], [1, 0])
    limits = Limits.of(run)
    assert limits.numbers["object"] == {"cat": 1}
    assert limits.own(recipe, "object") == {1: math.inf}
    assert limits.unused(recipe) == ["object: zebra"]


def test_tau__refuses_a_perspective_that_the_index_lacks() -> None:
    recipe = Recipe(at_most={"source": {"vg": 1}})
    shards, run = cut_into(fresh_folder(), World(ZOO, range(10), 10), [], recipe)
    with pytest.raises(AdrError, match="no perspective source"):
        tau.make(shards, run, GLOBAL, run.place("tau"))
