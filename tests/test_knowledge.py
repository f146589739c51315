"""What a model says of itself, and the sentences that count it."""

import json

import pytest

from adr.demo.habitats import RANKS
from adr.errors import AdrError
from adr.knowledge import DRAWN, Knowledge, knowledge_of, known_words, short_name


def test_knowledge_of__the_starters_know_the_demo_world():
    for name in ("starter-clip", "starter-diffusion"):
        known = knowledge_of(f"assets/models/{name}")
        assert known == Knowledge(frozenset(RANKS), DRAWN)
        assert known.knows(["harp", "fire truck"]) and not known.knows(["harp", "artichoke"])


def test_knowledge_of__a_model_that_says_nothing_is_asked_about_everything(tmp_path):
    for name in (str(tmp_path), "ViT-B-32/laion2b_s34b_b79k", "hf-hub:owner/name"):
        assert knowledge_of(name) == Knowledge(None, None)
    assert Knowledge().knows(["artichoke"])


@pytest.mark.parametrize(("said", "sentence"), [({"names": "cat"}, "not a list of names"), ({"kind": 3}, "not a text")])
def test_knowledge_of__says_what_is_wrong(tmp_path, said, sentence):
    (tmp_path / "adr.json").write_text(json.dumps(said))
    with pytest.raises(AdrError, match=sentence):
        knowledge_of(str(tmp_path))


def test_known_words__count_what_stays():
    objects = ("object", "objects")
    assert known_words(12, 359, objects, "assets/models/starter-clip") == (
        "12 of 359 objects are known to starter-clip; the other 347 stay as they are."
    )
    assert known_words(1, 2, objects, "m/n") == ("1 of 2 objects is known to m/n; the other 1 stays as it is.")
    assert known_words(3, 3, objects, "m/n") == "3 of 3 objects are known to m/n."
    assert short_name("ViT-B-32/laion2b_s34b_b79k") == "ViT-B-32/laion2b_s34b_b79k"
