import numpy as np

from adr.prove.model import Fitted, Scored
from adr.prove.probe import Probe
from adr.prove.steps import choose_steps, level, levelled_at
from tests.prove.planted import split


def fitted(curve: list[tuple[int, float]]) -> Fitted:
    none = np.zeros(0)
    return Fitted(Scored(none.astype(np.int64), none, none, none, []), [], curve, 10.0)


FALLING = [(100, 3.0), (200, 2.5), (300, 2.2), (400, 2.1), (500, 2.05), (600, 2.02), (700, 2.01), (800, 2.01)]


def test_level__when_the_last_third_gained_little():
    """From 400 to 600 steps it falls by 3.8 %, from 400 to 700 by 4.3 %, from 500 to 800 by 2 %, from 600 to 900 by
    half a percent; 1.5 % is little."""
    assert level(FALLING) is None
    assert level([*FALLING, (900, 2.01), (1000, 2.0)]) == 900
    assert level(FALLING[:3]) is None


def test_level__a_loss_that_rises_has_levelled():
    assert level([(100 * look, 2.0 + 0.01 * look) for look in range(1, 9)]) == 600


def test_levelled_at__its_share_of_the_seconds():
    found = levelled_at(fitted([*FALLING, (900, 2.01), (1000, 2.0)]), 1000)
    assert (found.steps, found.levelled, found.seconds) == (900, True, 9.0)
    assert levelled_at(fitted(FALLING), 800).steps == 800 and not levelled_at(fitted(FALLING), 800).levelled


def test_choose_steps__of_a_real_training():
    train, dev, _, features = split(500)
    found = choose_steps(Probe(), train, dev, features, most=200, batch=32)
    assert 0 < found.steps <= 200 and found.seconds > 0 and found.curve[-1][0] == 200
