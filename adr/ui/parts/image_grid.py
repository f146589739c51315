"""A grid of any number of pictures to look at and click.

Knows nothing of what the tiles stand for.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from adr.ui.parts.component import component

_GRID = component("parts/image_grid", '<div class="grid"></div>')


@dataclass(frozen=True)
class Tile:
    """One picture. image: a data URL; where it is None, `instead` is shown."""

    id: str
    title: str
    image: str | None = None
    note: str = ""
    instead: str = "no picture"
    badge: str = ""
    tone: str = ""  # colour of the badge
    alt: str = ""
    chosen: bool = False


def image_grid(tiles: Sequence[Tile], *, key: str, least: int = 150) -> str | None:
    """Draw the tiles, each at least `least` pixels wide; returns the id of the one just clicked, else None."""
    if not tiles:
        return None
    result = _GRID(
        data={"tiles": [asdict(tile) for tile in tiles], "least": least}, key=key, on_picked_change=lambda: None
    )
    picked = result.get("picked")
    return str(picked) if picked is not None else None
