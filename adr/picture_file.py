"""A picture's bytes, whether it is a file or lies inside a shard, where its path goes on behind the shard's name.

Every picture of a source is read through here, after `adr.image_folder` has said which path it is. Knows nothing of
what pictures show.
"""

import io
import os
from pathlib import Path
from typing import BinaryIO

from adr.picture_shards import opened_shard, shard_of


def is_picture(path: Path) -> bool:
    """Whether there is a file, or a picture inside a shard, at `path`."""
    try:
        if path.is_file():
            return True
        inside = shard_of(path)
        return inside is not None and opened_shard(inside[0]).has(inside[1])
    except (OSError, ValueError):
        return False


def open_picture(path: Path | str) -> BinaryIO:
    """The picture as a file to read from; FileNotFoundError when it is not there, OSError when it cannot be read."""
    path = Path(path)
    try:
        return path.open("rb")
    except NotADirectoryError:
        return io.BytesIO(read_picture(path))


def read_picture(path: Path) -> bytes:
    """The bytes of the picture; FileNotFoundError when it is not there, OSError when it cannot be read."""
    try:
        return path.read_bytes()
    except NotADirectoryError:
        inside = shard_of(path)
        data = opened_shard(inside[0]).read(inside[1]) if inside else None
        if data is None:
            raise FileNotFoundError(2, "No such picture inside", str(path)) from None
        return data


def picture_stat(path: Path) -> os.stat_result:
    """What the system says of the file, or of the shard that the picture lies in; OSError when it is not there."""
    try:
        return path.stat()
    except NotADirectoryError:
        inside = shard_of(path)
        if inside is None:
            raise
        return inside[0].stat()
