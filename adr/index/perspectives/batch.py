"""What the function of a perspective is given and what it gives back. Knows no table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Names = Sequence[Sequence[str]]
"""Per instance of a batch, in its order, the names of the instance's entities; each at most once."""


@dataclass(frozen=True)
class Batch:
    """Some instances, in the order of their positions: one entry per instance in every column."""

    instance: npt.NDArray[np.int32]
    images: Sequence[list[str]]  # image paths as in the table `instance`, with the prefix of their source
    turns: Sequence[list[tuple[str, str]]]  # (role, text), roles 'human', 'gpt', 'system', 'tool'
    source: Sequence[str]  # name of the ingested source
    prefix: Sequence[str]  # image_prefix of that source: '' or '@name/'
    raw: Sequence[str | None]  # the record's JSON text
    language: Sequence[Mapping[str, int]]  # turns per language code; empty when not known
    pictures: Callable[[], list[tuple[int, int] | None]]  # (width, height) of each first image, read when asked
    clusters: Callable[[str], Sequence[int | None]]  # of a kind: the first instance of each one's cluster of copies
