"""What the last action on a selection did, or why it could not be done: one sentence, until the next action."""

from collections.abc import Callable
from dataclasses import dataclass

from adr.errors import AdrError
from adr.ui.parts.state import remembered


@dataclass
class ActionSaid:
    """The sentence; empty where nothing was done yet. fault: whether it tells of an error."""

    sentence: str = ""
    fault: bool = False


def said() -> ActionSaid:
    """What the last action said."""
    return remembered(ActionSaid)


def do(action: Callable[[], str]) -> None:
    """Do an action of a button, and keep what it says: its sentence, or that of its AdrError."""
    now = said()
    try:
        now.sentence, now.fault = action(), False
    except AdrError as error:
        now.sentence, now.fault = f"{error.sentence} {error.next_step}".strip(), True
