"""Trials: which there are, what they train on, what a kill costs, and the table of all results."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from adr.errors import AdrError
from adr.progress import Cancelled
from adr.prove.design import DesignOptions, design
from adr.prove.proof import write_results
from adr.prove.proof_folder import ProofFolder, TrialKey
from adr.prove.trials import ArmCount, arm_counts, is_done, join, left, run_trials, trials_of
from adr.prove.worker import work
from tests.worlds.proving import accept, proving_world
from tests.worlds.student import Student

OPTIONS = DesignOptions(
    run=1,
    seeds=2,
    arms=("original", "random", "refined", "refined_synthetic"),
    steps=400,
    batch=8,
    learning_rates=(1.0,),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    store, workspace = proving_world(folder)
    for slot in range(5):
        accept(store, workspace, slot, ("kite", "drum")[slot % 2], 73, 900 + slot)
    yield store, workspace
    store.close()


def write_colours(folder: ProofFolder) -> None:
    """The features of a picture: its colours on a grid of 2 × 2, in 0..1."""
    paths = folder.read("pictures").sort_by("row")["path"].to_pylist()
    small = [np.asarray(Image.open(path).convert("RGB").resize((2, 2)), np.float32).ravel() / 255 for path in paths]
    np.save(folder.features, np.stack(small))


@pytest.fixture
def fresh(world):
    """(store, folder, design) of a new experiment, with features."""
    store, workspace = world
    number, found = design(store, workspace, OPTIONS)
    folder = ProofFolder(workspace.proofs / str(number))
    write_colours(folder)
    return store, folder, found


def test_arm_counts__instances_candidates_and_their_questions(fresh):
    """Each instance asks two questions, each candidate one."""
    _, folder, found = fresh
    counts = {(one.arm, one.seed): one for one in arm_counts(folder, found)}
    assert counts["original", 0] == ArmCount("original", 0, 69, 0, 138)
    refined, filled = counts["refined", 1], counts["refined_synthetic", 1]
    assert refined.questions == 2 * refined.instances
    assert (filled.instances, filled.synthetic, filled.questions) == (refined.instances, 5, refined.questions + 5)


def test_trials_of__equal_steps_and_equal_epochs(fresh):
    """The original trains the same for both budgets, so once; an arm of half the questions, half the steps."""
    _, folder, found = fresh
    trials = trials_of(folder, found)
    of_original = [one for one in trials if one.arm == "original"]
    assert [(one.seed, one.steps, one.budgets) for one in of_original] == [
        (0, 400, ("steps", "epochs")),
        (1, 400, ("steps", "epochs")),
    ]
    size = next(one for one in arm_counts(folder, found) if (one.arm, one.seed) == ("random", 0)).questions
    of_random = [one for one in trials if (one.arm, one.seed) == ("random", 0)]
    assert [(one.steps, one.budgets) for one in of_random] == [
        (400, ("steps",)),
        (round(400 * size / 138), ("epochs",)),
    ]
    assert [(one.arm, one.budgets) for one in trials if one.arm == "blind"] == [("blind", ("steps",))] * 2


def test_trials_of__two_of_the_original_come_first(fresh):
    _, folder, found = fresh
    trials = trials_of(folder, found)
    assert [(one.arm, one.seed) for one in trials[:2]] == [("original", 0), ("original", 1)]
    assert all(one.arm != "original" for one in trials[2:])


def test_trial_key__its_name():
    assert TrialKey("refined", 3, 0.1, "epochs").name == "refined-3-0.1-epochs"


def test_work__every_trial_once_and_a_table_of_all(fresh):
    store, folder, found = fresh
    heard = []
    made = work(folder, Student(), heard.append)
    trials = trials_of(folder, found)
    assert made == len(trials) == len(heard) and left(folder, found) == []
    assert work(folder, Student(), heard.append) == 0
    report = json.loads(folder.report(TrialKey("random", 0, 1.0, "steps")).read_text())
    assert (report["steps"], report["fingerprint"]) == (400, found["fingerprint"])
    items = join(folder, found)
    asked = folder.read("pairs").to_pylist()
    tested = [row["pair"] for row in asked if row["side"] == "test"]
    keys = {(row["arm"], row["seed"], row["learning_rate"], row["budget"]) for row in items.to_pylist()}
    assert len(keys) == 4 * 2 * 2 + 2 and len(items) == len(keys) * len(tested)
    first = items.slice(0, len(tested)).to_pylist()
    assert [row["pair"] for row in first] == tested and first[0]["arm"] == "blind"
    known = {row["pair"]: (row["kind"], row["rarity"], row["cluster"]) for row in asked}
    assert all((row["kind"], row["rarity"], row["cluster"]) == known[row["pair"]] for row in items.to_pylist())
    number = int(folder.folder.name)
    write_results(store, number, folder, found)
    mean = store.value(
        "select sum(score * n) / sum(n) from proof_result where proof = $1 and arm = 'refined' and seed = 1 "
        "and budget = 'steps'",
        [number],
    )
    own = [
        row["score"] for row in items.to_pylist() if (row["arm"], row["seed"], row["budget"]) == ("refined", 1, "steps")
    ]
    assert mean == pytest.approx(np.mean(own)) and 0 < mean <= 1
    assert store.rows("select instances, synthetic from proof_arm where proof = $1 and arm = 'original'", [number]) == [
        (69, 0),
        (69, 0),
    ]


def test_work__the_same_design_gives_the_same_bits(world):
    store, workspace = world
    tables = []
    for _ in range(2):
        number, found = design(store, workspace, OPTIONS)
        folder = ProofFolder(workspace.proofs / str(number))
        write_colours(folder)
        work(folder, Student(), lambda event: None)
        join(folder, found)
        tables.append(folder.items.read_bytes())
    assert tables[0] == tables[1]


def test_work__one_seed_more_changes_no_other_result(world):
    store, workspace = world
    tables = []
    for seeds in (2, 3):
        number, found = design(store, workspace, replace(OPTIONS, seeds=seeds))
        folder = ProofFolder(workspace.proofs / str(number))
        write_colours(folder)
        work(folder, Student(), lambda event: None)
        rows = join(folder, found).to_pylist()
        tables.append({json.dumps(row) for row in rows if row["seed"] < 2})
    assert tables[0] == tables[1]


def test_work__results_of_another_design_do_not_count(fresh):
    _, folder, found = fresh
    trial = trials_of(folder, found)[0]
    work(folder, Student(), lambda event: None)
    assert is_done(folder, trial, found["fingerprint"]) and not is_done(folder, trial, "another")
    path = folder.report(trial.keys[0])
    path.write_text(json.dumps(json.loads(path.read_text()) | {"fingerprint": "another"}))
    assert left(folder, found) == [trial]
    assert work(folder, Student(), lambda event: None) == 1


def test_blind__sees_no_picture_and_shuffled_sees_others(world):
    """What each arm trains on reaches the model: the pictures of candidates, those in their place, and copies."""
    store, workspace = world
    arms = ("original", "refined", "refined_copies", "original_synthetic", "shuffled_synthetic", "logit_adjusted")
    number, found = design(store, workspace, replace(OPTIONS, arms=arms, seeds=1))
    folder = ProofFolder(workspace.proofs / str(number))
    write_colours(folder)
    seen = {}

    class Watching(Student):
        def fit(self, train, dev, test, features, **how):
            names = ("blind", "adjust")
            arm = next(order)
            seen[arm.arm, arm.steps] = (train, {name: how[name] for name in names})
            return super().fit(train, dev, test, features, **how)

    order = iter(trials_of(folder, found))
    work(folder, Watching(), lambda event: None)
    assert seen["blind", 400][1]["blind"] and not seen["original", 400][1]["blind"]
    assert seen["blind", 400][0].pair.tolist() == seen["original", 400][0].pair.tolist()
    adjusted = seen["logit_adjusted", 400][1]["adjust"]
    assert adjusted["cat"] > adjusted["kite"] and seen["original", 400][1]["adjust"] is None
    filled, shuffled = seen["original_synthetic", 400][0], seen["shuffled_synthetic", 400][0]
    own = filled.picture[-5:].tolist()
    assert filled.pair.tolist() == shuffled.pair.tolist() and sorted(shuffled.picture[-5:].tolist()) == sorted(own)
    assert all(one != other for one, other in zip(own, shuffled.picture[-5:].tolist(), strict=True))
    assert filled.picture[:-5].tolist() == shuffled.picture[:-5].tolist()
    assert seen["refined_copies", 400][0].weight.max() >= 2.0


MODULE = "tests.worlds.student"


def test_run_trials__several_processes_share_the_work(fresh, monkeypatch):
    _, folder, found = fresh
    monkeypatch.setenv("PYTHONPATH", os.getcwd())
    told = []
    made = run_trials(
        folder, found, processes=2, module=MODULE, progress=lambda done, total, message: told.append((done, total))
    )
    assert made == len(trials_of(folder, found)) and told[-1] == (made, made)
    assert run_trials(folder, found, module=MODULE) == 0


def test_run_trials__a_cancel_keeps_what_is_finished_and_the_next_call_goes_on(fresh, monkeypatch):
    _, folder, found = fresh
    monkeypatch.setenv("PYTHONPATH", os.getcwd())

    def cancel(done, total, message):
        if done >= 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_trials(folder, found, processes=1, module=MODULE, progress=cancel)
    finished = len(trials_of(folder, found)) - len(left(folder, found))
    assert 3 <= finished < len(trials_of(folder, found))
    kept = {path.name: path.stat().st_mtime_ns for path in (folder.folder / "trials").glob("*.json")}
    assert run_trials(folder, found, processes=1, module=MODULE) == len(trials_of(folder, found)) - finished
    assert {name: (folder.folder / "trials" / name).stat().st_mtime_ns for name in kept} == kept


def test_worker__killed_in_the_middle_the_next_one_takes_over(fresh):
    """SIGKILL while a trial is claimed: its claim is of a dead process, and nothing unfinished is read."""
    _, folder, found = fresh
    worker = subprocess.Popen([sys.executable, "-m", MODULE, str(folder.folder)], stdout=subprocess.DEVNULL)
    until = time.monotonic() + 300
    while not any(folder.claims.glob("[0-9]*")) and time.monotonic() < until:
        time.sleep(0.005)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    before = left(folder, found)
    assert before
    assert work(folder, Student(), lambda event: None) == len(before)
    for trial in trials_of(folder, found):
        for key in trial.keys:
            assert len(pq.read_table(folder.scores(key))) > 0


def test_run_trials__workers_that_end_early_are_an_error(fresh, monkeypatch):
    _, folder, found = fresh
    monkeypatch.setenv("PYTHONPATH", os.getcwd())
    folder.features.unlink()
    with pytest.raises(AdrError, match="trainings are not finished") as error:
        run_trials(folder, found, processes=1, module=MODULE)
    assert "worker-0.log" in error.value.next_step
