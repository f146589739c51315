"""The ways to share a budget among what lacks, and what one more instance of an entity is worth under each.

Pure: counts in, worth out. Knows nothing of parents, tables or prompts.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

LEVEL, EQUAL, SHORTAGE, HAND, GAIN = "level", "equal", "shortage", "hand", "gain"
# The ways, each with the sentence that a person reads.
ALLOCATIONS = {
    LEVEL: "Raises the lowest first: what has fewest instances gets most.",
    EQUAL: "The same number for each, however many instances it has.",
    SHORTAGE: "In proportion to how many instances each lacks.",
    HAND: "As many as you say for each, and nothing else.",
    GAIN: "By relative shortage, divided among the uses of a parent, which gives least to what has fewest pictures; of "
    "older plans only.",
}

Numbers = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]
# (positions of entities, how many are planned for each) → what one more of each is worth. Never grows with the second,
# and is 0 once the entity has what is wanted.
Worth = Callable[[Positions, Positions], Numbers]


def worth_of(way: str, have: Numbers, target: Numbers, scale: Numbers, weight: Numbers | None = None) -> Worth:
    """What one more instance of each entity is worth when the budget is shared by `way`.

    have: instances kept; target: instances wanted; scale: what is usually wanted in the entity's perspective. Counts of
    two perspectives are compared as shares of their scales, so that a pair, which is always rarer than its objects,
    does not come before them for that alone, and in the middle of the step that one more makes. weight: what the worth
    is multiplied by with the way `level`; None for 1.
    """
    if way == GAIN:
        return _relative(have, target)
    short, unit = np.ceil(target - have), (scale.max(initial=1.0) / np.maximum(scale, 1.0))
    if way == EQUAL:
        return lambda e, planned: np.where(planned < short[e], 1 / (1 + planned), 0.0)
    if way == SHORTAGE:  # Webster's method of dividing in proportion
        return lambda e, planned: np.where(planned < short[e], short[e] / (1 + 2 * planned), 0.0)
    first, weights = 0.5 + have, np.ones(len(have)) if weight is None else weight

    def level(e: Positions, planned: Positions) -> Numbers:
        reached = (first[e] + planned) * unit[e]
        return np.where(planned < short[e], weights[e] / (reached * reached), 0.0)

    return level


def _relative(have: Numbers, target: Numbers) -> Worth:
    """The share of the target that is still lacking, by repeated subtraction: the bits decide ties in older plans."""
    sure = np.where(target > 0, target, 1.0)
    first = np.where(target > 0, np.maximum(0.0, (target - have) / sure), 0.0).tolist()
    steps = (1.0 / sure).tolist()

    def left(e: int, planned: int) -> float:
        share: float = first[e]
        for _ in range(planned):
            share -= steps[e]
            if share <= 1e-9:
                return 0.0
        return share

    return lambda e, planned: np.array([left(*pair) for pair in zip(e.tolist(), planned.tolist(), strict=True)])
