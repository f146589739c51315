"""What is cooked with and what is eaten. Knows nothing about scenes."""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.canvas import INK, RGB, WHITE, Canvas, arc, darker, lighter
from adr.demo.thing import Thing

STEEL: RGB = (190, 196, 208)
CRUST: RGB = (222, 158, 84)
LEAF: RGB = (92, 176, 88)
KITCHEN, FOOD = "kitchen", "food"


def draw_teapot(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A round teapot with spout, handle and lid."""
    c.line([(20, 34), (4, 32), (2, 50), (10, 62), (24, 62)], 5, colour, curve=True)
    c.blob([(70, 60), (84, 48), (88, 28), (100, 24), (96, 34), (92, 54), (78, 72)], colour)
    c.blob([(46, 20), (68, 26), (80, 48), (74, 70), (60, 80), (34, 80), (20, 70), (14, 48), (26, 26)], colour)
    c.blob([(26, 24), (36, 15), (48, 12), (60, 15), (68, 24), (48, 28)], lighter(colour, 0.2))
    c.oval(47, 8, 6, fill=lighter(colour, 0.2))
    c.box(30, 77, 66, 83, darker(colour, 0.2), r=3)
    for x in (32, 47, 62):
        for px, py in arc(x, 52, 4, 4, 0, 288, 4):
            c.dot(px, py, 2.6, WHITE)
        c.dot(x, 52, 1.9, (250, 204, 66))


def draw_cup(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A steaming coffee mug on a saucer."""
    for x in (32, 44, 56):
        c.line([(x, 22), (x - 4, 14), (x + 3, 8), (x - 1, 1)], 2.6, (236, 238, 244), curve=True, ink=False)
    c.oval(46, 88, 45, 8, fill=lighter(colour, 0.65))
    c.line([(72, 40), (92, 40), (92, 64), (70, 70)], 6.5, colour, curve=True)
    c.blob([(12, 30), (78, 30), (76, 62), (66, 86), (45, 89), (24, 86), (14, 62)], colour)
    c.oval(45, 30, 34, 7, fill=lighter(colour, 0.55), form=False)
    c.oval(45, 31.5, 29, 4.6, fill=(120, 76, 54), form=False)
    c.line([(14, 54), (26, 58), (64, 58), (76, 54)], 3.4, lighter(colour, 0.6), curve=True, ink=False)


def draw_frying_pan(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A frying pan from above with a fried egg in it."""
    c.line([(56, 34), (97, 10)], 6, (150, 98, 60))
    c.dot(95, 11, 1.8, WHITE)
    c.oval(33, 44, 32, fill=colour)
    c.oval(33, 44, 26, fill=darker(colour, 0.4), form=False)
    c.blob([(18, 42), (26, 29), (40, 30), (50, 40), (46, 54), (34, 60), (22, 55)], WHITE, form=False)
    c.oval(34, 43, 8.5, fill=(252, 188, 60))


def draw_bottle(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A tall glass bottle with a label and a cork."""
    c.box(14, 1, 24, 12, (196, 142, 92), r=2)
    c.blob(
        [
            (13, 10),
            (25, 10),
            (26, 26),
            (36, 40),
            (37, 60),
            (37, 94),
            (28, 99),
            (10, 99),
            (1, 94),
            (1, 60),
            (2, 40),
            (12, 26),
        ],
        colour,
    )
    c.box(1.5, 54, 36.5, 82, (246, 236, 212), form=False)
    c.oval(19, 68, 8, fill=darker(colour, 0.1), form=False, ink=False)
    c.line([(8, 44), (8, 50)], 2.4, lighter(colour, 0.75), ink=False)
    c.line([(16, 14), (16, 26)], 2, lighter(colour, 0.75), ink=False)


def draw_fork(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A large fork with four prongs."""
    c.ink_width = 1.8
    c.poly([(15, 44), (23, 44), (25, 92), (19, 99), (13, 92)], colour)
    c.blob([(3, 24), (35, 24), (34, 38), (24, 48), (14, 48), (4, 38)], colour)
    for x in (6, 14.7, 23.3, 32):
        c.box(x - 3, 1, x + 3, 32, colour, r=3)
    c.box(3.6, 25, 34.4, 34, colour, r=3, ink=False, form=False)


def draw_toaster(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A rounded toaster with two slices of toast."""
    for x in (22, 52):
        c.blob([(x, 34), (x, 14), (x - 1, 5), (x + 13, 2), (x + 27, 5), (x + 26, 14), (x + 26, 34)], (232, 178, 108))
        c.blob([(x + 4, 34), (x + 4, 14), (x + 13, 7), (x + 22, 14), (x + 22, 34)], (250, 218, 162), ink=False)
    c.blob([(6, 72), (5, 44), (12, 28), (28, 25), (72, 25), (88, 28), (95, 44), (94, 72), (78, 76), (22, 76)], colour)
    c.box(16, 26, 84, 31, darker(colour, 0.55), r=2, form=False)
    c.box(97, 36, 101, 44, INK, r=1, form=False)
    c.line([(93, 40), (98, 40)], 2.6, INK, ink=False)
    c.oval(80, 58, 6, fill=STEEL)
    c.line([(80, 58), (80, 53)], 1.6, INK, ink=False)
    c.line([(16, 42), (64, 42)], 2.2, lighter(colour, 0.6), ink=False)
    c.box(12, 74, 24, 80, INK, r=2, form=False)
    c.box(76, 74, 88, 80, INK, r=2, form=False)


def draw_apple(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An apple with a stalk and a leaf."""
    c.blob(
        [
            (46, 26),
            (62, 17),
            (80, 22),
            (90, 42),
            (84, 70),
            (66, 92),
            (46, 88),
            (26, 92),
            (8, 70),
            (2, 42),
            (12, 22),
            (30, 17),
        ],
        colour,
    )
    c.line([(46, 28), (47, 14), (54, 3)], 4, (120, 82, 54), curve=True)
    c.blob([(52, 14), (64, 2), (82, 2), (74, 14), (62, 18)], LEAF)
    c.blob([(16, 36), (24, 28), (28, 34), (20, 46), (16, 54)], lighter(colour, 0.6), ink=False, form=False)


def draw_banana(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A single banana, bent, with a stalk."""
    c.blob(
        [
            (78, 8),
            (88, 9),
            (97, 32),
            (92, 54),
            (74, 70),
            (48, 76),
            (20, 72),
            (3, 60),
            (5, 53),
            (30, 54),
            (54, 50),
            (70, 38),
            (77, 22),
        ],
        colour,
    )
    c.line([(84, 16), (86, 34), (76, 52), (52, 62), (16, 61)], 1.8, darker(colour, 0.3), curve=True, ink=False)
    c.poly([(79, 0), (88, 1), (89, 12), (77, 11)], (140, 112, 60), form=False)
    c.oval(4.5, 57, 4, 4.6, fill=(96, 76, 54), form=False)


def draw_pizza(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A slice of pizza with salami, olives and melted cheese."""
    c.poly([(6, 22), (94, 22), (50, 98)], (252, 204, 92))
    c.blob([(30, 60), (36, 62), (38, 82), (33, 84), (30, 74)], (252, 204, 92), form=False)
    for x, y, r in ((30, 34, 9), (64, 36, 10), (48, 58, 8.5), (50, 82, 5)):
        c.oval(x, y, r, fill=(206, 70, 56))
        c.dot(x - r * 0.3, y - r * 0.2, r * 0.2, (236, 130, 110))
    for x, y in ((47, 32), (78, 28), (62, 54)):
        c.oval(x, y, 3.8, fill=(74, 92, 64), form=False)
        c.dot(x, y, 1.5, (252, 204, 92))
    c.blob([(2, 14), (12, 6), (50, 3), (88, 6), (98, 14), (94, 26), (50, 22), (6, 26)], CRUST)


def draw_cake(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A two-tier birthday cake with candles."""
    for x in (36.0, 50.0, 64.0):
        c.box(x - 2.2, 12, x + 2.2, 32, lighter(colour, 0.5), r=1, form=False)
        c.blob([(x, 1), (x + 3.4, 8), (x, 12), (x - 3.4, 8)], (250, 176, 60), form=False)
    c.oval(50, 90, 48, 7, fill=(226, 230, 236))
    c.box(10, 56, 90, 90, (240, 206, 160), r=4)
    c.box(26, 30, 74, 60, (240, 206, 160), r=4)
    icing = ((10, 90, 54, 6), (26, 74, 28, 4))
    for x0, x1, y, drops in icing:
        c.box(x0 - 1, y, x1 + 1, y + 10, colour, r=4)
        for k in range(drops):
            x = x0 + (x1 - x0) * (k + 0.5) / drops
            c.oval(x, y + 11, 4.4, 6, fill=colour, ink=False, form=False)
    for k in range(5):
        c.dot(18 + 16 * k, 81, 2.4, colour)


def draw_ice_cream_cone(c: Canvas, rng: Generator, colour: RGB) -> None:
    """Two scoops in a waffle cone."""
    c.poly([(8, 46), (52, 46), (30, 99)], CRUST)
    for k in range(4):
        c.line([(12 + 10 * k, 48), (30 + 4 * k, 90 - 11 * k)], 1.2, darker(CRUST, 0.35), ink=False)
        c.line([(48 - 10 * k, 48), (30 - 4 * k, 90 - 11 * k)], 1.2, darker(CRUST, 0.35), ink=False)
    c.oval(30, 18, 17, fill=WHITE)
    c.blob(
        [
            (5, 44),
            (8, 28),
            (20, 22),
            (40, 22),
            (52, 28),
            (55, 44),
            (50, 52),
            (43, 46),
            (36, 54),
            (28, 47),
            (20, 52),
            (12, 47),
            (8, 50),
        ],
        colour,
    )
    c.oval(30, 4, 4.4, fill=(222, 66, 62))


def draw_carrot(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A carrot, pointing down, with green leaves."""
    for path in ([(30, 32), (22, 18), (8, 10)], [(30, 32), (30, 16), (29, 2)], [(30, 32), (38, 18), (52, 10)]):
        c.line(path, 6.5, LEAF, curve=True)
    c.blob([(30, 27), (44, 28), (51, 38), (46, 62), (36, 88), (30, 99), (24, 88), (14, 62), (9, 38), (16, 28)], colour)
    for y, x0, x1 in ((42, 14, 26), (52, 32, 45), (64, 19, 30), (76, 29, 37)):
        c.line([(x0, y), (x1, y + 1)], 1.8, darker(colour, 0.4), ink=False)


def draw_watermelon(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A half-round slice of watermelon with seeds."""
    c.poly([*arc(50, 8, 49, 49, 0, 180, 28)], (70, 150, 80))
    c.poly([*arc(50, 8, 43.5, 43.5, 0, 180, 28)], (222, 240, 190), ink=False, form=False)
    c.poly([*arc(50, 8, 40, 40, 0, 180, 28)], colour, ink=False)
    for x, y in ((24, 16), (38, 18), (52, 16), (66, 18), (78, 15), (32, 28), (46, 31), (60, 30), (50, 42)):
        c.oval(x, y, 1.9, 2.9, fill=INK, form=False, ink=False)
    c.line([(1, 7.5), (99, 7.5)], 1.8, darker(colour, 0.68), ink=False)


def draw_hamburger(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A hamburger with salad, cheese and a seeded bun."""
    c.blob([(8, 60), (92, 60), (90, 74), (78, 80), (22, 80), (10, 74)], CRUST)
    c.box(4, 50, 96, 63, (122, 74, 52), r=6)
    c.poly([(8, 46), (94, 46), (80, 58), (66, 48), (50, 60), (38, 48)], (252, 200, 70), form=False)
    c.blob(
        [(2, 42), (20, 39), (80, 39), (98, 42), (90, 50), (76, 45), (62, 51), (48, 45), (34, 51), (20, 45), (8, 50)],
        (128, 196, 84),
    )
    c.box(6, 35, 94, 41, (226, 80, 66), r=3, form=False)
    c.blob([(5, 36), (8, 18), (26, 5), (50, 2), (74, 5), (92, 18), (95, 36), (50, 38)], CRUST)
    for x, y in ((26, 18), (40, 11), (54, 17), (68, 12), (80, 22)):
        c.oval(x, y, 2.6, 1.7, fill=(252, 236, 200), form=False, ink=False)


KITCHEN_THINGS = (
    Thing("teapot", KITCHEN, draw_teapot, ("blue", "red", "green", "white", "purple", "pink", "orange"), (100, 83),
          use="making tea", place="on a kitchen table", material="porcelain", shows=("flower",)),
    Thing("cup", KITCHEN, draw_cup, ("red", "blue", "green", "yellow", "white", "purple", "pink"), (97, 97),
          use="drinking coffee or tea", place="on a kitchen table", material="porcelain", bulk=0.75),
    Thing("frying pan", KITCHEN, draw_frying_pan, ("black", "red", "blue", "gray"), (100, 77), use="frying eggs",
          place="on a stove", material="metal"),
    Thing("bottle", KITCHEN, draw_bottle, ("green", "blue", "brown", "purple", "red"), (38, 100),
          use="storing a drink", place="on a kitchen table", material="glass", flips=False, bulk=0.95),
    Thing("fork", KITCHEN, draw_fork, ("gray", "yellow"), (38, 100), use="eating food", place="beside a plate",
          material="metal", bulk=0.85, sway=8),
    Thing("toaster", KITCHEN, draw_toaster, ("red", "gray", "blue", "green", "white", "yellow"), (102, 80),
          use="browning slices of bread", place="on a kitchen counter", material="metal"),
)  # fmt: skip

FOOD_THINGS = (
    Thing("apple", FOOD, draw_apple, ("red", "green", "yellow"), (92, 93), use="eating as a snack",
          place="in a fruit bowl", bulk=0.65),
    Thing("banana", FOOD, draw_banana, ("yellow",), (98, 77), use="eating as a snack", place="in a fruit bowl",
          bulk=0.75),
    Thing("pizza", FOOD, draw_pizza, ("yellow",), (100, 99), use="eating for dinner", place="on a plate", bulk=0.8,
          spoken=False),
    Thing("cake", FOOD, draw_cake, ("pink", "brown", "white", "blue", "purple"), (98, 98),
          use="celebrating a birthday", place="on a party table", part="icing"),
    Thing("ice cream cone", FOOD, draw_ice_cream_cone, ("pink", "brown", "green", "purple", "yellow"), (60, 100),
          use="cooling down on a hot day", place="at an ice cream parlor", bulk=0.8, sway=5, spoken=False),
    Thing("carrot", FOOD, draw_carrot, ("orange", "purple"), (60, 100), use="making soup or salad",
          place="in a vegetable garden", bulk=0.75, sway=12),
    Thing("watermelon", FOOD, draw_watermelon, ("red", "yellow"), (100, 58), use="eating on a summer day",
          place="at a picnic", bulk=0.85, part="flesh"),
    Thing("hamburger", FOOD, draw_hamburger, ("brown",), (100, 82), use="eating for lunch", place="on a plate",
          bulk=0.75, spoken=False),
)  # fmt: skip
