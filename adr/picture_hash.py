"""A perceptual hash of pictures, and which of many hashes are near to one another. Knows nothing of files."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

NEAR_BITS = 4
"""Pictures whose perceptual hashes differ in at most so many of 63 bits are taken for the same picture. Different
pictures of the demo world are at least 8 apart (see `adr.synthesize.images`)."""
_SIDE, _KEPT = 32, 8


def perceptual_hash(image: Image.Image) -> int:
    """A 63-bit hash: which low frequencies of the picture (8×8 of its cosine transform, without the mean) lie above
    their median. Similar pictures differ in few bits; brightness and small crops hardly change it."""
    small = image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    at = np.arange(_SIDE)
    waves = np.cos(np.pi * (2 * at[None, :] + 1) * np.arange(_KEPT)[:, None] / (2 * _SIDE))
    low = (waves @ np.asarray(small, np.float64) @ waves.T).ravel()[1:]
    bits = low > np.median(low)
    return int("".join("1" if bit else "0" for bit in bits), 2)


def hash_both_ways(image: Image.Image) -> tuple[int, int]:
    """(the perceptual hash of a picture, that of the picture mirrored left to right)."""
    small = image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    return perceptual_hash(small), perceptual_hash(small.transpose(Image.Transpose.FLIP_LEFT_RIGHT))


def bits_apart(first: int, second: int) -> int:
    """In how many bits two perceptual hashes differ."""
    return (first ^ second).bit_count()


def near_pairs(hashes: NDArray[np.uint64], bits: int = NEAR_BITS) -> list[tuple[int, int]]:
    """Pairs (i < j) of perceptual hashes that differ in at most `bits` bits.

    Of bits + 1 parts of two such hashes at least one is equal, so only hashes that share a part are compared.
    """
    found: set[tuple[int, int]] = set()
    edges = np.linspace(0, 64, bits + 2).astype(int)
    for low, high in pairwise(edges.tolist()):
        part = _part(hashes, low, high)
        order = np.argsort(part, kind="stable")
        starts = np.flatnonzero(np.diff(part[order], prepend=part[order][:1] + np.uint64(1)))
        for alike in np.split(order, starts[1:]):
            if len(alike) > 1:
                found.update(_close(hashes, np.sort(alike), bits))
    return sorted(found)


def near_between(first: NDArray[np.uint64], second: NDArray[np.uint64], bits: int = NEAR_BITS) -> list[tuple[int, int]]:
    """(i, j) for each perceptual hash i of `first` and j of `second` that differ in at most `bits` bits, ascending."""
    found: set[tuple[int, int]] = set()
    edges = np.linspace(0, 64, bits + 2).astype(int)
    for low, high in pairwise(edges.tolist()):
        ones = _part(first, low, high)
        others = _part(second, low, high)
        order = np.argsort(others, kind="stable")
        starts = np.searchsorted(others[order], ones, "left")
        counts = np.searchsorted(others[order], ones, "right") - starts
        for block in _blocks(counts):
            i = np.repeat(np.arange(block.start, block.stop), counts[block])
            within = np.arange(len(i)) - np.repeat(np.cumsum(counts[block]) - counts[block], counts[block])
            j = order[starts[i] + within]
            near = np.bitwise_count(first[i] ^ second[j]) <= bits
            found.update(zip(i[near].tolist(), j[near].tolist(), strict=True))
    return sorted(found)


def _blocks(counts: NDArray[np.int64], most: int = 4_000_000) -> Iterator[slice]:
    """Slices of `counts` whose sums are at most `most`, or that hold one row."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + most, "right")))
        yield slice(start, stop)
        start = stop


def _part(hashes: NDArray[np.uint64], low: int, high: int) -> NDArray[np.uint64]:
    """The bits from `low` to `high` of each hash."""
    return (hashes >> np.uint64(low)) & np.uint64((1 << (high - low)) - 1)


def _close(hashes: NDArray[np.uint64], alike: NDArray[np.int64], bits: int) -> Iterable[tuple[int, int]]:
    """The pairs of the rows `alike` (ascending) that differ in at most `bits` bits."""
    own = hashes[alike]
    for at in range(len(alike) - 1):
        near = np.flatnonzero(np.bitwise_count(own[at + 1 :] ^ own[at]) <= bits)
        for other in near.tolist():
            yield int(alike[at]), int(alike[at + 1 + other])
