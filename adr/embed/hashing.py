"""Hashes pictures: `python -m adr.embed.hashing FOLDER`. Never opens the database.

Reads what the folder asks, writes one file per block of pictures, and reports its progress. Killed at any moment, it
loses only the block in flight; started again, it goes on from there.
"""

import argparse
import hashlib
import io
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from adr.embed.hash_folder import HashFolder, PictureHashes, stamp_of
from adr.picture_file import read_picture
from adr.picture_hash import hash_both_ways
from adr.process import Event, exit_status, tell
from adr.settings import setting

BLOCK = 256
"""Pictures per file."""
_FLAT = 2  # standard deviation of the brightness, of 255: a blank picture has no look to compare
_NOTHING = PictureHashes("", None, None)


def hash_all(folder: HashFolder, tell: Callable[[Event], None]) -> None:
    """Hash every picture that is asked for and not known. Each event has how many are done and, from the pictures that
    this process has hashed, how many it hashes per second."""
    known = folder.known()
    asked = {stamp: file for file in folder.asked() if (stamp := stamp_of(file))}
    todo = [stamp for stamp in asked if stamp not in known]
    before, started = len(asked) - len(todo), time.monotonic()
    with ThreadPoolExecutor(max(1, int(setting("ADR_THREADS")))) as pool:
        for start in range(0, len(todo), BLOCK):
            part = todo[start : start + BLOCK]
            found = pool.map(lambda stamp: hashes_of(asked[stamp]), part)
            folder.keep(dict(zip(part, found, strict=True)))
            done = start + len(part)
            tell({"event": "hashed", "done": before + done, "rate": done / (time.monotonic() - started)})


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
