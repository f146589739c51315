"""RankMe, the effective rank of features (Garrido et al., ICML 2023), with its spread over resamples. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE = 20_000
"""Rows looked at, at most: with many more than there are dimensions the rank hardly changes."""
RESAMPLES = 30
_ROWS = 4096


@dataclass(frozen=True)
class EffectiveRank:
    """rank: from 1, all features alike, to their number of dimensions; low, high: it holds 95 % of resamples, taken as
    normal around the rank; rows: how many it was computed from."""

    rank: float
    low: float
    high: float
    rows: int


def effective_rank(vectors: NDArray[np.floating], rows: NDArray[np.integer]) -> EffectiveRank:
    """Of these rows of vectors (n, d), which may repeat; at most `SAMPLE` of them, drawn with a fixed seed."""
    rng = np.random.default_rng(0)
    if len(rows) > SAMPLE:
        rows = np.sort(rng.choice(rows, SAMPLE, replace=False))
    own = np.asarray(vectors[rows], np.float32)
    rank = rank_me(own, np.ones(len(own)))
    weights = (rng.multinomial(len(own), np.full(len(own), 1 / len(own))) for _ in range(RESAMPLES))
    spread = 1.96 * float(np.std([rank_me(own, weight) for weight in weights], ddof=1))
    return EffectiveRank(rank, rank - spread, rank + spread, len(own))


def rank_me(vectors: NDArray[np.floating], weights: NDArray[np.floating | np.integer]) -> float:
    """exp of the entropy of the singular values of (n, d) vectors, as shares of their sum.

    weights (n): how often each row counts."""
    gram = np.zeros((vectors.shape[1], vectors.shape[1]))
    for start in range(0, len(vectors), _ROWS):
        some = vectors[start : start + _ROWS]
        gram += (some * weights[start : start + _ROWS, None].astype(np.float32)).T @ some
    singular = np.sqrt(np.maximum(np.linalg.eigvalsh(gram), 0))
    shares = singular / singular.sum()
    return float(np.exp(-np.sum(shares * np.log(np.maximum(shares, 1e-12)))))
