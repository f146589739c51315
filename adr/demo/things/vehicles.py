"""Things that move people: cars, trucks, trains, boats and what flies. Knows nothing about scenes."""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.canvas import RGB, WHITE, Canvas, arc, darker, lighter
from adr.demo.thing import Thing

GLASS: RGB = (176, 220, 240)
TYRE: RGB = (58, 56, 68)
RIM: RGB = (206, 210, 218)
LAMP: RGB = (255, 226, 120)
STEEL: RGB = (176, 182, 194)
THEME = "vehicles"


def _wheel(c: Canvas, x: float, y: float, r: float) -> None:
    c.oval(x, y, r, fill=TYRE, form=False)
    c.oval(x, y, r * 0.52, fill=RIM, ink=False)
    c.dot(x, y, r * 0.16, TYRE)


def draw_car(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A small saloon seen from the side."""
    c.blob([(20, 27), (29, 7), (44, 2), (62, 4), (74, 14), (82, 27)], colour)
    c.poly([(29, 25), (34, 11), (48, 8), (48, 25)], GLASS, form=False)
    c.poly([(53, 25), (53, 8), (63, 10), (73, 25)], GLASS, form=False)
    c.blob([(2, 42), (3, 30), (16, 24), (50, 23), (84, 25), (97, 31), (98, 42), (88, 46), (12, 46)], colour)
    c.line([(50, 26), (50, 42)], 0.8, darker(colour, 0.4), ink=False)
    c.box(55, 29, 61, 31, darker(colour, 0.45), r=1, ink=False, form=False)
    c.oval(95, 32, 3, 3.4, fill=LAMP, form=False)
    c.box(1, 31, 5, 36, (232, 84, 74), r=1, form=False)
    c.line([(34, 43), (68, 43)], 2, darker(colour, 0.4), ink=False)
    _wheel(c, 23, 44, 11)
    _wheel(c, 77, 44, 11)


def draw_bus(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A long single-deck bus with a row of windows."""
    c.box(1, 2, 99, 46, colour, r=6)
    c.box(1, 31, 99, 35, lighter(colour, 0.6), ink=False, form=False)
    for k in range(4):
        c.box(6 + k * 17, 9, 20 + k * 17, 24, GLASS, r=2, form=False)
    c.box(74, 9, 84, 42, lighter(GLASS), r=2, form=False)
    c.line([(79, 10), (79, 41)], 0.8, darker(GLASS, 0.4), ink=False)
    c.box(88, 9, 98, 26, GLASS, r=2, form=False)
    c.box(62, 3, 90, 7, (50, 48, 60), r=1, form=False, ink=False)
    c.line([(65, 5), (86, 5)], 1.6, LAMP, ink=False)
    c.box(95, 36, 99, 41, LAMP, r=1, form=False)
    _wheel(c, 22, 46, 9)
    _wheel(c, 64, 46, 9)


def draw_truck(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A lorry: a high pale cargo box behind a coloured cab."""
    c.box(1, 2, 64, 46, lighter(colour, 0.72), r=2)
    for k in range(1, 6):
        c.line([(1 + k * 10.5, 6), (1 + k * 10.5, 42)], 0.8, lighter(darker(colour, 0.2), 0.5), ink=False)
    c.poly([(66, 46), (66, 14), (84, 14), (92, 29), (99, 31), (99, 46)], colour)
    c.poly([(73, 29), (73, 18), (82, 18), (88, 29)], GLASS, form=False)
    c.box(94, 34, 99, 39, LAMP, r=1, form=False)
    c.box(0, 45, 99, 49, (92, 94, 108), form=False)
    for x in (15, 32, 82):
        _wheel(c, x, 51, 9)


def draw_fire_truck(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A fire engine with a ladder on the roof and a blue lamp."""
    c.line([(4, 17), (78, 3)], 1.8, (226, 228, 234))
    c.line([(4, 24), (78, 10)], 1.8, (226, 228, 234))
    for k in range(8):
        x = 8 + k * 9
        c.line([(x, 16.2 - k * 1.7), (x, 23.2 - k * 1.7)], 1.4, (226, 228, 234), ink=False)
    c.box(2, 25, 66, 52, colour, r=2)
    c.poly([(66, 52), (66, 18), (88, 18), (98, 34), (98, 52)], colour)
    c.poly([(72, 34), (72, 22), (85, 22), (92, 34)], GLASS, form=False)
    c.box(2, 41, 98, 45, WHITE, ink=False, form=False)
    for x in (7, 26, 45):
        c.box(x, 29, x + 15, 39, STEEL, r=1, form=False)
    c.oval(43, 24, 7, fill=(232, 200, 120), form=False)
    c.oval(43, 24, 3, fill=darker((232, 200, 120)), form=False, ink=False)
    c.box(74, 12, 84, 18, (82, 150, 246), r=3)
    c.box(93, 36, 98, 40, LAMP, r=1, form=False)
    _wheel(c, 18, 53, 9.5)
    _wheel(c, 80, 53, 9.5)


def draw_bicycle(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A bicycle with two open wheels."""
    for x in (20, 80):
        ring = arc(x, 44, 18, 18, 0, 360, 40)
        c.line(ring, 3.4, TYRE, ink=False)
        for spoke in arc(x, 44, 17, 17, 0, 315, 7):
            c.line([(x, 44), spoke], 0.7, (150, 152, 162), ink=False)
    c.line([(20, 44), (38, 18), (70, 18), (48, 44), (20, 44)], 3.4, colour)
    c.line([(48, 44), (34, 10)], 3.4, colour)
    c.line([(80, 44), (67, 8)], 3.4, colour)
    c.line([(67, 8), (78, 5), (82, 9)], 2.8, TYRE, ink=False)
    c.box(25, 7, 43, 11, TYRE, r=2, form=False)
    c.oval(48, 44, 5.5, fill=STEEL)
    c.line([(44, 51), (52, 37)], 2, TYRE, ink=False)


def draw_train(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A steam engine with a round boiler, a chimney and a puff."""
    for x, y, r in ((70, 8, 6), (60, 4, 7), (47, 6, 6)):
        c.oval(x, y, r, fill=(236, 238, 244), ink=False)
    c.poly([(72, 34), (74, 18), (70, 14), (88, 14), (84, 18), (86, 34)], darker(colour, 0.35))
    c.box(30, 30, 92, 58, colour, r=10)
    c.oval(92, 44, 5, 14, fill=darker(colour, 0.35))
    for x in (48, 64):
        c.line([(x, 31), (x, 57)], 2, LAMP, ink=False)
    c.oval(56, 28, 6, 5, fill=LAMP)
    c.box(5, 18, 38, 62, darker(colour, 0.14), r=2)
    c.box(11, 24, 31, 40, GLASS, r=2, form=False)
    c.box(1, 13, 42, 19, (70, 66, 82), r=3)
    c.box(3, 60, 94, 67, (70, 66, 82), r=2)
    c.poly([(92, 60), (102, 78), (90, 78)], (214, 72, 64))
    for x, r in ((18, 12), (44, 9), (64, 9), (82, 9)):
        c.oval(x, 79 - r, r, fill=(214, 72, 64))
        c.oval(x, 79 - r, r * 0.35, fill=LAMP, form=False)


def draw_airplane(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An airliner in flight, seen from the side."""
    c.poly([(56, 26), (40, 6), (50, 6), (74, 26)], darker(colour, 0.2))
    c.poly([(4, 4), (15, 4), (28, 24), (10, 28)], colour)
    c.blob([(2, 26), (10, 22), (40, 20), (80, 21), (96, 27), (99, 33), (90, 39), (60, 42), (24, 38)], (240, 242, 246))
    c.blob([(8, 28), (40, 31), (97, 32), (90, 37), (60, 39), (26, 35)], colour, ink=False, form=False)
    for k in range(7):
        c.oval(32 + k * 7, 27, 1.9, 2.3, fill=(96, 150, 200), form=False, ink=False)
    c.poly([(84, 24), (90, 25), (94, 29), (84, 29)], GLASS, form=False)
    c.poly([(60, 34), (36, 60), (26, 60), (40, 34)], colour)
    c.box(44, 42, 58, 49, STEEL, r=3)
    c.poly([(4, 26), (20, 29), (8, 36), (1, 34)], darker(colour, 0.2))


def draw_helicopter(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A helicopter with a glass nose and a long tail."""
    c.line([(62, 5), (62, 16)], 2.6, STEEL)
    c.line([(26, 5), (98, 5)], 2.8, (84, 86, 100), ink=False)
    c.poly([(2, 12), (10, 10), (16, 24), (50, 24), (50, 34), (12, 30)], colour)
    c.oval(7, 17, 9, fill=(220, 224, 232), alpha=150)
    c.line([(1, 11), (13, 23)], 1.8, (84, 86, 100), ink=False)
    c.line([(1, 23), (13, 11)], 1.8, (84, 86, 100), ink=False)
    c.line([(50, 48), (50, 57)], 1.8, STEEL, ink=False)
    c.line([(76, 48), (76, 57)], 1.8, STEEL, ink=False)
    c.line([(36, 58), (90, 58), (95, 54)], 2.6, (84, 86, 100))
    c.blob([(40, 34), (44, 20), (60, 14), (80, 16), (95, 30), (96, 42), (84, 50), (54, 50)], colour)
    c.blob([(70, 20), (80, 20), (91, 31), (92, 38), (72, 37)], GLASS, form=False)
    c.box(50, 23, 64, 36, GLASS, r=3, form=False)


def draw_hot_air_balloon(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A striped hot air balloon with a basket."""
    c.line([(24, 60), (34, 84)], 1, (120, 90, 64), ink=False)
    c.line([(56, 60), (46, 84)], 1, (120, 90, 64), ink=False)
    c.blob([(40, 2), (66, 12), (78, 36), (66, 58), (50, 72), (30, 72), (14, 58), (2, 36), (14, 12)], colour)
    c.blob([(40, 3), (54, 14), (59, 36), (54, 58), (46, 71), (34, 71), (26, 58), (21, 36), (26, 14)], WHITE, ink=False)
    c.blob([(40, 3), (46, 14), (49, 36), (46, 58), (42, 71), (38, 71), (34, 58), (31, 36), (34, 14)], colour, ink=False)
    c.box(32, 83, 48, 98, (186, 128, 74), r=2)
    c.line([(33, 88), (47, 88)], 1, (132, 86, 50), ink=False)
    c.line([(33, 93), (47, 93)], 1, (132, 86, 50), ink=False)


def draw_rocket(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A rocket with fins, a round window and a flame."""
    c.blob([(20, 76), (40, 76), (37, 88), (30, 99), (23, 88)], (248, 150, 52), form=False)
    c.blob([(25, 76), (35, 76), (33, 84), (30, 90), (27, 84)], (255, 226, 110), form=False, ink=False)
    c.poly([(16, 48), (2, 66), (2, 82), (18, 72)], colour)
    c.poly([(44, 48), (58, 66), (58, 82), (42, 72)], colour)
    c.blob([(30, 1), (42, 18), (46, 42), (42, 74), (30, 77), (18, 74), (14, 42), (18, 18)], (238, 240, 246))
    c.blob([(30, 1), (37, 9), (41.5, 20), (30, 23), (18.5, 20), (23, 9)], colour)
    c.oval(30, 38, 8.5, fill=STEEL)
    c.oval(30, 38, 5.6, fill=(90, 170, 226))
    c.line([(16, 62), (44, 62)], 3, colour, ink=False)


def draw_sailboat(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A sailing boat with a mainsail and a jib."""
    c.line([(42, 3), (42, 80)], 2.6, (150, 104, 66))
    c.poly([(46, 6), (46, 72), (88, 72), (70, 42)], colour)
    c.poly([(38, 14), (38, 72), (10, 72), (22, 46)], WHITE)
    c.poly([(42, 2), (54, 5), (42, 9)], (222, 66, 62), form=False)
    c.blob([(3, 79), (48, 80), (96, 77), (86, 93), (70, 98), (24, 98), (10, 91)], (168, 112, 66))
    c.line([(8, 85), (90, 84)], 2.4, WHITE, ink=False)


def draw_submarine(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A round submarine with portholes and a periscope."""
    c.line([(54, 22), (54, 4), (63, 4)], 3.2, STEEL)
    c.poly([(38, 34), (41, 18), (64, 18), (68, 34)], darker(colour, 0.1))
    c.poly([(2, 30), (12, 38), (12, 54), (2, 62)], darker(colour, 0.3))
    c.blob([(6, 46), (16, 34), (46, 28), (78, 31), (97, 46), (80, 62), (46, 66), (16, 58)], colour)
    for x in (34, 54, 74):
        c.oval(x, 45, 7, fill=(232, 204, 120))
        c.oval(x, 45, 4.4, fill=(120, 196, 232), form=False)
    c.line([(18, 57), (82, 58)], 1.4, darker(colour, 0.3), ink=False)


PAINT = ("red", "blue", "yellow", "green", "orange", "white", "purple")

VEHICLES = (
    Thing("car", THEME, draw_car, ("red", "blue", "yellow", "green", "white", "black", "orange", "gray"), (100, 55),
          use="driving from one place to another", place="on a road", material="metal", bulk=1.25),
    Thing("bus", THEME, draw_bus, ("yellow", "red", "blue", "green", "orange"), (100, 55), plural="buses",
          use="carrying many passengers through a city", place="at a bus stop", material="metal", bulk=1.5),
    Thing("truck", THEME, draw_truck, ("blue", "red", "green", "orange", "purple"), (100, 60),
          use="carrying heavy goods", place="on a highway", material="metal", bulk=1.45, part="cab"),
    Thing("fire truck", THEME, draw_fire_truck, ("red",), (100, 63),
          use="bringing firefighters and water to a fire", sound="has a loud siren", place="at a fire station",
          material="metal", bulk=1.5),
    Thing("bicycle", THEME, draw_bicycle, ("red", "blue", "green", "yellow", "pink", "orange"), (100, 63),
          use="riding on two wheels", place="on a bike path", material="metal"),
    Thing("train", THEME, draw_train, ("green", "blue", "black", "purple"), (102, 80),
          use="carrying passengers and freight on rails", sound="whistles", place="on a railway track",
          material="metal", bulk=1.5),
    Thing("airplane", THEME, draw_airplane, ("blue", "red", "green", "orange", "purple"), (100, 62),
          use="flying people over long distances", place="at an airport", material="metal", lives="air", bulk=1.2,
          part="wings"),
    Thing("helicopter", THEME, draw_helicopter, ("red", "yellow", "blue", "green", "orange"), (100, 62),
          use="flying straight up and hovering in the air", place="on a helipad", material="metal", lives="air"),
    Thing("hot air balloon", THEME, draw_hot_air_balloon, ("red", "blue", "yellow", "green", "purple", "orange"),
          (80, 100), use="floating slowly over the land", place="above open fields", material="fabric", lives="air",
          part="stripes"),
    Thing("rocket", THEME, draw_rocket, ("red", "blue", "orange", "green", "purple"), (60, 100), plural="rockets",
          use="travelling into space", place="on a launch pad", material="metal", lives="air", part="fins"),
    Thing("sailboat", THEME, draw_sailboat, ("red", "blue", "yellow", "green", "orange", "purple"), (100, 100),
          use="sailing on the water with the wind", place="on a lake or at sea", material="wood", bulk=1.2,
          part="sail"),
    Thing("submarine", THEME, draw_submarine, ("yellow", "red", "green", "orange", "gray"), (100, 68),
          use="travelling under water", place="in the sea", material="metal", bulk=1.2),
)  # fmt: skip
