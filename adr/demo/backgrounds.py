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
        column = column.resize((1, b - a), Image.Resampling.BILINEAR)
        self.image.paste(column.resize((self.image.width, b - a), Image.Resampling.NEAREST), (0, a))

    def fade_in(self, x0: float, y0: float, x1: float, y1: float, top: RGB, bottom: RGB) -> None:
        """A rectangle with a vertical run of colour: a window, a painting."""
        steps = 12
        for k in range(steps):
            y = y0 + (y1 - y0) * k / steps
            self.box(x0, y, x1, y + (y1 - y0) / steps, mix(top, bottom, k / (steps - 1)))

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
        blades = [(x, y), (x + 0.7, y - 2.4), (x + 1.4, y), (x + 2.2, y - 2), (x + 2.8, y)]
        b.poly(blades, mix(green, (70, 130, 70), 0.5))


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


def paint_living_room(b: Backdrop, rng: Generator) -> None:
    """A papered wall with a window or a picture, and floorboards."""
    walls = ((236, 214, 196), (206, 222, 214), (216, 212, 232), (240, 226, 190))
    wall = _tint(rng, walls[int(rng.integers(4))])
    b.fade(wall, mix(wall, WHITE, 0.25), 0, 70)
    stripe = mix(wall, WHITE, 0.3)
    for k in range(0, 100, 8):
        b.box(k, 0, k + 3, 70, stripe, 120)
    x = _between(rng, 8, 58)
    if rng.random() < 0.6:
        b.box(x, 10, x + 34, 44, WHITE, r=1)
        b.fade_in(x + 2, 12, x + 32, 42, (150, 206, 240), (226, 242, 250))
        b.cloud(x + 16, 26, 6)
        b.box(x + 16, 11, x + 18, 43, WHITE)
        b.box(x - 5, 8, x + 5, 54, mix(wall, (190, 90, 90), 0.4))
        b.box(x + 29, 8, x + 39, 54, mix(wall, (190, 90, 90), 0.4))
    else:
        b.box(x, 12, x + 30, 36, (170, 124, 88))
        b.fade_in(x + 2, 14, x + 28, 34, (250, 214, 160), (150, 190, 190))
        b.oval(x + 20, 20, 3.4, 3.4, (250, 240, 200))
    b.box(0, 67, 100, 71, mix(wall, WHITE, 0.6))
    floor = _tint(rng, (206, 160, 112), 0.2)
    b.fade(floor, mix(floor, (150, 100, 66), 0.4), 71, 100)
    for k in range(1, 5):
        b.line([(0, 71 + k * 6.5), (100, 71 + k * 6.5)], 0.35, mix(floor, (110, 70, 50), 0.4))
    rug = _tint(rng, (210, 130, 120), 0.8)
    b.oval(50, 87, 40, 9, mix(rug, WHITE, 0.25), 190)
    b.oval(50, 87, 34, 7, mix(rug, WHITE, 0.5), 190)


def paint_snow(b: Backdrop, rng: Generator) -> None:
    """White hills under a pale sky, with falling flakes."""
    b.fade(_tint(rng, (172, 200, 226), 0.3), (228, 236, 246), 0, 70)
    for _ in range(3):
        x, w, h = _between(rng, 0, 100), _between(rng, 22, 36), _between(rng, 20, 38)
        top = 66 - h
        b.poly([(x - w, 68), (x, top), (x + w, 68)], (164, 184, 212))
        b.poly(
            [
                (x - w * 0.3, top + h * 0.3),
                (x, top),
                (x + w * 0.3, top + h * 0.3),
                (x + w * 0.1, top + h * 0.22),
                (x, top + h * 0.34),
                (x - w * 0.12, top + h * 0.22),
            ],
            WHITE,
        )
    b.hill(66, 7, (226, 236, 248), rng)
    b.hill(73, 4, (240, 246, 252), rng)
    for _ in range(34):
        r = _between(rng, 0.4, 0.9)
        b.oval(_between(rng, 0, 100), _between(rng, 0, 96), r, r, (255, 255, 255), 230)


def paint_stage(b: Backdrop, rng: Generator) -> None:
    """Curtains, beams of light and boards."""
    cloth = ((158, 62, 76), (86, 70, 138), (58, 98, 122), (138, 82, 60))[int(rng.integers(4))]
    b.fade(mix(cloth, (30, 26, 50), 0.62), mix(cloth, (30, 26, 50), 0.3), 0, 74)
    for x in (_between(rng, 15, 35), _between(rng, 65, 85)):
        b.poly([(x - 2, 0), (x + 2, 0), (x + 22, 76), (x - 22, 76)], (255, 240, 190), 34)
    b.fade((194, 140, 96), (150, 100, 70), 72, 100)
    for k in range(-6, 7):
        b.line([(50 + k * 8, 72), (50 + k * 15, 100)], 0.35, (126, 82, 58))
    b.oval(50, 86, 44, 10, (255, 236, 180), 60)
    for side in (0, 1):
        for k in range(4):
            x = k * 4.2 if side == 0 else 100 - k * 4.2
            reach = 2.6
            b.box(x - reach, 0, x + reach, 80 - k * 3, mix(cloth, WHITE, 0.1 if k % 2 else 0.24), r=2)
    for k in range(9):
        b.oval(k * 12.5, 2, 8, 8, mix(cloth, WHITE, 0.12 if k % 2 else 0.22))


def paint_desert(b: Backdrop, rng: Generator) -> None:
    """Dunes and mesas under a hot sky."""
    b.fade(_tint(rng, (120, 190, 226), 0.5), (252, 230, 190), 0, 68)
    b.oval(_between(rng, 12, 88), _between(rng, 9, 20), 6, 6, (255, 240, 176))
    for _ in range(2):
        x, w, top = _between(rng, 5, 95), _between(rng, 9, 15), _between(rng, 34, 48)
        b.poly([(x - w * 1.3, 66), (x - w, top), (x + w, top), (x + w * 1.3, 66)], (214, 142, 100))
        b.poly([(x - w * 1.1, top + 6), (x - w, top), (x + w, top), (x + w * 1.1, top + 6)], (228, 162, 116))
    b.hill(66, 8, (236, 190, 124), rng)
    b.hill(76, 8, (244, 206, 142), rng, humps=2)
    b.hill(92, 6, (236, 194, 128), rng, humps=2)


def paint_night(b: Backdrop, rng: Generator) -> None:
    """A starry sky with a moon over dark hills."""
    b.fade(_tint(rng, (38, 42, 92), 0.1), (104, 96, 156), 0, 72)
    for _ in range(36):
        r = _between(rng, 0.25, 0.6)
        b.oval(_between(rng, 0, 100), _between(rng, 0, 60), r, r, (255, 250, 220), 230)
    x, y = _between(rng, 12, 88), _between(rng, 11, 20)
    b.oval(x, y, 11, 11, (255, 246, 200), 36)
    b.oval(x, y, 7.4, 7.4, (252, 242, 200))
    b.oval(x + 2, y - 1.6, 1.6, 1.6, (232, 218, 170))
    b.oval(x - 2.4, y + 1.8, 1.1, 1.1, (232, 218, 170))
    b.hill(66, 10, (74, 84, 134), rng)
    b.hill(74, 6, (92, 112, 146), rng)


def paint_underwater(b: Backdrop, rng: Generator) -> None:
    """Blue water with rays, bubbles, weed and a sandy floor."""
    sea = _tint(rng, (70, 168, 206), 0.3)
    b.fade(mix(sea, WHITE, 0.4), mix(sea, (20, 60, 120), 0.45), 0, 100)
    for _ in range(4):
        x = _between(rng, 0, 100)
        b.poly([(x, 0), (x + 7, 0), (x - 6, 80), (x - 22, 80)], WHITE, 30)
    for _ in range(7):
        x, height = _between(rng, 0, 100), _between(rng, 12, 30)
        weed = mix(sea, (60, 140, 96), 0.55)
        stem = [(x, 90), (x - 2.4, 90 - height / 3), (x + 2.4, 90 - height * 0.66), (x, 90 - height)]
        b.line(smooth(stem, closed=False), 1.6, weed)
    b.hill(84, 6, (226, 206, 156), rng)
    for _ in range(16):
        r = _between(rng, 0.6, 1.6)
        b.oval(_between(rng, 0, 100), _between(rng, 0, 84), r, r, WHITE, 110)


def paint_workshop(b: Backdrop, rng: Generator) -> None:
    """A pegboard above a heavy bench."""
    wall = _tint(rng, (222, 202, 170), 0.35)
    b.fade(mix(wall, (150, 120, 100), 0.18), wall, 0, 72)
    for k in range(9):
        b.line([(k * 12.5, 0), (k * 12.5, 72)], 0.4, mix(wall, (130, 100, 80), 0.4))
    x = _between(rng, 6, 40)
    board = _tint(rng, (190, 206, 206), 0.5)
    b.box(x, 8, x + 54, 44, board, r=1)
    for row in range(6):
        for column in range(9):
            b.oval(x + 4 + column * 5.7, 12 + row * 5.6, 0.5, 0.5, mix(board, (70, 80, 100), 0.5))
    b.fade((178, 128, 84), (150, 104, 68), 71, 88)
    b.box(0, 70, 100, 73, (204, 154, 106))
    b.box(0, 88, 100, 100, (112, 84, 68))


def paint_farm(b: Backdrop, rng: Generator) -> None:
    """Fields in stripes, a red barn far off and a fence."""
    _sky(b, rng, 60)
    b.hill(54, 8, (176, 206, 156), rng)
    x = _between(rng, 8, 70)
    b.box(x, 44, x + 20, 60, (204, 112, 98))
    b.poly([(x - 2, 45), (x + 4, 36), (x + 16, 36), (x + 22, 45)], (170, 88, 84))
    b.box(x + 6, 50, x + 14, 60, (238, 222, 206))
    b.fade((196, 206, 122), (142, 186, 104), 60, 100)
    for k in range(-6, 7):
        b.poly([(50 + k * 9, 60), (52 + k * 9, 60), (56 + k * 26, 100), (48 + k * 26, 100)], (172, 190, 100), 110)
    for k in range(-1, 9):
        b.box(k * 13 + 3, 57, k * 13 + 5, 68, (236, 226, 208))
    for y in (59, 63.5):
        b.box(0, y, 100, y + 1.6, (236, 226, 208))


def paint_study(b: Backdrop, rng: Generator) -> None:
    """A quiet room: a notice board on a green or blue wall above a desk."""
    wall = ((182, 206, 196), (188, 202, 222), (222, 206, 190), (206, 196, 220))[int(rng.integers(4))]
    b.fade(mix(wall, (110, 120, 140), 0.14), wall, 0, 74)
    x = _between(rng, 8, 44)
    b.box(x, 8, x + 48, 40, (176, 132, 92), r=1)
    b.box(x + 1.6, 9.6, x + 46.4, 38.4, (226, 192, 146))
    for k in range(5):
        note = ((250, 240, 190), (214, 234, 240), (244, 214, 214), (222, 238, 206))[int(rng.integers(4))]
        nx, ny = x + 4 + k * 8.4, 13 + _between(rng, 0, 13)
        b.box(nx, ny, nx + 6.4, ny + 7.4, note)
        b.line([(nx + 1, ny + 3), (nx + 5, ny + 3)], 0.4, mix(note, (90, 90, 110), 0.4))
        b.line([(nx + 1, ny + 5), (nx + 4, ny + 5)], 0.4, mix(note, (90, 90, 110), 0.4))
    b.fade((222, 184, 138), (196, 152, 108), 72, 100)
    b.box(0, 71, 100, 73, (236, 204, 162))
    b.line([(0, 92), (100, 92)], 0.6, (170, 126, 88))


BACKGROUNDS: dict[str, Background] = {
    place.name: place
    for place in (
        Background("street", paint_street, "on a street", 0.71, True),
        Background("park", paint_park, "in a park", 0.66, True),
        Background("kitchen", paint_kitchen, "in a kitchen", 0.71, False),
        Background("beach", paint_beach, "on a beach", 0.68, True),
        Background("living room", paint_living_room, "in a living room", 0.72, False),
        Background("snow", paint_snow, "in the snow", 0.72, True),
        Background("stage", paint_stage, "on a stage", 0.73, False),
        Background("desert", paint_desert, "in a desert", 0.70, True),
        Background("night", paint_night, "under a night sky", 0.74, True),
        Background("underwater", paint_underwater, "under water", 0.82, True),
        Background("workshop", paint_workshop, "in a workshop", 0.72, False),
        Background("farm", paint_farm, "on a farm", 0.66, True),
        Background("study", paint_study, "in a study", 0.72, False),
    )
}
