"""Positions as text in a recipe, both ways, and the tables of instances set apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.recipe import Recipe
from adr.recipe_frozen import FrozenInstances, frozen, ranges_text, read_ranges

EXCLUDE = """
[rebalance]
seed = 1

[[rebalance.exclude]]
words = "tagged “leak”"
positions = "9,8, 5, 10"

[[rebalance.exclude]]
positions = "3"

[[rebalance.protect_instances]]
words = "ticked by hand"
positions = "100-102"
"""


def test_ranges_text__ascending_once_each() -> None:
    assert ranges_text([10, 5, 8, 9, 5]) == "5, 8-10"
    assert ranges_text(np.array([0, 1], np.int32)) == "0-1"
    assert ranges_text([]) == ""


@given(st.sets(st.integers(0, 400), min_size=1))
def test_read_ranges__reads_what_was_written(numbers: set[int]) -> None:
    assert read_ranges(ranges_text(list(numbers))).tolist() == sorted(numbers)


@pytest.mark.parametrize("text", ["", "5,", "8-5", "x", "-3", "5 8", "1-99999999999", "2147483647"])
def test_read_ranges__refuses(text: str) -> None:
    with pytest.raises(AdrError) as told:
        read_ranges(text)
    assert "is no position and no range of positions." in told.value.sentence


def test_read_ranges__refuses_what_would_fill_the_memory() -> None:
    with pytest.raises(AdrError) as told:
        read_ranges("0-2000000000")
    assert told.value.sentence == "A recipe sets too many instances apart."


def test_recipe__toml_both_ways() -> None:
    recipe = Recipe.from_toml(EXCLUDE)
    assert recipe.exclude == (FrozenInstances("tagged “leak”", "5, 8-10"), FrozenInstances("", "3"))
    assert recipe.protect_instances == (frozen([102, 100, 101], "ticked by hand"),)
    assert Recipe.from_toml(recipe.to_toml()) == recipe
    assert "excluded: 5 instances (tagged “leak”)" in recipe.in_words()
    assert "always kept: 3 instances (ticked by hand)" in recipe.in_words()


def test_recipe__one_table_is_a_list_of_one() -> None:
    one = Recipe.from_toml('[rebalance.exclude]\nwords = "w"\npositions = "3"\n')
    assert one.exclude == (FrozenInstances("w", "3"),)


def test_fingerprint__of_the_positions_not_of_their_words() -> None:
    plain, apart = Recipe(), Recipe(exclude=(frozen([3, 5, 6], "a"),))
    assert plain.fingerprint != apart.fingerprint
    assert Recipe(exclude=(frozen([5, 6], "b"), frozen([3], "c"))).fingerprint == apart.fingerprint
    assert Recipe(protect_instances=(frozen([3, 5, 6], "a"),)).fingerprint != apart.fingerprint


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[rebalance]\nexclude = 3", "exclude in the recipe is 3."),
        ('[[rebalance.exclude]]\nfilter = "x"', "exclude in the recipe holds 'filter'."),
        ('[[rebalance.exclude]]\nwords = "x"', "exclude in the recipe lacks its positions."),
        ('[[rebalance.exclude]]\npositions = ""', "'' is no position and no range of positions."),
        (
            '[rebalance.exclude]\npositions = "1-5"\n[rebalance.protect_instances]\npositions = "4-9"',
            "Instances stand in both exclude and protect_instances: 4-5.",
        ),
    ],
)
def test_recipe__refuses(text: str, sentence: str) -> None:
    with pytest.raises(AdrError) as told:
        Recipe.from_toml(text)
    assert told.value.sentence == sentence
