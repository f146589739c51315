"""Which things keep company where, and how often each is met: the long tail of the demo world.

Knows nothing about drawing or about files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from adr.demo.things import THINGS

# From the commonest to the rarest; the weight of a thing falls with its rank here.
RANKS: tuple[str, ...] = (
    "person", "tree", "car", "dog", "cat", "chair", "cup", "book", "bird", "flower", "bottle", "bicycle", "lamp",
    "umbrella", "clock", "bus", "truck", "apple", "traffic light", "hat", "horse", "sofa", "laptop", "airplane",
    "television", "fish", "pizza", "bed", "guitar", "train", "cake", "banana", "stop sign", "teddy bear", "soccer ball",
    "sailboat", "bucket", "kite", "fire hydrant", "elephant", "ladder", "hamburger", "mailbox", "rabbit", "boot",
    "camera", "butterfly", "drum", "hammer", "teapot", "giraffe", "pig", "fork", "ice cream cone", "piano", "turtle",
    "helicopter", "penguin", "robot", "carrot", "toaster", "snowman", "crab", "frying pan", "cactus", "mushroom",
    "fire truck", "watermelon", "owl", "globe", "saw", "rocket", "wrench", "hot air balloon", "octopus", "trumpet",
    "telescope", "accordion", "harp", "submarine",
)  # fmt: skip

FLATTEN, STEEPNESS = 5.0, 1.8
WEIGHTS: dict[str, float] = {name: (rank + FLATTEN) ** -STEEPNESS for rank, name in enumerate(RANKS, 1)}


@dataclass(frozen=True)
class Habitat:
    """A place with its usual company: `backgrounds` it may be shown on, and the things met there."""

    backgrounds: tuple[str, ...]
    things: tuple[str, ...]


HABITATS: dict[str, Habitat] = {
    "street": Habitat(("street",), (
        "person", "car", "tree", "dog", "bicycle", "bus", "truck", "traffic light", "stop sign", "fire hydrant",
        "mailbox", "fire truck", "umbrella", "bird")),
    "park": Habitat(("park",), (
        "person", "tree", "dog", "bird", "flower", "bicycle", "kite", "soccer ball", "butterfly", "rabbit",
        "ice cream cone", "owl", "mushroom", "hat", "guitar", "apple")),
    "kitchen": Habitat(("kitchen",), (
        "cup", "bottle", "apple", "banana", "teapot", "fork", "frying pan", "toaster", "cake", "carrot", "pizza",
        "hamburger", "cat", "watermelon", "clock", "person", "chair", "flower")),
    "beach": Habitat(("beach",), (
        "person", "umbrella", "sailboat", "crab", "turtle", "kite", "hat", "ice cream cone", "watermelon", "bucket",
        "bird", "soccer ball", "book", "camera", "dog")),
    "living room": Habitat(("living room",), (
        "person", "cat", "dog", "chair", "lamp", "sofa", "television", "book", "clock", "teddy bear", "cup", "flower",
        "globe", "piano")),
    "bedroom": Habitat(("living room",), (
        "bed", "lamp", "clock", "teddy bear", "book", "cat", "boot", "robot", "chair")),
    "snow": Habitat(("snow",), (
        "person", "penguin", "snowman", "tree", "rabbit", "owl", "boot", "dog", "hat")),
    "concert": Habitat(("stage",), (
        "person", "guitar", "drum", "piano", "trumpet", "harp", "accordion", "chair", "hat")),
    "desert": Habitat(("desert",), (
        "cactus", "giraffe", "elephant", "person", "turtle", "hat", "hot air balloon", "truck", "bottle", "horse")),
    "night": Habitat(("night",), (
        "tree", "owl", "telescope", "cat", "rocket", "lamp", "car", "person", "rabbit", "mushroom")),
    "sea floor": Habitat(("underwater",), ("fish", "turtle", "octopus", "crab", "submarine", "bottle", "boot")),
    "workshop": Habitat(("workshop",), (
        "hammer", "saw", "wrench", "ladder", "bucket", "bicycle", "person", "lamp", "clock", "robot", "boot", "hat")),
    "farm": Habitat(("farm",), (
        "horse", "pig", "tree", "person", "dog", "bird", "cat", "truck", "bucket", "rabbit", "ladder", "flower",
        "carrot", "watermelon", "hot air balloon", "apple")),
    "desk": Habitat(("study",), (
        "book", "laptop", "lamp", "chair", "globe", "camera", "cup", "clock", "telescope", "person", "cat", "umbrella",
        "cactus")),
    "sky": Habitat(("park", "beach", "farm"), (
        "airplane", "helicopter", "hot air balloon", "kite", "bird", "tree", "person", "car", "rocket")),
    "railway": Habitat(("farm", "street", "desert"), ("train", "person", "tree", "car", "truck", "bicycle", "clock")),
    "playroom": Habitat(("living room",), (
        "robot", "teddy bear", "train", "soccer ball", "drum", "rocket", "book", "cat", "person")),
    "party": Habitat(("living room", "park"), (
        "cake", "person", "guitar", "hat", "ice cream cone", "pizza", "hamburger", "chair", "bottle", "accordion")),
}  # fmt: skip

_KINDS_PER_IMAGE = (0.34, 0.30, 0.20, 0.11, 0.05)
_COMPANY, _AGAIN, _MOST = 0.86, 0.2, 6
_MILDER = 0.45  # company is drawn from flattened weights: else the commonest thing would be in every second picture


def draw_contents(rng: Generator) -> tuple[list[str], str]:
    """What a new picture shows (names, repeated where there are several) and on which background."""
    first = _pick(rng, RANKS)
    homes = [habitat for habitat in HABITATS.values() if first in habitat.things]
    habitat = homes[int(rng.integers(len(homes)))]
    wanted = 1 + weighted(rng, _KINDS_PER_IMAGE)
    kinds = [first]
    while len(kinds) < wanted:
        group = habitat.things if rng.random() < _COMPANY else RANKS
        kinds.append(_pick(rng, [name for name in group if name not in kinds], _MILDER))
    counts = Counter(kinds)
    for name in kinds:
        while counts.total() < _MOST and rng.random() < _AGAIN * (1.5 if THINGS[name].theme == "people" else 1.0):
            counts[name] += 1
    background = habitat.backgrounds[int(rng.integers(len(habitat.backgrounds)))]
    return list(counts.elements()), background


def _pick(rng: Generator, names: tuple[str, ...] | list[str], power: float = 1.0) -> str:
    return names[weighted(rng, [WEIGHTS[name] ** power for name in names])]


def weighted(rng: Generator, weights: Sequence[float]) -> int:
    """A position drawn in proportion to `weights`, from one uniform draw."""
    mark = float(rng.random()) * sum(weights)
    for k, weight in enumerate(weights):
        mark -= weight
        if mark < 0:
            return k
    return len(weights) - 1
