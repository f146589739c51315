"""What a filter finds, in a recipe file."""

from pathlib import Path

import pytest

from adr.errors import AdrError
from adr.recipe import Recipe
from adr.recipe_frozen import FrozenInstances
from adr.select.set_apart import set_apart
from adr.store import Store


def test_set_apart__makes_the_file_and_adds_to_it(small_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    set_apart(small_store, "object:dog", "exclude", file)
    assert Recipe.from_file(file) == Recipe(exclude=(FrozenInstances("object “dog”", "0, 2, 4-5"),))
    set_apart(small_store, "text_only or #4", "protect", file)
    assert Recipe.from_file(file) == Recipe(
        exclude=(FrozenInstances("object “dog”", "0, 2, 5"),),
        protect_instances=(FrozenInstances("text only or instance 4", "3-4"),),
    )


def test_set_apart__nothing_found_leaves_the_file(small_store: Store, tmp_path: Path) -> None:
    with pytest.raises(AdrError) as told:
        set_apart(small_store, "zebra", "exclude", tmp_path / "recipe.toml")
    assert told.value.sentence == "The filter finds nothing, so the recipe stays as it is."
    assert not (tmp_path / "recipe.toml").exists()
