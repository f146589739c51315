"""What the Synthesize page remembers of a session."""

from dataclasses import dataclass, field

from adr.ui.parts.state import remembered


@dataclass
class SynthesizeState:
    """The plan that the page waits for, and the parents being chosen."""

    awaited: int | None = None  # the job whose plan the page goes to
    parents: dict[tuple[int, int], list[int]] = field(default_factory=dict)  # {(plan, entity): instances}


def state() -> SynthesizeState:
    """This session's state of the page."""
    return remembered(SynthesizeState)
