"""Lays pictures over one another: `python -m adr.embed.comparing FOLDER`. Never opens the database.

Reads which pairs the folder asks for, writes one file per block of them, and reports its progress. Killed at any
moment, it loses only the block in flight; started again, it goes on from there.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image

from adr.embed.alignment import SIDE, difference
from adr.embed.pair_folder import PairFolder
from adr.process import Event, exit_status, tell
from adr.small_images import NotAPicture, small_image

BLOCK = 100
"""Pairs per file."""


def compare_all(folder: PairFolder, tell: Callable[[Event], None]) -> None:
    """Compare every pair that is asked for and not known. Each event has how many are done and, from those that this
    process has compared, how many it compares per second."""
    known, asked = folder.known(), folder.asked()
    todo = [pair for pair in asked if pair not in known]
    before, started = len(asked) - len(todo), time.monotonic()
    for start in range(0, len(todo), BLOCK):
        part = todo[start : start + BLOCK]
        folder.keep({pair: apart(*asked[pair]) for pair in part})
        done = start + len(part)
        tell({"event": "compared", "done": before + done, "rate": done / (time.monotonic() - started)})


def apart(file: Path, other: Path) -> float:
    """How much two pictures differ (`adr.embed.alignment`); infinite where one cannot be decoded."""
    one, two = _picture(file), _picture(other)
    return float("inf") if one is None or two is None else difference(one, two)


@lru_cache(maxsize=1000)
def _picture(file: Path) -> Image.Image | None:
    try:
        return small_image(file, SIDE)
    except (OSError, NotAPicture):
        return None


def main(arguments: Sequence[str] | None = None) -> int:
    """The process: compare what the folder asks for; exit status 0, or 1 after it has reported an error."""
    parser = argparse.ArgumentParser(prog="python -m adr.embed.comparing", description=__doc__)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    return exit_status(lambda: compare_all(PairFolder(given.folder), tell))


if __name__ == "__main__":
    sys.exit(main())
