"""What a recipe may ask for that a run over shards cannot do, said before any work starts."""

from adr.errors import AdrError
from adr.recipe import Recipe
from adr.shards.asked_index import asked_index


def refuse(recipe: Recipe) -> None:
    """AdrError when a run over shards cannot do what the recipe asks for."""
    asked_index(recipe)
    if recipe.epochs > 1:
        raise AdrError(
            f"The recipe draws {recipe.epochs} epochs, and a run over shards draws one.",
            "Take `epochs` out of the recipe and run once per seed, or use adr run on one machine.",
        )
