"""Caps: at most N of the kept instances that have an entity (DESIGN §2, "cap").

All caps share one order of the instances that the keep rule keeps: those that hold a tail entity or a protected one in
the most perspectives come first, ties by a draw. An instance has a rank among the kept instances of each capped entity
it has, and stays when every rank is within that entity's bound. So each bound holds, the order of caps does not matter,
and what stays shrinks as a bound shrinks. Pure functions over arrays; knows nothing of recipes or tables.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from adr.rebalance import loops

Rows = npt.NDArray[np.int64]
Cut = tuple[Rows, npt.NDArray[np.int8]]
Together = Callable[[list[Callable[[], Cut | None]]], list[Cut | None]]
_DRAW_BITS = 53
MOST_HELD = 15
"""What `held` may be at most: it is so for rows that always stay, which come first."""


@dataclass(frozen=True)
class Bound:
    """One cap: at most `most` instances of `rows`, the rows that have the entity, ascending."""

    rows: Rows
    most: int


@dataclass(frozen=True)
class EachBound:
    """The same cap on many entities: of the rows that have one, at most `most` instances.

    rows, entities: one pair for each entity that a row has, rows ascending.
    """

    rows: Rows
    entities: npt.NDArray[np.int32]
    most: int


def whole_draws(draw: npt.NDArray[np.float64]) -> npt.NDArray[np.uint64]:
    """Draws in [0, 1) as whole numbers below 2^53, exactly: every draw is a multiple of 2^-53."""
    return (draw * float(1 << _DRAW_BITS)).astype(np.uint64)


def place_in_order(held: npt.NDArray[np.int8], drawn: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Where each row comes in the shared order, smallest first: more perspectives `held` before fewer, then by draw.

    held: in how many perspectives the row holds a tail entity or a protected one, 0..15; drawn: `whole_draws`.
    """
    return ((MOST_HELD - held).astype(np.uint64) << np.uint64(_DRAW_BITS)) | drawn


def ranks(rows: Rows, copies: npt.NDArray[np.int8], place: npt.NDArray[np.uint64]) -> tuple[Rows, Rows]:
    """(the rows of `rows` that are kept, in the shared order; the rank of the first copy of each, from 1).

    Copies count: an instance that is kept three times takes three ranks. Rows of one place keep the source's order.
    """
    kept = rows[copies[rows] > 0]
    ordered = kept[np.argsort(place[kept], kind="stable")]
    times = copies[ordered].astype(np.int64)
    return ordered, np.cumsum(times) - times + 1


def within(
    copies: npt.NDArray[np.int8],
    place: npt.NDArray[np.uint64],
    bounds: Sequence[Bound | EachBound],
    together: Together | None = None,
) -> npt.NDArray[np.int8]:
    """The copies of each row that stay within every bound: `copies` itself where no bound binds.

    together: runs several functions at the same time; without it they run one after the other.
    """
    works: list[Callable[[], Cut | None]] = [
        partial(_cut, bound, copies, place) if isinstance(bound, Bound) else partial(_cut_each, bound, copies, place)
        for bound in bounds
    ]
    cuts = [cut for cut in (together(works) if together else [work() for work in works]) if cut is not None]
    if not cuts:
        return copies
    left = copies.copy()
    for rows, fit in cuts:
        left[rows] = np.minimum(left[rows], fit)
    return left


def _cut(bound: Bound, copies: npt.NDArray[np.int8], place: npt.NDArray[np.uint64]) -> Cut | None:
    """(rows, the copies of each that fit) for the rows that one bound may cut; None when it does not bind."""
    kept = bound.rows[copies[bound.rows] > 0]
    total = int(copies[kept].sum(dtype=np.int64))
    if total <= bound.most:
        return None
    if total == len(kept):
        past = _past(kept, place, bound.most)
        return past, np.zeros(len(past), np.int8)
    ordered, first = ranks(bound.rows, copies, place)
    return ordered, np.clip(bound.most - first + 1, 0, copies[ordered]).astype(np.int8)


@dataclass(frozen=True)
class EachRank:
    """The postings of the entities that have more copies than a cap on each allows, by entity in the shared order.
    first: the rank of the first copy of the row, from 1; of: how many copies the entity has."""

    rows: Rows
    entities: npt.NDArray[np.int32]
    first: Rows
    of: Rows


def ranks_over(bound: EachBound, copies: npt.NDArray[np.int8], place: npt.NDArray[np.uint64]) -> EachRank:
    """The ranks of the kept rows within each entity that is over its bound, found in one pass over all of them."""
    kept = copies[bound.rows] > 0
    rows, entities = bound.rows[kept], bound.entities[kept]
    total = np.bincount(entities, weights=copies[rows]).astype(np.int64)
    over = total[entities] > bound.most
    rows, entities = rows[over], entities[over]
    order = np.lexsort((rows, place[rows], entities))
    rows, entities = rows[order], entities[order]
    before = np.cumsum(copies[rows], dtype=np.int64) - copies[rows]
    begins = np.flatnonzero(np.diff(entities, prepend=-1))
    lengths = np.diff(begins, append=len(entities))
    return EachRank(rows, entities, before - np.repeat(before[begins], lengths) + 1, total[entities])


def _cut_each(bound: EachBound, copies: npt.NDArray[np.int8], place: npt.NDArray[np.uint64]) -> Cut | None:
    """As `_cut`, for a cap on each of many entities; a row with several has the copies that fit all of them."""
    total = np.bincount(bound.entities, weights=copies[bound.rows])
    if not np.any(total > bound.most):
        return None
    offsets = np.zeros(len(copies) + 1, np.int64)
    own = np.bincount(bound.rows, minlength=len(copies))
    np.cumsum(own, out=offsets[1:])
    kept = np.flatnonzero((copies > 0) & (own > 0))
    order = kept[np.argsort(place[kept], kind="stable")]
    left = copies.copy()
    loops.fit_each(order, offsets, bound.entities, bound.most, copies, np.zeros(len(total), np.int64), left)
    cut = np.flatnonzero(left < copies)
    return cut, left[cut]


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
