"""The world and the harness that all tests of this folder share."""

from collections.abc import Iterator

import pytest

from tests.faults.harness import Harness
from tests.faults.world import World


@pytest.fixture(scope="module")
def harness(wordnet_data, tmp_path_factory) -> Iterator[Harness]:
    """A harness with every snapshot; plan 2, of words, only where there is a WordNet."""
    world = World(tmp_path_factory.mktemp("faults"))
    made = Harness(world, seed=20_261_126)
    world.build()
    made.words = world.plan_words()
    made.ready()
    yield made
    made.close()


@pytest.fixture(scope="module")
def wordnet_data(request, tmp_path_factory) -> Iterator[None]:
    """NLTK_DATA names a WordNet, where the machine has one."""
    from tests.worlds.wordnet import WORDNET

    with pytest.MonkeyPatch.context() as patch:
        if WORDNET.is_dir():
            folder = request.getfixturevalue("wordnet_folder")
            import nltk

            patch.setattr(nltk.data, "path", [str(folder)])
            patch.setenv("NLTK_DATA", str(folder))
        yield
