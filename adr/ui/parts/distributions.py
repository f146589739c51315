"""A perspective's distribution, computed again only when the workspace changes, for every page that shows one."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from adr.explore.distribution import breakpoints, cumulative_share, spectrum
from adr.perspectives import indexed
from adr.store import Store
from adr.tail import Spectrum, TailRule, tail_rule
from adr.ui.frame import Frame

Key = tuple[str, int]


@dataclass(frozen=True)
class Distribution:
    """A perspective's distribution as pages draw it."""

    spectrum: Spectrum
    rule: TailRule
    ranks: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float64]

    @property
    def entities(self) -> int:
        """How many entities there are."""
        return int(self.spectrum.entities.sum())


@st.cache_data(show_spinner=False, max_entries=64)
def distribution(key: Key, _store: Store, perspective: str, tail_share: float) -> Distribution:
    """The distribution of a perspective, split at `tail_share`."""
    counts = spectrum(_store, perspective)
    rule = tail_rule(np.repeat(counts.values, counts.entities)[::-1], 1 - tail_share)
    ranks, heights = breakpoints(counts, also=(rule.head_rank, rule.head_rank + 1))
    return Distribution(counts, rule, ranks, heights, cumulative_share(counts, ranks))


def head_ranks(here: Frame) -> dict[str, int]:
    """The last head rank of each perspective of the index at its usual tail share."""
    return {
        p: distribution(here.key, here.store, p, row.tail_share).rule.head_rank
        for p, row in indexed(here.store).items()
    }
