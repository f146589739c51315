"""No file may grow beyond a few bytes: a writing stage says in one sentence that the disk is full, and loses nothing.

This works on any machine. `tests/test_faults.py` has the other stages, on a disk of a few megabytes where one may be
mounted; `make faults` has all of them at sizes of every order.
"""

import pytest

from tests.faults.harness import Harness, stages


@pytest.mark.parametrize("name", ["collect", "review", "verdicts import"])
def test_full__a_sentence_and_nothing_is_lost(name: str, harness: Harness) -> None:
    stage = next(stage for stage in stages(harness.world) if stage.name == name)
    trial = harness.fill(stage, most=4096)
    assert trial.faults == [] and not trial.done, trial.moment
