"""What a scene gives occasion to ask about: the single things, the absent kinds, the pairs that can be compared.

Knows nothing about how a question is worded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from numpy.random import Generator

from adr.demo.habitats import RANKS, WEIGHTS, weighted
from adr.demo.scene import Placement, Scene
from adr.demo.things import THINGS, Thing
from adr.demo.wording import kinds

TELLABLE = 1.5  # one thing is called larger than another from this ratio of their areas
APART = 0.1  # one thing is called left of another from this distance, as a share of the picture


@dataclass(frozen=True)
class Turn:
    """A question and its answer; `short` is the answer in a word or phrase, empty where that would not do."""

    question: str
    answer: str
    short: str = ""


T = TypeVar("T")
Ask = Callable[[Scene, Generator], Turn | None]


def pick(rng: Generator, options: Sequence[T]) -> T:
    """One of `options`, all alike likely."""
    return options[int(rng.random() * len(options))]


def singles(scene: Scene) -> list[Placement]:
    """The things that are the only one of their kind here, so that "the cat" says which."""
    return [placement for placement in scene.placements if scene.count(placement.thing) == 1]


def absent_kind(scene: Scene, rng: Generator) -> str:
    """A kind that is not in the picture, nor part of a drawing in it; common kinds more often."""
    hidden = set(kinds(scene)) | {part for name in kinds(scene) for part in THINGS[name].shows}
    names = [name for name in RANKS if name not in hidden]
    return names[weighted(rng, [WEIGHTS[name] ** 0.8 for name in names])]


def kind_with(scene: Scene, rng: Generator, fact: Callable[[Thing], str]) -> Thing | None:
    known = [THINGS[name] for name in kinds(scene) if fact(THINGS[name])]
    return pick(rng, known) if known else None


def left_and_right(scene: Scene, rng: Generator) -> tuple[Placement, Placement] | None:
    """Two things, each the only one of its kind, the first clearly to the left of the second."""
    ones = singles(scene)
    width = scene.image.width
    pairs = [(p, q) for p in ones for q in ones if q.middle - p.middle > APART * width]
    return pick(rng, pairs) if pairs else None


def large_and_small(scene: Scene, rng: Generator) -> tuple[Placement, Placement] | None:
    """Two things, each the only one of its kind, the first clearly larger in the picture."""
    ones = singles(scene)
    pairs = [(p, q) for p in ones for q in ones if p.size > TELLABLE * q.size]
    return pick(rng, pairs) if pairs else None


def coordinates(placement: Placement, scene: Scene) -> str:
    width = scene.image.width
    return "[" + ", ".join(f"{edge / width:.2f}" for edge in placement.box) + "]"
