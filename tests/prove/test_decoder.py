import numpy as np
import pytest

from adr.prove.decoder import BEGIN, END, PAD, Decoder, DialogueWords
from adr.prove.model import Pairs
from tests.prove.planted import pairs, split

SMALL = Decoder(width=32, layers=2, heads=2, rate=3e-3, drop=0.0)
GIVEN = {"batch": 32, "learning_rate": 1.0, "seed": 0}


def patched(count: int):
    """The planted rule with the picture's numbers in the first of four patches."""
    train, dev, test, features = split(count)
    patches = np.zeros((len(features), 4, 12), np.float32)
    patches[:, 0] = features
    return train, dev, test, patches


def test_decoder__learns_a_planted_rule_and_the_blind_one_does_not():
    train, dev, test, patches = patched(560)
    seeing = SMALL.fit(train, dev, test, patches, steps=250, **GIVEN)
    blind = SMALL.fit(train, dev, test, patches, steps=60, **GIVEN, blind=True)
    assert seeing.scored.score.mean() > 0.9
    assert 0.25 < blind.scored.score.mean() < 0.75
    assert seeing.scored.nll.mean() < blind.scored.nll.mean()
    assert seeing.dev_nll[-1][1] < seeing.dev_nll[0][1]


def test_decoder__the_same_bits_each_time():
    train, dev, test, patches = patched(480)
    dropping = Decoder(width=32, layers=1, heads=2)
    one, again = (dropping.fit(train, dev, test, patches, steps=8, **GIVEN) for _ in range(2))
    assert one.scored.nll.tobytes() == again.scored.nll.tobytes() and one.scored.said == again.scored.said
    assert one.dev_nll == again.dev_nll


def test_dialogue__by_hand():
    """Words by number of occurrences, then by name: is, it (2), big, car, red, yes (1), from number 4 on."""
    train = Pairs(
        np.arange(2), np.array([0, -1]), ["Is it big?", "Is it"], ["Yes", "a red car"], [[], ["car"]], np.ones(2)
    )
    found = DialogueWords(train, None).dialogue(train)
    assert found.tokens.tolist() == [[4, 5, 6, BEGIN, 9, END], [4, 5, BEGIN, 8, 7, END]]
    assert found.wanted.tolist() == [[False] * 4 + [True] * 2, [False] * 3 + [True] * 3]
    assert found.named.sum(axis=1).tolist() == [0, 1] and found.named[1, 4]
    assert found.rows(np.array([1])).tokens.shape == (1, 6) and PAD not in found.tokens


def test_decoder__likelihood_of_entity_words_and_of_a_long_answer():
    train, dev, _, patches = patched(480)
    test = Pairs(
        np.array([7, 8]),
        np.array([0, -1]),
        ["Which colour is it?", "Is it big?"],
        ["It is as red as a rose", "Yes"],
        [["red"], []],
        np.ones(2),
    )
    found = SMALL.fit(train, dev, test, patches, steps=20, **GIVEN).scored
    assert np.isnan(found.score[0]) and found.said[0] == ""
    assert found.entity_nll[0] > 0 and np.isnan(found.entity_nll[1])
    assert found.said[1] and found.score[1] in (0.0, 1.0)


def test_decoder__adjusted_logits_change_what_is_said():
    patches = np.zeros((40, 4, 6), np.float32)
    answers = ["Yes"] * 36 + ["No"] * 4
    train = pairs(["Is it big?"] * 40, answers, np.arange(40))
    plain = SMALL.fit(train, train, train, patches, steps=30, **GIVEN)
    adjusted = SMALL.fit(train, train, train, patches, steps=30, **GIVEN, adjust={"yes": 0.0, "no": -50.0})
    assert set(plain.scored.said) == {"yes"} and set(adjusted.scored.said) != {"yes"}
    assert plain.scored.nll[-1] > adjusted.scored.nll[-1]


@pytest.mark.parametrize("blind", [False, True])
def test_decoder__pairs_without_any_picture(blind):
    train = pairs(["Is it big?"] * 8, ["Yes"] * 8, np.full(8, -1))
    found = SMALL.fit(train, train, train, np.zeros((0, 4, 6), np.float32), steps=30, **GIVEN, blind=blind)
    assert found.scored.score.mean() == 1.0
