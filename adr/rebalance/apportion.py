"""Whole rows from shares: the largest remainder method, and the largest total that what is there allows.

Exact: shares are whole numbers of one common denominator, so no row depends on how a float is rounded. Pure functions;
knows nothing of recipes or postings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

_NEAR = 10**6  # shares written as floats may be off by one in so many of a row


@dataclass(frozen=True)
class Shares:
    """A share per value: parts[v] / whole. The parts sum to `whole`, or are all 0."""

    parts: tuple[int, ...]
    whole: int


def shares_of(pool: Sequence[int], named: Mapping[int, float], *, all_named: bool) -> Shares:
    """The share of every value: the named ones as they are written, the others in proportion to `pool` in what is left.

    pool: rows of each value; named: {number of a value: its share}. all_named: the named shares count as 1 in sum.
    Where nothing is left for others, or no other value has rows, the named shares are scaled to sum to 1.
    """
    scale = max((-Decimal(repr(share)).as_tuple().exponent for share in named.values()), default=0)  # type: ignore[operator]
    one = 10 ** max(0, scale)
    written = {value: int(Fraction(repr(share)) * one) for value, share in named.items()}
    others = sum(rows for value, rows in enumerate(pool) if value not in named)
    left = 0 if all_named or not others else max(0, one - sum(written.values()))
    if not left:
        others = 1
    parts = tuple(written[value] * others if value in named else left * rows for value, rows in enumerate(pool))
    return Shares(parts, sum(parts))


def apportioned(total: int, shares: Shares, names: Sequence[str]) -> list[int]:
    """`total` rows shared out by the largest remainder method; of equal remainders the larger share comes first, then
    the name. They sum to `total`, or to 0 when all shares are 0."""
    if not shares.whole:
        return [0] * len(shares.parts)
    found = [divmod(total * part, shares.whole) for part in shares.parts]
    rows = [whole for whole, _ in found]
    order = sorted(range(len(rows)), key=lambda v: (-found[v][1], -shares.parts[v], names[v]))
    for value in order[: total - sum(rows)]:
        rows[value] += 1
    return rows


def largest_total(shares: Shares, can_give: Sequence[int], names: Sequence[str]) -> int:
    """The largest total of which no value needs more than it can give; values that can give nothing do not count.

    To a millionth of a row, so that shares which were written as floats give back the rows they were made from. 0 when
    no value sets a bound.
    """
    bounds = [(give, part) for give, part in zip(can_give, shares.parts, strict=True) if give and part]
    if not bounds:
        return 0
    surely = min(give * shares.whole // part for give, part in bounds)
    nearly = min((give * _NEAR + 1) * shares.whole // (part * _NEAR) for give, part in bounds)
    wanted = apportioned(nearly, shares, names)
    fits = all(rows <= give for rows, give in zip(wanted, can_give, strict=True) if give)
    return nearly if fits else surely
