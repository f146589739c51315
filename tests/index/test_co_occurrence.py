"""Pairs counted batch by batch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.index.co_occurrence import PairCounts


def test_pair_counts__three_batches() -> None:
    counts = PairCounts()
    for batch in ([7, 3], [], [3, 9, 3]):
        counts.add(np.array(batch, np.int64))
    found, n = counts.sorted()
    assert (found.tolist(), n.tolist()) == ([3, 7, 9], [3, 1, 1])


def test_pair_counts__of_nothing() -> None:
    found, n = PairCounts().sorted()
    assert (found.tolist(), n.tolist()) == ([], [])


@given(st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=6))
def test_pair_counts__the_same_however_often_it_counts(batches: list[list[int]]) -> None:
    every = [key for batch in batches for key in batch]
    expected = [(key, every.count(key)) for key in sorted(set(every))]
    for at_once in (1, 3, 1000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("adr.index.co_occurrence.PAIRS_AT_ONCE", at_once)
            counts = PairCounts()
            for batch in batches:
                counts.add(np.array(batch, np.int64))
            assert list(zip(*(part.tolist() for part in counts.sorted()), strict=True)) == expected
