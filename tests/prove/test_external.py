"""Arms for an outside trainer: what is exported, and the round trip through a trainer that is another program."""

import json
import subprocess
from contextlib import closing
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from adr.errors import AdrError
from adr.prove.design import DesignOptions, design
from adr.prove.external import FORMATS, export_arms
from adr.prove.external_logs import read_results
from adr.prove.external_scripts import eval_script, train_script
from adr.prove.gate import gate
from adr.prove.proof_folder import ProofFolder, TrialKey
from adr.prove.words import normalised
from tests.worlds.outside import Nearest, train_and_evaluate, write_log
from tests.worlds.proving import accept, proving_world

ARMS = ("original", "random", "refined", "refined_copies", "shuffled_synthetic", "logit_adjusted")
OPTIONS = DesignOptions(run=1, arms=ARMS, seeds=2, model="external", steps=20, batch=4, primary=())


@pytest.fixture
def experiment(tmp_path):
    """(store, workspace, the folder of experiment 1), with three accepted candidates."""
    store, workspace = proving_world(tmp_path)
    for slot, kind, parent in ((0, "kite", 73), (1, "drum", 78), (2, "harp", 64)):
        accept(store, workspace, slot, kind, parent, 500 + slot)
    number, _ = design(store, workspace, OPTIONS)
    assert number == 1
    with closing(store):
        yield store, workspace, ProofFolder(workspace.proofs / "1")


def exported(experiment, tmp_path, format="llava"):
    store, workspace, _ = experiment
    return export_arms(store, workspace, 1, format=format, out=tmp_path / "out")


def in_process(folder, arm, seed):
    """{pair: score} of the same learner, taught and asked from the experiment's own files."""
    pairs = folder.read("pairs").to_pylist()
    paths = {row["picture"]: row["path"] for row in folder.read("pictures").to_pylist() if arm != "blind"}
    rows = []
    trained_on = "original" if arm == "blind" else arm
    for one in folder.read(f"arms/{trained_on}-{seed}").to_pylist():
        for pair in pairs:
            own = pair["candidate"] == one["candidate"] and pair["position"] == one["position"]
            if own and pair["side"] == "train":
                shown = one["picture"] or pair["picture"]
                rows += [(pair["question"], pair["answer"], paths.get(shown, ""))] * one["copies"]
    model = Nearest(rows)
    return {
        pair["pair"]: float(
            normalised(model.answer(pair["question"], paths.get(pair["picture"], ""))) == normalised(pair["answer"])
        )
        for pair in pairs
        if pair["side"] == "test" and pair["short"]
    }


def test_gate__says_nothing_of_a_loss_that_is_not_known():
    right, wrong = np.ones(60), np.zeros(60)
    found = gate(right, wrong, wrong, ["what"] * 60, np.ones(60, dtype=bool), None)
    assert found.passed and np.isnan(found.fell)
    assert not gate(right, right, wrong, ["what"] * 60, np.ones(60, dtype=bool), None).passed


@pytest.mark.parametrize("format", FORMATS)
def test_round_trip__same_scores_as_in_process(experiment, tmp_path, format):
    store, workspace, folder = experiment
    report = exported(experiment, tmp_path, format)
    train_and_evaluate(tmp_path / "out")
    found = read_results(store, workspace, tmp_path / "out" / "logs")
    assert found.missing == () and found.one_seed == () and len(found.trials) == 12
    all_scores = []
    for trial in found.trials:
        table = pq.read_table(folder.scores(TrialKey(trial.arm, trial.seed, 1.0, "steps"))).to_pydict()
        assert dict(zip(table["pair"], table["score"], strict=True)) == in_process(folder, trial.arm, trial.seed)
        assert trial.items == report.test and trial.score == pytest.approx(np.mean(table["score"]))
        assert np.isnan(table["nll"]).all()
        all_scores += table["score"]
        said = json.loads(folder.report(TrialKey(trial.arm, trial.seed, 1.0, "steps")).read_text())
        assert (said["fingerprint"], said["steps"]) == (folder.read_design()["fingerprint"], 20)
    items = pq.read_table(folder.items, filters=[("budget", "=", "steps")]).to_pydict()
    assert len(items["score"]) == len(all_scores) and sum(items["score"]) == pytest.approx(sum(all_scores))
    said = json.loads((folder.folder / "gate.json").read_text())
    assert not said["passed"] and said["figures"]["questions"] == 0  # this world has nothing with 100 instances
    means = {(one.arm, one.seed): one.score for one in found.trials}
    assert means["original", 0] != means["blind", 0]  # its pictures are noise, so that the blind twin may be better
    assert 0 < np.mean(all_scores) < 1  # it learns something, and not everything


def test_export__what_is_in_the_folder(experiment, tmp_path):
    _, _, folder = experiment
    report = exported(experiment, tmp_path, "llama-factory")
    assert [arm.name for arm in report.arms][:3] == ["original-0", "original-1", "random-0"]
    assert report.left_out == {"logit_adjusted": "it changes the loss, not the data"}
    for arm in report.arms:
        rows = folder.read(f"arms/{arm.name.replace('blind', 'original')}").to_pydict()
        assert arm.rows == sum(rows["copies"])
        assert arm.synthetic == sum(name is not None for name in rows["candidate"])
        records = json.loads((tmp_path / "out" / "arms" / arm.name / "data.json").read_text())
        assert len(records) == arm.rows
        assert all((tmp_path / "out" / "images" / name).is_file() for record in records for name in record["images"])
    test = [json.loads(line) for line in (tmp_path / "out" / "test.jsonl").read_text().splitlines()]
    assert len(test) == report.test
    assert all((tmp_path / "out" / one["picture"]).is_file() for one in test)


def test_export__the_blind_twin_sees_a_grey_picture_only(experiment, tmp_path):
    exported(experiment, tmp_path, "llama-factory")
    seeing, blind = (
        json.loads((tmp_path / "out" / "arms" / name / "data.json").read_text()) for name in ("original-0", "blind-0")
    )
    assert [one["conversations"] for one in blind] == [one["conversations"] for one in seeing]
    assert {name for one in blind for name in one["images"]} == {"adr-blank.png"}
    assert (tmp_path / "out" / "images" / "adr-blank.png").is_file()


def test_export__shuffled_candidates_are_on_another_ones_picture(experiment, tmp_path):
    exported(experiment, tmp_path)
    records = json.loads((tmp_path / "out" / "arms" / "shuffled_synthetic-0" / "llava.json").read_text())
    made = {record["id"]: record["image"] for record in records if str(record["id"]).startswith("adr-")}
    assert len(made) == 3
    assert all(name.removeprefix("adr-") not in picture for name, picture in made.items())
    assert len(set(made.values())) == 3


def test_scripts__one_set_of_values_for_every_arm(tmp_path):
    for format in FORMATS:
        for text in (train_script(format, 20, 4), eval_script(format, "abc")):
            path = tmp_path / "script.sh"
            path.write_text(text)
            assert subprocess.run(["bash", "-n", str(path)]).returncode == 0, text
        text = train_script(format, 20, 4)
        assert text.count("MAX_STEPS=20") == 1 and text.count("BATCH=4\n") == 1
        assert "--log_samples" in eval_script(format, "abc")


def test_scripts__each_name_gets_its_seed_and_a_finished_one_is_left(experiment, tmp_path):
    """train.sh runs as it stands, with a program in place of the trainer that writes down what it is called with."""
    exported(experiment, tmp_path, "ms-swift")
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "swift").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n')
    (bin_folder / "swift").chmod(0o755)
    call = [str(tmp_path / "out" / "train.sh"), "original-1", "random-0"]
    for _ in range(2):
        subprocess.run(call, check=True, env={"PATH": f"{bin_folder}:/usr/bin:/bin"})
    calls = [line for line in (tmp_path / "calls").read_text().splitlines() if line.startswith("sft")]
    assert len(calls) == 2
    assert "--seed 1" in calls[0] and "original-1/train.jsonl" in calls[0] and "--max_steps 20" in calls[0]
    assert "--seed 0" in calls[1] and "random-0/train.jsonl" in calls[1] and "--max_steps 20" in calls[1]


def test_export__refusals(experiment, tmp_path):
    store, workspace, _ = experiment
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("")
    with pytest.raises(AdrError, match="not an empty folder"):
        export_arms(store, workspace, 1, format="llava", out=tmp_path / "full")
    with pytest.raises(AdrError, match="There is no 'coco'"):
        export_arms(store, workspace, 1, format="coco", out=tmp_path / "out")
    store.execute("insert into verdict (candidate, reviewer, judgement) values ('p1-00000-0', 'ada', 'reject')")
    with pytest.raises(AdrError, match="p1-00000-0 is no longer accepted"):
        export_arms(store, workspace, 1, format="llava", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    design(store, workspace, replace(OPTIONS, steps=None, arms=("original", "random")))
    with pytest.raises(AdrError, match="experiment 2 does not say how many steps"):
        export_arms(store, workspace, format="llava", out=tmp_path / "out")


@pytest.fixture
def logged(experiment, tmp_path):
    """(store, workspace, folder of logs, test set, the experiment's folder), without any log."""
    store, workspace, folder = experiment
    exported(experiment, tmp_path)
    test = [json.loads(line) for line in (tmp_path / "out" / "test.jsonl").read_text().splitlines()]
    return store, workspace, tmp_path / "out" / "logs", test, folder


def test_read__one_seed_and_what_is_missing(logged):
    store, workspace, logs, test, _ = logged
    right = [one["target"] for one in test]
    for name in ("original-0", "original-1", "random-0"):
        write_log(logs / name, test, right)
    found = read_results(store, workspace, logs)
    assert [(one.arm, one.seed, one.score) for one in found.trials] == [
        ("original", 0, 1.0),
        ("original", 1, 1.0),
        ("random", 0, 1.0),
    ]
    assert found.one_seed == ("random",)
    assert found.missing[0] == "random-1" and len(found.missing) == 9


def test_read__a_long_yes_is_a_yes(logged):
    store, workspace, logs, test, _ = logged
    said = [f"{one['target'].rstrip('.')}, I think so." if one["target"] == "Yes." else "" for one in test]
    write_log(logs / "original-0", test, said)
    (trial,) = read_results(store, workspace, logs).trials
    assert trial.score == pytest.approx(np.mean([one["target"] == "Yes." for one in test])) and trial.score > 0


def test_read__logs_that_differ_between_arms_are_refused(logged):
    store, workspace, logs, test, folder = logged
    right = [one["target"] for one in test]
    write_log(logs / "original-0", test, right)
    write_log(logs / "random-0", test, right, version="2")
    with pytest.raises(
        AdrError, match="original-0 was evaluated with version 1 of adr_test, and random-0 with version 2"
    ):
        read_results(store, workspace, logs)
    write_log(logs / "random-0", [{**one, "target": "another"} for one in test], right)
    with pytest.raises(AdrError, match="are not the same question"):
        read_results(store, workspace, logs)
    write_log(logs / "random-0", test[:-1], right[:-1])
    with pytest.raises(AdrError, match="1 items of original-0 are not in random-0"):
        read_results(store, workspace, logs)
    assert not (folder.folder / "trials").exists()  # all or nothing


def test_read__a_log_that_lacks_items_or_asks_others_is_refused(logged):
    store, workspace, logs, test, _ = logged
    write_log(logs / "original-0", test[:-1], [one["target"] for one in test[:-1]])
    with pytest.raises(AdrError, match="it lacks 1 of them"):
        read_results(store, workspace, logs)
    write_log(logs / "original-0", [{**one, "target": "another"} for one in test], ["another"] * len(test))
    with pytest.raises(AdrError, match="was asked other questions"):
        read_results(store, workspace, logs)


def test_read__folders_that_are_not_of_the_experiment(logged, tmp_path):
    store, workspace, logs, test, _ = logged
    with pytest.raises(AdrError, match="holds no logs"):
        read_results(store, workspace, logs)
    write_log(logs / "nonsense-0", test, [one["target"] for one in test])
    with pytest.raises(AdrError, match="no arm and seed"):
        read_results(store, workspace, logs)
    with pytest.raises(AdrError, match="no folder of exported arms"):
        read_results(store, workspace, tmp_path / "elsewhere" / "logs")
    info = json.loads((logs.parent / "external.json").read_text())
    (logs.parent / "external.json").write_text(json.dumps(info | {"fingerprint": "another"}))
    with pytest.raises(AdrError, match="from another design"):
        read_results(store, workspace, logs)
