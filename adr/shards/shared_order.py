"""The shared order of caps over all rows of a dataset, in little memory: sorted one range of places after another."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Order = npt.NDArray[np.int32]
Places = npt.NDArray[np.uint64]
Copies = npt.NDArray[np.int8]
PIECE = 1 << 20
"""Rows that are looked at together, and the fewest that are sorted together."""
_SORTS = 16  # ranges of places, each of which is found by going through all rows
_BITS = 57  # of a place: 53 of the draw, and above them how many perspectives hold the tail
_BIN_BITS = 16
_SHIFT = np.uint64(_BITS - _BIN_BITS)


def rows_in_order(place: Places, copies: Copies) -> Order:
    """The rows with a copy, by `place` (see `adr.rebalance.at_most.place_in_order`) and then as they come."""
    counts = np.zeros(1 << _BIN_BITS, np.int64)
    for begin in range(0, len(place), PIECE):
        bins = place[begin : begin + PIECE][copies[begin : begin + PIECE] > 0] >> _SHIFT
        counts += np.bincount(bins.astype(np.int64), minlength=len(counts))
    order, at = np.empty(counts.sum(), np.int32), 0
    for low, high in pairwise(_cuts(counts)):
        rows = np.concatenate([np.empty(0, np.int32), *_between(place, copies, low, high)])
        order[at : at + len(rows)] = rows[np.argsort(place[rows], kind="stable")]
        at += len(rows)
    return order


def _cuts(counts: npt.NDArray[np.int64]) -> list[int]:
    """The bins with which ranges of about as many rows begin, and the number of bins."""
    ends = np.cumsum(counts)
    begins = np.searchsorted(ends, np.arange(0, ends[-1], max(PIECE, int(ends[-1]) // _SORTS))[1:]) + 1
    return sorted({0, *begins.tolist(), len(counts)})


def _between(place: Places, copies: Copies, low: int, high: int) -> Iterator[Order]:
    """The rows with a copy whose places are in the bins from `low` to below `high`, piece by piece."""
    first, last = np.uint64(low << int(_SHIFT)), np.uint64((high << int(_SHIFT)) - 1)
    for begin in range(0, len(place), PIECE):
        piece = place[begin : begin + PIECE]
        inside = (piece >= first) & (piece <= last) & (copies[begin : begin + PIECE] > 0)
        yield (np.flatnonzero(inside) + begin).astype(np.int32)
