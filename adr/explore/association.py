"""How much more or less often two entities occur together than by chance, estimated conservatively.

Pure functions over arrays of counts. Knows nothing of tables.
"""

import numpy as np
import numpy.typing as npt

Z = 1.96  # for a two-sided 95 % interval


def expected_together(first: npt.ArrayLike, second: npt.ArrayLike, instances: int) -> npt.NDArray[np.float64]:
    """How many instances would hold both if the two were independent: n(a)·n(b) / instances."""
    return np.asarray(first, dtype=np.float64) * np.asarray(second, dtype=np.float64) / max(instances, 1)


def association(together: npt.ArrayLike, expected: npt.ArrayLike, z: float = Z) -> npt.NDArray[np.float64]:
    """log2 of observed / expected, where observed is replaced by the end of its interval that is nearer to chance.

    0 means that the count may well be chance; +1 at least twice as often as by chance, −1 at most half as often. The
    interval is the Poisson interval after the variance-stabilising square root (Anscombe), accurate to a few per cent
    from a count of 1 on. So one lucky instance does not make a rare pair look strong.
    """
    seen, chance = np.asarray(together, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    low = np.maximum(np.sqrt(seen) - z / 2, 0.0) ** 2
    high = (np.sqrt(seen + 1) + z / 2) ** 2
    nearer = np.where(low > chance, low, np.where(high < chance, high, chance))
    with np.errstate(divide="ignore", invalid="ignore"):
        told = np.log2(nearer / chance)
    return np.where(chance > 0, told, 0.0)


def share_low(part: npt.ArrayLike, whole: npt.ArrayLike, z: float = Z) -> npt.NDArray[np.float64]:
    """The lower end of the 95 % interval of a share part / whole (Wilson's score interval); 0 where whole is 0."""
    some, n = np.asarray(part, dtype=np.float64), np.maximum(np.asarray(whole, dtype=np.float64), 1e-12)
    share = some / n
    middle = share + z * z / (2 * n)
    spread = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low: npt.NDArray[np.float64] = np.maximum(0.0, (middle - spread) / (1 + z * z / n))
    return np.where(some > 0, low, 0.0)
