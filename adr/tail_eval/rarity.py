"""Groups by how many training instances have the rarest entity that a question asks about. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

GROUPS = ("unseen", "few", "tail", "mid", "head")
FEW = 5
TAIL, HEAD = 20, 100  # where many-shot and few-shot classes begin in ImageNet-LT (Liu et al., CVPR 2019)


@dataclass(frozen=True)
class RarityLimits:
    """unseen: 0; few: up to `few`; tail: below `tail`; mid: below `head`; head: the rest."""

    few: int
    tail: int
    head: int

    def group_of(self, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The place in GROUPS of each count."""
        return np.searchsorted([1, self.few + 1, self.tail, self.head], counts, side="right")


def limits_of(tau: float | None) -> RarityLimits:
    """The limits of a perspective: the tail ends at the run's τ, and the head begins at 100 or, where τ is more, at τ.
    Without a run the tail ends at 20."""
    tail = TAIL if tau is None or not np.isfinite(tau) else max(round(tau), FEW + 1)
    return RarityLimits(FEW, tail, max(HEAD, tail))


def rarest(items: int, item: npt.NDArray[np.int64], count: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The smallest count of each item's entities, −1 for an item without any."""
    none = np.iinfo(np.int64).max
    found = np.full(items, none)
    np.minimum.at(found, item, count)
    return np.where(found == none, -1, found)


def limits_by_perspective(perspectives: tuple[str, ...], tau: Mapping[str, float]) -> dict[str, RarityLimits]:
    """The limits of each perspective; tau: of a run, empty without one."""
    return {perspective: limits_of(tau.get(perspective)) for perspective in perspectives}
