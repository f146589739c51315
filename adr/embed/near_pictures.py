"""Which pictures may be copies of one another by what a model sees and by their perceptual hashes. Pure; reads no file.

It finds candidates: more pairs than are copies, few of all pairs. `adr.embed.alignment` decides.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from adr.feature_folder import Features, Hashes, Vectors

LEAST_COSINE = 0.93
"""Of the features of a picture and of its copy, cropped by 5 %: measured at least 0.937 (docs/copies.md)."""
MOST_BITS = 20
"""Of 63, by which the perceptual hashes of the two differ: measured at most 14."""
EACH = 10
"""So many candidates of a picture are kept, the nearest: among pictures that are all alike there would be millions."""
WHOLE = 20_000
"""So many pictures are compared with all others; of more, those that share one of their nearest pivots."""
_PIVOTS_EACH = 3
_ROWS = 2048
_OURS = 16_384

Rows = NDArray[np.int64]


def near_pictures(features: Features, rows: Rows, whole: int = WHOLE) -> list[tuple[int, int]]:
    """Pairs (i < j) of these rows of the features that may be copies, ascending.

    Every pair is looked at up to `whole` rows. Of more, √n drawn with a fixed seed are pivots, and two rows are
    compared when one of the three pivots nearest to each is the same.
    """
    cells = [rows] if len(rows) <= whole else _cells(features.vectors, rows)
    found = [_near(features.vectors, features.hashes, cell) for cell in cells]
    pairs = np.unique(np.concatenate([np.zeros((0, 2), np.int64), *found]), axis=0)
    return [(one, other) for one, other in pairs.tolist()]


def near_between_sets(theirs: tuple[Vectors, Hashes], ours: tuple[Vectors, Hashes]) -> list[tuple[int, int]]:
    """(i, j) for each row i of `theirs` and j of `ours` that may be copies, ascending; of each i at most EACH among
    16,384 of ours. Every pair is looked at."""
    found = [np.zeros((0, 2), np.int64)]
    for start in range(0, len(theirs[0]), _ROWS):
        wanted = np.asarray(theirs[0][start : start + _ROWS], np.float32)
        for first in range(0, len(ours[0]), _OURS):
            cosines = wanted @ np.asarray(ours[0][first : first + _OURS], np.float32).T
            at, other = np.nonzero(cosines >= LEAST_COSINE)
            likeness, at, other = cosines[at, other], at + start, other + first
            there = np.bitwise_count(theirs[1][at] ^ ours[1][other]) <= MOST_BITS
            found.append(_nearest(at[there], other[there], likeness[there]))
    return [(one, other) for one, other in np.unique(np.concatenate(found), axis=0).tolist()]


def _nearest(at: Rows, other: Rows, likeness: NDArray[np.float32]) -> Rows:
    """The pairs (m, 2) with the EACH most alike of each `at`."""
    order = np.lexsort((other, -likeness, at))
    at, other = at[order], other[order]
    rank = np.arange(len(at)) - np.searchsorted(at, at)
    return np.stack([at[rank < EACH], other[rank < EACH]], axis=1)


def _near(vectors: Vectors, hashes: Hashes, rows: Rows) -> Rows:
    """The candidates (m, 2) among some rows."""
    own, marks = np.asarray(vectors[rows], np.float32), hashes[rows]
    found = [np.zeros((0, 2), np.int64)]
    for start in range(0, len(rows), _ROWS):
        cosines = own[start : start + _ROWS] @ own.T
        at, other = np.nonzero(cosines >= LEAST_COSINE)
        likeness, at = cosines[at, other], at + start
        there = (at != other) & (np.bitwise_count(marks[at] ^ marks[other]) <= MOST_BITS)
        found.append(np.sort(rows[_nearest(at[there], other[there], likeness[there])], axis=1))
    return np.concatenate(found)


def _cells(vectors: Vectors, rows: Rows) -> Iterator[Rows]:
    """For each pivot the rows to which it is one of the three nearest."""
    drawn = np.random.default_rng(0).choice(len(rows), int(len(rows) ** 0.5), replace=False)
    pivots = np.asarray(vectors[rows[np.sort(drawn)]], np.float32)
    nearest = np.empty((len(rows), _PIVOTS_EACH), np.int32)
    for start in range(0, len(rows), _ROWS):
        cosines = np.asarray(vectors[rows[start : start + _ROWS]], np.float32) @ pivots.T
        nearest[start : start + _ROWS] = np.argpartition(-cosines, _PIVOTS_EACH, axis=1)[:, :_PIVOTS_EACH]
    each = np.repeat(rows, _PIVOTS_EACH)
    order = np.argsort(nearest.ravel(), kind="stable")
    edges = np.searchsorted(nearest.ravel()[order], np.arange(len(pivots) + 1))
    for low, high in pairwise(edges.tolist()):
        yield each[order[low:high]]
