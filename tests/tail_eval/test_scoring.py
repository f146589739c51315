"""One rule for yes and no, letters and short answers."""

import pytest

from adr.tail_eval.scoring import choice, score_of, yes_or_no


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("Yes", "yes"),
        ("yes, there is no doubt", "yes"),  # the first word decides
        ("No. Yes, perhaps.", "no"),  # the first sentence counts
        ("There is not a dog in the picture.", "no"),
        ("It isn’t there", "no"),
        ("I would say yes", "yes"),
        ("There is a dog in the picture.", None),  # LLaVA's script: yes; VLMEvalKit: unknown
        ("maybe yes, maybe no", None),
        ("nothing of note", None),  # "not" only as a word
        ("", None),
    ],
)
def test_yes_or_no__first_sentence(said, means):
    assert yes_or_no(said) == means


@pytest.mark.parametrize(
    ("said", "letter"),
    [
        ("B", "B"),
        ("(b)", "B"),
        ("B. A dog", "B"),
        ("C) two", "C"),
        ("The answer is D", "D"),
        ("A dog", None),  # an article, no letter
        ("", None),
    ],
)
def test_choice__letter(said, letter):
    assert choice(said) == letter


def test_score_of__each_kind_of_target():
    assert score_of("no", "No") == 1.0
    assert score_of("It is there", "yes") == 0.0
    assert score_of("B. Two", "B") == 1.0
    assert score_of("The accordion.", "an accordion") == 1.0
    assert score_of("two", ("two", "2", "1", "3", "4", "5", "6", "7", "8", "9")) == pytest.approx(2 / 3)
    assert score_of("2", ("two", "2")) == 1.0
