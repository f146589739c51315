"""The design: what it fixes, what it refuses, and what shows when something is changed afterwards."""

import json
import shutil
from collections import Counter
from dataclasses import replace

import pytest
from PIL import Image

from adr.errors import AdrError
from adr.prove.candidates import NEAR_TEST_PICTURE, PARENT_IN_TEST
from adr.prove.departures import departures, refuse_changed
from adr.prove.design import DesignOptions, design
from adr.prove.pairs import LIMITS
from adr.prove.proof_folder import ProofFolder, write_table
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.proving import accept, draw, kinds_in_order, proving_world, record

SMALL = DesignOptions(run=1, seeds=2, arms=("original", "random", "refined"), steps=100)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A world that tests copy."""
    folder = tmp_path_factory.mktemp("world")
    store, _ = proving_world(folder)
    store.close()
    return folder


@pytest.fixture
def world(made, tmp_path):
    """(store, workspace) of a copy of the world; its pictures lie where the world was made."""
    shutil.copytree(made / "work", tmp_path / "work")
    workspace = Workspace.at(tmp_path / "work")
    store = Store(workspace.database)
    yield store, workspace
    store.close()


def folder_of(workspace: Workspace, number: int = 1) -> ProofFolder:
    return ProofFolder(workspace.proofs / str(number))


def sides(workspace: Workspace, number: int = 1) -> dict[int, str]:
    table = folder_of(workspace, number).read("split")
    return dict(zip(table["position"].to_pylist(), table["side"].to_pylist(), strict=True))


def test_design__each_kind_gives_its_quota_and_the_rarest_nothing(world):
    """Of 40 cats 4 are held out, of 24 dogs 3, of 9 harps and of 5 kites one each, of 3 drums none."""
    store, workspace = world
    _, found = design(store, workspace, SMALL)
    held_out = [kinds_in_order()[at] for at, side in sides(workspace).items() if side == "test"]
    assert sorted(held_out) == sorted(["cat"] * 4 + ["dog"] * 3 + ["harp", "kite"])
    assert found["untestable"] == {"token": 1, "object": 1, "co_occurrence": 0, "interrogation": 0}
    assert list(sides(workspace).values()).count("dev") == 3  # a twentieth of the other 72


def test_design__counts_come_from_training_alone(world):
    store, workspace = world
    design(store, workspace, SMALL)
    training = [kinds_in_order()[at] for at, side in sides(workspace).items() if side == "train"]
    pairs = folder_of(workspace).read("pairs").to_pylist()
    assert {(row["entity"], row["train_count"]) for row in pairs} == {(k, training.count(k)) for k in set(training)}
    said = {row["entity"]: row["rarity"] for row in pairs}
    assert said == {"cat": "mid", "dog": "mid", "harp": "tail", "kite": "few", "drum": "few"}


def test_design__pairs_word_for_word(world):
    store, workspace = world
    design(store, workspace, SMALL)
    first = next(row for row in folder_of(workspace).read("pairs").to_pylist() if row["side"] == "test")
    assert (first["question"], first["answer"], first["short"]) == ("What is this?", "A cat.", True)
    assert (first["kind"], first["entity"], first["entity_words"]) == ("what", "cat", ["cat"])
    assert first["candidate"] is None and first["cluster"] == first["position"]
    pictures = {row["picture"]: row for row in folder_of(workspace).read("pictures").to_pylist()}
    assert len(pictures) == 81 and pictures[first["picture"]]["path"].endswith(f"images/{first['position']}.png")
    assert sorted(row["row"] for row in pictures.values()) == list(range(81))


def test_design__the_same_twice_but_for_its_number(world):
    store, workspace = world
    (one, first), (two, second) = (design(store, workspace, SMALL) for _ in range(2))
    assert (one, two) == (1, 2) and first["fingerprint"] == second["fingerprint"]
    assert store.rows("select proof, run, fingerprint from proof order by proof") == [
        (1, 1, first["fingerprint"]),
        (2, 1, first["fingerprint"]),
    ]


def test_design__one_seed_more_changes_nothing_of_the_others(world):
    store, workspace = world
    _, few = design(store, workspace, SMALL)
    _, more = design(store, workspace, replace(SMALL, seeds=3))
    assert few["fingerprint"] != more["fingerprint"]
    assert few["files"].items() <= more["files"].items() and len(more["files"]) == len(few["files"]) + 3


@pytest.mark.parametrize(
    "changed",
    [{"hold_out": 0.2}, {"seeds": 3}, {"steps": 7}, {"learning_rates": (1.0,)}, {"arms": ("original", "random")}],
    ids=lambda change: next(iter(change)),
)
def test_design__what_decides_the_numbers_changes_the_fingerprint(world, changed):
    store, workspace = world
    _, one = design(store, workspace, SMALL)
    _, other = design(store, workspace, replace(SMALL, **changed))
    assert one["fingerprint"] != other["fingerprint"]


def test_design__quick_is_five_arms_and_three_seeds(world):
    store, workspace = world
    quick = DesignOptions(run=1, quick=True, steps=100)
    _, without = design(store, workspace, quick)
    assert without["arms"] == ["original", "random", "refined"]  # there are no candidates
    accept(store, workspace, 0, "kite", 73, 900)
    _, found = design(store, workspace, quick)
    assert found["arms"] == ["original", "random", "refined", "refined_synthetic", "random_synthetic"]
    assert found["seeds"] == [0, 1, 2]


# ---------------------------------------------------------------- a test file


def test_file(folder, pictures, name="test.json"):
    """A test file of rows about (kind, picture)."""
    rows = [record(at, kind, picture) for at, (kind, picture) in enumerate(pictures)]
    (folder / name).write_text(json.dumps(rows))
    return folder / name


def with_file(folder, path):
    return replace(SMALL, test=path, test_images=folder)


test_file.__test__ = False


def test_design__a_test_file_is_the_whole_test(world, tmp_path):
    store, workspace = world
    for at in range(4):
        draw(500 + at, tmp_path / f"t{at}.png")
    path = test_file(tmp_path, [("cat", "t0.png"), ("harp", "t1.png"), ("zebra", "t2.png"), ("kite", "t3.png")])
    _, found = design(store, workspace, with_file(tmp_path, path))
    told = sides(workspace)
    assert [at for at, side in told.items() if side == "test"] == [81, 82, 83, 84]
    rows = [row for row in folder_of(workspace).read("pairs").to_pylist() if row["side"] == "test"]
    assert [row["rarity"] for row in rows[::2]] == ["mid", "tail", "unseen", "few"]
    assert found["test"]["from"] == str(path) and found["untestable"] == {}


def test_design__adding_test_rows_moves_no_limit(world, tmp_path):
    store, workspace = world
    for at in range(40):
        draw(500 + at, tmp_path / f"t{at}.png")
    few = test_file(tmp_path, [("harp", "t0.png")], "few.json")
    many = test_file(tmp_path, [("harp", f"t{at}.png") for at in range(40)], "many.json")
    rarity = []
    for number, path in ((1, few), (2, many)):
        _, found = design(store, workspace, with_file(tmp_path, path))
        rows = folder_of(workspace, number).read("pairs").to_pylist()
        rarity.append({(row["entity"], row["train_count"], row["rarity"]) for row in rows})
        assert found["groups"] == LIMITS == {"few": 5, "tail": 20, "head": 100}
    assert rarity[0] == rarity[1]
    assert folder_of(workspace, 1).read("arms/refined-0") == folder_of(workspace, 2).read("arms/refined-0")


def same_bytes(source, target):
    shutil.copy(source, target)


def re_encoded(source, target):
    Image.open(source).convert("RGB").save(target, "JPEG", quality=75)


def resized(source, target):
    Image.open(source).resize((47, 47)).save(target)


@pytest.mark.parametrize("copied", [same_bytes, re_encoded, resized])
def test_design__a_test_picture_in_training_stops_it_and_is_named(world, made, tmp_path, copied):
    store, workspace = world
    draw(500, tmp_path / "new.png")
    copied(made / "images" / "5.png", tmp_path / "seen.png")
    path = test_file(tmp_path, [("cat", "new.png"), ("cat", "seen.png")])
    with pytest.raises(AdrError, match="1 picture of the test file is in the dataset too") as error:
        design(store, workspace, with_file(tmp_path, path))
    assert "seen.png (as 5.png)" in error.value.sentence and "new.png" not in error.value.sentence
    assert list(workspace.proofs.glob("[0-9]*")) == [] and store.value("select count(*) from proof") == 0


def test_design__rows_of_copied_pictures_are_left_out_on_request(world, made, tmp_path):
    store, workspace = world
    draw(500, tmp_path / "new.png")
    same_bytes(made / "images" / "5.png", tmp_path / "seen.png")
    path = test_file(tmp_path, [("cat", "new.png"), ("cat", "seen.png"), ("cat", "seen.png")])
    number, found = design(store, workspace, replace(with_file(tmp_path, path), leave_out_copies=True))
    assert found["left_out"] == {"test_picture_in_dataset": 2}
    asked = [row for row in folder_of(workspace, number).read("pairs").to_pylist() if row["side"] == "test"]
    assert len({row["position"] for row in asked}) == 1


def test_design__at_most_two_primary_questions(world):
    store, workspace = world
    three = (("refined", "random", "tail"), ("refined", "original", "tail"), ("refined", "random", "head"))
    with pytest.raises(AdrError, match="at most two primary questions"):
        design(store, workspace, replace(SMALL, primary=three))


# ---------------------------------------------------------------- candidates

CANDIDATES = replace(SMALL, arms=("original", "random", "refined", "refined_synthetic"))


def held_out(workspace) -> int:
    """A position of the test side; the split is the same for every design of the world."""
    return next(at for at, side in sides(workspace).items() if side == "test")


def test_design__candidates_of_a_held_out_parent_or_near_a_test_picture_are_left_out(world):
    store, workspace = world
    design(store, workspace, SMALL)
    parent = held_out(workspace)
    for slot in range(3):
        accept(store, workspace, slot, "kite", 73, 900 + slot)
    accept(store, workspace, 3, "kite", parent, 903)
    near = accept(store, workspace, 4, "kite", 73, parent)  # the test picture's own blots
    Image.open(workspace.images / f"{near}.png").resize((50, 50)).save(workspace.images / f"{near}.png")
    accept(store, workspace, 5, "kite", 73, 904, judgement="reject")
    _, found = design(store, workspace, CANDIDATES)
    assert found["left_out"] == {NEAR_TEST_PICTURE: 1, PARENT_IN_TEST: 1}
    rows = folder_of(workspace, 2).read("arms/refined_synthetic-0").to_pylist()
    names = [row["candidate"] for row in rows if row["candidate"]]
    assert names == ["p1-00000-0", "p1-00001-0", "p1-00002-0"]
    asked = [row for row in folder_of(workspace, 2).read("pairs").to_pylist() if row["candidate"]]
    assert [row["candidate"] for row in asked] == names and {row["side"] for row in asked} == {"train"}
    assert all(row["position"] is None and row["picture"] and row["cluster"] is None for row in asked)


def test_design__arms_that_need_candidates_are_left_out_or_refused(world):
    store, workspace = world
    _, found = design(store, workspace, replace(SMALL, arms=None))
    assert found["arms"] == [
        "original",
        "random",
        "random_questions",
        "refined",
        "original_repeated",
        "logit_adjusted",
        "planted",
    ]
    assert found["primary"] == [{"arm": "refined", "against": "random", "group": "tail", "kind": None}]
    with pytest.raises(AdrError, match="refined_synthetic needs accepted candidates"):
        design(store, workspace, CANDIDATES)


def test_design__planted_rows_are_in_no_other_arm_and_not_counted(world):
    store, workspace = world
    _, found = design(store, workspace, replace(SMALL, arms=("original", "random", "refined", "planted")))
    folder = folder_of(workspace)
    planted = set(folder.read("arms/planted-0")["position"].to_pylist())
    original = set(folder.read("arms/original-0")["position"].to_pylist())
    hidden = [kinds_in_order()[at] for at in sorted(planted - original)]
    assert original < planted and found["planted"] == len(hidden)
    assert hidden == ["harp", "harp", "kite", "drum"]  # a third of the 8, 4 and 3 in training, rounded down
    counts = {row["entity"]: row["train_count"] for row in folder.read("pairs").to_pylist()}
    assert counts == {"cat": 34, "dog": 20, "harp": 6, "kite": 3, "drum": 2}


# ---------------------------------------------------------------- refusals and departures


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"arms": ("best",)}, "no arm 'best'"),
        ({"model": "oracle"}, "no model 'oracle'"),
        ({"hold_out": 0.9}, "share of 0.9"),
        ({"seeds": 0}, "at least one seed"),
        ({"run": 7}, "no run 7"),
        ({"plan": 4}, "Plan 4 is not a plan of run 1"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_design__refuses_what_cannot_be(world, changed, says):
    store, workspace = world
    with pytest.raises(AdrError, match=says):
        design(store, workspace, replace(SMALL, **changed))
    assert not list(workspace.proofs.glob("[0-9]*")) if workspace.proofs.is_dir() else True


def test_departures__none_until_something_is_changed(world):
    store, workspace = world
    accept(store, workspace, 0, "kite", 73, 900)
    design(store, workspace, CANDIDATES)
    assert departures(store, workspace, folder_of(workspace)) == ()


def test_departures__verdicts(world):
    store, workspace = world
    name = accept(store, workspace, 0, "kite", 73, 900)
    accept(store, workspace, 1, "kite", 73, 901)
    design(store, workspace, CANDIDATES)
    store.execute("insert into verdict (candidate, reviewer, judgement) values ($1, 'bo', 'reject')", [name])
    told = departures(store, workspace, folder_of(workspace))
    assert told == ("Verdicts, or conversations of accepted candidates, have changed.",)
    assert refuse_changed(folder_of(workspace))["run"] == 1  # it can still be run, and says so


def test_departures__the_recipe_and_the_index(world):
    store, workspace = world
    design(store, workspace, SMALL)
    other = rebalance(store, Recipe(seed=8, perspectives=("object",), tau={"object": 12}))
    store.execute("update run set recipe = (select recipe from run where run = $1) where run = 1", [other.run])
    store.execute("update index_made set fingerprint = 'another'")
    assert departures(store, workspace, folder_of(workspace)) == (
        "The recipe of run 1 is another one.",
        "The index is another one.",
    )


def test_refuse_changed__another_fingerprint_or_another_table(world):
    store, workspace = world
    design(store, workspace, SMALL)
    folder = folder_of(workspace)
    arm = folder.read("arms/refined-0")
    write_table(folder.table("arms/refined-0"), arm.slice(1))
    with pytest.raises(AdrError, match=r"not as designed: arms/refined-0\.parquet was changed"):
        refuse_changed(folder)
    write_table(folder.table("arms/refined-0"), arm)
    assert refuse_changed(folder)["seeds"] == [0, 1]
    told = json.loads(folder.design.read_text())
    folder.design.write_text(json.dumps(told | {"steps": 9999}))
    with pytest.raises(AdrError, match=r"design\.json was changed"):
        refuse_changed(folder)


def test_design__a_run_with_a_mixture_is_an_arm_with_its_shares(world):
    """A mixture of 40 rows of 81 has the same part of the training side, half of it cats."""
    store, workspace = world
    mixture = Mixture("object", shares={"cat": 0.5, "dog": 0.5}, size=40)
    run = rebalance(store, Recipe(min_passes=0, perspectives=("object",), mixture=mixture)).run
    number, _ = design(store, workspace, replace(SMALL, run=run))
    training = list(sides(workspace, number).values()).count("train")
    wanted = round(40 * training / 81)
    names = dict(enumerate(kinds_in_order()))
    folder = folder_of(workspace, number)
    kept = folder.read("arms/refined-0").to_pylist()
    counts = Counter(names[row["position"]] for row in kept)
    assert set(counts) == {"cat", "dog"} and abs(counts["cat"] - counts["dog"]) <= 1 and counts.total() == wanted
    assert len(folder.read("arms/random-0")) == wanted
    _, found = design(store, workspace, DesignOptions(run=run, seeds=1, steps=100))
    assert "unmixed" in found["arms"]
    with pytest.raises(AdrError, match="unmixed needs a run with a mixture"):
        design(store, workspace, replace(SMALL, arms=("original", "random", "unmixed")))
