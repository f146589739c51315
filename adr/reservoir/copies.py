"""Which rows of the reservoir are copies of the dataset: the same picture, or the same conversation about a picture of
the same name.

Pictures are compared by size and by a stretch of bytes from their middle, so a million need not be read in full.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from adr.image_folder import ImageFolder
from adr.picture_file import open_picture, read_picture
from adr.progress import Progress, let_pages_run, silent
from adr.store import Store, Writer

_STRETCH = 4096  # bytes compared from the middle of two pictures of equal size
_STEP = 2000  # pictures between two reports of progress


@dataclass(frozen=True)
class Copies:
    """Pairs of pictures that are the same: by their paths in the reservoir and in the dataset."""

    theirs: list[str]
    ours: list[str]


def copies_of_pictures(store: Store, second: Store, folders: ImageFolder, progress: Progress = silent) -> Copies:
    """Which pictures of the reservoir (in `second`, found by `folders`) are pictures of the dataset under any name."""
    own = ImageFolder.beside(store)
    ours = _by_size(own, _paths(store), progress)
    theirs = _by_size(folders, _paths(second), progress)
    found = Copies([], [])
    for size, names in theirs.items():
        if size not in ours:
            continue
        stretches: dict[bytes, list[str]] = defaultdict(list)
        for name, path in ours[size]:
            stretches[_middle(path, size)].append(name)
        for name, path in names:
            for same in stretches.get(_middle(path, size), ()):
                found.theirs.append(name)
                found.ours.append(same)
    return found


def note_copies(writer: Writer, copies: Copies) -> None:
    """Write `reservoir_copy`: the copies by picture given, and those by conversation."""
    writer.register(
        "same_picture",
        pa.table({"theirs": pa.array(copies.theirs, pa.string()), "ours": pa.array(copies.ours, pa.string())}),
    )
    writer.execute("""
        insert into reservoir_copy
        select distinct r.instance, i.instance, 'image'
        from same_picture s
        join (select instance, unnest(images) as path from reservoir_instance) r on r.path = s.theirs
        join (select instance, unnest(images) as path from instance) i on i.path = s.ours""")
    writer.execute("""
        insert into reservoir_copy
        select r.instance, i.instance, 'conversation'
        from (select instance, turns, hash(turns) as said, parse_filename(images[1]) as name from reservoir_instance) r
        join (select instance, turns, hash(turns) as said, parse_filename(images[1]) as name from instance) i
          on i.said = r.said and i.name is not distinct from r.name and i.turns = r.turns
        anti join reservoir_copy c on c.instance = r.instance and c.copy_of = i.instance""")


def _paths(store: Store) -> Iterable[str]:
    return (path for (path,) in store.rows("select distinct unnest(images) as path from instance order by path"))


def _by_size(folder: ImageFolder, names: Iterable[str], progress: Progress) -> Mapping[int, list[tuple[str, Path]]]:
    """{size in bytes: (name, file)} of the pictures that are on disk; empty files are left out."""
    found: dict[int, list[tuple[str, Path]]] = defaultdict(list)
    for number, name in enumerate(names):
        if number % _STEP == _STEP - 1:
            progress(number, None, "Looking for copies of the dataset's pictures")
            let_pages_run()
        path = folder.file(name)
        if path is not None and (size := _size(path)):
            found[size].append((name, path))
    return found


def _size(path: Path) -> int:
    """The size of a picture in bytes; one inside a shard is read for that. 0 when it cannot be read."""
    try:
        return os.stat(path).st_size
    except NotADirectoryError:
        pass
    try:
        return len(read_picture(path))
    except OSError:
        return 0


def _middle(path: Path, size: int) -> bytes:
    """The stretch from the middle of a file; its name in place of it when it cannot be read, so that it equals none."""
    try:
        with open_picture(path) as file:
            file.seek(max(0, (size - _STRETCH) // 2))
            return file.read(_STRETCH)
    except OSError:
        return os.fsencode(path)
