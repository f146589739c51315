"""What a kind of thing is: its name, its looks and a few true facts about it.

Knows nothing about scenes; the drawings themselves are in `adr.demo.things`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from adr.demo.canvas import RGB, Canvas

COLOURS: dict[str, RGB] = {
    "red": (222, 66, 62),
    "orange": (244, 142, 52),
    "yellow": (250, 204, 66),
    "green": (92, 176, 88),
    "blue": (64, 124, 208),
    "purple": (142, 92, 190),
    "pink": (242, 138, 172),
    "brown": (150, 98, 60),
    "white": (246, 242, 234),
    "gray": (150, 154, 166),
    "black": (66, 64, 76),
}

Draw = Callable[[Canvas, np.random.Generator, RGB], None]


@dataclass(frozen=True)
class Thing:
    """A kind of thing that can be drawn.

    `extent` is width and height of its drawing in its own units (the longer side is about 100, the ground at the
    bottom); `colours` are the colour names it may take. `use`, `sound`, `place` and `material` are facts in words that
    fit "A X is used for USE", "A X SOUND", "A X is usually found PLACE" and "is made of MATERIAL"; empty where none
    would be true. The colour is that of the whole thing, or of its `part` ("wings"), or not worth a word (`spoken` is
    False). `shows` names other kinds that its drawing contains, so that nobody is told they are absent. `lives` is
    where it is in a scene: on the "ground" or in the "air"; `bulk` is its size beside other things (1: middling);
    `flips` whether it may be mirrored; `sway` how far it may lean, in degrees.
    """

    name: str
    theme: str
    draw: Draw
    colours: tuple[str, ...]
    extent: tuple[float, float] = (100.0, 100.0)
    plural: str = ""
    use: str = ""
    sound: str = ""
    place: str = ""
    material: str = ""
    part: str = ""
    shows: tuple[str, ...] = ()
    spoken: bool = True
    lives: str = "ground"
    bulk: float = 1.0
    flips: bool = True
    sway: float = 2.5

    @property
    def many(self) -> str:
        """The plural of the name."""
        return self.plural or self.name + "s"

    @property
    def article(self) -> str:
        """The name with its indefinite article."""
        return ("an " if self.name[0] in "aeiou" else "a ") + self.name
