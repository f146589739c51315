"""The map on the page: points to move, enlarge, point at and surround, painted by WebGL (see canvas.js).

Knows places and colours, nothing of what a point stands for.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from adr.ui.parts.component import component

SIDE = 65_536
"""Coordinates of points are whole numbers from 0 to SIDE − 1; y grows upwards."""

_CANVAS = component(
    "explore/map/canvas",
    """<div class="map"><canvas tabindex="0" role="img"></canvas>
    <svg class="over" aria-hidden="true"><polygon points="" /></svg><div class="names"></div>
    <div class="legend" role="group" aria-label="Colours"></div>
    <div class="ring" hidden></div><div class="tip" hidden></div>
    <div class="tools">
    <button class="lasso" aria-pressed="false" title="Draw around points; or hold Shift and draw">Lasso</button>
    <button class="nearer" aria-label="Enlarge">+</button><button class="farther" aria-label="Make smaller">−</button>
    <button class="whole">Whole map</button></div></div>""",
)
_TIP = component("explore/map/tip", "<span></span>")


@dataclass(frozen=True)
class MapColor:
    """One colour of the map: what it means, and how many points have it (None: not said)."""

    name: str
    color: str
    n: int | None


@dataclass(frozen=True)
class RegionName:
    """A name on the map. title: what is said when the pointer rests on it."""

    text: str
    title: str
    x: int
    y: int


@dataclass(frozen=True)
class Picture:
    """Everything that the browser paints. places: (n, 2) uint16; kinds: (n,) uint8, indexes into `legend`, of which 0
    lies beneath the others; ordered: the legend is a scale, from little to much; layout: names the places."""

    places: npt.NDArray[np.uint16]
    kinds: npt.NDArray[np.uint8]
    legend: Sequence[MapColor]
    names: Sequence[RegionName]
    layout: str
    alt: str
    ordered: bool = False

    def packed(self) -> bytes:
        """The picture as one message: the length of a JSON text, the text, x and y of each point, its kind."""
        stamp = blake2b(self.kinds.tobytes(), digest_size=8)
        said = {
            "points": len(self.kinds),
            "layout": self.layout,
            "colors": [kind.color for kind in self.legend],
            "legend": [asdict(kind) | {"kind": at} for at, kind in enumerate(self.legend) if kind.n != 0],
            "names": [asdict(name) for name in self.names],
            "ordered": self.ordered,
            "alt": self.alt,
        }
        stamp.update(json.dumps(said).encode())
        text = json.dumps(said | {"stamp": stamp.hexdigest()}, ensure_ascii=False).encode()
        head = len(text).to_bytes(4, "little") + text
        return head + self.places.astype("<u2").tobytes() + self.kinds.tobytes()


def map_canvas(packed: bytes, *, key: str, on_lasso: Callable[[], None]) -> tuple[int | None, int | None]:
    """Draw the map; returns (point under the resting pointer, point just clicked), either of which may be None.

    `on_lasso` finds the corners of what was drawn in `st.session_state[key].lasso`.
    """
    result = _CANVAS(
        data=packed, key=key, on_lasso_change=on_lasso, on_hovered_change=lambda: None, on_opened_change=lambda: None
    )
    return _point(result.get("hovered")), _point(result.get("opened"))


def map_tip(point: int, image: str | None, title: str, note: str, *, key: str) -> None:
    """What the map shows beside a point; image: a data URL."""
    _TIP(data={"point": point, "image": image, "title": title, "note": note}, key=key)


def _point(told: object) -> int | None:
    return told if isinstance(told, int) and told >= 0 else None
