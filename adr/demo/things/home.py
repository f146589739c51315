"""Furniture, tools, clothes and what lies on a desk. Knows nothing about scenes."""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.canvas import INK, RGB, WHITE, Canvas, arc, darker, lighter
from adr.demo.thing import Thing

WOOD: RGB = (186, 126, 76)
STEEL: RGB = (190, 196, 208)
GOLD: RGB = (240, 196, 84)
FURNITURE, TOOLS, CLOTHES, STUDY = "furniture", "tools", "clothes", "study"


def draw_chair(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A wooden chair with a slatted back and a seat cushion."""
    c.poly([(16, 56), (24, 56), (24, 84), (18, 84)], darker(colour, 0.3), form=False)
    c.poly([(50, 56), (58, 56), (57, 84), (51, 84)], darker(colour, 0.3), form=False)
    c.box(8, 2, 16, 60, colour, r=2)
    c.box(44, 2, 52, 60, colour, r=2)
    for y in (8, 21, 34):
        c.box(12, y, 48, y + 7, colour, r=1)
    c.poly([(8, 50), (52, 50), (66, 62), (2, 62)], lighter(colour, 0.55))
    c.box(2, 61, 66, 68, colour, r=2)
    c.box(3, 67, 11, 99, colour, r=1)
    c.box(57, 67, 65, 99, colour, r=1)


def draw_lamp(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A table lamp with a glowing shade."""
    c.oval(35, 24, 38, 30, fill=(255, 240, 170), alpha=70, ink=False)
    c.line([(35, 46), (35, 90)], 4, GOLD)
    c.blob([(35, 56), (45, 68), (42, 84), (28, 84), (25, 68)], lighter(colour, 0.15))
    c.box(17, 88, 53, 97, darker(colour, 0.25), r=4)
    c.line([(50, 48), (50, 60)], 1, GOLD, ink=False)
    c.dot(50, 62, 2, GOLD)
    c.poly([(20, 4), (50, 4), (68, 48), (2, 48)], colour)
    c.poly([(28, 6), (42, 6), (50, 46), (20, 46)], lighter(colour, 0.5), ink=False, form=False)


def draw_sofa(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A wide sofa with two seats and a cushion."""
    for x in (14, 86):
        c.poly([(x - 4, 54), (x + 4, 54), (x + 2, 63), (x - 2, 63)], (120, 84, 58), form=False)
    c.box(10, 4, 51, 44, colour, r=8)
    c.box(49, 4, 90, 44, colour, r=8)
    c.box(12, 30, 51, 48, lighter(colour, 0.18), r=5)
    c.box(49, 30, 88, 48, lighter(colour, 0.18), r=5)
    c.box(6, 44, 94, 57, darker(colour, 0.12), r=3)
    c.box(1, 20, 16, 57, colour, r=7)
    c.box(84, 20, 99, 57, colour, r=7)
    cushion = WHITE if sum(colour) < 640 else (236, 150, 130)
    c.poly([(58, 16), (76, 12), (80, 30), (62, 33)], cushion)


def draw_bed(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A bed from the side with a pillow and a coloured blanket."""
    for x in (4, 90):
        c.box(x, 40, x + 6, 62, WOOD, r=1, form=False)
    c.blob([(2, 40), (2, 8), (8, 2), (14, 8), (14, 40)], WOOD)
    c.box(8, 38, 96, 54, lighter(WOOD, 0.2), r=2)
    c.box(10, 28, 94, 42, WHITE, r=4)
    c.blob([(14, 29), (13, 20), (24, 16), (36, 20), (37, 29), (25, 32)], WHITE)
    c.blob([(38, 31), (42, 21), (60, 17), (84, 20), (95, 27), (95, 48), (70, 47), (40, 48)], colour)
    c.blob([(38, 31), (42, 22), (51, 19), (48, 32), (48, 48), (40, 48)], lighter(colour, 0.6), form=False)
    c.box(92, 20, 99, 58, WOOD, r=3)


def draw_clock(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An alarm clock with two bells on top, at any hour."""
    for side in (-1, 1):
        c.line([(45 + side * 24, 84), (45 + side * 33, 97)], 5, darker(colour, 0.4))
        c.oval(45 + side * 25, 14, 16, 10, fill=GOLD, turn=side * 34)
    c.line([(45, 12), (45, 4)], 3, STEEL)
    c.oval(45, 4, 5, 3.4, fill=STEEL)
    c.oval(45, 55, 39, fill=colour)
    c.oval(45, 55, 30, fill=WHITE, form=False)
    for x, y in arc(45, 55, 25.5, 25.5, 0, 330, 11):
        c.dot(x, y, 1.8, INK)
    hour, minute = 360 * float(rng.random()), 30 * float(rng.integers(12))
    c.line([(45, 55), arc(45, 55, 14, 14, hour, hour, 1)[0]], 4, INK, ink=False)
    c.line([(45, 55), arc(45, 55, 21, 21, minute, minute, 1)[0]], 2.6, (222, 66, 62), ink=False)
    c.dot(45, 55, 3.4, INK)


def draw_television(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An old television with an aerial, a bright screen and two knobs."""
    c.line([(50, 22), (30, 2)], 2, STEEL)
    c.line([(50, 22), (72, 2)], 2, STEEL)
    c.dot(30, 2, 2.6, STEEL)
    c.dot(72, 2, 2.6, STEEL)
    for x in (20, 80):
        c.line([(x, 84), (x + (x - 50) * 0.16, 95)], 4, darker(colour, 0.4))
    c.box(2, 20, 98, 87, colour, r=9)
    c.box(9, 28, 74, 79, (72, 84, 108), r=9, form=False)
    c.box(12, 31, 71, 76, (150, 216, 232), r=8, form=False, ink=False)
    c.poly([(20, 70), (44, 32), (56, 32), (32, 74)], lighter((150, 216, 232), 0.5), ink=False, form=False)
    for y in (37, 52):
        c.oval(86, y, 5.6, fill=GOLD)
        c.line([(86, y), (86, y - 4)], 1.2, INK, ink=False)
    for y in (65, 70, 75):
        c.line([(80, y), (92, y)], 1.6, darker(colour, 0.55), ink=False)


def draw_hammer(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A claw hammer, standing on its handle."""
    c.poly([(26, 18), (36, 18), (38, 94), (31, 99), (24, 94)], WOOD)
    c.box(23.5, 60, 38.5, 97, colour, r=5)
    c.poly([(20, 6), (44, 6), (44, 22), (20, 22)], STEEL)
    c.box(43, 3, 58, 25, darker(STEEL, 0.15), r=2)
    c.blob([(22, 5), (12, 5), (2, 16), (1, 28), (8, 20), (22, 22)], darker(STEEL, 0.08))
    for y in (70, 78, 86):
        c.line([(27, y), (35, y)], 1.6, darker(colour, 0.4), ink=False)


def draw_saw(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A hand saw with a toothed blade and a closed handle."""
    teeth: list[tuple[float, float]] = []
    for k in range(13):
        x = 34 + k * 5
        teeth += [(x, 43 - k * 0.9), (x + 2.5, 48 - k * 0.9)]
    c.poly([(30, 7), (99, 17), (99, 32), *reversed(teeth), (30, 43)], (214, 220, 228))
    c.line([(36, 14), (94, 21)], 1.2, WHITE, ink=False)
    c.blob([(34, 4), (36, 28), (34, 46), (24, 52), (8, 50), (1, 34), (3, 14), (12, 4), (24, 1)], colour)
    c.blob([(24, 14), (25, 28), (22, 40), (12, 39), (9, 28), (13, 14)], darker(colour, 0.6), form=False)
    for y in (12, 40):
        c.dot(30, y, 1.9, GOLD)


def draw_wrench(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An open-ended spanner."""
    jaw = [(8, 2), (3, 12), (4, 24), (12, 34), (13, 64), (4, 76), (6, 90), (18, 98), (30, 98), (41, 90), (43, 76),
           (34, 64), (35, 34), (43, 24), (44, 12), (39, 2), (32, 6), (32, 18), (24, 23), (15, 18), (15, 6)]  # fmt: skip
    c.poly(jaw, colour)
    c.oval(24, 82, 9, fill=darker(colour, 0.6), form=False)
    c.box(19, 38, 29, 62, lighter(colour, 0.4), r=4, form=False, ink=False)


def draw_ladder(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A step ladder standing open."""
    c.line([(36, 6), (60, 97)], 3.4, darker(colour, 0.4))
    c.line([(24, 6), (34, 97)], 3.4, darker(colour, 0.4))
    for k in range(5):
        y = 22 + k * 16
        c.line([(21 - k * 3.2, y), (38 - k * 1.8 + k * 1.6, y)], 4.6, lighter(colour, 0.3))
    c.line([(22, 5), (4, 97)], 4.4, colour)
    c.line([(36, 5), (40, 97)], 4.4, colour)
    c.box(17, 1, 43, 9, darker(colour, 0.15), r=2)


def draw_bucket(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A bucket of water with a wire handle."""
    c.line(arc(45, 34, 40, 32, 180, 360, 20), 2.8, STEEL)
    c.box(38, 0, 52, 6, (150, 98, 60), r=3)
    c.poly([(4, 34), (86, 34), (74, 92), *arc(45, 92, 29, 6, 0, 180, 10), (16, 92)], colour)
    c.oval(45, 34, 41, 10, fill=lighter(colour, 0.3), form=False)
    c.oval(45, 36, 35, 7, fill=(120, 196, 232), form=False)
    c.line([(8, 54), (45, 60), (82, 54)], 3, darker(colour, 0.25), curve=True, ink=False)


def draw_hat(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A wide-brimmed hat with a ribbon."""
    c.oval(50, 50, 49, 11, fill=colour)
    c.blob([(24, 50), (27, 22), (34, 6), (46, 8), (58, 4), (70, 10), (75, 26), (77, 50), (50, 56)], colour)
    ribbon = (62, 60, 74) if sum(colour) > 330 else (222, 66, 62)
    c.poly([(25, 38), (50, 43), (76, 38), (77, 49), (50, 54), (24, 49)], ribbon, form=False)


def draw_boot(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A rubber boot with a thick sole."""
    c.blob(
        [
            (18, 4),
            (52, 4),
            (54, 30),
            (56, 52),
            (70, 60),
            (88, 66),
            (94, 80),
            (90, 90),
            (20, 90),
            (12, 80),
            (16, 50),
            (17, 24),
        ],
        colour,
    )
    c.box(14, 2, 56, 14, lighter(colour, 0.55), r=4)
    c.box(9, 87, 95, 98, darker(colour, 0.6), r=4)
    c.line([(20, 76), (30, 70), (42, 70)], 2, darker(colour, 0.3), curve=True, ink=False)
    c.line([(24, 22), (24, 56)], 3, lighter(colour, 0.6), ink=False)


def draw_umbrella(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An open umbrella with a crook handle."""
    c.line([(50, 4), (50, 88), (47, 96), (39, 97), (35, 90)], 3.4, (132, 92, 66), curve=True)
    c.line([(50, 8), (50, 1)], 2.6, STEEL)
    rim = [(98, 48), (90, 42), (82, 41), (74, 43), (66, 49), (58, 43), (50, 41), (42, 43), (34, 49), (26, 43), (18, 41),
           (10, 42), (2, 48)]  # fmt: skip
    c.poly([*arc(50, 48, 48, 42, 180, 360, 28), *rim], colour)
    c.poly([*arc(50, 48, 16, 42, 180, 360, 20), (66, 49), (58, 43), (50, 41), (42, 43), (34, 49)],
           lighter(colour, 0.55), form=False)  # fmt: skip


def draw_book(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An open book with lines of text."""
    c.poly([(2, 14), (50, 22), (98, 14), (98, 66), (50, 74), (2, 66)], colour)
    c.blob([(50, 16), (36, 6), (18, 4), (6, 8), (6, 34), (6, 60), (18, 57), (36, 59), (50, 68), (50, 42)], WHITE)
    c.blob([(50, 16), (64, 6), (82, 4), (94, 8), (94, 34), (94, 60), (82, 57), (64, 59), (50, 68), (50, 42)], WHITE)
    for k in range(5):
        y = 16 + k * 8
        c.line([(12, y - 1), (26, y - 2), (42, y + 4)], 1.5, (150, 146, 156), ink=False)
        c.line([(58, y + 4), (74, y - 2), (88 - 6 * (k % 2), y - 1)], 1.5, (150, 146, 156), ink=False)
    c.poly([(70, 3), (77, 3), (77, 26), (73.5, 21), (70, 26)], (222, 66, 62), form=False)


def draw_laptop(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An open laptop with a coloured picture on its screen."""
    c.box(14, 2, 86, 52, (74, 78, 94), r=4)
    c.box(18, 6, 82, 48, colour, r=1, form=False)
    c.box(23, 12, 47, 30, WHITE, r=1, ink=False, form=False)
    for y in (14, 20, 26):
        c.line([(53, y), (76, y)], 2.4, lighter(colour, 0.65), ink=False)
    c.line([(23, 38), (70, 38)], 2.4, lighter(colour, 0.65), ink=False)
    c.poly([(14, 53), (86, 53), (99, 68), (1, 68)], STEEL)
    for row in range(3):
        c.line([(17 - row * 3.6, 56 + row * 3.1), (83 + row * 3.6, 56 + row * 3.1)], 1.7, (96, 100, 116), ink=False)
    c.box(1, 67, 99, 71, darker(STEEL, 0.2), r=1, form=False)


def draw_camera(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A photo camera with a large lens and a flash."""
    c.box(34, 2, 66, 20, darker(colour, 0.2), r=4)
    c.box(10, 8, 26, 18, STEEL, r=2)
    c.box(1, 14, 99, 74, colour, r=8)
    c.box(1, 28, 99, 60, (72, 70, 84), ink=False, form=False)
    c.oval(50, 44, 27, fill=STEEL)
    c.oval(50, 44, 20, fill=(52, 54, 74), form=False)
    c.oval(50, 44, 12, fill=(92, 138, 206), form=False)
    c.dot(45, 39, 4, (214, 234, 250))
    c.box(76, 18, 92, 26, (255, 244, 190), r=2, form=False)
    c.dot(14, 22, 2.6, (222, 66, 62))


def draw_telescope(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A telescope on a tripod, pointing up."""
    for x in (28, 50, 72):
        c.line([(50, 48), (x, 97)], 4.2, WOOD)
    c.poly([(10, 54), (17, 66), (34, 57), (27, 45)], STEEL)
    c.poly([(4, 60), (9, 69), (17, 65), (12, 55)], (72, 70, 84), form=False)
    c.poly([(25, 44), (34, 59), (68, 40), (57, 22)], colour)
    c.poly([(56, 20), (69, 42), (94, 27), (81, 3)], lighter(colour, 0.25))
    c.poly([(80, 1), (96, 28), (99, 25), (84, 0)], GOLD, form=False)
    c.oval(50, 49, 6.4, fill=GOLD)


def draw_globe(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A desk globe with seas, continents and a stand."""
    land = (110, 186, 100) if colour[1] <= colour[2] or colour[0] > 200 else (246, 226, 170)
    c.box(18, 90, 62, 98, (150, 98, 60), r=3)
    c.line([(40, 80), (40, 90)], 5, (150, 98, 60))
    c.line(arc(40, 41, 38, 39, -60, 110, 24), 4, GOLD)
    c.oval(40, 40, 32, fill=colour)
    north = [(22, 22), (32, 16), (40, 20), (36, 30), (40, 38), (30, 44), (22, 38), (16, 32)]
    c.blob(north, land, form=False, ink=False)
    c.blob([(48, 26), (60, 24), (66, 34), (62, 46), (54, 56), (48, 46), (44, 36)], land, form=False, ink=False)
    c.blob([(26, 54), (34, 50), (40, 56), (34, 66), (28, 62)], land, form=False, ink=False)
    c.dot(58, 5, 3, GOLD)


FURNITURE_THINGS = (
    Thing("chair", FURNITURE, draw_chair, ("brown", "red", "blue", "green", "white", "yellow"), (68, 100),
          use="sitting at a table", place="in a dining room", material="wood", bulk=1.1, sway=0),
    Thing("lamp", FURNITURE, draw_lamp, ("red", "yellow", "blue", "green", "pink", "orange", "purple"), (72, 98),
          use="lighting a room", place="on a bedside table", bulk=0.9),
    Thing("sofa", FURNITURE, draw_sofa, ("red", "blue", "green", "gray", "purple", "brown", "pink"), (100, 64),
          use="sitting comfortably", place="in a living room", bulk=1.5, sway=0),
    Thing("bed", FURNITURE, draw_bed, ("blue", "red", "green", "purple", "orange", "pink"), (100, 63),
          use="sleeping", place="in a bedroom", material="wood", bulk=1.5, sway=0, part="blanket"),
    Thing("clock", FURNITURE, draw_clock, ("red", "blue", "green", "purple", "orange", "pink"), (90, 100),
          use="telling the time", place="on a bedside table", material="metal", bulk=0.75),
    Thing("television", FURNITURE, draw_television, ("brown", "red", "orange", "blue", "green"), (100, 96),
          use="watching shows", place="in a living room", bulk=1.05, sway=0),
)  # fmt: skip

TOOL_THINGS = (
    Thing("hammer", TOOLS, draw_hammer, ("red", "blue", "yellow", "green", "orange"), (60, 100),
          use="driving nails", place="in a toolbox", material="steel and wood", bulk=0.9, sway=10, part="grip"),
    Thing("saw", TOOLS, draw_saw, ("orange", "red", "yellow", "green", "blue"), (100, 53), use="cutting wood",
          place="in a workshop", material="steel", sway=6, part="handle"),
    Thing("wrench", TOOLS, draw_wrench, ("gray", "red", "blue", "orange"), (47, 100), plural="wrenches",
          use="turning nuts and bolts", place="in a toolbox", material="steel", bulk=0.9, sway=12),
    Thing("ladder", TOOLS, draw_ladder, ("yellow", "orange", "red", "brown", "gray"), (62, 100),
          use="reaching high places", place="in a workshop", bulk=1.3, sway=0),
    Thing("bucket", TOOLS, draw_bucket, ("red", "blue", "green", "yellow", "purple"), (90, 99),
          use="carrying water", place="in a shed", material="plastic", bulk=0.8),
)  # fmt: skip

CLOTHES_THINGS = (
    Thing("hat", CLOTHES, draw_hat, ("yellow", "brown", "black", "pink", "white", "blue", "purple"), (100, 62),
          use="keeping the sun off your head", place="on a hat stand", bulk=0.8),
    Thing("boot", CLOTHES, draw_boot, ("red", "yellow", "green", "blue", "purple", "pink"), (98, 99),
          use="keeping feet dry in the rain", place="by the front door", material="rubber", bulk=0.75),
    Thing("umbrella", CLOTHES, draw_umbrella, ("red", "blue", "purple", "yellow", "green", "pink", "orange"), (100, 99),
          use="staying dry in the rain", place="in an umbrella stand", lives="air", sway=12),
)  # fmt: skip

STUDY_THINGS = (
    Thing("book", STUDY, draw_book, ("red", "blue", "green", "purple", "brown"), (100, 76), use="reading",
          place="in a library", material="paper", bulk=0.8, part="cover"),
    Thing("laptop", STUDY, draw_laptop, ("blue", "green", "purple", "orange", "pink"), (100, 72),
          use="writing and browsing the web", place="on a desk", bulk=0.9, sway=0, part="screen"),
    Thing("camera", STUDY, draw_camera, ("red", "blue", "gray", "green", "orange", "pink"), (100, 75),
          use="taking photographs", place="in a photographer's bag", bulk=0.75),
    Thing("telescope", STUDY, draw_telescope, ("blue", "red", "green", "purple", "white"), (100, 99),
          use="looking at the stars", place="in an observatory", bulk=1.1, sway=0),
    Thing("globe", STUDY, draw_globe, ("blue", "green", "purple", "orange"), (80, 98),
          use="learning where countries are", place="in a classroom", bulk=0.9, part="oceans"),
)  # fmt: skip
