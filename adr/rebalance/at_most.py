"""Caps: at most N of the kept instances that have an entity (DESIGN §2, "cap").

All caps share one order of the instances that the keep rule keeps: those that hold a tail entity or a protected one in
the most perspectives come first, ties by a draw. An instance has a rank among the kept instances of each capped entity
it has, and stays when every rank is within that entity's bound. So each bound holds, the order of caps does not matter,
and what stays shrinks as a bound shrinks. Pure functions over arrays; knows nothing of recipes or tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
_DRAW_BITS = 53
_MOST_HELD = 15


@dataclass(frozen=True)
class Bound:
    """One cap: at most `most` instances of `rows`, the rows that have the entity, ascending."""

    rows: Rows
    most: int


def place_in_order(held: npt.NDArray[np.int8], draw: npt.NDArray[np.float64]) -> npt.NDArray[np.uint64]:
    """Where each row comes in the shared order, smallest first: more perspectives `held` before fewer, then by `draw`.

    held: in how many perspectives the row holds a tail entity or a protected one, 0..15; draw: in [0, 1), a multiple
    of 2^-53, which a float64 times 2^53 gives back exactly.
    """
    drawn = (draw * float(1 << _DRAW_BITS)).astype(np.uint64)
    return ((_MOST_HELD - held).astype(np.uint64) << np.uint64(_DRAW_BITS)) | drawn


def ranks(rows: Rows, copies: npt.NDArray[np.int8], place: npt.NDArray[np.uint64]) -> tuple[Rows, Rows]:
    """(the rows of `rows` that are kept, in the shared order; the rank of the first copy of each, from 1).

    Copies count: an instance that is kept three times takes three ranks. Rows of one place keep the source's order.
    """
    kept = rows[copies[rows] > 0]
    ordered = kept[np.argsort(place[kept], kind="stable")]
    times = copies[ordered].astype(np.int64)
    return ordered, np.cumsum(times) - times + 1


def within(
    copies: npt.NDArray[np.int8], place: npt.NDArray[np.uint64], bounds: Sequence[Bound]
) -> npt.NDArray[np.int8]:
    """The copies of each row that stay within every bound: `copies` itself where no bound binds."""
    left = copies
    for bound in bounds:
        kept = bound.rows[copies[bound.rows] > 0]
        total = int(copies[kept].sum(dtype=np.int64))
        if total <= bound.most:
            continue
        if left is copies:
            left = copies.copy()
        if total == len(kept):
            left[_past(kept, place, bound.most)] = 0
        else:
            ordered, first = ranks(bound.rows, copies, place)
            fit = np.clip(bound.most - first + 1, 0, copies[ordered]).astype(np.int8)
            left[ordered] = np.minimum(left[ordered], fit)
    return left


def _past(kept: Rows, place: npt.NDArray[np.uint64], most: int) -> Rows:
    """The rows of `kept` whose rank is above `most`, each being there once; found without sorting them all."""
    if most <= 0:
        return kept
    own = place[kept]
    last = np.partition(own, most - 1)[most - 1]
    past: Rows = kept[own > last]
    if len(past) == len(kept) - most:
        return past
    in_order: Rows = kept[np.argsort(own, kind="stable")]
    return in_order[most:]  # two rows with one place, at the very bound
