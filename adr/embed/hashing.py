"""Hashes pictures: `python -m adr.embed.hashing FOLDER`. Never opens the database.

Goes on where it stopped (`adr.embed.picture_reading`).
"""

import argparse
import hashlib
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from adr.embed.hash_folder import HashFolder, PictureHashes
from adr.embed.picture_reading import read_all
from adr.picture_file import read_picture
from adr.picture_hash import hash_both_ways
from adr.process import Event, exit_status, tell

_FLAT = 2  # standard deviation of the brightness, of 255: a blank picture has no look to compare
_NOTHING = PictureHashes("", None, None)


def hash_all(folder: HashFolder, tell: Callable[[Event], None]) -> None:
    """Hash every picture that is asked for and not known; events as by `read_all`."""
    read_all(folder, hashes_of, tell)


def hashes_of(file: Path) -> PictureHashes:
    """The hashes of a picture; empty when it cannot be decoded."""
    try:
        with Image.open(io.BytesIO(read_picture(file))) as opened:
            picture = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return _NOTHING
    pixels = hashlib.sha256(f"{picture.width} {picture.height} ".encode() + picture.tobytes()).hexdigest()
    flat = float(np.asarray(picture.convert("L")).std()) < _FLAT
    return PictureHashes(pixels, None, None) if flat else PictureHashes(pixels, *hash_both_ways(picture))


def main(arguments: Sequence[str] | None = None) -> int:
    """The process: hash what the folder asks; exit status 0, or 1 after it has reported an error."""
    parser = argparse.ArgumentParser(prog="python -m adr.embed.hashing", description=__doc__)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    return exit_status(lambda: hash_all(HashFolder(given.folder), tell))


if __name__ == "__main__":
    sys.exit(main())
