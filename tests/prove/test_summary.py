"""What the files of an experiment say, and what they refuse to say."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from adr.errors import AdrError
from adr.prove.pilot_effect import known_detectable
from adr.prove.summary import LIMITS, measured_in_words, summarize, write_summary
from adr.prove.verdict import CANNOT_TELL, HARMS, HELPS, TOO_FEW_SEEDS
from tests.worlds.proof import design, write_proof

TAIL = {"tail": 0.25, "few": 0.25}


def found_in(summary, arm, against, group="tail", kind="", metric="accuracy", budget="steps"):
    cell = (arm, against, group, kind, metric, budget)
    (one,) = [c for c in summary.comparisons if (c.arm, c.against, c.group, c.kind, c.metric, c.budget) == cell]
    return one


@pytest.fixture(scope="module")
def helped(tmp_path_factory):
    """Synthetic instances make a quarter of the tail's answers right; refining alone does nothing."""
    folder = tmp_path_factory.mktemp("helped")
    write_proof(folder, gains={"refined_synthetic": TAIL, "random_synthetic": TAIL})
    return folder


def test_summarize__says_what_helps_and_what_does_not(helped):
    found = summarize(helped)
    answer = found_in(found, "refined_synthetic", "original")
    assert answer.word == HELPS and answer.primary and answer.p < 0.05
    assert answer.main.low < 25 < answer.main.high
    assert found_in(found, "refined", "random").word in (CANNOT_TELL, "no difference larger than 3 points")
    assert found_in(found, "refined_synthetic", "random_synthetic").word != HELPS
    assert found_in(found, "refined_synthetic", "original", "head").word != HELPS
    assert found_in(found, "refined_synthetic", "original", metric="likelihood").word == HELPS
    assert [one.primary for one in found.comparisons].count(True) == 2


def test_summarize__the_same_of_one_pair_by_hand(tmp_path):
    """Each group holds one kind of question per picture, so a mean is a mean of scores."""
    told = write_proof(tmp_path, per_cell=12)
    items = pd.read_parquet(tmp_path / "items.parquet")
    mine = items[(items.learning_rate == 1.0) & (items.budget == "steps") & (items.rarity == "head")]
    means = mine.groupby(["arm", "seed"]).score.mean() * 100
    found = found_in(summarize(tmp_path), "refined", "random", "head").main
    assert found.mean == pytest.approx(np.mean([means["refined", s] - means["random", s] for s in told["seeds"]]))
    arm = summarize(tmp_path).arms[0]
    assert arm.accuracy["head"][0] == pytest.approx(means["original"].mean())
    assert arm.accuracy["head"][1] == pytest.approx(means["original"].std())


def test_summarize__helps_in_one_learning_rate_alone_is_not_said(tmp_path):
    write_proof(tmp_path, gains={"refined_synthetic": TAIL}, gains_at={1.0: 1.0, 0.1: -1.0})
    found = summarize(tmp_path)
    one = found_in(found, "refined_synthetic", "original")
    assert one.main.low > 0 and one.word == CANNOT_TELL
    assert "helps" not in found.in_words()


def test_summarize__harm_is_said(tmp_path):
    write_proof(tmp_path, gains={"refined_synthetic": {"tail": -0.3, "few": -0.3}})
    assert found_in(summarize(tmp_path), "refined_synthetic", "original").word == HARMS


def test_summarize__shuffled_between_arms_cannot_tell(helped, tmp_path):
    """The scores of each pair and setting are dealt to other arms: whatever they had is gone."""
    write_proof(tmp_path, gains={"refined_synthetic": TAIL, "random_synthetic": TAIL})
    items = pd.read_parquet(tmp_path / "items.parquet")
    random = np.random.default_rng(1)
    columns = ["score", "nll"]
    for _, rows in items.groupby(["seed", "learning_rate", "budget", "pair"]).indices.items():
        items.loc[rows, columns] = items.loc[random.permutation(rows), columns].to_numpy()
    items.to_parquet(tmp_path / "items.parquet")
    assert {one.word for one in summarize(tmp_path).primary} == {CANNOT_TELL}
    assert HELPS in {one.word for one in summarize(helped).primary}


@pytest.mark.parametrize("seeds", [[4], [4, 5]])
def test_summarize__too_few_seeds_have_no_interval_and_no_verdict(seeds, tmp_path):
    write_proof(tmp_path, design(seeds=seeds), gains={"refined_synthetic": TAIL})
    found = summarize(tmp_path)
    assert {one.word for one in found.comparisons} == {TOO_FEW_SEEDS}
    assert {one.main.low for one in found.comparisons} == {None}
    assert "helps" not in found.in_words() and "95 %" not in found.in_words()
    assert measured_in_words(found) == ""


def test_summarize__the_order_of_seeds_and_arms_changes_nothing(helped, tmp_path):
    told = design()
    write_proof(tmp_path, told, gains={"refined_synthetic": TAIL, "random_synthetic": TAIL})
    turned = told | {"seeds": told["seeds"][::-1], "arms": told["arms"][::-1]}
    (tmp_path / "design.json").write_text(json.dumps(turned))
    items = pd.read_parquet(tmp_path / "items.parquet")
    items.sample(frac=1, random_state=3).to_parquet(tmp_path / "items.parquet")
    one, other = summarize(helped), summarize(tmp_path)
    cell = ("refined_synthetic", "original")
    for group in ("all", "tail", "head"):
        a, b = found_in(one, *cell, group).main, found_in(other, *cell, group).main
        assert (a.mean, a.low, a.high) == pytest.approx((b.mean, b.low, b.high))


def test_summarize__missing_items_are_refused(tmp_path):
    write_proof(tmp_path)
    items = pd.read_parquet(tmp_path / "items.parquet")
    gone = (items.arm == "refined") & (items.seed == 2) & (items.pair % 10 == 0)
    items[~gone].to_parquet(tmp_path / "items.parquet")
    with pytest.raises(AdrError, match="refined-2-1-steps lacks 36 of the 360 test pairs"):
        summarize(tmp_path)


def test_summarize__a_pair_twice_is_refused(tmp_path):
    write_proof(tmp_path)
    items = pd.read_parquet(tmp_path / "items.parquet")
    pd.concat([items, items.iloc[[0]]]).to_parquet(tmp_path / "items.parquet")
    with pytest.raises(AdrError, match="has 361 of the 360"):
        summarize(tmp_path)


def test_summarize__a_trial_of_another_design_is_named_and_not_used(tmp_path):
    write_proof(tmp_path)
    (tmp_path / "trials" / "refined-2-1-steps.json").write_text(json.dumps({"fingerprint": "0" * 64, "steps": 1}))
    found = summarize(tmp_path)
    assert found.not_as_designed == ("refined-2-1-steps",)
    assert "refined-2-1-steps" in found.unfinished
    assert not [one for one in found.comparisons if "refined" in (one.arm, one.against) and one.budget == "steps"]
    assert "1 trial is not as designed" in found.in_words()


def test_summarize__a_gate_that_is_not_passed_compares_nothing(tmp_path):
    write_proof(tmp_path, gains={"refined_synthetic": TAIL}, gate=False)
    found = summarize(tmp_path)
    assert (found.comparisons, found.changed, found.dose, found.controls) == ((), (), (), ())
    assert found.in_words() == "The model has not learned enough. Nothing is compared."


def test_summarize__a_gate_that_is_not_known_compares_nothing(tmp_path):
    write_proof(tmp_path, gate=None)
    assert summarize(tmp_path).comparisons == ()


def test_summarize__the_model_says_what_it_is(helped):
    assert summarize(helped).in_words().endswith(LIMITS)


def test_summarize__no_experiment(tmp_path):
    with pytest.raises(AdrError, match="holds no experiment"):
        summarize(tmp_path)


def test_summarize__changed_answers_and_what_was_said(helped):
    changed = summarize(helped).changed
    assert 0 < len(changed) <= 20
    about = [(one.entity, one.kind) for one in changed if one.entity]
    assert len(set(about)) == len(about)  # one of each kind about each thing
    assert all(abs(a.gain) >= abs(b.gain) for a, b in pairwise(changed))
    assert {one.rarity for one in changed if one.gain == 100} <= {"tail", "few", "mid", "head", "unseen"}
    assert all(one.said == one.answer and one.said_before == "dog" for one in changed if one.gain == 100)


def test_summarize__dose_curve_counts_the_arm_of_synthetic_instances(helped):
    """Entity number k of the tail and of the few has 3·k synthetic instances; what is unseen has none."""
    found = summarize(helped)
    assert found.dose_arms == ("refined_synthetic", "refined")
    assert [(one.least, one.entities, one.mean) for one in found.dose] == [
        (0, 8, 0.0),
        (3, 2, 3.0),
        (6, 4, 7.5),
        (11, 4, 13.5),
    ]


def test_summarize__controls(tmp_path):
    arms = [*design()["arms"], "original_synthetic", "shuffled_synthetic", "planted"]
    write_proof(tmp_path, design(arms=arms, seeds=[1, 2, 3, 4, 5]), gains={"planted": TAIL, "original_synthetic": TAIL})
    found = summarize(tmp_path)
    assert [(one.arm, one.good) for one in found.controls] == [("shuffled_synthetic", True), ("planted", True)]
    assert found.nothing.splits == len(arms) * 15 * 2
    assert 0.90 <= found.nothing.covered / found.nothing.splits <= 1


def test_summarize__controls_that_fail(tmp_path):
    arms = [*design()["arms"], "shuffled_synthetic", "planted"]
    write_proof(tmp_path, design(arms=arms), gains={"shuffled_synthetic": TAIL})
    found = summarize(tmp_path)
    assert [(one.arm, one.good) for one in found.controls] == [("shuffled_synthetic", False), ("planted", False)]
    assert found.nothing is None  # three seeds cannot be split


def test_write_summary__json_holds_the_words(helped):
    found = write_summary(helped)
    told = json.loads((helped / "summary.json").read_text())
    assert told["in_words"] == found.in_words()
    assert told["comparisons"][0]["by_rate"]["1.0"]["seeds"] == 3
    assert {one["arm"] for one in told["arms"]} == set(design()["arms"])


def test_measured_in_words__the_primary_answers_and_the_limits(helped):
    said = measured_in_words(summarize(helped))
    assert said.startswith("measured with a probe: Refined + synthetic against original at the tail: +")
    assert said.endswith(LIMITS)


def test_summarize__what_can_be_seen_is_told_by_trainings_of_the_original(helped):
    seen = summarize(helped).detectable
    assert set(seen) == {"all", "head", "mid", "tail", "few", "unseen"}
    assert 0 < seen["all"] < seen["tail"] < seen["few"]


def test_known_detectable__needs_two_trainings_of_the_original(tmp_path):
    told = write_proof(tmp_path)
    for name in ("original-2-1-steps", "original-3-1-steps"):
        (tmp_path / "trials" / f"{name}.json").unlink()
    assert known_detectable(tmp_path, told) == {}
    assert known_detectable(tmp_path, told | {"detectable": {"tail": 2.1}}) == {"tail": 2.1}
