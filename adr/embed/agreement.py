"""How well pictures agree with the things that their texts name, from features of the pictures alone.

For each thing a ridge regression says from a picture's features how surely it is there; it is fitted on the other four
fifths of the pictures, so that a wrong text does not explain itself. How these scores are spread where the thing is
named, and where it is not, gives the log-likelihood ratio of a score. Knows neither tables nor files.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST = 20
"""Instances that a thing needs so that a picture can be asked about it."""
PRIOR = 0.95
"""Share of pairs that are taken to be right."""
_FOLDS = 5
_RIDGE = 1.0  # features have length 1
_MOST = 6.0  # what one thing may say for or against a pair, in nats
_SMALL = 10.0  # instances that count as much as what is usual among all things
_BLOCK = 4096

Rows = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class NamedThings:
    """n pairs of picture and text. rows (n): of the picture's features; starts (n + 1): where the things of each pair
    begin in `things`; things: numbers below `count`, each once per pair."""

    rows: Rows
    starts: NDArray[np.int64]
    things: Rows
    count: int

    def blocks(self) -> Iterator[tuple[slice, NDArray[np.bool_]]]:
        """(pairs, which things each of them names)."""
        for start in range(0, len(self.rows), _BLOCK):
            pairs = slice(start, min(start + _BLOCK, len(self.rows)))
            lengths = np.diff(self.starts[pairs.start : pairs.stop + 1])
            named = np.zeros((len(lengths), self.count), bool)
            its = self.things[self.starts[pairs.start] : self.starts[pairs.stop]]
            named[np.repeat(np.arange(len(lengths)), lengths), its] = True
            yield pairs, named


@dataclass(frozen=True)
class Agreements:
    """Of n pairs. agreement: how probable it is that the picture belongs to the text, if PRIOR of all pairs do; NaN for
    a text that names nothing; weakest: the named thing that speaks most against it, −1 there; instead: the thing that
    the picture most probably shows and the text does not name."""

    agreement: Floats
    weakest: Rows
    instead: Rows


def agreements(vectors: NDArray[np.float16], named: NamedThings) -> Agreements:
    """The agreement of each pair. vectors: features of pictures (m, d), of length 1."""
    fit = _Fit(vectors, named)
    spread = _Spread.of(fit, named)
    count = len(named.rows)
    found = Agreements(np.zeros(count, np.float32), np.zeros(count, np.int32), np.zeros(count, np.int32))
    for pairs, says in named.blocks():
        ratio = spread.ratio(fit.scores(pairs))
        clipped = np.clip(ratio, -_MOST, _MOST)
        total = np.where(says, clipped, 0).sum(axis=1) + np.log(PRIOR / (1 - PRIOR))
        found.agreement[pairs] = np.where(says.any(axis=1), 1 / (1 + np.exp(-total)), np.nan)
        found.weakest[pairs] = np.where(says.any(axis=1), np.where(says, ratio, np.inf).argmin(axis=1), -1)
        found.instead[pairs] = np.where(says, -np.inf, ratio + spread.log_odds).argmax(axis=1)
    return found


class _Fit:
    """One ridge regression per fifth of the pictures, fitted on the others."""

    def __init__(self, vectors: NDArray[np.float16], named: NamedThings) -> None:
        self._vectors, self._rows = vectors, named.rows
        width = vectors.shape[1] + 1
        self._mean = np.zeros(width - 1, np.float32)
        for pairs, _ in named.blocks():
            self._mean += vectors[named.rows[pairs]].astype(np.float32).sum(axis=0) / len(named.rows)
        squares = np.zeros((_FOLDS, width, width))
        products = np.zeros((_FOLDS, width, named.count))
        for pairs, says in named.blocks():
            seen, fold = self._seen(pairs), named.rows[pairs] % _FOLDS
            for one in range(_FOLDS):
                its = seen[fold == one]
                squares[one] += its.T @ its
                products[one] += its.T @ says[fold == one].astype(np.float32)
        ridge = np.diag([*np.full(width - 1, _RIDGE), 1e-6])
        self._weights = [
            np.linalg.solve(squares.sum(axis=0) - squares[one] + ridge, products.sum(axis=0) - products[one]).astype(
                np.float32
            )
            for one in range(_FOLDS)
        ]

    def scores(self, pairs: slice) -> Floats:
        """How surely each thing is in each picture, by the regression that has not seen the picture."""
        seen, fold = self._seen(pairs), self._rows[pairs] % _FOLDS
        found = np.zeros((len(seen), self._weights[0].shape[1]), np.float32)
        for one, weights in enumerate(self._weights):
            found[fold == one] = seen[fold == one] @ weights
        return found

    def _seen(self, pairs: slice) -> Floats:
        vectors = self._vectors[self._rows[pairs]].astype(np.float32) - self._mean
        return np.concatenate([vectors, np.ones((len(vectors), 1), np.float32)], axis=1)


@dataclass(frozen=True)
class _Spread:
    """Mean and variance of a thing's scores where it is named and where it is not, and its log-odds among all pairs."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    log_odds: NDArray[np.float64]

    @classmethod
    def of(cls, fit: _Fit, named: NamedThings) -> "_Spread":
        n, total, squares = (np.zeros((2, named.count)) for _ in range(3))
        for pairs, says in named.blocks():
            scores = fit.scores(pairs).astype(np.float64)
            for side, there in enumerate((~says, says)):
                n[side] += there.sum(axis=0)
                total[side] += np.where(there, scores, 0).sum(axis=0)
                squares[side] += np.where(there, scores**2, 0).sum(axis=0)
        mean = total / np.maximum(n, 1)
        variance = np.maximum(squares / np.maximum(n, 1) - mean**2, 1e-8)
        weight = n[1] / n[1].sum()
        gap, usual = ((mean[1] - mean[0]) * weight).sum(), (variance[1] * weight).sum()
        mean[1] = mean[0] + ((mean[1] - mean[0]) * n[1] + gap * _SMALL) / (n[1] + _SMALL)
        variance[1] = (variance[1] * n[1] + usual * _SMALL) / (n[1] + _SMALL)
        everywhere = n[0] == 0  # such a thing says nothing
        mean[0, everywhere], variance[0, everywhere] = mean[1, everywhere], variance[1, everywhere]
        return cls(mean, variance, np.log(np.maximum(n[1], 0.5) / np.maximum(n[0], 0.5)))

    def ratio(self, scores: Floats) -> NDArray[np.float64]:
        """The log-likelihood ratio of each score: of normal distributions where the thing is named and where not."""
        side = [-np.log(v) / 2 - (scores - m) ** 2 / (2 * v) for m, v in zip(self.mean, self.variance, strict=True)]
        return np.asarray(side[1] - side[0])
