"""What a filter finds, written into a recipe file as instances that are excluded or protected."""

from pathlib import Path
from typing import Literal

from adr.errors import AdrError
from adr.files import whole_file
from adr.recipe import Recipe
from adr.recipe_apart import excluding, protecting
from adr.select.filter_text import parse
from adr.select.filter_words import in_words
from adr.select.find import found_positions
from adr.store import Store


def set_apart(store: Store, text: str, how: Literal["exclude", "protect"], file: Path) -> str:
    """Write what a filter finds into the recipe in `file`, which is created if needed; returns its path.

    AdrError as by `find`, when nothing is found, or when the file is no recipe.
    """
    tree = parse(text)
    positions = found_positions(store, tree)
    if not len(positions):
        raise AdrError("The filter finds nothing, so the recipe stays as it is.", "Look at what adr find lists.")
    recipe = Recipe.from_file(file) if file.exists() else Recipe()
    changed = (excluding if how == "exclude" else protecting)(recipe, positions, in_words(tree))
    with whole_file(file) as partial:
        partial.write_text(changed.to_toml(), encoding="utf-8")
    return str(file)
