"""The instances that an experiment splits, or the rows of a test file of another set: pictures, facts and questions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adr.conversation import questions
from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.ingest.ingest import ingest
from adr.progress import Progress, silent
from adr.prove.picture_facts import KnownPictures, PictureFacts, near_any
from adr.store import Store


@dataclass(frozen=True)
class SourceRows:
    """Columns of equal length, one element per instance, and what is known of their pictures. images: image paths;
    said: {position: a hash of the conversation} of instances without a picture; files, facts: by image path, of those
    that can be read."""

    positions: list[int]
    images: list[list[str]]
    questions: list[list[tuple[str, str]]]
    said: Mapping[int, str]
    files: Mapping[str, Path]
    facts: Mapping[str, PictureFacts]

    def picture(self, row: int) -> str | None:
        """SHA-256 of the file of an instance's first picture that can be decoded; None without one."""
        known = (self.facts.get(name) for name in self.images[row])
        return next((facts.sha256 for facts in known if facts and facts.pixels), None)


def rows_of(store: Store, known: KnownPictures, first: int = 0, progress: Progress = silent) -> SourceRows:
    """All instances of a store, by position. first: what is added to every position."""
    found = store.rows("select instance, images, turns, hash(turns)::varchar from instance order by instance")
    folder = ImageFolder.beside(store)
    names = dict.fromkeys(name for _, images, _, _ in found for name in images)
    files = {name: path for name in names if (path := folder.file(name)) is not None}
    facts = known.of(files.values(), progress)
    return SourceRows(
        [first + position for position, _, _, _ in found],
        [list(images) for _, images, _, _ in found],
        [questions(turns) for _, _, turns, _ in found],
        {first + position: said for position, images, _, said in found if not images},
        files,
        {name: facts[path] for name, path in files.items() if path in facts},
    )


def rows_of_file(
    path: Path, images: Path | None, known: KnownPictures, first: int, progress: Progress = silent
) -> SourceRows:
    """The rows of a test file, whose positions go on from `first`."""
    second = Store.memory()
    try:
        ingest(second, path, images, progress=progress)
        return rows_of(second, known, first, progress)
    finally:
        second.close()


class PictureSet:
    """Pictures that another one may be a copy of, by name."""

    def __init__(self, facts: Mapping[str, PictureFacts]) -> None:
        self._others = {key: name for name, one in facts.items() for key in (one.sha256, one.pixels) if key}
        looks = [(name, one.perceptual) for name, one in facts.items() if one.perceptual is not None]
        self._names = [name for name, _ in looks]
        self._hashes = np.array([look for _, look in looks], dtype=np.uint64)

    def copy_of(self, one: PictureFacts | None) -> str | None:
        """The name of the picture that is the same (bytes, pixels or rough look) as `one`; None without one."""
        return None if one is None else near_any(one, self._others, self._hashes, self._names)


def refuse_leaks(training: SourceRows, test: SourceRows) -> None:
    """AdrError that names the pictures of a test file that are in the training data too, by bytes, pixels or look."""
    found = _copies(training, test)
    if found:
        raise AdrError(
            f"{_these(len(found))} in the dataset too: {_named(found)}.",
            "Leave their rows out of the test with --leave-out-copies, or take them out of the dataset; otherwise the "
            "test measures memory.",
        )


def without_copies(training: SourceRows, test: SourceRows) -> tuple[SourceRows, int]:
    """The rows of a test file without a picture that is in the training data too, and how many others there are."""
    copied = {name for name, _ in _copies(training, test)}
    apart = np.array([copied.isdisjoint(names) for names in test.images], dtype=bool)
    return only(test, apart), int(np.count_nonzero(~apart))


def only(rows: SourceRows, chosen: NDArray[np.bool_]) -> SourceRows:
    """The chosen rows, with what is known of their pictures."""
    at = np.flatnonzero(chosen).tolist()
    images = [rows.images[row] for row in at]
    names = {name for row in images for name in row}
    return SourceRows(
        [rows.positions[row] for row in at],
        images,
        [rows.questions[row] for row in at],
        {rows.positions[row]: rows.said[rows.positions[row]] for row in at if rows.positions[row] in rows.said},
        {name: path for name, path in rows.files.items() if name in names},
        {name: facts for name, facts in rows.facts.items() if name in names},
    )


def _copies(training: SourceRows, test: SourceRows) -> list[tuple[str, str]]:
    """(picture of the test, the same picture in the training data)."""
    pictures = PictureSet(training.facts)
    return [(name, copy) for name, one in test.facts.items() if (copy := pictures.copy_of(one)) is not None]


def _these(count: int) -> str:
    return "1 picture of the test file is" if count == 1 else f"{count:,} pictures of the test file are"


def _named(found: Iterable[tuple[str, str]]) -> str:
    pairs = [f"{test} (as {own})" for test, own in found]
    return ", ".join(pairs[:5]) + (f" and {len(pairs) - 5:,} more" if len(pairs) > 5 else "")
