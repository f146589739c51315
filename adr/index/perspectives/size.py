"""The perspective size: how large an instance's first picture is, in bands of the pixels of its longer side."""

from bisect import bisect_right

from adr.index.perspectives.batch import Batch, Names

EDGES = (224, 336, 672, 1344)
"""Where a band begins: the input of CLIP ViT-B and ViT-L/336, and two and four tiles of the latter side by side."""
BANDS = ("below 224", "224 to 335", "336 to 671", "672 to 1,343", "1,344 or more")
UNREADABLE = "cannot be opened"


def names(batch: Batch) -> Names:
    """The band of each instance's first picture; none for an instance without a picture."""
    return [[_band(size)] if images else [] for images, size in zip(batch.images, batch.pictures(), strict=True)]


def _band(size: tuple[int, int] | None) -> str:
    return BANDS[bisect_right(EDGES, max(size))] if size else UNREADABLE
