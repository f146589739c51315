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
    images: list[list[str]]  # image paths as in the table `instance`, with the prefix of their source
    turns: list[list[tuple[str, str]]]  # (role, text), roles 'human', 'gpt', 'system', 'tool'
    source: list[str]  # name of the ingested source
    prefix: list[str]  # image_prefix of that source: '' or '@name/'
    raw: list[str | None]  # the record's JSON text
    language: list[Mapping[str, int]]  # turns per language code; empty when not known
    pictures: Callable[[], list[tuple[int, int] | None]]  # (width, height) of each first image, read when asked
