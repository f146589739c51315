"""Clusters from pairs: what is the same as the same thing is the same (union–find). Knows nothing of what is paired."""

from collections.abc import Iterable


def roots(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """For each of the numbers from 0 to `count` − 1 the least number of its cluster, which is its own where it is in no
    pair."""
    above = list(range(count))

    def root(one: int) -> int:
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    for pair in pairs:
        first, second = sorted(map(root, pair))
        above[second] = first
    return [root(one) for one in range(count)]
