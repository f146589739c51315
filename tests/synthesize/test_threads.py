"""How many threads a worker takes, by hand."""

import pytest

from adr.synthesize.threads import threads


@pytest.mark.parametrize(
    ("most", "load", "cores", "expected"),
    [
        (2, 0.0, 2, 2),  # an idle machine
        (2, 1.0, 2, 1),  # one other task: one core is left
        (2, 9.0, 2, 1),  # many others: never fewer than one
        (1, 0.0, 8, 1),  # never more than allowed
        (8, 2.4, 8, 6),
    ],
)
def test_threads__the_cores_that_others_leave(most, load, cores, expected):
    assert threads(most, load, cores) == expected
