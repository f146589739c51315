"""Musical instruments and toys. Knows nothing about scenes."""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.canvas import INK, RGB, WHITE, Canvas, arc, darker, lighter
from adr.demo.thing import Thing

WOOD: RGB = (176, 116, 66)
STEEL: RGB = (190, 196, 208)
GOLD: RGB = (240, 196, 84)
INSTRUMENTS, TOYS = "instruments", "toys"


def draw_guitar(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An acoustic guitar standing upright."""
    c.box(17, 1, 31, 14, darker(colour, 0.35), r=3)
    for y in (4, 9):
        c.dot(15, y, 2, STEEL)
        c.dot(33, y, 2, STEEL)
    c.blob(
        [
            (24, 40),
            (35, 42),
            (39, 51),
            (36, 61),
            (45, 72),
            (46, 88),
            (36, 98),
            (24, 99),
            (12, 98),
            (2, 88),
            (3, 72),
            (12, 61),
            (9, 51),
            (13, 42),
        ],
        colour,
    )
    c.box(20.5, 12, 27.5, 60, (96, 66, 52), form=False)
    c.oval(24, 64, 7.4, fill=(58, 44, 46))
    c.box(14, 84, 34, 88, (96, 66, 52), r=1, form=False)
    for x in (22, 24, 26):
        c.line([(x, 6), (x, 86)], 0.6, (238, 232, 214), ink=False)
    for y in (20, 28, 36, 44):
        c.line([(20.5, y), (27.5, y)], 0.7, GOLD, ink=False)


def draw_piano(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A grand piano with its lid open."""
    c.blob([(14, 40), (24, 6), (50, 2), (74, 18), (98, 26), (94, 42), (50, 44)], darker(colour, 0.2))
    c.line([(74, 44), (60, 20)], 1.8, GOLD)
    for x in (18, 84):
        c.poly([(x - 3, 64), (x + 5, 64), (x + 3, 90), (x - 1, 90)], colour, form=False)
        c.dot(x + 1, 92, 3, GOLD)
    c.line([(52, 64), (52, 86)], 2.4, GOLD)
    c.line([(45, 88), (59, 88)], 2.4, GOLD)
    c.blob([(5, 42), (50, 40), (96, 42), (98, 52), (94, 66), (50, 67), (6, 66)], colour)
    c.box(2, 50, 70, 64, darker(colour, 0.3), r=2)
    c.box(6, 52, 66, 61, WHITE, form=False)
    for k in range(1, 12):
        c.line([(6 + 5 * k, 52), (6 + 5 * k, 61)], 0.7, (130, 128, 140), ink=False)
        if k % 7 not in (3, 0):
            c.box(4.7 + 5 * k, 52, 7.5 + 5 * k, 57.4, INK, ink=False, form=False)


def draw_drum(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A snare drum with two sticks on top."""
    c.poly([(6, 30), (94, 30), (94, 76), *arc(50, 76, 44, 13, 0, 180, 18)], colour)
    for k in range(6):
        x = 6 + k * 88 / 6
        c.line([(x, 42), (x + 44 / 6, 84), (x + 88 / 6, 42)], 2, WHITE, ink=False)
    c.poly([*arc(50, 76, 44, 13, 0, 180, 18), *reversed(arc(50, 84, 44, 13, 0, 180, 18))], GOLD)
    c.poly([*arc(50, 30, 44, 13, 0, 180, 18), *reversed(arc(50, 39, 44, 13, 0, 180, 18))], GOLD)
    c.oval(50, 30, 44, 13, fill=(248, 242, 226))
    c.line([(28, 32), (90, 8)], 3.4, (208, 150, 90))
    c.line([(72, 34), (10, 6)], 3.4, (208, 150, 90))
    c.oval(28, 32, 5, 4, fill=(208, 150, 90))
    c.oval(72, 34, 5, 4, fill=(208, 150, 90))


def draw_trumpet(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A trumpet with three valves and a wide bell."""
    c.line([(26, 22), (24, 44), (34, 48), (62, 48), (68, 40), (66, 22)], 4.6, colour, curve=True)
    c.line([(5, 22), (74, 22)], 4.8, colour)
    c.poly([(1, 16), (6, 19), (6, 25), (1, 28)], colour, form=False)
    c.blob([(68, 19), (82, 16), (94, 3), (99, 2), (99, 42), (94, 41), (82, 28), (68, 25)], colour)
    c.oval(97.5, 22, 3.4, 20, fill=darker(colour, 0.35), form=False)
    for x in (38, 46, 54):
        c.box(x - 3, 14, x + 3, 42, lighter(colour, 0.3), r=2)
        c.line([(x, 14), (x, 7)], 1.8, STEEL, ink=False)
        c.oval(x, 6, 3.4, 2.2, fill=WHITE, form=False)


def draw_accordion(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An accordion pulled open, keys on one side and buttons on the other."""
    folds = 7
    for k in range(folds):
        x = 30 + k * 40 / folds
        sag = 3 * (1 - abs(k - 3) / 3)
        tone = lighter(colour, 0.45) if k % 2 else (70, 62, 76)
        c.poly(
            [
                (x, 8 + sag),
                (x + 20 / folds, 3 + sag),
                (x + 40 / folds, 8 + sag),
                (x + 40 / folds, 68 + sag),
                (x + 20 / folds, 73 + sag),
                (x, 68 + sag),
            ],
            tone,
            form=False,
        )
    c.box(2, 3, 30, 74, colour, r=5)
    c.box(5, 8, 17, 69, WHITE, form=False)
    for k in range(1, 9):
        y = 8 + k * 61 / 9
        c.line([(5, y), (17, y)], 0.9, INK, ink=False)
        if k % 3:
            c.box(10, y - 2, 17, y + 2, INK, ink=False, form=False)
    for y in (16, 28, 40, 52, 64):
        c.dot(23.5, y, 2.2, GOLD)
    c.box(70, 3, 98, 74, colour, r=5)
    for column in range(3):
        for row in range(6):
            c.dot(77 + column * 7, 13 + row * 10, 2.3, WHITE)


def draw_harp(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A concert harp with its strings."""
    for k in range(9):
        x = 17 + k * 5
        c.line([(x, 12 + k * 1.5), (x + 2, 88 - k * 6.4)], 0.9, (250, 244, 226), ink=False)
    c.line([(10, 8), (10, 90)], 6, colour)
    c.line([(10, 90), (34, 76), (64, 34)], 7.5, colour)
    c.line([(10, 9), (24, 3), (34, 14), (48, 20), (64, 16), (66, 32)], 6, colour, curve=True)
    c.oval(10, 6, 6.4, fill=GOLD)
    c.box(2, 88, 34, 98, darker(colour, 0.2), r=3)


def draw_teddy_bear(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A teddy bear sitting with a bow tie."""
    pale = lighter(colour, 0.55)
    c.oval(12, 62, 9, 17, fill=colour, turn=24)
    c.oval(68, 62, 9, 17, fill=colour, turn=-24)
    c.oval(40, 70, 25, 25, fill=colour)
    c.oval(40, 72, 15, 16, fill=pale, ink=False, form=False)
    for x in (18, 62):
        c.oval(x, 88, 15, 11, fill=colour)
        c.oval(x, 89, 8.4, 6.4, fill=pale, form=False)
    for x in (18, 62):
        c.oval(x, 11, 10, fill=colour)
        c.oval(x, 11, 5.4, fill=pale, ink=False, form=False)
    c.oval(40, 28, 27, 24, fill=colour)
    c.oval(40, 36, 12, 9.4, fill=pale, form=False)
    c.oval(40, 31.5, 4.4, 3.2, fill=INK, form=False)
    c.line([(40, 34), (40, 39)], 1.4, INK, ink=False)
    c.dot(28, 25, 3, INK)
    c.dot(52, 25, 3, INK)
    c.poly([(40, 54), (26, 48), (26, 60)], (222, 66, 62))
    c.poly([(40, 54), (54, 48), (54, 60)], (222, 66, 62))


def draw_robot(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A square robot with an antenna and a panel of lights."""
    c.line([(35, 14), (35, 5)], 2.4, STEEL)
    c.oval(35, 4, 3.8, fill=(222, 66, 62))
    for side in (-1, 1):
        c.line([(35 + side * 20, 50), (35 + side * 30, 58), (35 + side * 29, 70)], 6, STEEL)
        c.oval(35 + side * 29, 73, 5, fill=darker(colour, 0.2))
        c.box(35 + side * 11 - 5, 78, 35 + side * 11 + 5, 92, STEEL, form=False)
        c.box(35 + side * 12 - 9, 90, 35 + side * 12 + 9, 98, darker(colour, 0.2), r=3)
        c.box(35 + side * 22 - 4, 21, 35 + side * 22 + 4, 32, STEEL, r=2)
    c.box(13, 12, 57, 41, colour, r=5)
    c.box(18, 18, 52, 36, (54, 58, 80), r=4, form=False)
    for x in (27, 43):
        c.dot(x, 25, 4, (130, 236, 236))
    c.line([(26, 32), (44, 32)], 2, (130, 236, 236), ink=False)
    c.box(12, 44, 58, 80, colour, r=5)
    c.box(19, 50, 51, 64, lighter(colour, 0.65), r=2, form=False)
    for k, lamp in enumerate(((222, 66, 62), (250, 204, 66), (92, 176, 88))):
        c.dot(26 + k * 9, 57, 3, lamp)
    c.line([(22, 72), (48, 72)], 2, darker(colour, 0.5), ink=False)


def draw_soccer_ball(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A football with dark pentagons."""
    c.oval(50, 50, 48, fill=WHITE)
    turn = 72 * float(rng.random())
    c.poly(arc(50, 50, 17, 17, turn, turn + 288, 4), colour, form=False)
    for k in range(5):
        inner = arc(50, 50, 17, 17, turn + 72 * k, turn + 72 * k, 1)[0]
        outer = arc(50, 50, 33, 33, turn + 72 * k, turn + 72 * k, 1)[0]
        c.line([inner, outer], 1.6, INK, ink=False)
        edge = arc(50, 50, 47.4, 47.4, turn + 72 * k - 20, turn + 72 * k + 20, 6)
        side = arc(50, 50, 36, 36, turn + 72 * k + 12, turn + 72 * k - 12, 1)
        c.poly([*edge, side[0], outer, side[1]], colour, form=False, ink=False)
        far = arc(50, 50, 36, 36, turn + 72 * k + 60, turn + 72 * k + 60, 1)[0]
        c.line([side[0], far], 1.6, INK, ink=False)


def draw_kite(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A diamond kite with a tail of bows."""
    c.line([(36, 68), (46, 76), (34, 84), (44, 92), (38, 99)], 1.6, (110, 96, 110), curve=True, ink=False)
    for x, y, bow in ((42, 74, (222, 66, 62)), (38, 84, (250, 204, 66)), (42, 93, (64, 124, 208))):
        c.poly([(x, y), (x - 7, y - 4), (x - 7, y + 4)], bow, form=False)
        c.poly([(x, y), (x + 7, y - 4), (x + 7, y + 4)], bow, form=False)
    c.poly([(36, 1), (71, 28), (36, 70), (1, 28)], colour)
    c.poly([(36, 1), (71, 28), (36, 28)], lighter(colour, 0.6), ink=False, form=False)
    c.poly([(36, 28), (36, 70), (1, 28)], lighter(colour, 0.6), ink=False, form=False)
    c.line([(36, 2), (36, 69)], 1.5, darker(colour, 0.6), ink=False)
    c.line([(2, 28), (70, 28)], 1.5, darker(colour, 0.6), ink=False)


def draw_snowman(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A snowman with a black hat, a carrot nose and a coloured scarf."""
    for side in (-1, 1):
        c.line([(34 + side * 14, 52), (34 + side * 31, 42)], 2.4, (126, 88, 60), ink=False)
        c.line([(34 + side * 25, 45), (34 + side * 29, 37)], 1.8, (126, 88, 60), ink=False)
    c.oval(34, 80, 25, 19, fill=(248, 250, 254))
    c.oval(34, 55, 18, 16, fill=(248, 250, 254))
    c.oval(34, 32, 14, 13, fill=(248, 250, 254))
    for y in (54, 62, 74):
        c.dot(34, y, 2, INK)
    c.dot(29, 29, 1.9, INK)
    c.dot(39, 29, 1.9, INK)
    c.poly([(34, 32), (50, 36), (34, 37)], (244, 142, 52), form=False)
    c.blob([(21, 41), (34, 45), (47, 41), (49, 47), (34, 51), (19, 47)], colour, form=False)
    c.box(40, 45, 48, 64, colour, r=2)
    c.box(23, 2, 45, 20, (62, 60, 74), r=2)
    c.box(16, 18, 52, 23, (62, 60, 74), r=2, form=False)
    c.box(23, 14, 45, 18, colour, form=False, ink=False)


INSTRUMENT_THINGS = (
    Thing("guitar", INSTRUMENTS, draw_guitar, ("orange", "brown", "red", "blue", "black"), (48, 100),
          use="playing music with strings", place="on a stage", material="wood", bulk=1.1, sway=8),
    Thing("piano", INSTRUMENTS, draw_piano, ("black", "brown", "white", "red"), (100, 95),
          use="playing music with keys", place="in a concert hall", material="wood", bulk=1.35, sway=0),
    Thing("drum", INSTRUMENTS, draw_drum, ("red", "blue", "green", "purple", "orange"), (100, 98),
          use="beating a rhythm", place="on a stage", material="wood", bulk=0.9),
    Thing("trumpet", INSTRUMENTS, draw_trumpet, ("yellow", "orange", "gray"), (101, 52), use="playing fanfares",
          place="in an orchestra", material="brass", lives="air", sway=8),
    Thing("accordion", INSTRUMENTS, draw_accordion, ("red", "blue", "green", "purple", "black"), (100, 78),
          use="playing folk music", place="on a stage"),
    Thing("harp", INSTRUMENTS, draw_harp, ("yellow", "brown", "orange", "red"), (71, 98),
          use="playing soft music with strings", place="in an orchestra", material="wood", bulk=1.2),
)  # fmt: skip

TOY_THINGS = (
    Thing("teddy bear", TOYS, draw_teddy_bear, ("brown", "pink", "white", "gray", "orange"), (80, 99),
          use="cuddling", place="in a child's bedroom", material="soft fabric", bulk=0.9),
    Thing("robot", TOYS, draw_robot, ("blue", "red", "green", "orange", "gray", "purple", "yellow"), (70, 98),
          use="playing", place="in a toy shop", material="metal"),
    Thing("soccer ball", TOYS, draw_soccer_ball, ("black", "blue", "red", "green", "purple"), (100, 98),
          use="playing soccer", place="on a sports field", bulk=0.6, sway=20, part="patches"),
    Thing("kite", TOYS, draw_kite, ("red", "blue", "purple", "orange", "green", "pink"), (72, 100),
          use="flying in the wind", place="in a windy sky", lives="air", bulk=0.9, sway=16),
    Thing("snowman", TOYS, draw_snowman, ("red", "blue", "green", "purple", "orange"), (68, 99), plural="snowmen",
          place="in a snowy garden", material="snow", bulk=1.15, part="scarf", shows=("hat", "carrot")),
)  # fmt: skip
