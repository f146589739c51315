"""A recipe with the way in which the workspace's sources were read, so that `adr run` reads them the same way.

Knows the table `source`, nothing of how records are read.
"""

import json
from dataclasses import replace

from adr.recipe import Recipe
from adr.store import Store


def replayable(store: Store, recipe: Recipe) -> Recipe:
    """The recipe with the mapping of the sources as its [ingest], where it has none of its own.

    Sources that were read in different ways leave the recipe as it is: its [ingest] holds for all sources.
    """
    found = {mapping for (mapping,) in store.rows("select distinct mapping from source")}
    mapping = found.pop() if len(found) == 1 else None
    return recipe if recipe.ingest or not mapping else replace(recipe, ingest=json.loads(mapping))
