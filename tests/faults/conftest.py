"""The world and the harness that all tests of this folder share."""

from collections.abc import Iterator

import pytest

from tests.faults.harness import Harness
from tests.faults.world import World


@pytest.fixture(scope="module")
def harness(tmp_path_factory) -> Iterator[Harness]:
    """A harness with every snapshot; plan 2 is of words."""
    world = World(tmp_path_factory.mktemp("faults"))
    made = Harness(world, seed=20_261_126)
    world.build()
    world.plan_words()
    made.ready()
    yield made
    made.close()
