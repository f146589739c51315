"""Computes how well pictures agree with texts: `python -m adr.embed.agreeing FOLDER`. Never opens the database.

Reads `asked.npz` (the arrays of `NamedThings`) and `features.json` (where the features lie, and of which model), and
writes `found.npz` (those of `Agreements`).
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from adr.embed.agreement import NamedThings, agreements
from adr.feature_folder import FeatureFolder
from adr.files import whole_file
from adr.process import exit_status


def compute(folder: Path) -> None:
    """Do what the folder asks."""
    where = json.loads((folder / "features.json").read_text(encoding="utf-8"))
    features = FeatureFolder(Path(where["folder"]), where["model"]).need()
    with np.load(folder / "asked.npz", allow_pickle=False) as asked:
        named = NamedThings(asked["rows"], asked["starts"], asked["things"], int(asked["count"]))
    found = agreements(features.vectors, named)
    with whole_file(folder / "found.npz") as partial, partial.open("wb") as out:
        np.savez(out, **asdict(found))


def main(arguments: Sequence[str] | None = None) -> int:
    """The process; exit status 0, or 1 after it has reported an error."""
    parser = argparse.ArgumentParser(prog="python -m adr.embed.agreeing", description=__doc__)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args(arguments)
    return exit_status(lambda: compute(given.folder))


if __name__ == "__main__":
    sys.exit(main())
