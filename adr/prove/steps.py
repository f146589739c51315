"""How many steps every arm is trained for: chosen on `original` alone, by when its dev likelihood has levelled.

One long training tells it for all shorter ones, since the learning rate does not fall. Knows nothing of other arms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from adr.prove.model import Fitted, Model, Pairs

LEVEL = 0.01
"""The dev likelihood has levelled at the first step after which it gets better by at most this share."""
MOST = {"probe": 3000, "decoder": 6000, "finetune": 1500}
BATCH = {"probe": 96, "decoder": 48, "finetune": 32}


@dataclass(frozen=True)
class Steps:
    """steps: for every arm; levelled: whether the dev likelihood had levelled by then, or the longest training was
    still too short; seconds: of a training with so many steps, scoring included; curve: (step, dev nats per word)."""

    steps: int
    levelled: bool
    seconds: float
    curve: list[tuple[int, float]]


def choose_steps(
    model: Model, train: Pairs, dev: Pairs, features: NDArray[Any], *, most: int, batch: int, seed: int = 0
) -> Steps:
    """Train `original` for `most` steps and see when its dev likelihood levels."""
    fitted = model.fit(train, dev, dev, features, steps=most, batch=batch, learning_rate=1.0, seed=seed)
    return levelled_at(fitted, most)


def levelled_at(fitted: Fitted, most: int) -> Steps:
    """What the curve of a training of `most` steps tells. The steps include half as many again after the level is
    reached, so that the gate sees it."""
    curve = fitted.dev_nll
    at = level(curve)
    steps = min(most, at + at // 2)
    return Steps(steps, steps < most or _flat(curve), fitted.seconds * steps / most, list(curve))


def level(curve: Sequence[tuple[int, float]]) -> int:
    """The first step whose dev loss is at most `LEVEL` above the lowest of all."""
    lowest = min(value for _, value in curve)
    return next(step for step, value in curve if value <= lowest * (1 + LEVEL))


def _flat(curve: Sequence[tuple[int, float]]) -> bool:
    return level(curve) <= curve[-1][0] * 2 / 3
