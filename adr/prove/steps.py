"""How many steps every arm is trained for: chosen on `original` alone, by when its dev likelihood has levelled.

One long training tells it for all shorter ones, since the learning rate does not fall. Knows nothing of other arms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from adr.prove.gate import fall
from adr.prove.model import Fitted, Model, Pairs

LEVEL = 0.015
"""The dev likelihood has levelled when the last third of the steps made it better by at most this share. Less than what
the gate asks for, so that another seed passes it too."""
_LOOKS = 6
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
    """What the curve of a training of `most` steps tells."""
    at = level(fitted.dev_nll)
    steps = most if at is None else at
    return Steps(steps, at is not None, fitted.seconds * steps / most, list(fitted.dev_nll))


def level(curve: Sequence[tuple[int, float]]) -> int | None:
    """After how many steps the dev likelihood has levelled; None when it has not. A few looks tell nothing."""
    looks = range(_LOOKS, len(curve) + 1)
    return next((curve[count - 1][0] for count in looks if fall(curve[:count]) <= LEVEL), None)
