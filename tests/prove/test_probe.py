import numpy as np
import pytest

from adr.prove.answers import AnswerWords, log_shares, nll, said
from adr.prove.directions import main_directions
from adr.prove.model import Pairs, load_model
from adr.prove.probe import Probe
from adr.prove.words import adjustment
from tests.prove.planted import pairs, split


def test_probe__learns_a_planted_rule_and_the_blind_one_does_not():
    train, dev, test, features = split()
    given = {"steps": 200, "batch": 32, "learning_rate": 1.0, "seed": 0}
    seeing = load_model("probe").fit(train, dev, test, features, **given)
    blind = load_model("probe").fit(train, dev, test, features, **given, blind=True)
    assert seeing.scored.score.mean() > 0.9
    assert 0.3 < blind.scored.score.mean() < 0.7
    assert seeing.scored.nll.mean() < blind.scored.nll.mean()
    assert set(blind.scored.said) <= {"yes", "no", "red", "blue"}  # it knows which answers a question has
    assert seeing.scored.pair.tolist() == test.pair.tolist()
    assert seeing.dev_nll[-1][0] == 200 and seeing.dev_nll[-1][1] < seeing.dev_nll[0][1]
    assert len(seeing.loss) == 10 and seeing.loss[-1] < seeing.loss[0]


def test_probe__the_same_bits_each_time():
    train, dev, test, features = split(500)
    given = {"steps": 40, "batch": 32, "learning_rate": 1.0}
    one, again, other = (Probe().fit(train, dev, test, features, **given, seed=seed) for seed in (3, 3, 4))
    assert one.scored.nll.tobytes() == again.scored.nll.tobytes()
    assert one.dev_nll == again.dev_nll and one.scored.said == again.scored.said
    assert one.scored.nll.tobytes() != other.scored.nll.tobytes()


def test_probe__the_first_steps_of_a_long_training_are_a_short_one():
    """A short training's dev loss is that of the longer one after as many steps."""
    train, dev, test, features = split(500)
    short, long = (
        Probe().fit(train, dev, test, features, steps=steps, batch=32, learning_rate=1.0, seed=0) for steps in (40, 80)
    )
    assert dict(short.dev_nll)[40] == dict(long.dev_nll)[40]


def test_probe__a_pair_of_weight_0_is_never_seen():
    train, dev, test, features = split(500)
    wrong = Pairs(train.pair, train.picture, train.question, ["Purple"] * 400, train.entity_words, np.zeros(400))
    both = Pairs(
        *(np.concatenate([getattr(train, name), getattr(wrong, name)]) for name in ("pair", "picture")),
        train.question + wrong.question,
        train.answer + wrong.answer,
        train.entity_words + wrong.entity_words,
        np.concatenate([train.weight, wrong.weight]),
    )
    found = Probe().fit(both, dev, test, features, steps=100, batch=32, learning_rate=1.0, seed=0)
    assert "purple" not in found.scored.said


def test_probe__logit_adjustment_helps_the_rare_answer():
    """Ninety in a hundred pairs say Yes whatever the picture: with all that taken from the logits, No is said more."""
    rng = np.random.default_rng(1)
    features = rng.standard_normal((400, 8)).astype(np.float32)
    answers = ["Yes" if draw < 0.9 else "No" for draw in rng.random(400)]
    train = pairs(["Is it big?"] * 400, answers, np.arange(400))
    given = {"steps": 60, "batch": 32, "learning_rate": 1.0, "seed": 0}
    plain = Probe().fit(train, train, train, features, **given)
    adjusted = Probe().fit(train, train, train, features, **given, adjust=adjustment(answers, train.weight))
    assert plain.scored.said.count("no") < adjusted.scored.said.count("no")


def test_probe__a_long_answer_has_a_likelihood_alone_and_its_entity_words_their_own():
    train, dev, _, features = split(500)
    test = Pairs(
        np.array([7, 8]),
        np.array([0, -1]),
        ["Which colour is it?", "Is it big?"],
        ["It is as red as a rose", "Yes"],
        [["red"], []],
        np.ones(2),
    )
    found = Probe().fit(train, dev, test, features, steps=60, batch=32, learning_rate=1.0, seed=0).scored
    assert np.isnan(found.score[0]) and found.said[0] == ""
    assert found.entity_nll[0] < found.nll[0]  # "red" is known, "rose" is not
    assert np.isnan(found.entity_nll[1]) and found.score[1] in (0.0, 1.0)


def test_nll__by_hand():
    """Words: '' yes no. Logits 0, log 2, log 1 have shares 1/4, 2/4, 1/4; a thousandth is spread over the three."""
    words = AnswerWords.of(["yes", "no", "yes"])
    assert words.words == ["", "yes", "no"] and words.choices == ["yes", "no"]
    log = log_shares(np.log(np.array([[1.0, 2.0, 1.0]], np.float32)))
    yes, no = -np.log(0.999 / 2 + 0.001 / 3), -np.log(0.999 / 4 + 0.001 / 3)
    assert nll(log, words.sets([["yes"]])) == pytest.approx([yes], abs=1e-6)
    assert nll(log, words.sets([["yes", "no"]])) == pytest.approx([(yes + no) / 2], abs=1e-6)
    assert nll(log, words.sets([["maybe"]])) == pytest.approx([no], abs=1e-6)  # word 0 has a quarter, too
    assert np.isnan(nll(log, words.sets([[]]))).all()


def test_said__the_answer_whose_words_are_nearest():
    """Shares 1/2, 1/2 are nearest to both words; 0.9, 0.1 to the first alone."""
    words = AnswerWords.of(["cat", "dog", "cat dog"])
    choices = words.sets([choice.split() for choice in words.choices])
    log = np.log(np.array([[0.02, 0.49, 0.49], [0.01, 0.9, 0.09]], np.float32))
    assert [words.choices[c] for c in said(log, choices)] == ["cat dog", words.words[1]]


def test_telling__a_rare_word_has_the_larger_share():
    words = AnswerWords.of(["is red", "is blue", "is red", "is red"])
    found = words.telling(words.sets([["is", "blue"]]))
    shares = dict(zip(found.words[0].tolist(), found.share[0].tolist(), strict=True))
    # worth of "is": log(4/4), at least 0.05; of "blue": log(4/1)
    assert shares[words.number["is"]] == pytest.approx(0.05 / (0.05 + np.log(4)), abs=1e-6)
    assert sum(shares.values()) == pytest.approx(1)


def test_main_directions__of_two_numbers_that_go_together():
    """The second number is twice the first: one direction holds all variance, whatever the scale."""
    first = np.array([[-1.0], [0.0], [1.0], [2.0]], np.float32)
    seen = main_directions(np.hstack([first, 2 * first]), 9)(np.hstack([first, 2 * first]))
    assert seen.var(axis=0)[0] == pytest.approx(seen.var(axis=0).sum(), rel=1e-3)
    assert seen.var(axis=0).mean() == pytest.approx(1, rel=1e-2)
