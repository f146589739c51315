"""How much more alike the pictures of a group are than as many random ones, by their features.

Features are whitened first, which makes what all pictures share count for nothing. Knows neither tables nor files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAREST = 5
"""A picture is compared with so many of its group, those most alike."""
_SAMPLE = 20_000  # pictures that stand for all others
_DRAWS = 200  # random groups of each size
_SEED = 0

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Rows = NDArray[np.int32]


@dataclass(frozen=True)
class Whitening:
    """Takes the mean from features and gives each direction equal weight; half of it where its variance is usual."""

    mean: Floats
    turn: Floats  # (d, d)

    @classmethod
    def of(cls, features: Floats) -> "Whitening":
        """From the features (n, d) of pictures that stand for all."""
        mean = features.mean(axis=0)
        values, directions = np.linalg.eigh(np.cov(features - mean, rowvar=False, bias=True).reshape([len(mean)] * 2))
        usual = max(float(values.mean()), 1e-9)
        return cls(mean, (directions / np.sqrt(np.maximum(values, 0) + usual)).astype(np.float32))

    def units(self, vectors: NDArray[np.float16] | Floats) -> Floats:
        """Whitened vectors of length 1; of length 0 for a picture that is the mean."""
        turned = (np.asarray(vectors, np.float32) - self.mean) @ self.turn
        return np.asarray(turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-6), np.float32)


def closeness(units: Floats) -> Doubles:
    """For each picture of a group of two or more the mean cosine with the NEAREST others of the group."""
    cosines = units @ units.T
    np.fill_diagonal(cosines, -np.inf)
    nearest = min(NEAREST, len(units) - 1)
    closest = np.partition(cosines, len(units) - nearest, axis=1)[:, -nearest:]
    return np.asarray(closest.mean(axis=1, dtype=np.float64))


def apart(close: Doubles) -> Doubles:
    """How far below the mean of its group each closeness lies, in standard deviations of the group; 0 where all are
    equal."""
    return np.asarray((close.mean() - close) / max(float(close.std()), 1e-6))


@dataclass(frozen=True)
class Chance:
    """How close the pictures of random groups are. sizes: ascending; mean, deviation: of the mean closeness."""

    sizes: Doubles
    mean: Doubles
    deviation: Doubles

    @classmethod
    def of(cls, units: Floats, least: int, most: int) -> "Chance":
        """From pictures that stand for all: random groups of sizes from `least` to `most`, a tenth apart or less."""
        most = max(least, min(most, len(units)))
        steps = 1 + int(np.ceil(np.log(most / least) / np.log(1.1)))
        sizes = np.unique(np.geomspace(least, most, steps).round().astype(np.int64))
        random = np.random.default_rng(_SEED)
        drawn = np.array([[_group(units, int(size), random) for _ in range(_DRAWS)] for size in sizes])
        return cls(sizes.astype(np.float64), drawn.mean(axis=1), drawn.std(axis=1))

    def expected(self, size: int) -> float:
        """The mean closeness of a random group of this size."""
        return float(np.interp(np.log(size), np.log(self.sizes), self.mean))

    def likeness(self, size: int, close: float) -> float:
        """How far a group's mean closeness lies above that of random groups, in standard deviations of these."""
        deviation = float(np.interp(np.log(size), np.log(self.sizes), self.deviation))
        return (close - self.expected(size)) / max(deviation, 1e-6)


def _group(units: Floats, size: int, random: np.random.Generator) -> float:
    return float(closeness(units[random.choice(len(units), size, replace=False, shuffle=False)]).mean())


@dataclass(frozen=True)
class Likenesses:
    """Of each group: close (mean closeness), expected (of a random group of that size), likeness; closeness: of each
    of its pictures."""

    close: Doubles
    expected: Doubles
    likeness: Doubles
    closeness: list[Doubles]


def likenesses(vectors: NDArray[np.float16], all_rows: Rows, groups: Sequence[Rows], least: int) -> Likenesses:
    """Of groups of `least` or more pictures. vectors: features of length 1; all_rows: the pictures from which random
    groups are drawn; groups: rows of features, each once per group."""
    if not groups:
        return Likenesses(np.zeros(0), np.zeros(0), np.zeros(0), [])
    sample = all_rows[np.unique(np.linspace(0, len(all_rows) - 1, _SAMPLE).astype(np.int64))]
    features = vectors[sample].astype(np.float32)
    whitening = Whitening.of(features)
    chance = Chance.of(whitening.units(features), least, max(map(len, groups), default=least))
    close = [closeness(whitening.units(vectors[rows])) for rows in groups]
    means = [(len(one), float(one.mean())) for one in close]
    return Likenesses(
        np.array([mean for _, mean in means]),
        np.array([chance.expected(size) for size, _ in means]),
        np.array([chance.likeness(size, mean) for size, mean in means]),
        close,
    )
