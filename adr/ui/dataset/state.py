"""What the Dataset page remembers of a session."""

from dataclasses import dataclass, field

from adr.ui.parts.state import remembered


@dataclass
class DatasetState:
    """The upload that was saved, and the jobs whose end was announced."""

    kept: tuple[str, str] | None = None  # the upload that was saved: its id and its path
    announced: set[int] = field(default_factory=set)  # numbers of jobs


def state() -> DatasetState:
    """This session's state of the page."""
    return remembered(DatasetState)
