"""Curves at a glance, side by side; each can be clicked. Knows nothing of where the points come from."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from adr.ui.parts.component import component
from adr.ui.parts.palette import HEAD_COLOR, TAIL_COLOR

_CARDS = component("parts/curve_cards", '<div class="cards"></div>')


@dataclass(frozen=True)
class CurveCard:
    """A curve at a glance: points of head and tail in the unit square (x right, y up), and its texts."""

    id: str
    title: str
    what: str
    color: str
    head: list[tuple[float, float]]
    tail: list[tuple[float, float]]
    figures: list[str]
    top: str = ""


def curve_cards(cards: Sequence[CurveCard], *, key: str) -> str | None:
    """Draw curves at a glance side by side; returns the id of the one just clicked, else None."""
    result = _CARDS(
        data={"cards": [asdict(card) for card in cards], "head": HEAD_COLOR, "tail": TAIL_COLOR},
        key=key,
        on_picked_change=lambda: None,
    )
    picked = result.get("picked")
    return str(picked) if picked is not None else None
