"""What the Rebalance page remembers of a session: undo and redo of the recipe, and what its parts pass to each other.

The recipe itself is kept in the address of the page (see `address`), so a reload or a colleague gets the same view.
"""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from adr.errors import AdrError
from adr.rebalance.backwards import FoundRecipe
from adr.recipe import Recipe
from adr.ui.parts.state import remembered
from adr.ui.rebalance.address import NAMES, from_address, to_address

MOST_STEPS = 200


@dataclass(frozen=True)
class RunWritten:
    """A run that was written, and the stamp of its recipe."""

    run: int
    kept: int
    dropped: int
    stamp: str


@dataclass
class RebalanceState:
    """Recipes before and after the current one, and what the board and the page exchanged last."""

    past: list[Recipe] = field(default_factory=list)
    future: list[Recipe] = field(default_factory=list)
    answered: int = 0  # the number of the board's step that was answered last
    mixture_answered: int = 0  # the same of the mixture's bars
    mixture_moved: bool = False  # the bars took a step that the board above need not follow yet
    drawn: str | None = None  # stamp of the recipe that the board shows
    wish: dict[str, Any] | None = None  # the slider for which the board requests a grid of curves
    fault: AdrError | None = None  # why the last step failed, to be shown once
    found: FoundRecipe | None = None  # the answer to the last question asked backwards
    applying: int | None = None  # the job that writes a run for this session
    begun: bool = False  # that job has begun, and the page has not been drawn since
    written: RunWritten | None = None  # the run that this session has written last
    shown: Recipe | None = None  # the recipe that the page showed last
    part: str | None = None  # the part that is drawn
    uploaded: str | None = None  # the file whose recipe was taken
    started: bool = False  # a starting point was taken, or their cards were closed


def state() -> RebalanceState:
    """This session's state of the page."""
    return remembered(RebalanceState)


def current() -> Recipe:
    """The recipe in the address; an invalid value is ignored."""
    return from_address(st.query_params.to_dict())


def tune(recipe: Recipe) -> None:
    """Make `recipe` the current one; `undo` restores the one before."""
    before = current()
    if recipe == before:
        return
    trail = state()
    trail.past = [*trail.past, before][-MOST_STEPS:]
    trail.future.clear()
    _show(recipe)


def undo() -> None:
    """Back to the recipe before the last step."""
    trail = state()
    if trail.past:
        trail.future.append(current())
        _show(trail.past.pop())


def redo() -> None:
    """Forward again."""
    trail = state()
    if trail.future:
        trail.past.append(current())
        _show(trail.future.pop())


def _show(recipe: Recipe) -> None:
    told = to_address(recipe)
    for name in NAMES:
        if name not in told:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != told[name]:
            st.query_params[name] = told[name]
