"""The mixture: each value of one perspective is thinned, or its rows are used again, to its share (docs/engine.md).

An instance's value is the entity of the perspective that most instances have. Every value keeps the first of its rows
in the shared order of caps, so the least tail-holding go first; a value that lacks rows has them given again, round by
round, where every cap still has room. Pure functions over arrays; knows nothing of recipes' other parts or of tables.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.rebalance import loops
from adr.rebalance.apportion import Shares, apportioned, largest_total, shares_of
from adr.rebalance.at_most import Bound, EachBound
from adr.rebalance.postings import PostingRows
from adr.recipe_mixture import Mixture

Rows = npt.NDArray[np.int64]
Order = npt.NDArray[np.int32]
Copies = npt.NDArray[np.int8]
_LAST = "\U0010ffff"  # among equals, instances without a value come last
_TRIES = 8
_PIECE = 1 << 20  # rows that are counted together: numpy makes 8 bytes of each number that it counts


@dataclass(frozen=True)
class Values:
    """The value of every row in one perspective. of: the number of the value, the last one for a row without one;
    names: of all values, then None; before: rows of each value."""

    perspective: str
    of: npt.NDArray[np.int32]
    names: tuple[str | None, ...]
    before: Rows
    numbers: Mapping[str | None, int]


@dataclass(frozen=True)
class Stock:
    """What a mixture can give. pool: copies of each row that keep rule and caps keep; order: rows with a copy, in the
    shared order; counts: copies of each value; always: of these, the copies that always stay, which come first."""

    values: Values
    pool: Copies
    order: Order
    counts: Rows
    always: Rows


@dataclass(frozen=True)
class CappedRows:
    """Which caps hold for each row: those of row r are capped[offsets[r]:offsets[r + 1]], numbered as in `most`."""

    offsets: Rows
    capped: npt.NDArray[np.int32]
    most: Rows


@dataclass(frozen=True)
class Mixed:
    """What a mixture makes of a stock: copies of each row; copies that each value was to have, and that it has."""

    copies: Copies
    wanted: Rows
    given: Rows
    missing: Mapping[str, int]  # {a named value that does not occur: copies that it was to have}

    @property
    def total(self) -> int:
        """Copies that there were to be in all."""
        return int(self.wanted.sum()) + sum(self.missing.values())


def values_of(postings: PostingRows, names: Sequence[str]) -> Values:
    """The value of every row: the first of its entities, which are numbered from the most frequent; names: of all."""
    some = postings.offsets[1:] > postings.offsets[:-1]
    of = np.full(len(some), len(names), dtype=np.int32)
    of[some] = postings.entities[postings.offsets[:-1][some]]
    return values_numbered(postings.perspective, of, names)


def values_numbered(perspective: str, of: npt.NDArray[np.int32], names: Sequence[str]) -> Values:
    """The same from the number of every row's value; of: len(names) for a row without one."""
    every = (*names, None)
    before = sum((np.bincount(piece, minlength=len(every)) for piece in _pieces(of)), np.zeros(len(every), np.int64))
    return Values(perspective, of, every, before, {name: number for number, name in enumerate(every)})


def shared_order(pool: Copies, held: npt.NDArray[np.int8], by_draw: Order) -> Order:
    """The rows with a copy in the order of caps: rows that hold the tail in more perspectives first, then as in
    `by_draw`."""
    rows = by_draw[pool[by_draw] > 0]
    ordered: Order = rows[np.argsort(-held[rows], kind="stable")]
    return ordered


def stock_of(values: Values, pool: Copies, order: Order, always: npt.NDArray[np.bool_] | None = None) -> Stock:
    """The stock of the rows in `order`, which are those with a copy in the shared order.

    always: the rows that always stay; no mixture takes copies from them."""
    stay = order[:0] if always is None else order[always[order]]
    return Stock(values, pool, order, _copies_of(values, pool, order), _copies_of(values, pool, stay))


def _copies_of(values: Values, pool: Copies, rows: Order) -> Rows:
    """Copies of each value that these rows have."""
    counts = np.zeros(len(values.names), np.int64)
    for piece in _pieces(rows):
        counts += np.bincount(values.of[piece], weights=pool[piece], minlength=len(counts)).astype(np.int64)
    return counts


def _pieces(rows: Order) -> Iterator[Order]:
    return (rows[begin : begin + _PIECE] for begin in range(0, len(rows), _PIECE))


def capped_rows(bounds: Sequence[Bound | EachBound], rows: int) -> CappedRows:
    """The caps by row, for `rows` rows."""
    parts = [_listed(bound) for bound in bounds]
    none = np.empty(0, np.int64)
    listed, lengths, most = (np.concatenate([none, *(part[i] for part in parts)]) for i in range(3))
    offsets, capped = np.zeros(rows + 1, np.int64), np.empty(len(listed), np.int32)
    if len(listed):  # zeros that nobody writes to take no memory
        loops.capped_of_rows(listed, lengths, offsets, capped)
    return CappedRows(offsets, capped, most)


def _listed(bound: Bound | EachBound) -> tuple[Rows, Rows, Rows]:
    """(the rows of one capped entity after the other, how many rows each has, the bound of each)."""
    if isinstance(bound, Bound):
        return bound.rows, np.array([len(bound.rows)], np.int64), np.array([bound.most], np.int64)
    counts = np.bincount(bound.entities)
    lengths = counts[counts > 0].astype(np.int64)
    most = np.full(len(lengths), bound.most, np.int64)
    return bound.rows[np.argsort(bound.entities, kind="stable")], lengths, most


def mixed(mixture: Mixture, stock: Stock, caps: CappedRows) -> Mixed:
    """The copies that the mixture gives each row, in total as many as it asks for or as are possible."""
    if mixture.sizes:
        return _given(mixture, stock, caps, dict(mixture.sizes.items()))
    asked = _Asked.of(mixture, stock)
    if mixture.size is not None:
        return _given(mixture, stock, caps, asked.rows(mixture.size))
    can_give = [mixture.repeat * rows for rows in asked.pool]
    for _ in range(_TRIES):
        total = largest_total(asked.shares, can_give, asked.keys)
        made = _given(mixture, stock, caps, asked.rows(total))
        short = _short(stock, made)
        if not short:
            break
        can_give = [short.get(name, give) for name, give in zip(asked.names, can_give, strict=True)]
    return made


@dataclass(frozen=True)
class _Asked:
    """The values that a mixture with shares speaks of: those with copies and the named ones. None: without a value."""

    names: tuple[str | None, ...]
    pool: tuple[int, ...]
    shares: Shares

    @classmethod
    def of(cls, mixture: Mixture, stock: Stock) -> "_Asked":
        there = {stock.values.names[v]: int(stock.counts[v]) for v in np.flatnonzero(stock.counts).tolist()}
        names = (*there, *(name for name in mixture.shares if name not in there))
        pool = tuple(there.get(name, 0) for name in names)
        place = {name: number for number, name in enumerate(names)}
        named = {place[name]: share for name, share in mixture.shares.items()}
        return cls(names, pool, shares_of(pool, named, all_named=mixture.sums_to_one))

    @property
    def keys(self) -> list[str]:
        """What equal shares are ordered by."""
        return [_LAST if name is None else name for name in self.names]

    def rows(self, total: int) -> dict[str | None, int]:
        """{value: rows} of a total."""
        return dict(zip(self.names, apportioned(total, self.shares, self.keys), strict=True))


def _given(mixture: Mixture, stock: Stock, caps: CappedRows, asked: Mapping[str | None, int]) -> Mixed:
    """What each value is given of the rows asked for it; a value that nothing is asked of keeps what it has."""
    numbers = {name: stock.values.numbers[name] for name in asked if name in stock.values.numbers}
    wanted = stock.counts.copy()
    for name, number in numbers.items():
        wanted[number] = max(asked[name], stock.always[number])
    copies, given = np.zeros(len(stock.pool), np.int8), np.zeros(len(wanted), np.int64)
    value = stock.values.of
    loops.give_first(stock.order, value, stock.pool, wanted, given, copies)
    lacking = _rows_of(stock, given < wanted) if mixture.repeat > 1 else stock.order[:0]
    if len(lacking):
        room = caps.most.copy()
        loops.take_room(copies, caps.offsets, caps.capped, room)
        loops.give_again(
            mixture.repeat - 1, lacking, value, stock.pool, wanted, given, caps.offsets, caps.capped, room, copies
        )
    missing = {str(name): rows for name, rows in asked.items() if name not in numbers}
    return Mixed(copies, wanted, given, missing)


def _rows_of(stock: Stock, values: npt.NDArray[np.bool_]) -> Order:
    """The rows of some values, in the shared order."""
    found = [piece[values[stock.values.of[piece]]] for piece in _pieces(stock.order)]
    return np.concatenate([stock.order[:0], *found])


def _short(stock: Stock, made: Mixed) -> dict[str | None, int]:
    """{value: copies that it has} of the values that have copies, but not all that they were to have."""
    short = np.flatnonzero((made.given < made.wanted) & (stock.counts > 0))
    return {stock.values.names[number]: int(made.given[number]) for number in short.tolist()}
