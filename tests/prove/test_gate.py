import numpy as np
import pytest

from adr.prove.gate import commonest_answers, fall, gate, score_of

FLAT = [(100, 2.0), (200, 1.001), (300, 1.0)]
KINDS = ["colour", "count"] * 30
COMMON = np.ones(60, bool)


def scores(colour: int, count: int) -> np.ndarray:
    """The first `colour` of 30 questions for a colour are right, and the first `count` of 30 for a number."""
    found = np.zeros(60)
    found[0::2][:colour] = 1
    found[1::2][:count] = 1
    return found


def test_gate__passed():
    found = gate(scores(24, 12), scores(9, 12), scores(12, 12), KINDS, COMMON, FLAT)
    assert found.passed and found.why_not == ""
    assert (found.original, found.blind, found.commonest) == pytest.approx((0.6, 0.35, 0.4))
    assert found.questions == 60


def test_gate__the_blind_twin_is_as_good():
    found = gate(scores(24, 12), scores(24, 10), scores(3, 3), KINDS, COMMON, FLAT)
    assert not found.passed
    assert "right for 60% of the questions and the same model without pictures for 57%" in found.why_not


def test_gate__the_commonest_answer_is_as_good():
    assert (
        "the commonest answer for 60%"
        in gate(scores(24, 12), scores(0, 0), scores(24, 12), KINDS, COMMON, FLAT).why_not
    )


def test_gate__still_learning():
    curve = [(100, 2.0), (200, 1.5), (300, 1.2)]
    found = gate(scores(24, 12), scores(0, 0), scores(0, 0), KINDS, COMMON, curve)
    assert found.fell == pytest.approx(0.2)
    assert "over the last third of the steps its dev loss still fell by 20.0%" in found.why_not


def test_gate__too_few_common_questions():
    rare = COMMON.copy()
    rare[11:] = False
    found = gate(scores(30, 30), scores(0, 0), scores(0, 0), KINDS, rare, FLAT)
    assert found.questions == 11 and "only 11 short questions about common entities" in found.why_not
    nothing = gate(scores(30, 30), scores(0, 0), scores(0, 0), KINDS, np.zeros(60, bool), FLAT)
    assert not nothing.passed


def test_gate__a_kind_with_many_questions_does_not_rule():
    """Fifty questions for a colour are right and ten for a number wrong: the mean over kinds is a half."""
    kinds = ["colour"] * 50 + ["count"] * 10
    right = np.array([1.0] * 50 + [0.0] * 10)
    assert gate(right, 0 * right, 0 * right, kinds, COMMON, FLAT).original == 0.5


def test_fall__one_look_tells_nothing():
    assert fall([]) == fall([(100, 1.0)]) == 1.0
    assert fall([(100, 1.0), (200, 1.1), (300, 1.2)]) < 0


def test_commonest_answers__per_kind_with_copies():
    kinds, answers = ["colour", "colour", "count", "colour"], ["Red", "blue", "Two", "A long answer of many words"]
    found = commonest_answers(kinds, answers, np.array([1.0, 2.0, 1.0, 9.0]), ["colour", "count", "other"])
    assert found == ["blue", "2", "blue"]
    assert score_of(found, ["Blue", "3", "It is one of many"]).tolist()[:2] == [1.0, 0.0]
    assert np.isnan(score_of(found, ["Blue", "3", "It is one of many"])[2])


def test_commonest_answers__nothing_short():
    assert commonest_answers(["a"], ["one two three four five six"], np.ones(1), ["a"]) == [""]
