"""Fixed ranges of positions. Sums in floating point are made range by range, and files of an export begin at a new
range, so that neither depends on how a dataset is cut into shards or on how many threads there are.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

RANGE = 1 << 16
"""Positions of a range: range r holds the positions from r * RANGE to (r + 1) * RANGE - 1."""


def range_slices(positions: npt.NDArray[np.int32]) -> list[tuple[int, int, int]]:
    """(number of the range, first row, row after its last) of every range that has rows; positions: ascending."""
    if not len(positions):
        return []
    numbers = np.arange(int(positions[0]) // RANGE, int(positions[-1]) // RANGE + 2)
    edges = np.searchsorted(positions, (numbers[1:-1] * RANGE).astype(positions.dtype))
    bounds = pairwise([0, *edges.tolist(), len(positions)])
    return [(r, begin, end) for r, (begin, end) in zip(numbers.tolist(), bounds, strict=False) if end > begin]
