"""What a run over shards refuses before any work starts."""

import pytest

from adr.errors import AdrError
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from adr.shards.asked_index import asked_index


@pytest.mark.parametrize(
    ("recipe", "sentence"),
    [
        (Recipe(at_most_each={"picture": 1}), "no perspective picture"),
        (Recipe(index={"perspectives": ["copy"]}), "no perspective copy"),
        (Recipe(index={"verify": "grounding-dino"}), "verify looks for objects in pictures"),
    ],
)
def test_asked_index__what_shards_cannot_do(recipe: Recipe, sentence: str) -> None:
    with pytest.raises(AdrError, match=sentence):
        asked_index(recipe)


def test_asked_index__nothing_else_is_refused() -> None:
    asked = asked_index(Recipe(at_most={"style": {"poem": 3}}, mixture=Mixture("token", size=5), epochs=3))
    assert asked.perspectives == ("style",)
