"""The expected size of a kept set and its standard deviation over all seeds, from P(kept) of every row.

Sums are made in the order of rows within each fixed range of positions (`adr.ranges`); the sums of ranges are added
exactly and rounded once. So their bits depend on the rows alone, however these are cut or spread over threads.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from adr.ranges import range_slices
from adr.rebalance import loops

Sums = tuple[float, float]
"""(Σ p, Σ p (1 − p)) of the rows of one range."""


@dataclass
class RangeSums:
    """Sums by range of rows that come in pieces, in the order of their positions."""

    sums: dict[int, Sums] = field(default_factory=dict)

    def add(self, positions: npt.NDArray[np.int32], probability: npt.NDArray[np.float64]) -> None:
        """Add rows that follow those before; a range that a piece ends within goes on in the next piece."""
        for number, begin, end in range_slices(positions):
            so_far = self.sums.get(number, (0.0, 0.0))
            self.sums[number] = loops.sum_chances(begin, end, probability, *so_far)

    @property
    def expected(self) -> tuple[float, float]:
        """(expected size, its standard deviation)."""
        return expected_of(self.sums.values())


def expected_of(sums: Iterable[Sums]) -> tuple[float, float]:
    """(expected size, its standard deviation) from the sums of all ranges."""
    each = list(sums)
    return math.fsum(p for p, _ in each), math.sqrt(math.fsum(v for _, v in each))
