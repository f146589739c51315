"""The stages as a strip of buttons. Knows nothing of what a stage does."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from adr.ui.parts.component import component

_STAGES = component("parts/stage_strip", '<div class="stages"></div>')


@dataclass(frozen=True)
class Stage:
    """One stage. state: 'done', 'next' or 'later'."""

    name: str
    says: str
    state: str


def stage_strip(stages: Sequence[Stage], *, key: str) -> str | None:
    """Draw the stages in their order; returns the name of the one just clicked, else None."""
    result = _STAGES(data={"stages": [asdict(stage) for stage in stages]}, key=key, on_picked_change=lambda: None)
    picked = result.get("picked")
    return str(picked) if picked is not None else None
