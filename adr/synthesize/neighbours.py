"""The nearest other picture of each picture, by embedding and by perceptual hash. Pure: arrays in, arrays out."""

import numpy as np
import numpy.typing as npt

_ROWS = 1024


def nearest_by_cosine(vectors: npt.NDArray[np.float32], others: npt.NDArray[np.float32],
                      same: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """(position in `others`, cosine) of the nearest other vector of each row; all vectors have length 1. same: the
    position of a row itself in `others`, −1 where it is not among them. (−1, −1.0) where there is no other."""
    at = np.full(len(vectors), -1, np.int64)
    cosine = np.full(len(vectors), -1.0, np.float32)
    if not len(others):
        return at, cosine
    for start in range(0, len(vectors), _ROWS):
        rows = slice(start, min(start + _ROWS, len(vectors)))
        likeness = vectors[rows] @ others.T
        own = same[rows]
        likeness[np.flatnonzero(own >= 0), own[own >= 0]] = -2.0
        best = likeness.argmax(axis=1)
        found = likeness[np.arange(len(best)), best]
        at[rows], cosine[rows] = np.where(found > -2, best, -1), np.maximum(found, -1.0)
    return at, cosine


def nearest_by_hash(hashes: npt.NDArray[np.uint64], others: npt.NDArray[np.uint64],
                    same: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Bits by which each hash differs from the nearest other one, 0 … 64; 64 where there is no other."""
    bits = np.full(len(hashes), 64, np.int64)
    for start in range(0, len(hashes), _ROWS):
        rows = slice(start, min(start + _ROWS, len(hashes)))
        apart = np.bitwise_count(hashes[rows, None] ^ others[None, :]).astype(np.int64)
        own = same[rows]
        apart[np.flatnonzero(own >= 0), own[own >= 0]] = 64
        if apart.shape[1]:
            bits[rows] = apart.min(axis=1)
    return bits
