"""What the Dataset page remembers of a session."""

from dataclasses import dataclass, field

from adr.ui.parts.state import remembered


@dataclass
class DatasetState:
    """What was taken in and said already."""

    kept: tuple[str, str] | None = None  # the upload that was written to disk: its id, and where
    announced: set[int] = field(default_factory=set)  # jobs whose end was announced


def state() -> DatasetState:
    """This session's state of the page."""
    return remembered(DatasetState)
