"""What the Review page remembers of a session."""

from dataclasses import dataclass, field

from adr.review.queue import Filter
from adr.ui.parts.state import remembered


@dataclass
class CardState:
    """One candidate at a time. `asked`: the filter and the order that `shown` was taken from; `linked`: the candidate
    that this page has put into the address, so that another one there comes from a link."""

    asked: tuple[Filter, str] | None = None
    shown: str | None = None
    linked: str | None = None
    visited: list[str] = field(default_factory=list)
    skipped: set[str] = field(default_factory=set)
    ack: str | None = None  # number of the step that was answered last
    version: int = 0  # changes when the card must be drawn anew
    fault: str | None = None  # what the last step could not do, to be told once


@dataclass
class GridState:
    """Sixty candidates at a time; fields as in `CardState`. said: what the last step did."""

    asked: tuple[Filter, str] | None = None
    page: int = 0
    ack: str | None = None
    version: int = 0
    said: str = ""


@dataclass
class ReviewState:
    """Who is judging, and where they are. open_single: the next run of the page changes to the single view."""

    reviewer: str = ""
    open_single: bool = False
    card: CardState = field(default_factory=CardState)
    grid: GridState = field(default_factory=GridState)


def state() -> ReviewState:
    """This session's state of the page."""
    return remembered(ReviewState)
