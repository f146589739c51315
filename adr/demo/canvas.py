"""A drawing surface for flat illustrations: filled shapes with an outline, a shaded side and a lit side.

Knows nothing about what is drawn. Shapes are given in the units of the thing (its longer side is 100), and land on a
supersampled Pillow image through one affine map, so a thing is written once and drawn at any place, size and tilt.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

RGB = tuple[int, int, int]
Point = tuple[float, float]

INK: RGB = (44, 38, 62)
WHITE: RGB = (250, 248, 243)
SUPERSAMPLE = 3
_SHADE_ALPHA = 46
_LIGHT_ALPHA = 52


def mix(a: RGB, b: RGB, share: float) -> RGB:
    """The colour `share` of the way from `a` to `b`."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def darker(colour: RGB, share: float = 0.25) -> RGB:
    """`colour` moved towards the ink; with the default a shadow on the same material."""
    return mix(colour, INK, share)


def lighter(colour: RGB, share: float = 0.35) -> RGB:
    """`colour` moved towards white; with the default a lit part of the same material."""
    return mix(colour, WHITE, share)


def smooth(points: Sequence[Point], closed: bool = True, steps: int = 8) -> list[Point]:
    """Points of the Catmull-Rom curve through `points`, `steps` for each span."""
    n = len(points)
    if n < 3:
        return list(points)
    curve: list[Point] = []
    for i in range(n if closed else n - 1):
        if closed:
            p0, p1, p2, p3 = points[i - 1], points[i], points[(i + 1) % n], points[(i + 2) % n]
        else:
            p0, p1 = points[max(i - 1, 0)], points[i]
            p2, p3 = points[i + 1], points[min(i + 2, n - 1)]
        for k in range(steps):
            t = k / steps
            a, b = t * t, t * t * t
            w0, w1 = -0.5 * t + a - 0.5 * b, 1 - 2.5 * a + 1.5 * b
            w2, w3 = 0.5 * t + 2 * a - 1.5 * b, -0.5 * a + 0.5 * b
            curve.append(
                (w0 * p0[0] + w1 * p1[0] + w2 * p2[0] + w3 * p3[0], w0 * p0[1] + w1 * p1[1] + w2 * p2[1] + w3 * p3[1])
            )
    if not closed:
        curve.append(points[-1])
    return curve


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float, steps: int = 24) -> list[Point]:
    """Points along an ellipse from angle `start` to `end`, in degrees, clockwise on the screen, 0 to the right."""
    angles = [math.radians(start + (end - start) * k / steps) for k in range(steps + 1)]
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


class Canvas:
    """Part of an image with its own units; remembers the box of everything drawn through it."""

    def __init__(
        self,
        image: Image.Image,
        origin: Point = (0.0, 0.0),
        scale: float = 1.0,
        flip: bool = False,
        tilt: float = 0.0,
        pivot: Point = (0.0, 0.0),
    ) -> None:
        """A surface whose unit point `pivot` lies at the pixel `origin`; `tilt` in degrees turns around it."""
        self.image = image
        self.pen = ImageDraw.Draw(image, "RGBA")
        self.scale = scale
        side = -1.0 if flip else 1.0
        cos, sin = math.cos(math.radians(tilt)) * scale, math.sin(math.radians(tilt)) * scale
        self._map = (cos * side, -sin, sin * side, cos)
        self._origin = origin
        self._pivot = pivot
        self.ink_width = 1.5
        self.bounds: tuple[float, float, float, float] | None = None

    # -- from units to pixels ------------------------------------------------------------------------------------

    def pixels(self, points: Sequence[Point], track: bool = True) -> list[Point]:
        """`points` in pixels of the image, rounded so that every machine draws the same."""
        a, b, c, d = self._map
        ox, oy = self._origin
        px, py = self._pivot
        out: list[Point] = [
            (round(ox + a * (x - px) + b * (y - py)), round(oy + c * (x - px) + d * (y - py))) for x, y in points
        ]
        if track:
            xs, ys = [p[0] for p in out], [p[1] for p in out]
            box = (min(xs), min(ys), max(xs), max(ys))
            old = self.bounds or box
            self.bounds = (min(old[0], box[0]), min(old[1], box[1]), max(old[2], box[2]), max(old[3], box[3]))
        return out

    # -- shapes --------------------------------------------------------------------------------------------------

    def poly(self, points: Sequence[Point], fill: RGB, form: bool = True, ink: bool = True, alpha: int = 255) -> None:
        """A filled polygon; `form` gives it a shaded and a lit side, `ink` an outline."""
        self._shape(self.pixels(points), fill, form, ink, alpha, curved=len(points) > 12)

    def blob(self, points: Sequence[Point], fill: RGB, form: bool = True, ink: bool = True, alpha: int = 255) -> None:
        """A filled smooth shape through `points`."""
        self._shape(self.pixels(smooth(points)), fill, form, ink, alpha, curved=True)

    def oval(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float | None = None,
        fill: RGB = WHITE,
        turn: float = 0.0,
        form: bool = True,
        ink: bool = True,
        alpha: int = 255,
    ) -> None:
        """A filled ellipse, turned by `turn` degrees; without `ry` a circle."""
        ry = rx if ry is None else ry
        steps = 40 if max(rx, ry) * self.scale > 30 else 20
        points = arc(0, 0, rx, ry, 0, 360, steps)[:-1]
        cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        moved = [(cx + x * cos - y * sin, cy + x * sin + y * cos) for x, y in points]
        self._shape(self.pixels(moved), fill, form, ink, alpha, curved=True)

    def box(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        fill: RGB,
        r: float = 0.0,
        form: bool = True,
        ink: bool = True,
        alpha: int = 255,
    ) -> None:
        """A filled rectangle with corners rounded by `r`."""
        r = min(r, (x1 - x0) / 2, (y1 - y0) / 2)
        if r <= 0:
            points: list[Point] = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        else:
            points = [
                *arc(x0 + r, y0 + r, r, r, 180, 270, 6),
                *arc(x1 - r, y0 + r, r, r, 270, 360, 6),
                *arc(x1 - r, y1 - r, r, r, 0, 90, 6),
                *arc(x0 + r, y1 - r, r, r, 90, 180, 6),
            ]
        self._shape(self.pixels(points), fill, form, ink, alpha, curved=r > 0)

    def line(self, points: Sequence[Point], width: float, fill: RGB, curve: bool = False, ink: bool = True) -> None:
        """A stroke with round ends, `width` units thick; `curve` smooths it, `ink` draws its outline."""
        path = self.pixels(smooth(points, closed=False) if curve else points)
        thick = max(1, round(width * self.scale))
        if ink:
            self._stroke(path, thick + 2 * self._ink_pixels(), darker(fill, 0.68))
        self._stroke(path, thick, fill)

    def dot(self, x: float, y: float, r: float, fill: RGB) -> None:
        """A small filled circle without outline: an eye, a button, a rivet."""
        (px, py) = self.pixels([(x, y)])[0]
        size = max(1.0, r * self.scale)
        self.pen.ellipse([px - size, py - size, px + size, py + size], fill=fill)

    # -- ink and form --------------------------------------------------------------------------------------------

    def _ink_pixels(self) -> int:
        return max(2, round(self.ink_width * self.scale))

    def _stroke(self, path: list[Point], width: int, fill: RGB) -> None:
        self.pen.line(path, fill=fill, width=width, joint="curve" if width > 3 else None)
        if width > 2:
            half = width / 2
            for x, y in (path[0], path[-1]):
                self.pen.ellipse([x - half, y - half, x + half, y + half], fill=fill)

    def _shape(self, path: list[Point], fill: RGB, form: bool, ink: bool, alpha: int, curved: bool) -> None:
        if alpha < 255:
            self.pen.polygon(path, fill=(*fill, alpha))
        else:
            self.pen.polygon(path, fill=fill)
            if form:
                self._form(path, fill)
        if ink:
            width = self._ink_pixels()
            joint = None if curved else "curve"
            self.pen.line([*path, path[0], path[1]], fill=darker(fill, 0.68), width=width, joint=joint)

    def _form(self, path: list[Point], fill: RGB) -> None:
        """Darkens the side away from the light (upper left) and lights the other, inside the shape only."""
        xs, ys = [p[0] for p in path], [p[1] for p in path]
        x0, y0, x1, y1 = int(min(xs)), int(min(ys)), int(max(xs)) + 1, int(max(ys)) + 1
        x0, y0 = max(x0, 0), max(y0, 0)
        x1, y1 = min(x1, self.image.width), min(y1, self.image.height)
        shift = min(x1 - x0, y1 - y0) * 0.16
        if shift < 1.5:
            return
        for step, alpha, tone in ((-shift, _SHADE_ALPHA, INK), (shift * 0.55, _LIGHT_ALPHA, (255, 255, 255))):
            mask = Image.new("L", (x1 - x0, y1 - y0), 0)
            pen = ImageDraw.Draw(mask)
            pen.polygon([(x - x0, y - y0) for x, y in path], fill=alpha)
            pen.polygon([(x - x0 + step, y - y0 + step) for x, y in path], fill=0)
            self.image.paste(tone, (x0, y0), mask)
