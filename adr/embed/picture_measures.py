"""What is measured in one picture, and which faults follow from it. Knows nothing of files that lie elsewhere."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from adr.small_images import NotAPicture, TooLarge, opened_picture, small_image

SIDE = 256
"""Longer side in pixels of the copy that is measured; a smaller picture is measured as it is."""
_BLANK = 2.0  # standard deviation of every colour, of 255
_DARK = 50.0  # of 255: 95 of 100 pixels are darker
_BLURRED = 0.2  # see `_sharpness`; measured in docs/faults.md
_TINY, _NARROW = 64, 28  # pixels: of the longer side, of the shorter one
_LONG = 4.0  # longer side, in shorter ones
_STEP = 16  # pixels between which an edge is looked for
_LEAST_RANGE = 10.0  # of 255: fainter edges are noise
_TURNED = (5, 6, 7, 8)  # values of the EXIF tag "Orientation" that swap width and height
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class PictureMeasures:
    """Of one picture. width, height: upright, in pixels, 0 where even the header cannot be read; unreadable: a fixed
    word for why it cannot be opened, '' where it can; spread: the largest standard deviation of a colour, of 255;
    light: the brightness below which 95 of 100 pixels are, of 255; sharpness: as by `_sharpness`, None where there is
    no edge to judge by."""

    width: int
    height: int
    unreadable: str
    spread: float
    light: float
    sharpness: float | None


def measures_of(file: Path) -> PictureMeasures:
    """The measures of the picture in `file`, which is read whole."""
    width = height = 0
    try:
        width, height = _upright_size(file)
        small = small_image(file, SIDE)
    except TooLarge:
        return PictureMeasures(width, height, "too_large", 0, 0, None)
    except NotAPicture:
        return PictureMeasures(width, height, "not_a_picture", 0, 0, None)
    except OSError:  # Pillow's own: of no known kind, or cut off
        return PictureMeasures(width, height, "cut_off" if width else "not_a_picture", 0, 0, None)
    pixels = np.asarray(_on_white(small), np.float32)
    gray = pixels @ np.array([0.299, 0.587, 0.114], np.float32)
    spread = float(pixels.reshape(-1, 3).std(axis=0).max())
    return PictureMeasures(width, height, "", spread, float(np.percentile(gray, 95)), _sharpness(gray))


def faults_of(found: PictureMeasures) -> list[str]:
    """The faults (`adr.picture_faults`) of a picture with these measures."""
    if found.unreadable:
        return ["unreadable"]
    longer, shorter = max(found.width, found.height), min(found.width, found.height)
    blank = found.spread < _BLANK
    holds = {
        "blank": blank,
        "dark": not blank and found.light < _DARK,
        "blurred": not blank and found.sharpness is not None and found.sharpness < _BLURRED,
        "tiny": longer < _TINY or shorter < _NARROW,
        "odd_aspect": longer > _LONG * shorter,
    }
    return [fault for fault, so in holds.items() if so]


def _sharpness(gray: NDArray[np.float32]) -> float | None:
    """The steepest change from one pixel to the next, as a share of the largest change within 16 pixels.

    A sharp edge gives more than a half; one that a Gaussian blur of σ pixels has spread gives about 0.4 / σ.
    """
    if min(gray.shape) < 2 * _STEP:
        return None
    near, far = (max(_change(gray, step), _change(gray.T, step)) for step in (1, _STEP))
    return near / far if far >= _LEAST_RANGE else None


def _change(gray: NDArray[np.float32], step: int) -> float:
    """The change over so many rows that 5 of 1,000 places exceed."""
    return float(np.percentile(np.abs(gray[step:] - gray[:-step]), 99.5))


def _upright_size(file: Path) -> tuple[int, int]:
    with opened_picture(file) as image:
        turned = image.getexif().get(_ORIENTATION) in _TURNED
        return (image.height, image.width) if turned else image.size


def _on_white(image: Image.Image) -> Image.Image:
    """The picture as RGB; what is transparent is white."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    page = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(page, image).convert("RGB")
