"""Runs of 13 words, as numbers, and which of many texts share some of them. Knows neither tables nor benchmarks.

A text is given as the hashes of its words.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORDS = 13
"""Words of a shingle, as in the decontamination of GPT-3's training data."""
_BITS = 22  # of a filter that most foreign shingles do not pass
_FACTORS = np.random.default_rng(13).integers(1, 2**63, WORDS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


@dataclass(frozen=True)
class Shingles:
    """texts: the number of a text; hashes: of a shingle in it."""

    texts: NDArray[np.int64]
    hashes: NDArray[np.uint64]


def shingles_of(words: NDArray[np.uint64], starts: NDArray[np.int64]) -> Shingles:
    """The shingles of texts whose words stand one after the other; starts: where each text begins, then the end of the
    last. A text of fewer than 13 words has none; one that says a shingle twice has it twice."""
    count = len(words) - WORDS + 1
    if count <= 0:
        return Shingles(np.empty(0, np.int64), np.empty(0, np.uint64))
    hashes = np.zeros(count, np.uint64)
    for at, factor in enumerate(_FACTORS):
        hashes += words[at : at + count] * factor
    texts = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    whole = texts[:count] == texts[WORDS - 1 :]
    return Shingles(texts[:count][whole], hashes[whole])


def once(found: Shingles) -> Shingles:
    """Each different shingle of each text once."""
    order = np.lexsort((found.hashes, found.texts))
    texts, hashes = found.texts[order], found.hashes[order]
    first = np.ones(len(texts), bool)
    first[1:] = (texts[1:] != texts[:-1]) | (hashes[1:] != hashes[:-1])
    return Shingles(texts[first], hashes[first])


def without_common(found: Shingles, most: int) -> Shingles:
    """The same without the shingles that more than `most` texts have."""
    _, inverse, counts = np.unique(found.hashes, return_inverse=True, return_counts=True)
    rare = counts[inverse] <= most
    return Shingles(found.texts[rare], found.hashes[rare])


class Wanted:
    """A set of shingles to be looked for."""

    def __init__(self, hashes: NDArray[np.uint64]) -> None:
        self._sorted = np.unique(hashes)
        self._filter = np.zeros(1 << _BITS, bool)
        self._filter[_short(self._sorted)] = True

    def among(self, found: Shingles) -> Shingles:
        """Those of `found` that are wanted."""
        maybe = np.flatnonzero(self._filter[_short(found.hashes)])
        hashes = found.hashes[maybe]
        at = np.minimum(np.searchsorted(self._sorted, hashes), max(0, len(self._sorted) - 1))
        wanted = maybe[self._sorted[at] == hashes] if len(self._sorted) else maybe[:0]
        return Shingles(found.texts[wanted], found.hashes[wanted])


def _short(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return hashes >> np.uint64(64 - _BITS)
