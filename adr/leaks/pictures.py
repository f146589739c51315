"""Which pictures of a benchmark are pictures of the dataset, or synthetic ones: by pixels and perceptual hash.

A process of its own reads the pictures (`adr.embed.hashing`) and keeps what it found in the workspace.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from adr.embed.folder_process import read_pictures
from adr.embed.hash_folder import HashFolder, PictureHashes, stamp_of
from adr.embed.looks import SAME_LOOK_BITS
from adr.picture_hash import near_between
from adr.progress import Progress

How = Literal["pixels", "hash", "mirrored", "look"]
Ours = tuple[Literal["path", "candidate"], str]
"""A picture of the workspace: the path of a source picture, or the candidate that a synthetic one is of."""
Name = TypeVar("Name", str, Ours)
_BITS = 63


@dataclass(frozen=True)
class SamePicture:
    """item: what the benchmark calls the picture; ours: the workspace's. how: the first that holds of 'pixels', 'hash',
    'mirrored' (the hash of one is near to that of the other mirrored left to right) and 'look' (`adr.leaks.looks`);
    likeness: share of the hash's bits that agree, for 'look' 1 − difference."""

    item: str
    ours: Ours
    how: How
    likeness: float


def same_pictures(
    folder: HashFolder, theirs: Mapping[str, Path], ours: Mapping[Ours, Path], progress: Progress
) -> list[SamePicture]:
    """The pictures of `theirs` that are among `ours`, each given with its file. Blank pictures are not compared."""
    files = [*theirs.values(), *ours.values()]
    folder.ask(files)
    read_pictures("adr.embed.hashing", folder, len(files), progress)
    known = folder.known()
    return compare(_found(theirs, known), _found(ours, known))


def compare(theirs: Mapping[str, PictureHashes], ours: Mapping[Ours, PictureHashes]) -> list[SamePicture]:
    """The same from the hashes of both."""
    items, names = list(theirs), list(ours)
    own = _array(ours, "perceptual")
    found: dict[tuple[int, int], How] = {}
    for i, j in near_between(_array(theirs, "mirrored"), own, SAME_LOOK_BITS):
        found[i, j] = "mirrored"
    for i, j in near_between(_array(theirs, "perceptual"), own, SAME_LOOK_BITS):
        found[i, j] = "pixels" if theirs[items[i]].pixels == ours[names[j]].pixels else "hash"
    return [
        SamePicture(items[i], names[j], how, _likeness(theirs[items[i]], ours[names[j]], how))
        for (i, j), how in sorted(found.items())
    ]


def _likeness(one: PictureHashes, other: PictureHashes, how: How) -> float:
    first = (one.mirrored if how == "mirrored" else one.perceptual) or 0
    return 1 - (first ^ (other.perceptual or 0)).bit_count() / _BITS


def _array(of: Mapping[Name, PictureHashes], field: str) -> NDArray[np.uint64]:
    return np.fromiter((getattr(one, field) for one in of.values()), np.uint64, len(of))


def _found(files: Mapping[Name, Path], known: Mapping[str, PictureHashes]) -> dict[Name, PictureHashes]:
    """The hashes of the pictures that have a look."""
    stamps = {name: stamp_of(file) for name, file in files.items()}
    return {
        name: known[stamp]
        for name, stamp in stamps.items()
        if stamp in known and stamp and known[stamp].perceptual is not None
    }
