"""English for what is in a picture: articles, plurals, number words, and lists. Knows nothing about questions."""

from __future__ import annotations

from collections.abc import Sequence

from adr.demo.scene import Placement, Scene
from adr.demo.things import THINGS

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number(n: int) -> str:
    """`n` in words up to ten, in figures beyond."""
    return _NUMBERS[n] if n < len(_NUMBERS) else str(n)


def a(phrase: str) -> str:
    """`phrase` with its indefinite article."""
    return ("an " if phrase[0] in "aeiou" else "a ") + phrase


def sentence(text: str) -> str:
    """`text` beginning with a capital and ending with a full stop."""
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def listed(parts: Sequence[str], last: str = "and") -> str:
    """The parts joined by commas and `last`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def some(thing: str, n: int) -> str:
    """`n` of `thing`: "a cat", "two cats"."""
    return a(thing) if n == 1 else f"{number(n)} {THINGS[thing].many}"


def looks(placement: Placement) -> str:
    """The thing with its colour, without article: "red car", "person in a red shirt", "rocket with blue fins"."""
    thing, colour = THINGS[placement.thing], placement.colour
    if not thing.spoken:
        return thing.name
    if not thing.part:
        return f"{colour} {thing.name}"
    joint = "in" if thing.theme == "people" else "with"
    part = f"{colour} {thing.part}"
    return f"{thing.name} {joint} {part if countless(thing.part) else a(part)}"


def countless(part: str) -> bool:
    """Whether a part takes no article: "wings", "icing"."""
    return part.endswith("s") or part in ("icing", "flesh")


def contents(scene: Scene) -> str:
    """Everything in the picture as one list, kinds together: "two cats, a lamp and a clock"."""
    return listed([some(name, scene.count(name)) for name in kinds(scene)])


def kinds(scene: Scene) -> list[str]:
    """The kinds of thing in the picture, each once, from left to right."""
    return list(dict.fromkeys(placement.thing for placement in scene.placements))


def side(placement: Placement) -> str:
    """Where it stands, as "on the left side of the picture"."""
    return (
        "in the middle of the picture"
        if placement.position == "middle"
        else f"on the {placement.position} side of the picture"
    )
