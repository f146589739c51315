"""What a run over shards refuses before any work starts."""

import pytest

from adr.errors import AdrError
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from adr.shards.asked import refuse


@pytest.mark.parametrize(
    ("recipe", "sentence"),
    [
        (Recipe(epochs=3), "draws 3 epochs"),
        (Recipe(at_most_each={"picture": 1}), "no perspective picture"),
        (Recipe(index={"perspectives": ["copy"]}), "no perspective copy"),
        (Recipe(index={"verify": "grounding-dino"}), "verify looks for objects in pictures"),
    ],
)
def test_refuse__what_shards_cannot_do(recipe: Recipe, sentence: str) -> None:
    with pytest.raises(AdrError, match=sentence):
        refuse(recipe)


def test_refuse__nothing_else() -> None:
    refuse(Recipe(at_most={"style": {"poem": 3}}, mixture=Mixture("token", size=5)))
