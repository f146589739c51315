"""The recipe that a session tuned last, for other pages, which change it and open the Rebalance page with it."""

from typing import NoReturn

from adr.errors import AdrError
from adr.recipe import Recipe
from adr.ui.navigation import go
from adr.ui.rebalance.address import to_address
from adr.ui.rebalance.state import state

LONGEST = 30_000
"""Characters of an address that a browser and a server take."""


def latest_recipe() -> Recipe:
    """The recipe that the Rebalance page showed last in this session; the default one before that."""
    return state().shown or Recipe()


def latest_words() -> str:
    """What `latest_recipe` is, in words."""
    return "the recipe that you tuned last" if state().shown else "the default recipe"


def open_recipe(recipe: Recipe, fault: str, instead: str) -> NoReturn:
    """Show a recipe on the Rebalance page, where one step back leads to the one before.

    AdrError(fault, instead) where its address would be too long."""
    address = to_address(recipe)
    if sum(map(len, address.values())) > LONGEST:
        raise AdrError(fault, instead)
    state().past.append(latest_recipe())
    go("Rebalance", **address)
