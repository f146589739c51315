"""Pictures for the pages: small copies made when first shown and kept in the workspace.

Nothing outside the image folder (or the workspace) is ever opened. Knows nothing of what the pictures show.
"""

import base64
import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from adr.files import whole_file
from adr.picture_file import picture_stat
from adr.small_images import NotAPicture, small_image
from adr.workspace import Workspace

log = logging.getLogger(__name__)

TINY, SMALL, LARGE = 96, 256, 900  # longest side in pixels: in a row of a table, in a grid, beside a conversation


def thumbnail(workspace: Workspace, file: Path, side: int = SMALL) -> Path | None:
    """A WebP of `file` with sides of at most `side` pixels, from workspace/thumbnails; None when it is not a picture or
    is too large to be unpacked.

    Keyed by path, time and size, so a changed picture gets a new one.
    """
    try:
        stat = picture_stat(file)
        key = hashlib.blake2b(f"{file}|{stat.st_mtime_ns}|{stat.st_size}|{side}".encode(), digest_size=16).hexdigest()
        made = workspace.thumbnails / key[:2] / f"{key}.webp"
        if not made.is_file():
            _shrink(file, made, side)
        return made
    except (OSError, NotAPicture) as error:
        log.info("no thumbnail of %s: %s", file, error)
        return None


def data_url(workspace: Workspace, file: Path | None, side: int = SMALL) -> str | None:
    """The small copy of `file` as a data URL; None when there is none."""
    small = thumbnail(workspace, file, side) if file else None
    return f"data:image/webp;base64,{base64.b64encode(small.read_bytes()).decode()}" if small else None


def data_urls(workspace: Workspace, files: Sequence[Path | None], side: int = SMALL) -> list[str | None]:
    """`data_url` of each file, several at once, since decoding releases the interpreter lock."""
    if len(files) < 3:
        return [data_url(workspace, file, side) for file in files]
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(lambda file: data_url(workspace, file, side), files))


def _shrink(file: Path, made: Path, side: int) -> None:
    made.parent.mkdir(parents=True, exist_ok=True)
    small = small_image(file, side)
    with whole_file(made) as partial:
        small.save(partial, "WEBP", quality=82, method=2)
