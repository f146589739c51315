"""Which pictures are the same file under other names: equal in size and SHA-256.

Only files that share their size with another are read. Knows nothing of conversations or tables.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from adr.embed.clusters import roots
from adr.image_folder import ImageFolder
from adr.picture_file import read_picture
from adr.progress import Progress, let_pages_run, silent

_STEP = 500  # pictures between two reports of progress


@dataclass(frozen=True)
class SamePictures:
    """same_as: {path: the first path of the same picture, maybe itself}; a picture that cannot be read is only itself.
    unread: how many cannot be read."""

    same_as: Mapping[str, str]
    unread: int

    def joined(self, pairs: Iterable[tuple[int, int]]) -> "SamePictures":
        """The same with further pairs of same pictures, given as numbers in the order of `same_as`."""
        paths = list(self.same_as)
        number = {path: n for n, path in enumerate(paths)}
        equal = ((number[first], number[path]) for path, first in self.same_as.items())
        return SamePictures(
            {path: paths[root] for path, root in zip(paths, roots(len(paths), chain(equal, pairs)), strict=True)},
            self.unread,
        )


def same_pictures(folder: ImageFolder | None, paths: Sequence[str], progress: Progress = silent) -> SamePictures:
    """Which of the image paths, in the order given, name files of the same bytes."""
    sizes: dict[int, list[tuple[str, Path]]] = defaultdict(list)
    unread = 0
    for number, path in enumerate(paths):
        _said(progress, number, len(paths), "Looking at picture files")
        file = folder.file(path) if folder else None
        size = _size(file) if file else 0
        if file and size:
            sizes[size].append((path, file))
        else:
            unread += 1
    same_as = {path: path for path in paths}
    for path, first in _equal(list(sizes.values()), progress):
        same_as[path] = first
    return SamePictures(same_as, unread)


def _equal(by_size: Sequence[Sequence[tuple[str, Path]]], progress: Progress) -> Iterable[tuple[str, str]]:
    """(path, the first path of the same bytes), for the files that share their size with another."""
    shared = [files for files in by_size if len(files) > 1]
    total, done = sum(map(len, shared)), 0
    for files in shared:
        first: dict[str, str] = {}
        for path, file in files:
            _said(progress, done, total, "Comparing pictures of equal size")
            done += 1
            try:
                digest = hashlib.sha256(read_picture(file)).hexdigest()
            except OSError:
                continue
            yield path, first.setdefault(digest, path)


def _said(progress: Progress, done: int, total: int, message: str) -> None:
    if done % _STEP == 0:
        progress(done, total, message)
        let_pages_run()


def _size(path: Path) -> int:
    """The size of a picture in bytes; one inside a shard is read for that. 0 when it cannot be read."""
    try:
        return os.stat(path).st_size
    except NotADirectoryError:
        pass
    except OSError:
        return 0
    try:
        return len(read_picture(path))
    except OSError:
        return 0
