"""Puts things into a place and says where they are: a picture together with what is true of it.

Knows nothing about conversations or files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from numpy.random import Generator
from PIL import Image, ImageDraw

from adr.demo.backgrounds import BACKGROUNDS, Backdrop, Background
from adr.demo.canvas import INK, SUPERSAMPLE, Canvas
from adr.demo.things import COLOURS, THINGS, Thing
from adr.errors import AdrError

T = TypeVar("T")
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Placement:
    """One thing in the picture. `box` is in pixels (x0, y0, x1, y1); `size` its area as a share of the picture."""

    thing: str
    colour: str
    box: Box
    size: float
    position: str

    @property
    def middle(self) -> float:
        """The horizontal middle of the box, in pixels."""
        return (self.box[0] + self.box[2]) / 2


@dataclass(frozen=True)
class Scene:
    """A drawn picture (RGB) and its contents, from left to right."""

    image: Image.Image
    background: Background
    placements: tuple[Placement, ...]

    def count(self, thing: str) -> int:
        """How many of `thing` are in the picture."""
        return sum(placement.thing == thing for placement in self.placements)


def draw_scene(
    rng: Generator,
    things: Sequence[str],
    background: str | None = None,
    size: int = 256,
    colours: Mapping[str, str] | Sequence[str | None] | None = None,
    near: bool = False,
) -> Scene:
    """A picture of `things` (names may repeat), `size` pixels square, in `background` or in one drawn by `rng`.

    `colours` fixes colours: by thing name, or one for each of `things` (None: drawn by `rng`). One thing alone fills
    most of the picture; with `near` several do so together, side by side and as large as they can be. Raises
    `AdrError` for a name, place or colour that is not known.
    """
    kinds = [_known(name, THINGS, "thing") for name in things]
    names = list(BACKGROUNDS)
    place = _known(background or names[int(rng.integers(len(names)))], BACKGROUNDS, "background")
    painted = [_colour(kind, k, colours, rng) for k, kind in enumerate(kinds)]
    large = size * SUPERSAMPLE
    image = Image.new("RGB", (large, large))
    place.paint(Backdrop(image), rng)
    placements = []
    slots = _side_by_side(kinds, place, rng) if near and len(kinds) > 1 else _slots(kinds, place, rng)
    for k in sorted(range(len(kinds)), key=lambda k: slots[k][1]):
        box = _draw_thing(image, kinds[k], painted[k], slots[k], rng)
        x0, y0, x1, y1 = (max(0, min(size, round(edge / SUPERSAMPLE))) for edge in box)
        middle = (x0 + x1) / 2 / size
        position = "left" if middle < 0.4 else "right" if middle > 0.6 else "middle"
        area = (x1 - x0) * (y1 - y0) / (size * size)
        placements.append(Placement(kinds[k].name, painted[k], (x0, y0, x1, y1), area, position))
    placements.sort(key=lambda placement: placement.middle)
    return Scene(image.reduce(SUPERSAMPLE), place, tuple(placements))


def _known(name: str, table: Mapping[str, T], kind: str) -> T:
    if name not in table:
        raise AdrError(f"There is no {kind} called {name!r} in the demo world.", f"Known: {', '.join(sorted(table))}.")
    return table[name]


def _colour(kind: Thing, k: int, colours: Mapping[str, str] | Sequence[str | None] | None, rng: Generator) -> str:
    drawn = kind.colours[int(len(kind.colours) * float(rng.random()) ** 1.4)]  # the usual colour comes first
    if colours is None:
        return drawn
    wanted = colours.get(kind.name) if isinstance(colours, Mapping) else colours[k]
    if wanted is None:
        return drawn
    _known(wanted, COLOURS, "colour")
    return wanted


Slot = tuple[float, float, float]  # middle x, lower edge y, longer side; all as shares of the picture


def _slots(kinds: Sequence[Thing], place: Background, rng: Generator) -> list[Slot]:
    """Where each thing goes: columns from side to side, in drawn order, floating things above the ground."""
    n = len(kinds)
    if n == 0:
        return []
    if n == 1:
        side = 0.68 + 0.2 * float(rng.random())
        height = side * kinds[0].extent[1] / max(kinds[0].extent)
        x = 0.5 + (0.96 - side) * 0.5 * (2 * float(rng.random()) - 1) * 0.9
        if kinds[0].lives == "air":
            low = 0.5 + height / 2 + 0.06 * (2 * float(rng.random()) - 1)
        else:
            low = max(place.ground + 0.08 + 0.12 * float(rng.random()), height + 0.05)
        return [(x, min(low, 0.96), side)]
    tries = [_two_rows(kinds, place, rng) for _ in range(1 if n == 2 else 5)]
    return min(tries, key=lambda slots: _crowding(kinds, slots))


def _two_rows(kinds: Sequence[Thing], place: Background, rng: Generator) -> list[Slot]:
    """One column for each thing, in drawn order, standing further back and nearer by turns."""
    n = len(kinds)
    order = rng.permutation(n)
    column, room = 0.96 / n, 1.0 + 0.12 * min(n - 1, 4)
    back = int(rng.integers(2))
    slots: list[Slot] = [(0.0, 0.0, 0.0)] * n
    for rank, k in enumerate(order):
        kind = kinds[int(k)]
        wide = kind.extent[0] / max(kind.extent)
        side = min((0.36 + 0.1 * float(rng.random())) * kind.bulk, column * room / wide, 0.6)
        height = side * kind.extent[1] / max(kind.extent)
        slack = max(0.0, column - side * wide)
        x = 0.02 + column * (rank + 0.5) + slack * 0.6 * (float(rng.random()) - 0.5)
        x = min(max(x, side * wide / 2 + 0.01), 0.99 - side * wide / 2)
        if kind.lives == "air":
            low = height + 0.04 + max(0.0, place.ground - 0.14 - height) * float(rng.random())
        else:
            depth = 0.3 * float(rng.random()) + (0.7 if (rank + back) % 2 else 0.0)
            low = place.ground + 0.04 + (0.92 - place.ground) * depth
        slots[int(k)] = (x, max(low, height + 0.03), side)
    return slots


def _side_by_side(kinds: Sequence[Thing], place: Background, rng: Generator) -> list[Slot]:
    """One row from side to side, in drawn order: each thing as large as its neighbours leave room for."""
    shapes = [(kind.extent[0] / max(kind.extent), kind.extent[1] / max(kind.extent)) for kind in kinds]
    most = min(0.8, 0.98 / sum(wide for wide, _ in shapes))
    sides = [most * (0.86 + 0.14 * float(rng.random())) for _ in kinds]
    spare = 0.98 - sum(side * wide for side, (wide, _) in zip(sides, shapes, strict=True))
    gap = spare / (len(kinds) + 1)
    slots: list[Slot] = [(0.0, 0.0, 0.0)] * len(kinds)
    edge = 0.01
    for k in rng.permutation(len(kinds)):
        (wide, high), side = shapes[k], sides[k]
        x = edge + gap + side * wide / 2 + 0.4 * gap * (2 * float(rng.random()) - 1)
        edge += gap + side * wide
        if kinds[k].lives == "air":
            low = 0.5 + side * high / 2 + 0.1 * (2 * float(rng.random()) - 1)
        else:
            low = max(place.ground + 0.06 + 0.14 * float(rng.random()), side * high + 0.05)
        slots[k] = (x, min(low, 0.96), side)
    return slots


def _crowding(kinds: Sequence[Thing], slots: Sequence[Slot]) -> float:
    """The largest share of a thing that another one may cover."""
    boxes = []
    for kind, (x, low, side) in zip(kinds, slots, strict=True):
        wide, high = (side * edge / max(kind.extent) for edge in kind.extent)
        boxes.append((x - wide / 2, low - high, x + wide / 2, low))
    worst = 0.0
    for k, p in enumerate(boxes):
        for q in boxes[k + 1 :]:
            shared = max(0.0, min(p[2], q[2]) - max(p[0], q[0])) * max(0.0, min(p[3], q[3]) - max(p[1], q[1]))
            worst = max(worst, shared / min((b[2] - b[0]) * (b[3] - b[1]) for b in (p, q)))
    return worst


def _draw_thing(
    image: Image.Image, kind: Thing, colour: str, slot: Slot, rng: Generator
) -> tuple[float, float, float, float]:
    """Draws `kind` with its shadow; its box in pixels of the large image."""
    middle, low, side = slot
    wide, high = kind.extent
    scale = side * image.width / max(kind.extent)
    flip = bool(rng.random() < 0.5) and kind.flips
    tilt = (2 * float(rng.random()) - 1) * kind.sway
    if kind.lives != "air":
        _shadow(image, middle * image.width, low * image.width, wide * scale * 0.47)
    canvas = Canvas(image, (middle * image.width, low * image.width), scale, flip, tilt, (wide / 2, high))
    kind.draw(canvas, rng, COLOURS[colour])
    return canvas.bounds or (0, 0, 0, 0)


def _shadow(image: Image.Image, x: float, y: float, reach: float) -> None:
    pen = ImageDraw.Draw(image, "RGBA")
    for share, alpha in ((1.08, 26), (0.94, 34)):
        rx, ry = round(reach * share), max(2, round(reach * share * 0.13))
        pen.ellipse([round(x) - rx, round(y) - ry, round(x) + rx, round(y) + ry], fill=(*INK, alpha))
