"""Measures pictures: `python -m adr.embed.measuring FOLDER`. Never opens the database.

Goes on where it stopped (`adr.embed.picture_reading`).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from adr.embed.measure_folder import MeasureFolder
from adr.embed.picture_measures import measures_of
from adr.embed.picture_reading import read_all
from adr.process import exit_status, tell


def main(arguments: Sequence[str] | None = None) -> int:
    """The process: measure what the folder asks; exit status 0, or 1 after it has reported an error."""
    parser = argparse.ArgumentParser(prog="python -m adr.embed.measuring", description=__doc__)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    return exit_status(lambda: read_all(MeasureFolder(given.folder), measures_of, tell))


if __name__ == "__main__":
    sys.exit(main())
