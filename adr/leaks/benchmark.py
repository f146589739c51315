"""A benchmark as it was read: its pictures, and a store with its rows. Knows nothing of the dataset."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.ingest.ingest import ingest
from adr.progress import Progress
from adr.store import Store

_ENDINGS = frozenset((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"))
_SHARDS = frozenset((".parquet", ".arrow", ".tar"))


@dataclass(frozen=True)
class Benchmark:
    """name: of its file or folder; pictures: {what it calls a picture: where it lies}; missing: pictures that it names
    and that are not on disk; rows: a store with its rows as instances, without any for a folder of pictures."""

    name: str
    pictures: dict[str, Path]
    missing: int
    rows: Store


@contextmanager
def read_benchmark(path: Path, images: Path | None, progress: Progress) -> Iterator[Benchmark]:
    """A benchmark from a file that `ingest` reads, a folder of Parquet, Arrow or tar shards, or a folder of pictures.

    images: the folder that the image paths of a file start from; by default the file's own. AdrError when it holds
    neither rows nor pictures, or `ingest` cannot read it.
    """
    with closing(Store.memory()) as rows:
        if path.is_dir() and not any(file.suffix.lower() in _SHARDS for file in path.rglob("*")):
            yield Benchmark(path.name, _pictures_below(path), 0, rows)
            return
        ingest(rows, path, images or (path if path.is_dir() else path.parent), progress=progress)
        folder = ImageFolder.of(rows)
        names = [name for (name,) in rows.rows("select distinct unnest(images) as name from instance order by name")]
        found = {name: file for name in names if folder and (file := folder.file(name))}
        yield Benchmark(path.stem, found, len(names) - len(found), rows)


def _pictures_below(folder: Path) -> dict[str, Path]:
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in _ENDINGS and file.is_file())
    if not files:
        raise AdrError(
            f"There are neither pictures nor shards in {folder}.", "Name a benchmark's file or its folder of pictures."
        )
    return {str(file.relative_to(folder)): file for file in files}
