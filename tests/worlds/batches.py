"""A batch of instances for the function of a perspective, of which a test writes only the columns that it reads."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from adr.index.perspectives.batch import Batch

Talk = list[tuple[str, str]]


def batch(
    *,
    images: Sequence[list[str]] | None = None,
    turns: Sequence[Talk] | None = None,
    raw: Sequence[str | None] | None = None,
    source: Sequence[str] | None = None,
    prefix: Sequence[str] | None = None,
    language: Sequence[Mapping[str, int]] | None = None,
    pictures: Sequence[tuple[int, int] | None] | None = None,
    clusters: Sequence[int | None] | None = None,
) -> Batch:
    """The batch; what is not given has as many empty entries as the longest column."""
    n = max(
        len(column)
        for column in (images, turns, raw, source, prefix, language, pictures, clusters)
        if column is not None
    )

    def filled(column: Sequence[Any] | None, empty: Any) -> list[Any]:
        return list(column) if column is not None else [empty] * n

    return Batch(
        instance=np.arange(n, dtype=np.int32),
        images=filled(images, []),
        turns=filled(turns, []),
        source=filled(source, "here"),
        prefix=filled(prefix, ""),
        raw=filled(raw, None),
        language=filled(language, {}),
        pictures=lambda: filled(pictures, None),
        clusters=lambda kind: filled(clusters, None),
    )
