"""WebDataset: tar shards in which files with one name are one sample: KEY.jpg (KEY.0.jpg, KEY.1.jpg …) and KEY.json.

A video is KEY.mp4, and the JSON is the row in LLaVA's shape. A key is the position in the source or a candidate's
name; it holds no dot, because the extension begins at the first one.
"""

import io
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

from adr.errors import AdrError
from adr.export.in_order import file_begins
from adr.export.leaving import Exported
from adr.export.lint import Rules
from adr.export.records import conversations
from adr.export.work import Format, Work
from adr.picture_file import read_picture

SHARD = 500 << 20
Sample = list[tuple[str, bytes]]
"""(name, content) of its files."""


def write(work: Work) -> list[str]:
    """Write the shards `adr-000000.tar` …; returns their names. A shard ends when it has about 500 MB, and where
    `file_begins` says that the next one begins."""
    tars = TarFiles(work.folder)
    begins = frozenset(file_begins(work.leave.order).tolist())
    try:
        for place, sample in samples(work):
            if place in begins:
                tars.close()
            tars.add(sample)
    finally:
        tars.close()
    return tars.names


def samples(work: Work) -> Iterator[tuple[int, Sample]]:
    """(place, sample) of every row, in order."""
    for batch in work.rows(turns=True, size=500):
        for row in batch:
            yield row.place, _sample(work, row)


def samples_of(file: Path) -> Iterator[Sample]:
    """The samples of a tar file that was written here, each of which ends with its JSON."""
    sample: Sample = []
    with tarfile.open(file) as tar:
        for entry in tar:
            sample.append((entry.name, _content(tar, entry)))
            if entry.name.endswith(".json"):
                yield sample
                sample = []


class TarFiles:
    """Tar files written one after the other. names: of those that were begun."""

    def __init__(self, folder: Path) -> None:
        self.names: list[str] = []
        self._folder = folder
        self._tar: tarfile.TarFile | None = None

    def add(self, sample: Sample) -> None:
        """Append the files of a sample, to a new tar file when the last one is full."""
        if self._tar is not None and self._tar.offset >= SHARD:
            self.close()
        if self._tar is None:
            self._tar = tarfile.open(self._next(), "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115
        for name, content in sample:
            _add(self._tar, name, content)

    def take(self, file: Path) -> None:
        """Add a finished file as the next one."""
        self.close()
        shutil.copyfile(file, self._next())

    def close(self) -> None:
        """Finish the current file."""
        if self._tar is not None:
            self._tar.close()
            self._tar = None

    def _next(self) -> Path:
        self.names.append(f"adr-{len(self.names):06d}.tar")
        return self._folder / self.names[-1]


def key(row: Exported) -> str:
    """The sample's name in the tar file."""
    return row.key if row.copy == 1 else f"{row.key}-{row.copy}"


def _sample(work: Work, row: Exported) -> Sample:
    files = [*_media(work, row, row.images, ".jpg"), *_media(work, row, row.videos, ".mp4")]
    files.append((f"{key(row)}.json", conversations(row, work.form).encode()))
    return files


def _media(work: Work, row: Exported, names: list[str], usual: str) -> list[tuple[str, bytes]]:
    """Pictures, or videos, with their names in the sample. usual: the ending of a file that has none."""
    files = []
    for n, name in enumerate(names):
        suffix = Path(name).suffix.lower() or usual
        try:
            content = read_picture(work.path_of(name))
        except OSError as error:
            raise AdrError(
                f"The file {name} of {row.key} cannot be read: {error.strerror}.",
                "Restore it, or leave out the rows with errors.",
            ) from error
        files.append((f"{key(row)}{suffix}" if len(names) == 1 else f"{key(row)}.{n}{suffix}", content))
    return files


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(entry)
    assert file is not None, "every entry of a sample is a file"
    return file.read()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Append a file without any record of when, where and by whom it was written."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(content), 0, 0o644
    tar.addfile(entry, io.BytesIO(content))


FORMAT = Format(
    name="webdataset",
    title="WebDataset",
    sentence="Tar shards with pictures and one JSON file per sample, for streaming.",
    setting='webdataset.WebDataset("{out}/adr-{{000000..}}.tar")',
    rules=Rules(markers_equal_images=False, videos="several"),
    images=("inside",),
    write=write,
    keeps=lambda form: form == "llava",
    data_files="adr-*.tar",
)
