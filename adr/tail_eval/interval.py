"""A rate with its interval when items share pictures. Pure functions of arrays.

Wilson's interval at the effective number of items: n divided by how much larger the variance of the rate is between
pictures than it would be with independent items (the design effect, Korn and Graubard 1998), never more than n. The
quantile is Student's with one less degree of freedom than there are pictures.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

LEAST_PICTURES = 5
"""With fewer pictures there is a rate and no interval."""
_LEVEL = 0.95


@dataclass(frozen=True)
class Rate:
    """A mean of values 0..1. low, high: 95 % interval, None with fewer than LEAST_PICTURES pictures."""

    items: int
    pictures: int
    rate: float | None
    low: float | None
    high: float | None


def rate_of(values: npt.NDArray[np.float64], clusters: npt.NDArray[np.int64]) -> Rate:
    """The mean of `values` with its interval; `clusters` has the picture of each."""
    if not len(values):
        return Rate(0, 0, None, None, None)
    mean = float(values.mean())
    _, number = np.unique(clusters, return_inverse=True)
    pictures = int(number.max()) + 1
    if pictures < LEAST_PICTURES:
        return Rate(len(values), pictures, mean, None, None)
    independent = mean * (1 - mean) / len(values)
    effect = max(1.0, _variance(values, number, pictures) / independent) if independent > 0 else len(values) / pictures
    low, high = _wilson(mean, len(values) / effect, student_quantile(pictures - 1))
    return Rate(len(values), pictures, mean, low, high)


def difference_of(values: npt.NDArray[np.float64], clusters: npt.NDArray[np.int64]) -> Rate:
    """The mean of paired differences (−1..1) with its interval: the standard error clustered by picture, times t."""
    if not len(values):
        return Rate(0, 0, None, None, None)
    mean = float(values.mean())
    _, number = np.unique(clusters, return_inverse=True)
    pictures = int(number.max()) + 1
    if pictures < LEAST_PICTURES:
        return Rate(len(values), pictures, mean, None, None)
    half = student_quantile(pictures - 1) * math.sqrt(_variance(values, number, pictures))
    return Rate(len(values), pictures, mean, mean - half, mean + half)


def student_quantile(freedom: int, level: float = _LEVEL) -> float:
    """The two-sided quantile of Student's t (Abramowitz and Stegun 26.7.5); exact to 0.3 % from 4 degrees on."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / freedom + second / freedom**2 + third / freedom**3 + fourth / freedom**4


def _variance(values: npt.NDArray[np.float64], number: npt.NDArray[np.intp], pictures: int) -> float:
    """The variance of the mean when items of one picture vary together."""
    sums = np.bincount(number, weights=values - values.mean(), minlength=pictures)
    return float((sums**2).sum() / len(values) ** 2 * pictures / (pictures - 1))


def _wilson(mean: float, effective: float, quantile: float) -> tuple[float, float]:
    square = quantile**2 / effective
    centre = (mean + square / 2) / (1 + square)
    half = quantile / (1 + square) * math.sqrt(mean * (1 - mean) / effective + square / (4 * effective))
    return max(0.0, centre - half), min(1.0, centre + half)
