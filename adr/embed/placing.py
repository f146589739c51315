"""Places pictures, or conversations, on a map: `python -m adr.embed.placing FOLDER VECTORS`. Never opens the database.

Reads the features that a model has made, lays out an even sample of them, puts the others among them, and writes
`places.npy` when all is done.
"""

import argparse
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from adr.embed.umap import EPOCHS, Floats, laid_out, placed
from adr.files import write_whole
from adr.process import Event, exit_status, tell

SAMPLE = 20_000
"""Pictures or conversations that are laid out; the others are put among them."""
DIRECTIONS = 64
"""Directions in which the features differ most, which is what distances are measured in."""
_BLOCK = 5_000  # put among the sample at once
_SEEN = 99.9  # per cent of the places that lie within the map along either axis; the others lie on its edge
_MARGIN = 0.03


def place_all(folder: Path, vectors: Path, seed: int, tell: Callable[[Event], None]) -> None:
    """Write the places of all that have features, in their order: (n, 2) whole numbers from 0 to 65,535. vectors: a
    file of NumPy's with the features, (n, d)."""
    places = _places(np.load(vectors, mmap_mode="r", allow_pickle=False), seed, tell)
    file = io.BytesIO()
    np.save(file, on_square(places))
    write_whole(folder / "places.npy", file.getvalue())


def _places(vectors: npt.NDArray[np.float16], seed: int, tell: Callable[[Event], None]) -> Floats:
    rows = sample_rows(len(vectors), seed)
    middle, directions = main_directions(np.asarray(vectors[rows], np.float32))
    sample = projected(vectors[rows], middle, directions)
    places = np.empty((len(vectors), 2), np.float32)
    for epoch, moved in enumerate(laid_out(sample, seed), 1):
        places[rows] = moved
        if epoch % 10 == 0:
            tell({"event": "laid out", "done": epoch, "total": EPOCHS, "what": "sample"})
    among = places[rows].copy()
    for start, others in _blocks(np.setdiff1d(np.arange(len(vectors)), rows)):
        places[others] = placed(projected(vectors[others], middle, directions), sample, among, seed + start)
        tell({"event": "placed", "done": start + len(others), "total": len(vectors) - len(rows), "what": "others"})
    return places


def sample_rows(count: int, seed: int) -> npt.NDArray[np.int64]:
    """The rows that are laid out, ascending."""
    if count <= SAMPLE:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, SAMPLE, replace=False))


def main_directions(points: Floats) -> tuple[Floats, Floats]:
    """(middle of the points, the DIRECTIONS in which they differ most as columns, most first)."""
    middle = points.mean(0)
    _, directions = np.linalg.eigh((points - middle).T @ (points - middle))
    chosen = directions[:, ::-1][:, :DIRECTIONS]
    signs = np.sign(chosen[np.abs(chosen).argmax(0), np.arange(chosen.shape[1])])
    return middle, np.asarray(chosen * signs, np.float32)


def projected(vectors: npt.NDArray[np.float16], middle: Floats, directions: Floats) -> Floats:
    """How far the vectors lie from the middle along each of the directions: (n, number of directions)."""
    found: Floats = ((np.asarray(vectors, np.float32) - middle) @ directions).astype(np.float32)
    return found


def on_square(places: Floats) -> npt.NDArray[np.uint16]:
    """The places as whole numbers from 0 to 65,535, at one scale for both axes."""
    low, high = np.percentile(places, [100 - _SEEN, _SEEN], axis=0)
    scale = 65_535 * (1 - 2 * _MARGIN) / max(float((high - low).max()), 1e-9)
    found: npt.NDArray[np.uint16] = np.clip((places - (low + high) / 2) * scale + 32_768, 0, 65_535).astype(np.uint16)
    return found


def _blocks(rows: npt.NDArray[np.int64]) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    for start in range(0, len(rows), _BLOCK):
        yield start, rows[start : start + _BLOCK]


def main(arguments: Sequence[str] | None = None) -> int:
    """The process: place what the features hold; exit status 0, or 1 after it has reported an error."""
    parser = argparse.ArgumentParser(prog="python -m adr.embed.placing", description=__doc__)
    parser.add_argument("folder", type=Path, help="where places.npy goes")
    parser.add_argument("vectors", type=Path, help="the features, a file of NumPy's")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    return exit_status(lambda: place_all(given.folder, given.vectors, given.seed, tell))


if __name__ == "__main__":
    sys.exit(main())
