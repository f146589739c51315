"""A grid of any number of pictures to look at, click, and tick.

Knows nothing of what the tiles stand for.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

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
    return _drawn(tiles, key, least, None, lambda: None)


def ticked_grid(
    tiles: Sequence[Tile], ticked: Sequence[str], on_tick: Callable[[list[str]], None], *, key: str, least: int = 150
) -> str | None:
    """The same with a box to tick on each tile; a tick with shift reaches from the last one.

    ticked: the ids whose box is ticked. `on_tick` is called with those that are to be, before the page runs again.
    """

    def changed() -> None:
        if (wanted := st.session_state[key].ticked) is not None:
            on_tick([str(one) for one in wanted])

    return _drawn(tiles, key, least, list(ticked), changed)


def _drawn(
    tiles: Sequence[Tile], key: str, least: int, ticked: list[str] | None, changed: Callable[[], None]
) -> str | None:
    if not tiles:
        return None
    result = _GRID(
        data={"tiles": [asdict(tile) for tile in tiles], "least": least, "ticked": ticked},
        key=key,
        on_picked_change=lambda: None,
        on_ticked_change=changed,
    )
    picked = result.get("picked")
    return str(picked) if picked is not None else None
