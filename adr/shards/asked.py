"""What a recipe may ask for that a run over shards cannot do, said before any work starts."""

from adr.errors import AdrError
from adr.index.options import IndexOptions
from adr.options import options_of
from adr.perspectives import CLUSTERED, PAPER_NAMES, in_order
from adr.recipe import Recipe


def refuse(recipe: Recipe) -> None:
    """AdrError when a run over shards cannot do what the recipe asks for."""
    options = options_of(IndexOptions, recipe.index, "[index]")
    if recipe.epochs > 1:
        raise AdrError(
            f"The recipe draws {recipe.epochs} epochs, and a run over shards draws one.",
            "Take `epochs` out of the recipe and run once per seed, or use adr run on one machine.",
        )
    if clustered := [p for p in in_order((*recipe.mentioned, *options.perspectives)) if p in CLUSTERED]:
        raise AdrError(
            f"The perspective {clustered[0]} stands for clusters of copies, which are found on one machine only.",
            "Take it out of the recipe, or use adr run on one machine.",
        )
    if options.verify is not None:
        raise AdrError(
            f"The recipe has {options.verify} look for objects in the images, and a run over shards reads text only.",
            "Take `verify` out of [index], or use adr run on one machine.",
        )
    if missing := [p for p in recipe.mentioned if p not in (*PAPER_NAMES, *options.perspectives)]:
        raise AdrError(
            f"The recipe says something of the perspective {missing[0]}, which its index would not have.",
            f'Add it to [index]: perspectives = ["{missing[0]}"].',
        )
