"""What the training of every model shares: the order of the pairs, running means of weights, and one thread.

The learning rate stays the same after the first steps, and what is scored is a running mean of the weights. So the
first steps of a long training are a short one, and one curve tells what every smaller number of steps gives.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHECKS = 20
"""How often the dev answers are looked at in a training."""
_WARM = 50
_LONGEST_MEAN = 0.995


class Batches:
    """Which pairs each step sees: every pair as often as its weight says, in a new order each time around. The part of
    a weight behind the point is drawn."""

    def __init__(self, weight: NDArray[np.float64], batch: int, seed: int) -> None:
        if not weight.sum() > 0:
            raise ValueError("no pair to train on")
        self._weight, self._batch = weight, batch
        self._rng = np.random.default_rng([seed, 1])
        self._left = np.zeros(0, np.int64)

    def __next__(self) -> NDArray[np.int64]:
        while len(self._left) < self._batch:
            self._left = np.concatenate([self._left, self._around()])
        rows, self._left = self._left[: self._batch], self._left[self._batch :]
        return rows

    def _around(self) -> NDArray[np.int64]:
        times = np.floor(self._weight + self._rng.random(len(self._weight))).astype(np.int64)
        return self._rng.permutation(np.repeat(np.arange(len(times)), times))


class MeanWeights:
    """A running mean of a module's weights: short at first, at most some 200 steps long."""

    def __init__(self, module: Any) -> None:
        self._values = list(module.parameters())
        self._mean = [value.detach().clone() for value in self._values]
        self._step = 0

    def add(self) -> None:
        """Take the weights after a step into the mean."""
        import torch

        self._step += 1
        keep = min(_LONGEST_MEAN, self._step / (self._step + 9))
        with torch.no_grad():
            torch._foreach_lerp_(self._mean, self._values, 1 - keep)

    def settle(self) -> None:
        """The module keeps the mean weights."""
        import torch

        with torch.no_grad():
            for value, mean in zip(self._values, self._mean, strict=True):
                value.copy_(mean)

    @contextmanager
    def instead(self) -> Iterator[None]:
        """The module has the mean weights inside the block."""
        import torch

        held = [value.detach().clone() for value in self._values]
        self.settle()
        try:
            yield
        finally:
            with torch.no_grad():
                for value, before in zip(self._values, held, strict=True):
                    value.copy_(before)


def warm(step: int) -> float:
    """The share of the learning rate at a step, counted from 0: it rises over the first 50."""
    return min(1.0, (step + 1) / _WARM)


def checked_steps(steps: int) -> set[int]:
    """After how many steps the dev answers are looked at; the last one is always there."""
    return {steps} | {round(steps * part / CHECKS) for part in range(1, CHECKS)} - {0}


def tenths(losses: Sequence[float]) -> list[float]:
    """The mean loss of each tenth of the steps."""
    return [float(np.mean(part)) for part in np.array_split(np.asarray(losses), min(10, len(losses)))] if losses else []


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch computes with one thread inside the block: the same bits each time, and no waiting for busy cores."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
