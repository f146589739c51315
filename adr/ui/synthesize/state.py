"""What the Synthesize page remembers of a session."""

from dataclasses import dataclass, field

from adr.synthesize.ways import Shared
from adr.ui.parts.state import remembered


@dataclass
class SynthesizeState:
    """The plan that the page waits for, the parents being chosen, and the curves last drawn in the form."""

    awaited: int | None = None  # the job whose plan the page goes to
    parents: dict[tuple[int, int], list[int]] = field(default_factory=dict)  # {(plan, entity): instances}
    shared: tuple[str, dict[str, Shared]] | None = None  # what decides the curves, and the curves


def state() -> SynthesizeState:
    """This session's state of the page."""
    return remembered(SynthesizeState)
