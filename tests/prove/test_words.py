import numpy as np
import pytest

from adr.prove.words import adjustment, is_short, normalised, terms_of, words_of


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("Yes.", "yes"),
        ("The cat", "cat"),
        ("a Cat!", "cat"),
        ("Two cats", "2 cats"),
        ("2 cats", "2 cats"),
        ("twenty", "20"),
        ("ÉTÉ", "été"),
        ("It's red", "it's red"),
        ("0.25, 0.5", "0.25 0.5"),
        ("<image>\nYes", "yes"),
        ("一只猫", "一 只 猫"),
        ("A", "a"),
        ("", ""),
    ],
)
def test_normalised(answer, wanted):
    assert normalised(answer) == wanted


def test_is_short__at_most_four_words():
    assert [is_short(text) for text in ("", "Yes", "On the left side", "On the left of it")] == [
        False,
        True,
        True,
        False,
    ]


def test_terms_of__words_and_neighbours():
    assert terms_of("Is it a cat?") == ["is", "it", "cat", "is it", "it cat"]
    assert words_of("Is it a cat?") == ["is", "it", "cat"]


def test_adjustment__by_hand():
    """Word counts with copies: yes 3, no 1."""
    found = adjustment(["Yes", "no"], np.array([3.0, 1.0]), tau=2.0)
    assert found == pytest.approx({"yes": 2 * np.log(3 / 4), "no": 2 * np.log(1 / 4)})
