"""Which pictures look the same: equal in their pixels, or near to one another by perceptual hash.

A process of its own reads the pictures (`adr.embed.hashing`); this side asks it and pairs what it found.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from adr.embed.folder_process import read_pictures
from adr.embed.hash_folder import HashFolder, PictureHashes, stamp_of
from adr.image_folder import ImageFolder
from adr.picture_hash import bits_apart, near_pairs
from adr.progress import Progress, silent
from adr.store import Store
from adr.workspace import Workspace

Pairs = list[tuple[int, int]]
SAME_LOOK_BITS = 2
"""Pictures whose perceptual hashes differ in at most so many of 63 bits look the same (measured: docs/copies.md)."""


@dataclass(frozen=True)
class Looks:
    """Pairs of pictures, given as numbers. equal: of the same pixels; near: of nearly the same perceptual hash;
    mirrored: one looks like the other, mirrored left to right."""

    equal: Pairs
    near: Pairs
    mirrored: Pairs


def looks_of(store: Store, images: ImageFolder | None, paths: Sequence[str], progress: Progress = silent) -> Looks:
    """Which pictures look alike, by their numbers in `paths`; a picture that cannot be read is in no pair.

    AdrError when the process that reads the pictures ends unexpectedly. What it has read is kept in the workspace.
    """
    files = {number: file for number, path in enumerate(paths) if images and (file := images.file(path))}
    with _folder(store) as folder:
        folder.ask(list(files.values()))
        read_pictures("adr.embed.hashing", folder, len(files), progress)
        known = folder.known()
    found = {n: known[stamp] for n, file in files.items() if (stamp := stamp_of(file)) in known and stamp}
    return Looks(list(_equal_pixels(found)), list(_near(found)), list(_mirrored(found)))


def _equal_pixels(found: Mapping[int, PictureHashes]) -> Iterator[tuple[int, int]]:
    first: dict[str, int] = {}
    for number, hashes in found.items():
        if hashes.pixels and first.setdefault(hashes.pixels, number) != number:
            yield first[hashes.pixels], number


def _near(found: Mapping[int, PictureHashes]) -> Iterator[tuple[int, int]]:
    """Pairs by perceptual hash; of equal hashes each is paired with the first, so that many copies cost no more."""
    by_hash: dict[int, int] = {}
    for number, hashes in found.items():
        if hashes.perceptual is None:
            continue
        if (first := by_hash.setdefault(hashes.perceptual, number)) != number:
            yield first, number
    numbers = list(by_hash.values())
    for one, other in near_pairs(np.array(list(by_hash), np.uint64), SAME_LOOK_BITS):
        yield numbers[one], numbers[other]


def _mirrored(found: Mapping[int, PictureHashes]) -> Iterator[tuple[int, int]]:
    """Pairs in which the second, mirrored, is near to the first, which is no mirror image of itself. Pictures of equal
    hashes are one picture here."""
    first_of: dict[int, int] = {}
    for number, hashes in found.items():
        if hashes.perceptual is not None:
            first_of.setdefault(hashes.perceptual, number)
    numbers, count = list(first_of.values()), len(first_of)
    both = [*first_of, *(found[number].mirrored for number in numbers)]
    for one, other in near_pairs(np.array(both, np.uint64), SAME_LOOK_BITS):
        if one < count <= other and one < other - count and not _symmetric(found[numbers[one]]):
            yield numbers[one], numbers[other - count]


def _symmetric(hashes: PictureHashes) -> bool:
    """Whether a picture looks like its own mirror image."""
    return bits_apart(hashes.perceptual or 0, hashes.mirrored or 0) <= 2 * SAME_LOOK_BITS


@contextmanager
def _folder(store: Store) -> Iterator[HashFolder]:
    """The folder of hashes: in the workspace or, for a store in memory, a temporary one."""
    if store.path is not None:
        yield HashFolder(Workspace(store.path.parent).hashes)
        return
    with TemporaryDirectory() as folder:
        yield HashFolder(Path(folder))
