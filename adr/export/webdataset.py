"""WebDataset: tar shards in which files of one name are one sample: KEY.jpg (KEY.0.jpg, KEY.1.jpg …) and KEY.json.

The JSON is the row in LLaVA's shape. Keys are the position in the source, or a candidate's name; they hold no dot,
since the extension begins at the first one.
"""

import io
import tarfile
from pathlib import Path

from adr.errors import AdrError
from adr.export.leaving import Exported
from adr.export.lint import Rules
from adr.export.records import conversations
from adr.export.work import Format, Work

SHARD = 500 << 20


def write(work: Work) -> list[str]:
    """The shards `adr-000000.tar` …, each of about 500 MB; returns their names."""
    names: list[str] = []
    tar: tarfile.TarFile | None = None
    try:
        for batch in work.rows(turns=work.form != "llava", size=500):
            for row in batch:
                if tar is None or tar.offset >= SHARD:
                    if tar is not None:
                        tar.close()
                    names.append(f"adr-{len(names):06d}.tar")
                    tar = tarfile.open(work.folder / names[-1], "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115
                for name, content in _sample(work, row):
                    _add(tar, name, content)
    finally:
        if tar is not None:
            tar.close()
    return names


def key(row: Exported) -> str:
    """The sample's name in the tar."""
    return row.key if row.copy == 1 else f"{row.key}-{row.copy}"


def _sample(work: Work, row: Exported) -> list[tuple[str, bytes]]:
    files = []
    for n, name in enumerate(row.images):
        suffix = Path(name).suffix.lower() or ".jpg"
        try:
            content = work.path_of(name).read_bytes()
        except OSError as error:
            raise AdrError(
                f"The picture {name} of {row.key} cannot be read: {error.strerror}.",
                "Put it back, or leave out the rows with errors.",
            ) from error
        files.append((f"{key(row)}{suffix}" if len(row.images) == 1 else f"{key(row)}.{n}{suffix}", content))
    files.append((f"{key(row)}.json", conversations(row, work.form).encode()))
    return files


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Append a file that says nothing of when, where and by whom it was written."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(content), 0, 0o644
    tar.addfile(entry, io.BytesIO(content))


FORMAT = Format(
    name="webdataset",
    title="WebDataset",
    sentence="Tar shards of pictures and one JSON a sample, for streaming.",
    setting='webdataset.WebDataset("{out}/adr-{{000000..}}.tar")',
    rules=Rules(markers_equal_images=False),
    images=("inside",),
    write=write,
    keeps=lambda form: form == "llava",
)
