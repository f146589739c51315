"""UMAP: points of many numbers laid out in two, so that near ones stay near (McInnes et al., arXiv 1802.03426).

Pure functions over arrays. `laid_out` moves all points; `placed` puts others among points that stay where they are. The
same numbers and the same seed give the same places on the same machine.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

NEIGHBOURS = 15
EPOCHS = 200
EPOCHS_AMONG = 30  # of points that are put among others
# Of the curve 1 / (1 + a·d^(2b)) that best fits min_dist 0.3 and spread 1 (there, section 4.3).
_A, _B = 0.986, 1.115
_REPELLED = 5  # points that push a point away each time that a neighbour draws it near
_STRONGEST = 4.0  # the longest step along one axis
_BLOCK = 1_000  # rows whose distances are held at once


def _compiled(function: Any) -> Any:
    """The function as machine code, kept beside the source."""
    return njit(nogil=True, cache=True)(function)


Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]


def nearest(points: Floats, of: Floats | None = None, k: int = NEIGHBOURS) -> tuple[Numbers, Floats]:
    """The k nearest among `points` to each of `of`, and their Euclidean distances: two arrays (m, k), nearest first.
    Without `of`: to each of the points themselves, which are not their own neighbours."""
    asked, k = (points, min(k, len(points) - 1)) if of is None else (of, min(k, len(points)))
    numbers, distances = np.empty((len(asked), k), np.int32), np.empty((len(asked), k), np.float32)
    squares = (points**2).sum(1)
    for start in range(0, len(asked), _BLOCK):
        rows = asked[start : start + _BLOCK]
        squared = squares - 2 * rows @ points.T
        if of is None:
            squared[np.arange(len(rows)), start + np.arange(len(rows))] = np.inf
        found = np.argpartition(squared, k - 1, axis=1)[:, :k]
        squared = np.take_along_axis(squared, found, 1)
        order = np.argsort(squared, axis=1, kind="stable")
        numbers[start : start + len(rows)] = np.take_along_axis(found, order, 1)
        far = np.take_along_axis(squared, order, 1) + (rows**2).sum(1)[:, None]
        distances[start : start + len(rows)] = np.sqrt(np.maximum(far, 0))
    return numbers, distances


def memberships(distances: Floats) -> Floats:
    """How strongly each point is tied to each of its neighbours, in (0, 1]: exp(−(d − ρ) / σ), with ρ the distance to
    the nearest and σ such that a row sums to log2 k (there, section 3.1)."""
    beyond = distances - distances[:, :1]
    wanted = np.log2(max(distances.shape[1], 2))
    low, high = np.full(len(beyond), 1e-6, np.float32), np.full(len(beyond), 1e3, np.float32)
    for _ in range(40):
        middle = np.sqrt(low * high)
        more = np.exp(-beyond / middle[:, None]).sum(1) > wanted
        low, high = np.where(more, low, middle), np.where(more, middle, high)
    return np.asarray(np.exp(-beyond / np.sqrt(low * high)[:, None]), np.float32)


def united(numbers: Numbers, ties: Floats) -> tuple[Numbers, Numbers, Floats]:
    """The ties of both directions as one, a + b − a·b: (points, their neighbours, weights), each tie once."""
    n, k = numbers.shape
    own = np.repeat(np.arange(n, dtype=np.int64), k)
    other = numbers.ravel().astype(np.int64)
    pair = np.minimum(own, other) * n + np.maximum(own, other)
    order = np.argsort(pair, kind="stable")
    pair, weights = pair[order], ties.ravel()[order]
    kept, starts, counts = np.unique(pair, return_index=True, return_counts=True)
    sums, products = np.add.reduceat(weights, starts), np.multiply.reduceat(weights, starts)
    together = np.where(counts == 2, sums - products, sums).astype(np.float32)
    return (kept // n).astype(np.int32), (kept % n).astype(np.int32), together


def laid_out(points: Floats, seed: int, epochs: int = EPOCHS) -> Iterator[Floats]:
    """The places (n, 2) of the points after each epoch; the same array each time, which goes on changing.

    It begins with the two directions in which the points differ most, which must be their first two numbers.
    """
    numbers, distances = nearest(points)
    one, other, weights = united(numbers, memberships(distances))
    head, tail = np.concatenate([one, other]), np.concatenate([other, one])
    places = _begun(points, seed)
    yield from _epochs(places, places, head, tail, np.concatenate([weights, weights]), epochs, seed)


def placed(points: Floats, among: Floats, places: Floats, seed: int) -> Floats:
    """The places (m, 2) of other points, with `among` lying at `places` and staying there."""
    numbers, distances = nearest(among, points)
    ties = memberships(distances)
    shares = ties / ties.sum(1, keepdims=True)
    begun: Floats = np.einsum("ij,ijk->ik", shares, places[numbers]).astype(np.float32)
    head = np.repeat(np.arange(len(points), dtype=np.int32), numbers.shape[1])
    for _ in _epochs(begun, places, head, numbers.ravel(), ties.ravel(), EPOCHS_AMONG, seed):
        pass
    return begun


def _begun(points: Floats, seed: int) -> Floats:
    first: Any = points[:, :2] if points.shape[1] > 1 else np.column_stack([points[:, 0], np.zeros(len(points))])
    noise = np.random.default_rng(seed).normal(scale=1e-3, size=(len(points), 2))
    return np.asarray(first * (10 / max(float(np.abs(first).max()), 1e-9)) + noise, np.float32)


def _epochs(
    moving: Floats, staying: Floats, head: Numbers, tail: Numbers, weights: Floats, epochs: int, seed: int
) -> Iterator[Floats]:
    every = weights.max(initial=0) / np.maximum(weights, 1e-12)
    strong = every <= epochs
    head, tail, every = head[strong], tail[strong], every[strong].astype(np.float32)
    due = every.copy()
    state = np.array([seed * 2 + 1], np.uint64)
    for epoch in range(epochs):
        _move(moving, staying, moving is staying, head, tail, every, due, np.float32(epoch), 1 - epoch / epochs, state)
        yield moving


@_compiled
def _clipped(step: float) -> float:
    return min(_STRONGEST, max(-_STRONGEST, step))


@_compiled
def _move(
    moving: Floats,
    staying: Floats,
    both: bool,
    head: Numbers,
    tail: Numbers,
    every: Floats,
    due: Floats,
    epoch: float,
    rate: float,
    state: npt.NDArray[np.uint64],
) -> None:
    """One epoch: each tie draws its point near as often as it is strong, and other points push it away."""
    random = state[0]
    for edge in range(len(head)):
        if due[edge] > epoch:
            continue
        due[edge] += every[edge]
        i, j = head[edge], tail[edge]
        dx, dy = moving[i, 0] - staying[j, 0], moving[i, 1] - staying[j, 1]
        square = dx * dx + dy * dy
        if square > 0:
            pull = -2 * _A * _B * square ** (_B - 1) / (1 + _A * square**_B)
            x, y = _clipped(pull * dx) * rate, _clipped(pull * dy) * rate
            moving[i, 0] += x
            moving[i, 1] += y
            if both:
                staying[j, 0] -= x
                staying[j, 1] -= y
        for _ in range(_REPELLED):
            random ^= random << np.uint64(13)
            random ^= random >> np.uint64(7)
            random ^= random << np.uint64(17)
            other = int(random % np.uint64(len(staying)))
            if both and other == i:
                continue
            dx, dy = moving[i, 0] - staying[other, 0], moving[i, 1] - staying[other, 1]
            square = dx * dx + dy * dy
            push = 2 * _B / ((0.001 + square) * (1 + _A * square**_B))
            moving[i, 0] += _clipped(push * dx) * rate if square > 0 else 0.0
            moving[i, 1] += _clipped(push * dy) * rate if square > 0 else 0.0
    state[0] = random
