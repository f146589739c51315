"""The random baseline of a run over shards: which instances it takes, said as a bound on their draws.

On one machine the baseline takes the first `size` instances in the order of a draw, ties by position, without those
that the recipe excludes. So each shard knows its own part of it by the draw of the last one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adr.draws import RANDOM_KEY, draws
from adr.rebalance.at_most import whole_draws

Positions = npt.NDArray[np.int32]
Draws = npt.NDArray[np.uint64]
Piece = tuple[Draws, Positions]
_PIECE = 1 << 20  # instances whose draws are made at a time
_BINS = 1 << 16
_BIN_BITS = np.uint64(53 - 16)  # draws have 53 bits; their first 16 say which bin


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


def baseline_of(seed: int, size: int, instances: Positions, excluded: npt.NDArray[np.bool_] | None) -> Baseline:
    """The baseline of `size` instances, of which there must be as many that are not excluded."""

    def pieces() -> Iterable[Piece]:
        for begin in range(0, len(instances), _PIECE):
            piece = instances[begin : begin + _PIECE]
            if excluded is not None:
                piece = piece[~excluded[begin : begin + _PIECE]]
            yield random_draws(seed, piece), piece

    return last_of(size, pieces)


def last_of(size: int, pieces: Callable[[], Iterable[Piece]]) -> Baseline:
    """The first `size` by draw and then by position, where `pieces` goes through (draws, positions) in any order.

    In two passes, so that draws are never all in memory: the first finds the bin of the last draw, the second orders
    what lies in it.
    """
    if not size:
        return Baseline(0)
    counts = np.zeros(_BINS, dtype=np.int64)
    for drawn, _ in pieces():
        counts += np.bincount((drawn >> _BIN_BITS).astype(np.int64), minlength=_BINS)
    last = int(np.searchsorted(np.cumsum(counts), size))
    within = [(drawn[inside], at[inside]) for drawn, at in pieces() for inside in [(drawn >> _BIN_BITS) == last]]
    drawn, at = (np.concatenate([piece[i] for piece in within]) for i in range(2))
    found = np.lexsort((at, drawn))[size - 1 - int(counts[:last].sum())]
    return Baseline(size, int(drawn[found]), int(at[found]))
