"""The mixture of a recipe goes to TOML, a link and back, refuses what makes no sense, and says what it asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.errors import AdrError
from adr.prove.training_side import training_recipe
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from adr.ui.rebalance.address import from_address, to_address

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
sized = st.builds(
    lambda sizes, repeat: Mixture("object", sizes=sizes, repeat=repeat),
    st.dictionaries(names, st.integers(0, 10**6), min_size=1, max_size=5),
    st.integers(1, 40),
)
shared = st.builds(
    lambda parts, size, repeat: Mixture(
        "token", shares={v: p / max(1.0, sum(parts.values())) for v, p in parts.items()}, size=size, repeat=repeat
    ),
    st.dictionaries(names, st.floats(0, 1), min_size=1, max_size=5),
    st.none() | st.integers(0, 10**6),
    st.integers(1, 40),
)


@given(sized | shared)
def test_mixture__round_trips(mixture: Mixture) -> None:
    recipe = Recipe(mixture=mixture, name="mixed")
    again = Recipe.from_toml(recipe.to_toml())
    assert again == recipe and again.fingerprint == recipe.fingerprint != Recipe().fingerprint
    assert from_address(to_address(recipe)).mixture == mixture
    assert "mixed by" in recipe.in_words()


def test_recipe__without_a_mixture_is_what_it_was() -> None:
    """The fingerprint of the default recipe, which runs of earlier versions hold."""
    assert Recipe().fingerprint == "33e54b7c55c4"
    assert "mixture" not in Recipe().to_toml() and to_address(Recipe()) == {}


def test_toml__an_example() -> None:
    recipe = Recipe.from_toml("""
        [rebalance.mixture]
        perspective = "interrogation"
        shares = { "what color" = 0.4, "how many" = 0.2 }
        size = 1000
    """)
    assert recipe.mixture == Mixture("interrogation", shares={"what color": 0.4, "how many": 0.2}, size=1000)
    assert "then mixed by interrogation: what color 40 %, how many 20 %, others in proportion, 1,000 rows in all." in (
        recipe.in_words().replace("; then", " then").replace(". Seed", ".")
    )


def test_in_words__sizes_and_repeats() -> None:
    mixture = Mixture("co_occurrence", sizes=dict.fromkeys("abcdef", 1000), repeat=3)
    assert mixture.in_words() == (
        "mixed by co-occurrence: a 1,000 rows, b 1,000 rows, c 1,000 rows, d 1,000 rows, 2 more, "
        "rows used up to 3 times where a value lacks some"
    )
    assert Mixture("object", shares={"cat": 0.5, "dog": 0.5}).in_words() == "mixed by object: cat 50 %, dog 50 %"
    assert Mixture("object", size=10).in_words() == "mixed by object: all in proportion, 10 rows in all"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mixture = 3", "mixture in the recipe is 3"),
        ("[rebalance.mixture]\nsize = 3", "names no perspective"),
        ("[rebalance.mixture]\nperspective = 'objects'\nsize = 3", "mixture names the perspective 'objects'"),
        ("[rebalance.mixture]\nperspective = 3\nsize = 3", "perspective of the mixture is 3"),
        ("[rebalance.mixture]\nperspective = 'object'", "says neither shares nor sizes"),
        ("[rebalance.mixture]\nperspective = 'object'\nshare = {}", "unknown key 'share'. Allowed are perspective"),
        ("[rebalance.mixture]\nperspective = 'object'\nshares = {a = 1.5}", "share of 'a' is 1.5"),
        ("[rebalance.mixture]\nperspective = 'object'\nshares = {a = true}", "share of 'a' is True"),
        ("[rebalance.mixture]\nperspective = 'object'\nshares = {a = nan}", "share of 'a' is nan"),
        (
            "[rebalance.mixture]\nperspective = 'object'\nshares = {a = 0.6, b = 0.6}",
            "shares of the mixture sum to 1.2",
        ),
        ("[rebalance.mixture]\nperspective = 'object'\nshares = ['a']", r"shares of the mixture is \['a'\]"),
        ("[rebalance.mixture]\nperspective = 'object'\nsizes = {a = 0.5}", "size of 'a' is 0.5"),
        ("[rebalance.mixture]\nperspective = 'object'\nsizes = {a = 5}\nshares = {b = 0.1}", "both shares and sizes"),
        ("[rebalance.mixture]\nperspective = 'object'\nsizes = {a = 5}\nsize = 9", "both size and sizes"),
        ("[rebalance.mixture]\nperspective = 'object'\nsize = -1", "size of the mixture is -1"),
        ("[rebalance.mixture]\nperspective = 'object'\nsize = 5\nrepeat = 41", "repeat of the mixture is 41"),
    ],
)
def test_toml__refuses_and_says_why(text: str, says: str) -> None:
    with pytest.raises(AdrError, match=says):
        Recipe.from_toml(text if text.startswith("[") else f"[rebalance]\n{text}")


@given(
    st.dictionaries(
        st.sampled_from(["perspective", "shares", "sizes", "size", "repeat", "x"]), st.integers() | st.text()
    )
)
def test_from_address__any_mixture(said: dict[str, object]) -> None:
    import base64
    import json
    import zlib

    packed = base64.urlsafe_b64encode(zlib.compress(json.dumps(said).encode())).decode().rstrip("=")
    assert from_address({"mixture": packed}) is not None


def test_training_recipe__sizes_shrink_and_shares_stay() -> None:
    halved = training_recipe(Recipe(mixture=Mixture("object", shares={"cat": 0.3}, size=100)), 0.5, 0).mixture
    assert halved == Mixture("object", shares={"cat": 0.3}, size=50)
    sizes = training_recipe(Recipe(mixture=Mixture("object", sizes={"cat": 9, "dog": 1, "yak": 0})), 0.5, 0).mixture
    assert sizes.sizes == {"cat": 4, "dog": 1, "yak": 0}
