import numpy as np

from adr.prove.model import Fitted, Scored
from adr.prove.probe import Probe
from adr.prove.steps import choose_steps, level, levelled_at
from tests.prove.planted import split


def fitted(curve: list[tuple[int, float]]) -> Fitted:
    none = np.zeros(0)
    return Fitted(Scored(none.astype(np.int64), none, none, none, []), [], curve, 10.0)


def test_level__the_first_step_within_a_hundredth_of_the_lowest():
    assert level([(100, 3.0), (200, 2.01), (300, 2.0), (400, 2.3)]) == 200


def test_levelled_at__half_as_many_again_and_its_share_of_the_seconds():
    found = levelled_at(fitted([(100, 3.0), (200, 2.01), (300, 2.0), (400, 2.0), (500, 2.3), (600, 2.5)]), 600)
    assert (found.steps, found.levelled, found.seconds) == (300, True, 5.0)


def test_levelled_at__a_curve_that_still_falls():
    found = levelled_at(fitted([(200, 3.0), (400, 2.5), (600, 2.0)]), 600)
    assert (found.steps, found.levelled) == (600, False)


def test_choose_steps__of_a_real_training():
    train, dev, _, features = split(500)
    found = choose_steps(Probe(), train, dev, features, most=200, batch=32)
    assert 0 < found.steps <= 200 and found.seconds > 0 and found.curve[-1][0] == 200
