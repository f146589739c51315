"""What a format is, and what its writer is given. Knows nothing of any particular format."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import IO

from adr.conversation import ADDRESS
from adr.export.columns import RowColumns, columns
from adr.export.leaving import CANDIDATE_FOLDERS, CHUNK, Exported, Leaving, batches
from adr.export.lint import Rules
from adr.export.parts import Part, Take
from adr.image_folder import ImageFolder, prefix_of
from adr.progress import Progress
from adr.store import Store

IMAGES = ("reference", "copy", "link", "inside")


@dataclass
class Work:
    """One export in progress: its rows, and the temporary folder that a writer fills."""

    store: Store
    leave: Leaving
    folder: Path
    images: str  # one of IMAGES: where the pictures of the rows will be
    form: str  # shape of the records as they were read: 'llava', 'messages', or 'llava, messages'
    progress: Progress
    left_out: Sequence[int] = ()  # positions of kept instances that are left out because of an error
    parts: tuple[Part, ...] = ()  # the files of an export with weights
    known_columns: RowColumns | None = None  # where these rows are some of those whose keys they share

    def rows(self, *, turns: bool = False, raw: bool = True, size: int = CHUNK) -> Iterator[list[Exported]]:
        """The rows in lists, in order, while reporting the progress of writing; may raise Cancelled."""
        done = 0
        for batch in batches(self.store, self.leave, turns=turns, raw=raw, size=size):
            self.progress(done, self.leave.instances, "Writing")
            if self.ways:
                for row in batch:
                    row.images, row.videos = self.named(row.images), self.named(row.videos)
            yield batch
            done += len(batch)
        self.progress(done, self.leave.instances, "Writing")

    def named(self, paths: Sequence[str]) -> list[str]:
        """Paths of pictures as the export names them. Pictures that stay in several image folders are named from the
        folder that holds all of these; others have the names of the workspace."""
        return [self._named(path) for path in paths]

    def _named(self, path: str) -> str:
        prefix = prefix_of(path, self.ways)
        stays = prefix not in self.ways or ADDRESS.match(path) or path.split("/")[0] in CANDIDATE_FOLDERS
        return path if stays else self.ways[prefix] + path[len(prefix) :]

    @cached_property
    def ways(self) -> dict[str, str]:
        """{prefix of a source's paths: what takes its place}; empty where names stay as they are."""
        if self.images != "reference" or self.leave.image_root is None:
            return {}
        ways = self.leave.image_root.common()[1]
        return {} if ways == {"": ""} else ways

    @cached_property
    def columns(self) -> RowColumns:
        """What the rows hold, so that all of a file have the same keys."""
        return self.known_columns or columns(self.store, self.leave)

    def of_part(self, part: Part) -> "Work":
        """The same export for the rows of one file, which have the keys of all rows."""
        places = part.places.tolist()
        leave = replace(
            self.leave,
            order=self.leave.order[part.places],
            new_ids={n: self.leave.new_ids[place] for n, place in enumerate(places) if place in self.leave.new_ids},
        )
        before = sum(one.rows for one in self.parts[: self.parts.index(part)])
        whole, progress = self.leave.instances, self.progress

        def of_all(done: int, total: int | None, message: str) -> None:
            progress(before + done, whole, message)

        return replace(self, leave=leave, known_columns=self.columns, progress=of_all)

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """A new file of the export, by its path in the folder; it is on disk when the block ends."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb", buffering=1 << 20) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())

    def path_of(self, name: str) -> Path:
        """The file on disk for the picture that rows name `name`; AdrError when a new link would reach it."""
        if name in self._synthetic:
            return self._synthetic[name]
        root = self.leave.image_root or ImageFolder.at(Path())
        return root.path_of(name)

    @cached_property
    def _synthetic(self) -> dict[str, Path]:
        return {one.images[0]: one.image for one in self.leave.accepted if one.image is not None}


@dataclass(frozen=True)
class Weighted:
    """How a format is written with one file for each value of a mixture, and how its trainer takes rows of them."""

    sentence: str  # as in Format
    setting: str  # as in Format
    write: Callable[[Work], list[str]]  # as in Format; the files are `Work.parts`
    takes: Callable[[Sequence[Part]], list[Take]]  # one for each of the files
    data_files: str | None = None  # as in Format


@dataclass(frozen=True)
class Format:
    """One trainer's format."""

    name: str  # as on the command line
    title: str  # the trainer
    sentence: str  # what is written, in one line
    setting: str  # the trainer's setting for where data and pictures are
    rules: Rules
    images: tuple[str, ...]  # choices of IMAGES, the default first
    write: Callable[[Work], list[str]]  # returns the main data files, in order
    keeps: Callable[[str], bool]  # whether records of a form (see Work.form) are written as they were read
    part: str = "all"  # 'all' rows, only the 'synthetic' ones, or only the 'decisions', without rows
    join: Callable[[Work, str, Sequence[str]], None] | None = None  # into a folder, what names several of this format
    data_files: str | None = None  # what `datasets` reads; None: the first main file, '': nothing
    weighted: Weighted | None = None  # None: its trainer has no setting for how often a file is read

    def with_weights(self) -> "Format":
        """The same format with one file for each value of a mixture."""
        how = self.weighted
        if how is None:
            raise ValueError(f"{self.name} cannot be written with weights")
        return replace(self, sentence=how.sentence, setting=how.setting, write=how.write, data_files=how.data_files)
