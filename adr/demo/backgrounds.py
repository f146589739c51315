"""The places a scene can be set in, painted soft and without outlines so that things stand out.

Nothing painted here is one of the things of `adr.demo.things`: what is counted is only what is placed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from numpy.random import Generator
from PIL import Image, ImageDraw

from adr.demo.canvas import RGB, WHITE, mix, smooth

Paint = Callable[["Backdrop", Generator], None]


@dataclass(frozen=True)
class Background:
    """A place: `where` completes "a cat ...", `ground` is the share of the height where the floor begins."""

    name: str
    paint: Paint
    where: str
    ground: float
    outdoors: bool


class Backdrop:
    """A whole picture addressed in 0..100 both ways, with the few soft shapes that backgrounds are made of."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.pen = ImageDraw.Draw(image, "RGBA")
        self.unit = image.width / 100

    def fade(self, top: RGB, bottom: RGB, y0: float = 0, y1: float = 100) -> None:
        """A vertical run of colour from `top` to `bottom`."""
        a, b = round(y0 * self.unit), round(y1 * self.unit)
        if b <= a:
            return
        column = Image.new("RGB", (1, 16))
        column.putdata([mix(top, bottom, k / 15) for k in range(16)])
        self.image.paste(column.resize((self.image.width, b - a), Image.Resampling.BILINEAR), (0, a))

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: RGB, alpha: int = 255, r: float = 0) -> None:
        """A plain rectangle."""
        u = self.unit
        area = [round(x0 * u), round(y0 * u), round(x1 * u), round(y1 * u)]
        self.pen.rounded_rectangle(area, radius=round(r * u), fill=(*fill, alpha))

    def oval(self, x: float, y: float, rx: float, ry: float, fill: RGB, alpha: int = 255) -> None:
        """A plain ellipse."""
        u = self.unit
        area = [round((x - rx) * u), round((y - ry) * u), round((x + rx) * u), round((y + ry) * u)]
        self.pen.ellipse(area, fill=(*fill, alpha))

    def poly(self, points: list[tuple[float, float]], fill: RGB, alpha: int = 255, curve: bool = False) -> None:
        """A plain polygon, smoothed if `curve`."""
        path = smooth(points) if curve else points
        self.pen.polygon([(round(x * self.unit), round(y * self.unit)) for x, y in path], fill=(*fill, alpha))

    def line(self, points: list[tuple[float, float]], width: float, fill: RGB, alpha: int = 255) -> None:
        """A plain stroke."""
        path = [(round(x * self.unit), round(y * self.unit)) for x, y in points]
        self.pen.line(path, fill=(*fill, alpha), width=max(1, round(width * self.unit)))

    def hill(self, y: float, height: float, fill: RGB, rng: Generator, humps: int = 3) -> None:
        """A rolling horizon from side to side, filled down to the lower edge."""
        step = 120 / humps
        points = [(-10 + step * k, y - height * float(rng.random())) for k in range(humps + 1)]
        path = smooth(points, closed=False)
        self.poly([*path, (112, 101), (-12, 101)], fill)

    def cloud(self, x: float, y: float, size: float, fill: RGB = WHITE, alpha: int = 210) -> None:
        """A flat-bottomed cloud."""
        for dx, dy, r in ((-0.9, 0.12, 0.5), (-0.2, -0.18, 0.72), (0.6, 0.02, 0.56)):
            self.oval(x + dx * size, y + dy * size, r * size, r * size * 0.72, fill, alpha)
        self.box(x - 1.3 * size, y + 0.05 * size, x + 1.1 * size, y + 0.48 * size, fill, alpha, r=0.22 * size)


def _between(rng: Generator, low: float, high: float) -> float:
    return low + (high - low) * float(rng.random())


def _tint(rng: Generator, colour: RGB, amount: float = 0.12) -> RGB:
    """`colour` a little warmer or cooler, so that two pictures of one place differ."""
    other: RGB = ((255, 214, 150), (150, 190, 255), (255, 190, 210), (190, 240, 200))[int(rng.integers(4))]
    return mix(colour, other, amount * float(rng.random()))


def _sky(b: Backdrop, rng: Generator, low: float, clouds: int = 3) -> None:
    top = ((128, 192, 236), (150, 206, 240), (112, 178, 226), (250, 196, 156))[int(rng.integers(4))]
    b.fade(_tint(rng, top), (236, 246, 250), 0, low)
    for _ in range(int(rng.integers(1, clouds + 1))):
        b.cloud(_between(rng, 5, 95), _between(rng, 6, low * 0.5), _between(rng, 6, 11))


def paint_street(b: Backdrop, rng: Generator) -> None:
    """Pale houses, a pavement and a road."""
    _sky(b, rng, 60, 2)
    x = -_between(rng, 0, 8)
    while x < 100:
        width, top = _between(rng, 15, 25), _between(rng, 14, 40)
        walls = ((232, 208, 186), (214, 206, 222), (206, 220, 216), (238, 220, 172), (226, 196, 190))
        wall = _tint(rng, walls[int(rng.integers(5))])
        b.box(x, top, x + width, 66, wall)
        b.box(x, top, x + width, top + 2, mix(wall, (90, 84, 110), 0.25))
        for row in range(int(top) + 6, 56, 10):
            for column in range(3):
                wx = x + width * (0.14 + 0.28 * column)
                b.box(wx, row, wx + width * 0.16, row + 5.5, mix(wall, (86, 116, 156), 0.42))
        x += width
    b.box(0, 64, 100, 71, (204, 200, 200))
    b.box(0, 70, 100, 71.5, (170, 166, 170))
    b.fade((136, 136, 148), (118, 118, 132), 71.5, 100)
    shift = _between(rng, 0, 14)
    for k in range(-1, 6):
        b.box(k * 20 + shift, 87, k * 20 + 11 + shift, 88.6, (236, 228, 196))


def paint_park(b: Backdrop, rng: Generator) -> None:
    """Lawns, bushes and a winding path."""
    _sky(b, rng, 66)
    green = _tint(rng, (154, 204, 130), 0.25)
    b.hill(58, 10, mix(green, (160, 200, 220), 0.45), rng)
    for _ in range(4):
        x, r = _between(rng, 0, 100), _between(rng, 6, 11)
        b.oval(x, 64, r * 1.5, r, mix(green, (70, 132, 96), 0.34))
    b.fade(green, mix(green, (90, 150, 84), 0.5), 64, 100)
    x = _between(rng, 20, 80)
    b.poly([(x - 3, 64), (x + 3, 64), (x + 30, 100), (x - 16, 100)], (238, 222, 186), 220)
    for _ in range(14):
        x, y = _between(rng, 0, 100), _between(rng, 68, 98)
        b.poly([(x, y), (x + 0.7, y - 2.4), (x + 1.4, y), (x + 2.2, y - 2), (x + 2.8, y)], mix(green, (70, 130, 70), 0.5))


def paint_kitchen(b: Backdrop, rng: Generator) -> None:
    """A tiled wall with a shelf above a worktop."""
    wall = _tint(rng, (236, 232, 220), 0.4)
    b.fade(wall, mix(wall, WHITE, 0.4), 0, 70)
    grout = mix(wall, (150, 160, 170), 0.3)
    for k in range(1, 13):
        b.line([(k * 8, 0), (k * 8, 70)], 0.3, grout)
    for k in range(1, 9):
        b.line([(0, k * 8), (100, k * 8)], 0.3, grout)
    x = _between(rng, 8, 52)
    b.box(x, 12, x + 40, 15, (198, 158, 114))
    for k in range(4):
        jar = ((226, 190, 170), (190, 208, 190), (214, 204, 224), (236, 214, 160))[int(rng.integers(4))]
        b.box(x + 3 + k * 9, 12 - _between(rng, 5, 8), x + 9 + k * 9, 12, jar, r=1)
    b.fade((214, 174, 130), (190, 146, 104), 70, 84)
    b.box(0, 70, 100, 72, (232, 200, 160))
    front = _tint(rng, (176, 198, 200), 0.4)
    b.box(0, 84, 100, 100, front)
    for k in range(5):
        b.box(k * 25 - 9, 86, k * 25 + 14, 99, mix(front, WHITE, 0.22), r=1)


def paint_beach(b: Backdrop, rng: Generator) -> None:
    """Sea under a bright sky, and sand."""
    _sky(b, rng, 46)
    sea = _tint(rng, (88, 176, 212), 0.25)
    b.fade(mix(sea, WHITE, 0.25), sea, 44, 66)
    for _ in range(12):
        x, y = _between(rng, 0, 100), _between(rng, 47, 62)
        b.line([(x, y), (x + _between(rng, 4, 9), y)], 0.5, WHITE, 140)
    edge = [(-5 + k * 22, 64 + _between(rng, -1.5, 1.5)) for k in range(6)]
    path = smooth(edge, closed=False)
    b.poly([*[(x, y - 1.6) for x, y in path], (110, 101), (-10, 101)], WHITE, 200)
    b.poly([*path, (110, 101), (-10, 101)], (244, 222, 172))
    for _ in range(30):
        b.oval(_between(rng, 0, 100), _between(rng, 69, 99), 0.5, 0.35, (222, 194, 140))


BACKGROUNDS: dict[str, Background] = {
    place.name: place
    for place in (
        Background("street", paint_street, "on a street", 0.71, True),
        Background("park", paint_park, "in a park", 0.66, True),
        Background("kitchen", paint_kitchen, "in a kitchen", 0.71, False),
        Background("beach", paint_beach, "on a beach", 0.68, True),
    )
}
