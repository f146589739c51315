"""Small copies of pictures, made in bounded memory: one rule for every page and for the report page.

A picture of a few hundred kilobytes can unpack to gigabytes. What each one takes is known from its header, so pictures
wait for one another until they fit together, and one that never fits is refused. Knows nothing of what they show.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from adr.picture_file import open_picture

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 760_000_000
"""What all pictures being unpacked in this process may take at a time; a picture that takes more is refused."""

# How often a decoder holds the whole picture; 4 where it is not listed.
_COPIES = {"PNG": 1, "JPEG": 1, "BMP": 1, "PPM": 1, "GIF": 2}
_LARGE = 25_000_000  # pixels from which no second copy in full size is made


class NotAPicture(ValueError):
    """The file is not a picture, or not one that Pillow reads."""


class TooLarge(NotAPicture):
    """The picture would take more memory than all pictures together may take."""


def small_image(file: Path, side: int) -> "Image":
    """The picture in `file` in RGB or RGBA, upright, with sides of at most `side` pixels.

    TooLarge when it does not fit in MOST_BYTES; OSError or NotAPicture when it cannot be read.
    """
    from PIL import Image, ImageOps

    with opened_picture(file) as image:
        image.draft("RGB", (side * 2, side * 2))  # JPEG: decode no finer than needed
        with _held(_bytes(image)):
            image.load()
            small = _reduced(image, side)
            image.close()  # frees the pixels while they are still counted
    small = ImageOps.exif_transpose(small)
    wanted = "RGBA" if small.has_transparency_data else "RGB"
    small = small if small.mode == wanted else small.convert(wanted)
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return small


def picture_size(file: Path) -> tuple[int, int]:
    """Width and height in pixels, from the header; TooLarge, OSError or NotAPicture as `small_image`."""
    with opened_picture(file) as image:
        return image.size


def decoded(file: Path) -> tuple[str, int, int]:
    """Mode, number of frames and pixels of a picture whose bytes are all there and can be unpacked.

    A JPEG is unpacked at an eighth of its size, which reads all of its bytes. OSError or NotAPicture when the picture
    is cut off or broken, TooLarge as `small_image`.
    """
    with opened_picture(file) as image:
        found = image.mode, int(getattr(image, "n_frames", 1)), image.width * image.height
        image.draft("L", (image.width // 8, image.height // 8))
        with _held(_bytes(image)):
            image.load()
            image.close()  # frees the pixels while they are still counted
    return found


@contextmanager
def opened_picture(file: Path | str) -> Iterator["Image"]:
    """The picture, of which only the header is read. Whatever Pillow raises here, or in the block for broken bytes, is
    an OSError, a NotAPicture, or TooLarge for more than 179 megapixels."""
    from PIL import Image

    try:
        with open_picture(file) as data, Image.open(data) as image:
            yield image
    except Image.DecompressionBombError as error:
        raise TooLarge(str(error)) from error
    except (OSError, NotAPicture):
        raise
    except Exception as error:  # Pillow raises many kinds of exceptions for broken files
        raise NotAPicture(f"{type(error).__name__}: {error}") from error


def _bytes(image: "Image") -> int:
    """What unpacking the picture takes; Pillow keeps four bytes per pixel for all modes but those of one band."""
    pixels = image.width * image.height
    each = (1 if image.mode in ("1", "L", "P") else 4) * _COPIES.get(image.format or "", 4)
    coefficients = 6 if image.info.get("progressive") else 0  # a progressive JPEG is kept whole before it is scaled
    whole = getattr(image, "decoderconfig", ())  # set by draft: a part of the pixels is unpacked
    scale = (whole[0] if whole else 1) or 1
    second = 4 if pixels <= _LARGE else 0  # see _reduced
    return pixels * (each + second) + pixels * scale * scale * coefficients


def _reduced(image: "Image", side: int) -> "Image":
    """A copy a few times larger than needed at most. Scaling with transparency or a palette makes another copy in full
    size first, so a large picture of that kind is thinned out before."""
    from PIL import Image

    if image.width * image.height <= _LARGE:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode in ("RGB", "L"):
        return image.reduce(max(1, max(image.size) // (2 * side)))
    factor = max(1, max(image.size) // (4 * side))
    return image.resize((max(1, image.width // factor), max(1, image.height // factor)), Image.Resampling.NEAREST)


_fits = threading.Condition()
_taken = 0


@contextmanager
def _held(size: int) -> Iterator[None]:
    """Waits until `size` bytes are free; TooLarge when they never will be."""
    global _taken
    if size > MOST_BYTES:
        raise TooLarge(f"the picture takes {size / 1e6:,.0f} MB when it is unpacked")
    with _fits:
        _fits.wait_for(lambda: _taken + size <= MOST_BYTES)
        _taken += size
    try:
        yield
    finally:
        with _fits:
            _taken -= size
            _fits.notify_all()
