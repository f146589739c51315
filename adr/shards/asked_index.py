"""What a recipe asks of the index of a dataset in shards, and what of that no shard can do alone."""

from adr.errors import AdrError
from adr.index.options import IndexOptions
from adr.index.perspectives.change import beside
from adr.options import options_of
from adr.perspectives import CLUSTERED, PAPER_NAMES
from adr.recipe import Recipe


def asked_index(recipe: Recipe) -> IndexOptions:
    """The options of the index, with every default and every perspective beside the paper's four that the recipe
    mentions. AdrError for what cannot be read shard by shard: copies, and what pictures show."""
    given = options_of(IndexOptions, recipe.index, "[index]").filled()
    more = beside((*given.perspectives, *recipe.mentioned))
    if given.verify:
        raise AdrError(
            "Shards are indexed from their text, and [index] verify looks for objects in pictures.",
            "Leave verify out of the recipe, or index the dataset on one machine.",
        )
    if copied := [name for name in more if name in CLUSTERED]:
        raise AdrError(
            f"Copies are found in a dataset as a whole, so shards have no perspective {', '.join(copied)}.",
            "Leave it out of the recipe, or rebalance the dataset on one machine.",
        )
    return IndexOptions(**{**vars(given), "perspectives": more})


def perspectives_of(options: IndexOptions) -> tuple[str, ...]:
    """All perspectives of an index with these options, in the order in which it numbers their entities."""
    return (*PAPER_NAMES, *options.perspectives)
