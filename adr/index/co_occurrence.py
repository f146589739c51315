"""The co-occurrence perspective: every unordered pair of distinct objects of an instance.

Knows nothing of names: objects and pairs are numbers. No pair is left out, however many objects an instance has.
"""

import numpy as np

PAIRS_AT_ONCE = 4_000_000


def pairs(instance: np.ndarray, thing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of objects of each instance. Takes postings without repeats, sorted by instance and then by object.

    Returns the instance of each pair (int32) and its key first << 32 | second with first < second (int64).
    """
    if not len(instance):
        return np.zeros(0, np.int32), np.zeros(0, np.int64)
    begins = np.flatnonzero(np.append(True, instance[1:] != instance[:-1]))
    sizes = np.diff(np.append(begins, len(instance)))
    of_instance, keys = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)]
    for size in np.unique(sizes[sizes > 1]):
        first, second = np.triu_indices(size, 1)
        at = begins[sizes == size]
        step = max(1, PAIRS_AT_ONCE // len(first))
        for group in (at[start : start + step] for start in range(0, len(at), step)):
            left = thing[group[:, None] + first].astype(np.int64)
            right = thing[group[:, None] + second]
            keys.append((left << 32 | right).ravel())
            of_instance.append(np.repeat(instance[group], len(first)))
    return np.concatenate(of_instance), np.concatenate(keys)


class PairCounts:
    """How many instances have each pair; grows with the distinct pairs, not with those that were added."""

    def __init__(self) -> None:
        self._keys, self._counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._more: list[np.ndarray] = []
        self._waiting = 0

    def add(self, keys: np.ndarray) -> None:
        """Count one more batch of pairs, one key per instance that has it."""
        self._more.append(keys)
        self._waiting += len(keys)
        if self._waiting >= PAIRS_AT_ONCE:
            self._count()

    def sorted(self) -> tuple[np.ndarray, np.ndarray]:
        """(the distinct keys in order, the number of instances of each): int64."""
        self._count()
        return self._keys, self._counts

    def _count(self) -> None:
        met, counts = np.unique(np.concatenate([np.zeros(0, np.int64), *self._more]), return_counts=True)
        keys = np.union1d(self._keys, met)
        summed = np.zeros(len(keys), np.int64)
        summed[np.searchsorted(keys, self._keys)] = self._counts
        summed[np.searchsorted(keys, met)] += counts
        self._keys, self._counts = keys, summed
        self._more, self._waiting = [], 0
