"""How much two pictures differ once one is laid over the other, which it may be a part of. Pure; knows no files.

Perceptual hashes and features tell which pictures may be copies of one another; this tells a copy that was cropped from
another picture of the same scene.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 160
"""Pictures are compared at this many pixels of their longer side."""
MOST_CUT = 0.12
"""A part may lack so much of the whole on each side: a share of its width or height."""
_COARSE, _FINE, _BLOCKS = 32, 64, 8
_STEPS = (0.04, 0.02, 0.01, 0.005)
_HOPELESS = 0.35  # of the contrast, after the first two steps
# Changes of the margins (left, top, right, bottom): closer, wider, to a side, one margin alone.
_MOVES = np.array(
    [
        *([s] * 4 for s in (1, -1)),
        *([s, 0, -s, 0] for s in (1, -1)),
        *([0, s, 0, -s] for s in (1, -1)),
        *((s * np.eye(4, dtype=int)[side]).tolist() for side in range(4) for s in (1, -1)),
    ]
)

Margins = NDArray[np.float64]


def difference(one: Image.Image, other: Image.Image) -> float:
    """How much two pictures differ, in the contrast of the first: 0 for the same picture, also where one is a part of
    the other; 1 or more for different ones. Infinite where one has no contrast.

    It is the largest of the mean differences of 64 blocks, so that another object in the same scene counts in full.
    """
    contrast = min(_contrast(one), _contrast(other))
    if contrast < 2:
        return float("inf")
    fits = [(*_laid(whole, part, contrast), whole, part) for whole, part in ((one, other), (other, one))]
    off, margins, whole, part = min(fits, key=lambda fit: fit[0])
    if off > _HOPELESS * contrast:
        return max(1.0, off / contrast)
    apart = np.abs(_cut(whole, margins, _FINE, "RGB") - _cut(part, np.zeros(4), _FINE, "RGB"))
    side = _FINE // _BLOCKS
    return float(apart.reshape(_BLOCKS, side, _BLOCKS, side, -1).mean((1, 3, 4)).max() / contrast)


def _laid(whole: Image.Image, part: Image.Image, contrast: float) -> tuple[float, Margins]:
    """(the mean difference of grey values, the margins of `whole` that `part` lacks), by descent from none."""
    wanted, gray = _cut(part, np.zeros(4), _COARSE, "L"), whole.convert("L")
    best, margins = _off(gray, np.zeros(4), wanted), np.zeros(4)
    for step in _STEPS:
        if step == _STEPS[2] and best > _HOPELESS * contrast:
            break
        better = True
        while better:
            better = False
            for tried in _moved(margins, step):
                if (off := _off(gray, tried, wanted)) < best - 1e-3:
                    best, margins, better = off, tried, True
    return best, margins


def _moved(margins: Margins, step: float) -> Iterable[Margins]:
    tried = np.clip(margins + _MOVES * step, 0, MOST_CUT)
    return (one for one in tried if (one != margins).any())


def _off(whole: Image.Image, margins: Margins, wanted: NDArray[np.float32]) -> float:
    return float(np.abs(_cut(whole, margins, _COARSE, "L") - wanted).mean())


def _cut(picture: Image.Image, margins: Margins, side: int, mode: str) -> NDArray[np.float32]:
    """A square of the picture without these margins."""
    left, top, right, bottom = margins * (picture.width, picture.height, picture.width, picture.height)
    box = (left, top, picture.width - right, picture.height - bottom)
    small = picture.convert(mode).resize((side, side), Image.Resampling.BILINEAR, box=box)
    return np.asarray(small, np.float32)


def _contrast(picture: Image.Image) -> float:
    """The standard deviation of the colour values, of 255."""
    return float(np.asarray(picture.convert("RGB"), np.float32).std((0, 1)).mean())
