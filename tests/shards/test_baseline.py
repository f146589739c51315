"""The random baseline as a bound on draws."""

import numpy as np

from adr.draws import RANDOM_KEY, draws
from adr.shards.baseline import Baseline, baseline_of, last_of


def test_baseline__of_equal_draws_takes_the_first_positions() -> None:
    """Draws 5 2 5 5 9 at the positions 3 4 6 8 9: the three first are the 2 and the fives of 3 and 6."""
    drawn, instances = np.array([5, 2, 5, 5, 9], np.uint64), np.array([3, 4, 6, 8, 9], np.int32)
    found = [last_of(size, lambda: [(drawn[3:], instances[3:]), (drawn[:3], instances[:3])]) for size in (0, 1, 3, 5)]
    assert found == [Baseline(0), Baseline(1, 2, 4), Baseline(3, 5, 6), Baseline(5, 9, 9)]
    assert not Baseline(0).takes(1, instances, np.zeros(5, bool)).any()


def test_baseline__of_many_instances() -> None:
    """5,000 instances, a third of them excluded: the first 1,234 of the others in the order of their draws."""
    instances, excluded = np.arange(0, 10_000, 2, dtype=np.int32), np.arange(5000) % 3 == 0
    order = sorted(instances[~excluded].tolist(), key=lambda at: (float(draws(9, RANDOM_KEY, at)), at))
    taken = baseline_of(9, 1234, instances, excluded).takes(9, instances, excluded)
    assert instances[taken].tolist() == sorted(order[:1234])
