"""The published rule by which a question is in the tail: tail@k of the paper's own evaluation. Pure functions.

Per perspective, entities are ranked by training count, 0 the commonest; the boundary is the first rank whose cumulated
postings reach 1 − k/100 of all. A question's mean rank is that of its entities that occur in training. The question is
in the tail when this is at the boundary or past it in at least one perspective. An entity that never occurs in training
is passed over, and a question without any other has the mean rank 0: the rarest questions count as head.
"""

import numpy as np
import numpy.typing as npt

KS = (5, 10, 20, 30, 40, 50)


def boundary(counts: npt.NDArray[np.int64], k: int) -> int:
    """The first rank (from 0) whose cumulated postings reach 1 − k/100 of all; counts in descending order."""
    if not len(counts):
        return 0
    cumulated = np.cumsum(counts)
    return int(np.searchsorted(cumulated, (1 - k / 100) * float(cumulated[-1]) * (1 - 1e-12)))


def mean_rank(items: int, item: npt.NDArray[np.int64], rank: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The mean rank of each item's entities; rank −1, an entity that training lacks, is passed over. 0 without any."""
    seen = rank >= 0
    sums = np.bincount(item[seen], weights=rank[seen], minlength=items)
    numbers = np.bincount(item[seen], minlength=items)
    return sums / np.maximum(numbers, 1)


def is_tail(ranks: npt.NDArray[np.float64], counts: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.bool_]:
    """Whether each item is in the tail of one perspective at k. A perspective without entities has no tail."""
    if not len(counts):
        return np.zeros(len(ranks), dtype=bool)
    return ranks >= boundary(counts, k)
