"""The random baseline of a run over shards: which instances it takes, said as a bound on their draws.

On one machine the baseline takes the first `size` instances in the order of a draw, ties by position, without those
that the recipe excludes. So each shard knows its own part of it by the draw of the last one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.draws import RANDOM_KEY, draws
from adr.rebalance.at_most import whole_draws

Positions = npt.NDArray[np.int32]
Draws = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Baseline:
    """size: instances that it takes; draw, position: of the last one, the draw as a whole number below 2^53 (-1, -1
    where it takes none)."""

    size: int
    draw: int = -1
    position: int = -1

    def takes(self, seed: int, instances: Positions, excluded: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Which of these instances it takes."""
        if not self.size:
            return np.zeros(len(instances), dtype=bool)
        drawn, last = random_draws(seed, instances), np.uint64(self.draw)
        taken: npt.NDArray[np.bool_] = (drawn < last) | ((drawn == last) & (instances <= self.position))
        return taken & ~excluded


def random_draws(seed: int, instances: Positions) -> Draws:
    """The draw behind the baseline's order, as whole numbers."""
    return whole_draws(draws(seed, RANDOM_KEY, instances))


def baseline_of(size: int, drawn: Draws, instances: Positions) -> Baseline:
    """The baseline of `size` among instances (none of them excluded) with these draws."""
    if not size:
        return Baseline(0)
    last = np.partition(drawn, size - 1)[size - 1]
    tied = np.sort(instances[drawn == last])
    return Baseline(size, int(last), int(tied[size - 1 - int(np.count_nonzero(drawn < last))]))
