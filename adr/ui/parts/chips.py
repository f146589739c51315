"""Chips to click, in groups of one colour each. Knows nothing of what they stand for."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from adr.ui.parts.component import component

_CHIPS = component("parts/chips", '<div class="chips"></div>')


@dataclass(frozen=True)
class Chip:
    """One chip. tone: its colour where it differs from that of the group."""

    id: str
    label: str
    note: str = ""
    hint: str = ""
    tone: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class ChipGroup:
    """Chips of one colour under one label; `none` is shown where there are no chips."""

    label: str
    color: str
    chips: list[Chip] = field(default_factory=list)
    none: str = "none"


def chips(groups: Sequence[ChipGroup], *, key: str) -> str | None:
    """Draw groups of chips; returns the id of the one just clicked, else None."""
    result = _CHIPS(data={"groups": [asdict(group) for group in groups]}, key=key, on_picked_change=lambda: None)
    picked = result.get("picked")
    return str(picked) if picked is not None else None
