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
