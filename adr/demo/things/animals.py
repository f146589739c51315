"""Animals of the house, the farm, the wild and the sea, each in a pose of its own. Knows nothing about scenes."""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.canvas import INK, RGB, WHITE, Canvas, arc, darker, lighter, mix
from adr.demo.thing import Thing

BEAK: RGB = (248, 168, 60)
ROSE: RGB = (240, 150, 160)
THEME = "animals"


def _eye(c: Canvas, x: float, y: float, r: float) -> None:
    c.dot(x, y, r, INK)
    c.dot(x - r * 0.3, y - r * 0.35, r * 0.36, (255, 255, 255))


def draw_dog(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A dog standing sideways with a floppy ear, a collar and a raised tail."""
    far = darker(colour, 0.22)
    c.line([(20, 44), (9, 34), (7, 18)], 7, colour, curve=True)
    c.box(27, 52, 37, 84, far, r=4, form=False)
    c.box(60, 52, 70, 84, far, r=4, form=False)
    c.blob([(15, 44), (28, 36), (52, 38), (68, 34), (76, 44), (72, 60), (50, 64), (24, 63), (15, 55)], colour)
    c.box(16, 52, 27, 85, colour, r=5)
    c.box(68, 50, 79, 85, colour, r=5)
    c.blob([(62, 22), (70, 8), (84, 8), (90, 18), (100, 24), (99, 34), (86, 40), (72, 40)], colour)
    c.blob([(86, 28), (92, 23), (100, 25), (99, 33), (88, 37)], lighter(colour, 0.6), ink=False, form=False)
    c.blob([(66, 8), (74, 8), (74, 24), (66, 38), (58, 32), (60, 18)], darker(colour, 0.42))
    c.oval(98, 25, 4, 3.2, fill=INK, form=False)
    _eye(c, 83, 20, 2.8)
    c.line([(92, 34), (86, 35)], 1.2, INK, ink=False)
    c.line([(66, 42), (80, 44)], 4.4, (222, 66, 62))
    c.dot(75, 48, 3, (250, 204, 66))


def draw_cat(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A cat sitting, seen from the front, with pointed ears, whiskers and a curled tail."""
    stripe = darker(colour, 0.35)
    c.line([(56, 92), (74, 90), (78, 72), (70, 60)], 7, colour, curve=True)
    c.blob([(38, 42), (52, 54), (60, 80), (58, 98), (18, 98), (16, 80), (24, 54)], colour)
    c.oval(38, 68, 10, 15, fill=lighter(colour, 0.62), ink=False, form=False)
    c.oval(29, 95, 8, 5, fill=lighter(colour, 0.4))
    c.oval(47, 95, 8, 5, fill=lighter(colour, 0.4))
    c.poly([(10, 26), (12, 1), (32, 14)], colour)
    c.poly([(66, 26), (64, 1), (44, 14)], colour)
    c.poly([(14, 18), (15, 7), (24, 14)], ROSE, ink=False, form=False)
    c.poly([(62, 18), (61, 7), (52, 14)], ROSE, ink=False, form=False)
    c.oval(38, 30, 29, 22, fill=colour)
    for x in (31, 38, 45):
        c.line([(x, 10), (x, 18)], 2.4, stripe, ink=False)
    for x in (26, 50):
        c.oval(x, 28, 5.4, 6, fill=(188, 224, 120), form=False)
        c.oval(x, 28, 2, 5, fill=INK, form=False, ink=False)
    c.oval(38, 42, 9, 6, fill=lighter(colour, 0.66), ink=False, form=False)
    c.poly([(35, 37), (41, 37), (38, 41)], ROSE, form=False)
    for side in (-1, 1):
        for dy in (-3, 1, 5):
            c.line([(38 + side * 10, 40 + dy * 0.4), (38 + side * 34, 38 + dy)], 0.8, (252, 252, 252), ink=False)
        c.line([(38, 41), (38 + side * 5, 45)], 1.2, INK, ink=False)


def draw_bird(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A round songbird on thin legs, seen from the side."""
    for x in (48, 58):
        c.line([(x, 62), (x - 2, 82), (x + 6, 83)], 2, (196, 120, 60), ink=False)
        c.line([(x - 2, 82), (x - 8, 83)], 2, (196, 120, 60), ink=False)
    c.poly([(30, 44), (0, 44), (2, 53), (8, 58), (34, 58)], darker(colour, 0.25))
    c.poly([(90, 20), (103, 27), (89, 32)], BEAK)
    c.blob([(24, 52), (34, 36), (56, 28), (62, 12), (78, 5), (92, 13), (92, 32), (84, 54), (64, 68), (40, 67)], colour)
    c.blob([(84, 36), (82, 52), (66, 66), (52, 66), (60, 48), (74, 40)], lighter(colour, 0.7), ink=False, form=False)
    c.blob([(26, 46), (44, 38), (62, 40), (58, 54), (42, 61), (18, 60)], darker(colour, 0.3))
    _eye(c, 80, 18, 3.4)


def draw_fish(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A tropical fish with stripes and a fan tail."""
    c.blob([(26, 32), (10, 14), (1, 8), (6, 32), (1, 58), (10, 52)], lighter(colour, 0.25))
    c.blob([(38, 14), (52, 0), (72, 2), (66, 14)], lighter(colour, 0.25))
    c.blob([(44, 52), (50, 65), (62, 64), (60, 50)], lighter(colour, 0.25))
    c.blob([(20, 32), (38, 14), (62, 9), (84, 17), (98, 33), (84, 47), (62, 55), (38, 48)], colour)
    for x, half in ((46, 20), (64, 22)):
        c.blob(
            [
                (x - 4, 32 - half),
                (x + 5, 32 - half - 1),
                (x + 8, 32),
                (x + 4, 32 + half),
                (x - 4, 32 + half - 2),
                (x, 32),
            ],
            WHITE,
            form=False,
        )
    c.blob([(52, 34), (60, 30), (60, 42), (50, 44)], lighter(colour, 0.25), form=False)
    c.oval(84, 27, 5.6, fill=WHITE, form=False)
    _eye(c, 85, 27, 3.2)
    c.line([(97, 37), (90, 37)], 1.6, INK, ink=False)


def draw_horse(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A horse standing sideways with a mane and a long tail."""
    mane, far, hoof = darker(colour, 0.55), darker(colour, 0.2), (70, 62, 66)
    c.blob([(14, 42), (6, 46), (3, 62), (6, 78), (12, 66), (17, 50)], mane)
    for x, shade in ((30, far), (60, far), (20, colour), (67, colour)):
        c.poly([(x - 5, 56), (x + 6, 56), (x + 4, 90), (x - 3, 90)], shade, form=False)
        c.poly([(x - 4, 89), (x + 5, 89), (x + 6, 97), (x - 4, 97)], hoof, form=False)
    c.blob([(12, 46), (24, 38), (46, 42), (62, 38), (74, 46), (76, 58), (64, 66), (40, 66), (20, 66), (12, 58)], colour)
    c.poly([(58, 44), (70, 12), (84, 14), (80, 44), (76, 58)], colour, form=False)
    c.poly([(74, 10), (76, 0), (81, 9)], colour, form=False)
    c.blob([(70, 12), (80, 7), (90, 14), (99, 28), (97, 36), (89, 36), (78, 28)], colour)
    c.blob([(72, 6), (62, 14), (56, 32), (54, 46), (62, 42), (68, 28), (76, 14)], mane)
    c.blob([(91, 26), (99, 29), (97, 36), (90, 36)], lighter(colour, 0.45), ink=False, form=False)
    c.dot(95, 30, 1.3, INK)
    _eye(c, 83, 17, 2.4)


def draw_elephant(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An elephant with a large ear, tusks and a hanging trunk."""
    far = darker(colour, 0.2)
    c.line([(5, 34), (1, 50)], 2, far)
    for x, shade in ((26, far), (52, far), (12, colour), (42, colour)):
        c.box(x, 52, x + 14, 84, shade, r=4)
        for k in range(3):
            c.dot(x + 3 + k * 4, 81.5, 1.6, lighter(colour, 0.6))
    c.blob([(4, 40), (12, 20), (34, 12), (56, 16), (68, 36), (64, 60), (36, 66), (10, 62)], colour)
    c.line([(86, 30), (93, 46), (90, 66), (94, 77)], 9, colour, curve=True)
    c.blob([(60, 22), (70, 8), (86, 9), (95, 24), (92, 42), (78, 48), (64, 42)], colour)
    c.poly([(80, 44), (88, 54), (97, 57), (86, 42)], WHITE, form=False)
    c.blob([(56, 18), (66, 10), (76, 20), (76, 40), (64, 52), (52, 42), (50, 28)], mix(colour, ROSE, 0.35))
    _eye(c, 85, 23, 2.6)


def draw_giraffe(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A giraffe with a very long neck and brown patches."""
    patch = (176, 106, 52)
    for x, shade in ((20, darker(colour)), (38, darker(colour)), (12, colour), (45, colour)):
        c.poly([(x - 3, 58), (x + 4, 58), (x + 2.5, 96), (x - 2, 96)], shade, form=False)
        c.box(x - 3, 94, x + 3.5, 99, (96, 66, 50), form=False)
    c.line([(8, 52), (2, 68)], 1.8, colour)
    c.blob([(1, 67), (4, 67), (3, 74)], patch, form=False)
    c.blob([(8, 52), (20, 45), (38, 46), (50, 44), (52, 56), (44, 65), (20, 66), (9, 62)], colour)
    c.poly([(36, 50), (44, 12), (53, 12), (52, 58)], colour)
    c.line([(46, 9), (45, 1)], 1.6, patch)
    c.line([(51, 9), (52, 1)], 1.6, patch)
    c.blob([(41, 12), (46, 6), (54, 7), (65, 14), (66, 20), (58, 21), (46, 20)], colour)
    c.poly([(42, 10), (35, 8), (41, 14)], colour, form=False)
    _eye(c, 52, 11, 1.8)
    spots = (
        (18, 52, 4),
        (28, 50, 3.6),
        (37, 55, 4),
        (24, 60, 3.6),
        (14, 60, 2.8),
        (46, 44, 3),
        (44, 35, 2.6),
        (49, 28, 2.4),
        (47, 20, 2.2),
        (45, 56, 3.4),
        (34, 61, 3),
    )
    for x, y, r in spots:
        c.poly(
            [(x - r, y - r * 0.5), (x, y - r), (x + r, y - r * 0.3), (x + r * 0.7, y + r), (x - r * 0.6, y + r)],
            patch,
            ink=False,
            form=False,
        )


def draw_rabbit(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A rabbit sitting upright with two long ears."""
    for side in (-1, 1):
        lean = 30 + side * 9
        c.blob(
            [
                (lean - 5, 34),
                (lean - 6 + side * 3, 12),
                (lean + side * 4, 1),
                (lean + 6 + side * 3, 12),
                (lean + 5, 34),
            ],
            colour,
        )
        c.oval(lean + side * 3, 17, 2.6, 11, fill=ROSE, turn=side * 7, ink=False, form=False)
    c.oval(52, 90, 7, fill=WHITE)
    c.blob([(30, 50), (46, 58), (52, 80), (46, 98), (14, 98), (8, 80), (14, 58)], colour)
    c.oval(30, 78, 12, 15, fill=lighter(colour, 0.6), ink=False, form=False)
    c.oval(18, 96, 11, 5, fill=lighter(colour, 0.3))
    c.oval(42, 96, 11, 5, fill=lighter(colour, 0.3))
    c.oval(30, 44, 20, 17, fill=colour)
    _eye(c, 22, 41, 2.8)
    _eye(c, 38, 41, 2.8)
    c.oval(30, 51, 8, 5.4, fill=lighter(colour, 0.7), ink=False, form=False)
    c.oval(30, 47.5, 2.6, 2, fill=ROSE, form=False)
    c.box(27.6, 54, 32.4, 59, WHITE, r=1, form=False)


def draw_penguin(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A penguin with a white belly and orange feet."""
    for x in (20, 42):
        c.oval(x, 95, 11, 5, fill=BEAK)
    c.blob([(8, 44), (1, 62), (3, 76), (14, 62)], colour)
    c.blob([(54, 44), (61, 62), (59, 76), (48, 62)], colour)
    c.blob(
        [(31, 2), (46, 9), (50, 26), (55, 54), (52, 82), (42, 94), (20, 94), (10, 82), (7, 54), (12, 26), (16, 9)],
        colour,
    )
    c.blob([(31, 36), (44, 42), (47, 66), (40, 90), (22, 90), (15, 66), (18, 42)], WHITE, ink=False, form=False)
    c.blob([(31, 20), (40, 14), (45, 24), (40, 36), (31, 40), (22, 36), (17, 24), (22, 14)], WHITE, ink=False)
    _eye(c, 24, 23, 2.8)
    _eye(c, 38, 23, 2.8)
    c.poly([(25, 29), (37, 29), (31, 38)], BEAK)


def draw_turtle(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A tortoise with a patterned domed shell."""
    skin = (176, 200, 104)
    c.poly([(6, 46), (0, 54), (14, 52)], skin, form=False)
    for x in (14, 56):
        c.box(x, 42, x + 16, 61, skin, r=5)
    c.blob([(68, 46), (76, 30), (86, 20), (98, 22), (101, 32), (92, 40), (84, 50)], skin)
    _eye(c, 92, 27, 2.4)
    c.line([(99, 34), (92, 35)], 1.2, INK, ink=False)
    c.blob([(3, 46), (10, 22), (26, 6), (44, 2), (62, 8), (76, 26), (80, 46), (60, 52), (22, 52)], colour)
    for x, y, r in ((42, 20, 10), (22, 31, 8), (62, 31, 8), (42, 41, 7)):
        c.poly(arc(x, y, r, r * 0.85, 0, 300, 5), lighter(colour, 0.35), form=False)
    c.line([(4, 48), (22, 52), (60, 52), (80, 47)], 4, lighter(colour, 0.5), curve=True)


def draw_butterfly(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A butterfly with open spotted wings."""
    for side in (-1, 1):

        def at(x: float, y: float, side: int = side) -> tuple[float, float]:
            return (50 + side * x, y)

        c.blob([at(3, 44), at(14, 46), at(34, 54), at(38, 68), at(26, 80), at(12, 70)], darker(colour, 0.18))
        c.blob([at(3, 42), at(10, 18), at(30, 4), at(46, 6), at(49, 24), at(38, 44), at(16, 50)], colour)
        c.oval(*at(34, 19), 7, fill=lighter(colour, 0.65), form=False, ink=False)
        c.oval(*at(20, 33), 5, fill=lighter(colour, 0.65), form=False, ink=False)
        c.oval(*at(25, 66), 6, fill=lighter(colour, 0.65), form=False, ink=False)
        c.line([at(1, 26), at(6, 12), at(13, 6)], 1.5, INK, curve=True, ink=False)
        c.dot(*at(13, 6), 2.2, INK)
    c.oval(50, 48, 4.4, 22, fill=(88, 70, 84))
    c.oval(50, 27, 5, fill=(88, 70, 84))


def draw_crab(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A crab with raised claws and stalked eyes."""
    for side in (-1, 1):

        def at(x: float, y: float, side: int = side) -> tuple[float, float]:
            return (50 + side * x, y)

        for k in range(3):
            c.line([at(20, 44 + k * 4), at(38 - k * 3, 44 + k * 7), at(42 - k * 6, 56 + k * 4)], 3.6, colour)
        c.line([at(20, 36), at(36, 34), at(40, 22)], 5, colour)
        c.blob([at(34, 22), at(30, 10), at(36, 1), at(39, 10), at(44, 2), at(50, 10), at(46, 22)], colour)
        c.line([at(9, 28), at(10, 15)], 2.6, colour)
        c.oval(*at(10, 13), 5, fill=WHITE, form=False)
        c.dot(*at(9, 13), 2.4, INK)
    c.blob([(24, 38), (34, 26), (50, 23), (66, 26), (76, 38), (68, 54), (50, 59), (32, 54)], colour)
    c.line([(40, 45), (50, 50), (60, 45)], 2, darker(colour, 0.6), curve=True, ink=False)


def draw_owl(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An owl on a branch with very large eyes."""
    c.line([(0, 92), (68, 90)], 6, (140, 94, 62))
    c.blob(
        [
            (34, 8),
            (50, 4),
            (60, 1),
            (58, 18),
            (62, 46),
            (56, 76),
            (44, 90),
            (24, 90),
            (12, 76),
            (6, 46),
            (10, 18),
            (8, 1),
            (18, 4),
        ],
        colour,
    )
    c.blob([(34, 46), (46, 52), (47, 74), (34, 88), (21, 74), (22, 52)], lighter(colour, 0.62), ink=False, form=False)
    for row in range(3):
        for k in range(3 - row % 2):
            x, y = 27 + k * 7 + (row % 2) * 3.5, 58 + row * 8
            c.line([(x - 2, y), (x, y + 2.5), (x + 2, y)], 1.4, darker(colour, 0.3), ink=False)
    c.blob([(9, 42), (18, 50), (18, 72), (11, 80), (5, 62)], darker(colour, 0.3))
    c.blob([(59, 42), (50, 50), (50, 72), (57, 80), (63, 62)], darker(colour, 0.3))
    for x in (21, 47):
        c.oval(x, 28, 13, fill=lighter(colour, 0.75), form=False)
        c.oval(x, 28, 8.4, fill=(252, 200, 66), form=False)
        c.dot(x, 28, 4.6, INK)
        c.dot(x - 1.5, 26, 1.5, (255, 255, 255))
    c.poly([(30, 34), (38, 34), (34, 44)], BEAK)
    for x in (26, 42):
        c.oval(x, 90, 5, 3.4, fill=BEAK, form=False)


def draw_octopus(c: Canvas, rng: Generator, colour: RGB) -> None:
    """An octopus with a round head and eight curling arms."""
    arms = (
        [(36, 56), (16, 58), (4, 72), (10, 84)], [(40, 60), (26, 68), (20, 84), (26, 90)],
        [(45, 60), (40, 76), (34, 90), (42, 91)], [(48, 60), (47, 78), (50, 90)],
    )  # fmt: skip
    for mirrored in (False, True):
        for bent in arms:
            path = [(100 - x if mirrored else x, y) for x, y in bent]
            c.line(path, 8, colour, curve=True)
    c.blob([(50, 1), (72, 8), (82, 28), (76, 48), (66, 64), (34, 64), (24, 48), (18, 28), (28, 8)], colour)
    for x in (40, 60):
        c.oval(x, 40, 6.6, 7.4, fill=WHITE, form=False)
        _eye(c, x, 41, 3.6)
    c.line(arc(50, 50, 7, 5, 20, 160, 8), 1.8, darker(colour, 0.6), ink=False)
    for x, y, r in ((36, 18, 4), (62, 14, 3.4), (70, 24, 2.6)):
        c.dot(x, y, r, lighter(colour, 0.4))


def draw_pig(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A round pig with a snout and a curly tail."""
    far = darker(colour, 0.18)
    c.line([(8, 36), (2, 32), (3, 26), (8, 28), (5, 34)], 2, colour, curve=True)
    for x, shade in ((26, far), (56, far), (16, colour), (64, colour)):
        c.box(x, 54, x + 11, 76, shade, r=3, form=False)
        c.box(x, 71, x + 11, 77, (120, 84, 92), r=2, form=False)
    c.blob([(5, 40), (14, 18), (40, 10), (66, 14), (80, 32), (78, 54), (60, 66), (30, 66), (10, 58)], colour)
    c.oval(78, 32, 19, 18, fill=colour)
    c.poly([(64, 18), (66, 3), (78, 14)], darker(colour, 0.15))
    c.poly([(82, 14), (91, 3), (93, 20)], darker(colour, 0.15))
    c.oval(91, 36, 8.6, 7.4, fill=lighter(colour, 0.3))
    c.dot(88.5, 36, 1.7, darker(colour, 0.6))
    c.dot(94, 36, 1.7, darker(colour, 0.6))
    _eye(c, 74, 27, 2.4)
    _eye(c, 88, 25, 2.4)


FUR = ("orange", "gray", "black", "white", "brown")

ANIMALS = (
    Thing("dog", THEME, draw_dog, ("brown", "white", "black", "orange", "gray"), (102, 85), sound="barks",
          place="in a home with its family", use="keeping people company"),
    Thing("cat", THEME, draw_cat, ("orange", "gray", "black", "brown"), (80, 100), sound="meows",
          place="at home on a warm blanket", use="keeping people company", bulk=0.85),
    Thing("bird", THEME, draw_bird, ("blue", "red", "yellow", "green", "orange"), (103, 84), sound="sings",
          place="in a garden", bulk=0.8),
    Thing("fish", THEME, draw_fish, ("orange", "blue", "yellow", "purple", "red"), (100, 65), plural="fish",
          place="in the water", lives="air", bulk=0.85),
    Thing("horse", THEME, draw_horse, ("brown", "white", "black", "gray", "orange"), (100, 97), sound="neighs",
          place="in a stable", use="riding", bulk=1.35),
    Thing("elephant", THEME, draw_elephant, ("gray", "brown"), (100, 85), sound="trumpets",
          place="on the savanna", bulk=1.5),
    Thing("giraffe", THEME, draw_giraffe, ("yellow",), (67, 100), place="on the savanna", bulk=1.55),
    Thing("rabbit", THEME, draw_rabbit, ("white", "gray", "brown", "black"), (60, 100), place="in a burrow", bulk=0.8),
    Thing("penguin", THEME, draw_penguin, ("black", "blue"), (62, 100), place="on the ice", bulk=0.95),
    Thing("turtle", THEME, draw_turtle, ("green", "brown", "orange"), (101, 62), place="near a pond", bulk=0.85),
    Thing("butterfly", THEME, draw_butterfly, ("orange", "blue", "purple", "pink", "yellow", "red"), (100, 82),
          plural="butterflies", place="among flowers", lives="air", bulk=0.7, sway=14),
    Thing("crab", THEME, draw_crab, ("red", "orange", "blue"), (100, 66), place="on the shore", bulk=0.8),
    Thing("owl", THEME, draw_owl, ("brown", "gray", "white", "purple"), (68, 96), sound="hoots",
          place="in the forest at night", bulk=0.85),
    Thing("octopus", THEME, draw_octopus, ("purple", "red", "orange", "pink", "blue"), (100, 94), plural="octopuses",
          place="on the sea floor", lives="air"),
    Thing("pig", THEME, draw_pig, ("pink",), (100, 77), sound="oinks", place="on a farm"),
)  # fmt: skip
