"""A verification on disk: `asked.parquet` (a row per instance), one answer file per block of instances, `seen.npy`.

Knows nothing of the database or of models; `verify` and the process that looks both go through it. Answers are kept
under a key that changes with the pictures, the names and the checker, so that they serve the next call too.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adr.errors import AdrError
from adr.files import whole_file
from adr.image_folder import ImageFolder

ABSENT, PRESENT, UNSEEN = 0, 1, 2
"""The answer for one name of one instance; UNSEEN: none of its pictures could be opened."""
_COLUMNS = [("images", pa.list_(pa.string())), ("names", pa.list_(pa.int32()))]
_ROWS = 1024

Asked = tuple[list[str], list[int]]
"""The pictures of an instance, and the numbers of its names."""


class VerifyFolder:
    """The folder of one checker; safe to delete."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "looking.log"
        self._answers = folder / "answers"
        self._asked, self._seen = folder / "asked.parquet", folder / "seen.npy"
        with _told(folder):
            self._answers.mkdir(parents=True, exist_ok=True)

    def ask(self, names: list[str], base: ImageFolder, tables: Iterable[pa.Table]) -> int:
        """Write what is to be looked at; returns how many instances. base: the folder that image paths start from."""
        schema = pa.schema(_COLUMNS, metadata={"names": json.dumps(names), "base": json.dumps(base.to_json())})
        rows = 0
        self._seen.unlink(missing_ok=True)
        with _whole(self._asked) as path, pq.ParquetWriter(path, schema) as file:
            for table in tables:
                file.write_table(table.cast(pa.schema(_COLUMNS)).replace_schema_metadata(schema.metadata))
                rows += table.num_rows
        return rows

    def names(self) -> list[str]:
        """All names, in the order of their numbers."""
        return [str(name) for name in json.loads(self._metadata()[b"names"])]

    def asked(self) -> Iterator[Asked]:
        """The instances in order, each with the paths of its pictures on disk; only some are in memory at once."""
        base = ImageFolder.from_json(json.loads(self._metadata()[b"base"]))
        with pq.ParquetFile(self._asked) as file:
            for batch in file.iter_batches(_ROWS):
                images, names = (batch[column].to_pylist() for column, _ in _COLUMNS)
                for some, numbers in zip(images, names, strict=True):
                    yield [str(file) for path in some or [] if (file := base.file(path))], numbers

    def answer(self, key: str) -> np.ndarray | None:
        """The answers of a block, one uint8 per name; or None."""
        try:
            answers: np.ndarray = np.load(self._answers / f"{key}.npy", allow_pickle=False)
            return answers
        except (OSError, ValueError, EOFError):
            return None

    def keep_answer(self, key: str, answer: np.ndarray) -> None:
        """Write the answers of a block."""
        _save(self._answers / f"{key}.npy", answer)

    def finish(self, keys: Sequence[str]) -> None:
        """Write the answers of these blocks as one array, in the order of `asked`, and delete all others."""
        answers = [np.load(self._answers / f"{key}.npy", allow_pickle=False) for key in keys]
        _save(self._seen, np.concatenate([np.zeros(0, np.uint8), *answers]))
        kept = {f"{key}.npy" for key in keys}
        for path in self._answers.iterdir():
            if path.name not in kept:
                path.unlink(missing_ok=True)

    def seen(self) -> np.ndarray:
        """All answers, uint8, in the order of `asked`; deletes what was asked."""
        found: np.ndarray = np.load(self._seen, allow_pickle=False)
        self._asked.unlink()
        self._seen.unlink()
        return found

    def _metadata(self) -> dict[bytes, bytes]:
        return pq.read_schema(self._asked).metadata or {}


def _save(path: Path, array: np.ndarray) -> None:
    with _whole(path) as partial, partial.open("wb") as file:
        np.save(file, array)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    with _told(path.parent), whole_file(path) as partial:
        yield partial


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turns an OSError into an AdrError."""
    try:
        yield
    except OSError as error:
        raise AdrError(
            f"{folder} cannot be written: {error.strerror}.",
            "Free some space or check the folder's permissions, and index again; what was looked at is kept.",
        ) from error
