"""A picture as a data URI at the size the screen needs, so that one message holds all of a card. Knows only files."""

import base64
import functools
import io
from pathlib import Path

from adr.picture_file import picture_stat
from adr.small_images import NotAPicture, small_image


def data_uri(path: Path | None, size: int) -> str:
    """The picture at `path`, at most `size` pixels on each side, as WebP; a grey square when it cannot be
    read or is too large to be unpacked."""
    if path is None:
        return _MISSING
    try:
        changed = picture_stat(path).st_mtime_ns
    except OSError:
        return _MISSING
    return _encoded(str(path), size, changed)


@functools.lru_cache(maxsize=2000)
def _encoded(path: str, size: int, changed: int) -> str:
    try:
        image = small_image(Path(path), size)
    except (OSError, NotAPicture):
        return _MISSING
    small = io.BytesIO()
    image.save(small, "WEBP", quality=88, method=2)
    return "data:image/webp;base64," + base64.b64encode(small.getvalue()).decode()


_MISSING = (
    "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'>"
    "<rect width='8' height='8' fill='%23889'/><path d='M2 2l4 4M6 2l-4 4' stroke='%23fff'/></svg>"
)
