"""A person, plants, and what stands in streets and gardens. Knows nothing about scenes."""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.canvas import INK, RGB, WHITE, Canvas, arc, darker, lighter
from adr.demo.thing import Thing

BARK: RGB = (146, 100, 66)
LEAF: RGB = (92, 176, 88)
STEEL: RGB = (176, 182, 194)
SKINS: tuple[RGB, ...] = ((248, 214, 184), (232, 184, 146), (196, 140, 100), (142, 96, 68), (106, 70, 52))
HAIRS: tuple[RGB, ...] = ((62, 46, 44), (110, 70, 42), (196, 132, 62), (236, 200, 110), (150, 62, 40), (176, 176, 184))
TROUSERS: tuple[RGB, ...] = ((70, 88, 132), (92, 84, 88), (126, 104, 86), (64, 100, 104))
STREET, PLANTS, PEOPLE = "street", "plants", "people"


def draw_person(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A person standing, in a coloured shirt; skin, hair, legs and a waving arm differ."""
    skin = SKINS[int(rng.integers(len(SKINS)))]
    hair = HAIRS[int(rng.integers(len(HAIRS)))]
    legs = TROUSERS[int(rng.integers(len(TROUSERS)))]
    long_hair, wave = bool(rng.random() < 0.5), bool(rng.random() < 0.4)
    if long_hair:
        c.blob([(24, 2), (35, 8), (37, 22), (38, 34), (24, 36), (10, 34), (11, 22), (13, 8)], hair)
    for x in (18.0, 30.0):
        c.box(x - 5, 62, x + 5, 95, legs, r=2, form=False)
        c.oval(x + (1 if x > 24 else -1), 96, 7, 4, fill=(74, 58, 60), form=False)
    raised = [(36, 38), (46, 34), (46, 16)] if wave else [(36, 38), (42, 50), (41, 62)]
    for arm in ([(12, 38), (6, 50), (7, 62)], raised):
        c.line(arm, 6.4, colour, curve=True)
        c.oval(*arm[-1], 4, fill=skin, form=False)
    c.box(20, 26, 28, 36, skin, r=2, form=False)
    c.blob([(24, 32), (36, 34), (38, 46), (35, 66), (24, 67), (13, 66), (10, 46), (12, 34)], colour)
    c.poly([(19, 33), (29, 33), (24, 39)], skin, form=False)
    c.oval(24, 17, 11.5, 13, fill=skin)
    c.blob([(11.5, 17), (12, 6), (24, 1), (36, 6), (36.5, 17), (32, 10), (22, 10), (15, 11)], hair)
    for x in (19.5, 28.5):
        c.dot(x, 18, 1.5, INK)
    c.line(arc(24, 22, 4, 3.4, 25, 155, 8), 1.2, (168, 70, 70), ink=False)


def draw_tree(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A broad tree with a round crown on a brown trunk."""
    c.poly([(38, 58), (52, 58), (54, 92), (62, 99), (28, 99), (36, 92)], BARK)
    c.line([(44, 74), (28, 54)], 5, BARK)
    lean = 3 * (2 * float(rng.random()) - 1)
    puffs = ((22, 48, 20), (68, 48, 20), (45, 52, 18), (17, 34, 15), (73, 33, 15), (30, 20, 17), (60, 19, 17))
    for x, y, r in puffs:
        c.oval(x + lean, y, r, fill=colour, form=False)
    c.blob(
        [
            (45 + lean, 4),
            (64, 9),
            (78, 24),
            (84, 40),
            (76, 56),
            (58, 62),
            (45, 60),
            (32, 62),
            (14, 56),
            (6, 40),
            (12, 24),
            (26, 9),
        ],
        colour,
        ink=False,
    )
    for x, y, r in ((30, 24, 12), (58, 20, 10), (66, 42, 11), (36, 46, 9)):
        c.line(arc(x, y, r, r * 0.8, 190, 310, 8), 2, lighter(colour, 0.3), ink=False)


def draw_flower(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A large blossom on a stem with two leaves."""
    c.line([(35, 40), (36, 70), (35, 98)], 4.2, LEAF, curve=True)
    c.blob([(35, 84), (20, 66), (4, 64), (12, 80)], LEAF)
    c.blob([(36, 88), (50, 72), (66, 70), (56, 86)], LEAF)
    for x, y in arc(35, 31, 19, 19, 0, 315, 7):
        c.oval(x, y, 11, fill=colour)
    centre = (250, 204, 66) if colour[2] > 90 or colour[1] < 150 else (150, 98, 60)
    c.oval(35, 31, 12, fill=centre)
    for x, y in arc(35, 31, 6, 6, 0, 300, 5):
        c.dot(x, y, 1.2, darker(centre, 0.35))


def draw_cactus(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A desert cactus with two arms in a clay pot."""
    for path in ([(34, 52), (12, 52), (12, 30)], [(34, 42), (58, 42), (58, 20)]):
        c.line(path, 12, colour)
    c.box(24, 2, 44, 80, colour, r=10)
    for x in (30, 34, 38):
        for y in range(12, 72, 9):
            c.line([(x - 1, y), (x + 1, y + 3)], 0.9, lighter(colour, 0.7), ink=False)
    c.oval(34, 4, 6, 4.4, fill=(242, 138, 172))
    c.poly([(16, 76), (52, 76), (47, 98), (21, 98)], (204, 112, 72))
    c.box(13, 72, 55, 80, (218, 128, 84), r=2)


def draw_mushroom(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A toadstool with a spotted cap."""
    c.blob([(36, 44), (64, 44), (66, 70), (72, 90), (28, 90), (34, 70)], (246, 234, 212))
    c.blob([(2, 46), (8, 22), (28, 5), (50, 1), (72, 5), (92, 22), (98, 46), (74, 54), (50, 50), (26, 54)], colour)
    for x, y, r in ((30, 20, 8), (58, 14, 7), (78, 32, 8), (48, 36, 8), (18, 38, 6)):
        c.oval(x, y, r, r * 0.85, fill=WHITE, form=False)
    c.line([(36, 60), (50, 64), (64, 60)], 3, (222, 204, 176), curve=True, ink=False)


def draw_traffic_light(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A traffic light on a post with its three lamps."""
    c.box(18, 60, 24, 98, (96, 98, 112), form=False)
    c.box(10, 94, 32, 99, (96, 98, 112), r=2)
    c.box(5, 2, 37, 64, colour, r=6)
    lit = int(rng.integers(3))
    lamps: tuple[RGB, ...] = ((236, 66, 58), (252, 202, 62), (84, 204, 96))
    for k, lamp in enumerate(lamps):
        y = 8 + k * 19
        c.poly([(9, y), (33, y), (36, y + 4), (6, y + 4)], darker(colour, 0.5), form=False)
        c.oval(21, 15 + k * 19, 8, fill=lamp if k == lit else darker(lamp, 0.3), form=False)
        c.dot(18.5, 12.5 + k * 19, 2.2, lighter(lamp, 0.7))


def draw_fire_hydrant(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A squat hydrant with caps at its sides."""
    dark = darker(colour, 0.2)
    c.box(26, 2, 36, 10, STEEL, r=2)
    c.box(2, 44, 60, 60, dark, r=3)
    c.box(1, 41, 9, 63, STEEL, r=2)
    c.box(53, 41, 61, 63, STEEL, r=2)
    c.box(13, 26, 49, 92, colour, r=3)
    c.blob([(10, 28), (14, 14), (31, 7), (48, 14), (52, 28)], colour)
    c.box(8, 26, 54, 33, dark, r=3)
    c.oval(31, 52, 11, fill=STEEL)
    c.oval(31, 52, 5, fill=darker(STEEL, 0.4), form=False)
    c.box(5, 90, 57, 99, dark, r=3)


def draw_stop_sign(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A red octagon with STOP in white strokes, on a post."""
    c.box(29, 56, 35, 99, STEEL)
    c.poly(arc(32, 32, 31.5, 31.5, 22.5, 337.5, 7), WHITE)
    c.poly(arc(32, 32, 27.5, 27.5, 22.5, 337.5, 7), colour, ink=False, form=False)
    s = [
        [(17, 26), (11, 26), (11, 32), (17, 32), (17, 38), (11, 38)],
        [(20, 26), (28, 26)],
        [(24, 26), (24, 38)],
        [(31, 26), (39, 26), (39, 38), (31, 38), (31, 26)],
        [(43, 38), (43, 26), (50, 26), (50, 32), (43, 32)],
    ]
    for path in s:
        c.line([(x + 1.5, y) for x, y in path], 2.8, WHITE, ink=False)


def draw_mailbox(c: Canvas, rng: Generator, colour: RGB) -> None:
    """A curved letter box on a wooden post, with a small flag."""
    c.box(43, 46, 53, 98, BARK)
    c.poly([*arc(30, 26, 24, 24, 180, 270, 8), (70, 2), *arc(70, 26, 24, 24, 270, 360, 8), (94, 50), (6, 50)], colour)
    c.poly([*arc(26, 26, 20, 24, 180, 360, 16), (46, 50), (6, 50)], darker(colour, 0.3))
    c.box(14, 26, 38, 31, INK, r=1, form=False, ink=False)
    c.poly([(18, 29), (34, 22), (40, 27), (34, 31)], WHITE, form=False)
    c.line([(66, 34), (66, 12)], 2.6, WHITE)
    c.poly([(66, 10), (82, 10), (82, 20), (66, 20)], (252, 202, 62), form=False)


SHIRTS = ("red", "blue", "green", "yellow", "purple", "orange", "pink", "white", "gray")

OUTDOORS = (
    Thing("person", PEOPLE, draw_person, SHIRTS, (49, 100), plural="people", bulk=1.25, part="shirt"),
    Thing("tree", PLANTS, draw_tree, ("green", "orange", "pink", "yellow"), (90, 100), use="giving shade",
          place="in a forest", bulk=1.5, part="leaves"),
    Thing("flower", PLANTS, draw_flower, ("red", "yellow", "pink", "purple", "white", "blue", "orange"), (70, 100),
          use="decorating a room or a garden", place="in a garden", bulk=0.8, part="petals"),
    Thing("cactus", PLANTS, draw_cactus, ("green",), (66, 100), plural="cacti", place="in the desert", bulk=0.9,
          shows=("flower",)),
    Thing("mushroom", PLANTS, draw_mushroom, ("red", "brown", "orange", "purple"), (100, 91),
          place="on the forest floor", bulk=0.7, part="cap"),
    Thing("traffic light", STREET, draw_traffic_light, ("black", "yellow", "green"), (42, 100),
          use="telling drivers when to stop and when to go", place="at a crossroads", part="housing",
          material="metal", bulk=1.2, flips=False),
    Thing("fire hydrant", STREET, draw_fire_hydrant, ("red", "yellow", "blue", "orange"), (62, 100),
          use="supplying water to firefighters", place="beside a street", material="iron", bulk=0.85),
    Thing("stop sign", STREET, draw_stop_sign, ("red",), (64, 100), use="telling drivers to stop",
          place="at a crossroads", material="metal", flips=False, bulk=1.2),
    Thing("mailbox", STREET, draw_mailbox, ("blue", "red", "green", "gray", "orange"), (100, 99), plural="mailboxes",
          use="receiving letters", place="in front of a house", material="metal", bulk=0.9),
)  # fmt: skip
