"""The words follow from the intervals, in every learning rate that was run."""

import pytest

from adr.prove.variance import PairedDifference
from adr.prove.verdict import CANNOT_TELL, HARMS, HELPS, TOO_FEW_SEEDS, verdict


def interval(low, high):
    mean = 0.0 if low is None else (low + high) / 2
    return PairedDifference(mean, low, high, 0.01, 1.0, 5, 100, 50)


@pytest.mark.parametrize(
    ("intervals", "said"),
    [
        ([(0.5, 4.0)], HELPS),
        ([(0.5, 4.0), (0.1, 9.0)], HELPS),
        ([(0.5, 4.0), (-0.1, 9.0)], CANNOT_TELL),
        ([(0.5, 4.0), (-4.0, -0.5)], CANNOT_TELL),
        ([(-4.0, -0.5), (-9.0, -0.1)], HARMS),
        ([(-1.0, 2.31)], "no difference larger than 2.4 points"),
        ([(-1.0, 2.0), (-2.5, 0.3)], "no difference larger than 2.5 points"),
        ([(0.2, 1.0), (-0.3, 0.5)], "no difference larger than 1 points"),
        ([(-1.0, 3.1)], CANNOT_TELL),
        ([(None, None)], TOO_FEW_SEEDS),
        ([(0.5, 4.0), (None, None)], TOO_FEW_SEEDS),
        ([], TOO_FEW_SEEDS),
    ],
)
def test_verdict__word_for_each_case(intervals, said):
    assert verdict([interval(low, high) for low, high in intervals]) == said


def test_verdict__a_primary_question_needs_holms_p_as_well():
    assert verdict([interval(0.5, 4.0)], p=0.06) == CANNOT_TELL
    assert verdict([interval(0.5, 4.0)], p=0.05) == HELPS


def test_verdict__likelihood_is_in_nats():
    assert verdict([interval(-0.01, 0.072)], "likelihood") == "no difference larger than 0.08 nats"
