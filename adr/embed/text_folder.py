"""Features of the source's conversations on disk: one folder per model below WORKSPACE/features/conversations/.

A folder holds whole numbered blocks, each text under its stamp, and a list of instances with the stamps of their texts.
What is read is one array that is made of both and mapped into memory. Safe to delete: then every conversation is read
again. Knows nothing of how features are made.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from adr.errors import AdrError
from adr.feature_folder import folder_of_model
from adr.files import whole_file, write_whole
from adr.knowledge import short_name

Vectors = NDArray[np.float16]

_TEXT = pa.schema([("stamp", pa.string()), ("question", pa.string()), ("rest", pa.string())])


@dataclass(frozen=True)
class SaidText:
    """What is read of a conversation. stamp: 24 hex digits that change with it; question: what a person says first, ''
    where the assistant begins; rest: all that follows."""

    stamp: str
    question: str
    rest: str


@dataclass(frozen=True, eq=False)
class TextFeatures:
    """What a model reads in the conversations of n instances, m of which differ. instances (n): ascending; rows (n):
    for each its row in `vectors`; vectors (m, d): of length 1, mapped from a file."""

    model: str
    instances: NDArray[np.int32]
    rows: NDArray[np.int32]
    vectors: Vectors

    def row_of(self, instance: int) -> int | None:
        """The row of an instance's conversation; None where it has no features."""
        at = int(np.searchsorted(self.instances, instance))
        there = at < len(self.instances) and self.instances[at] == instance
        return int(self.rows[at]) if there else None


class TextFolder:
    """The folder of one model."""

    def __init__(self, folder: Path, model: str) -> None:
        self.folder, self.model = folder, model

    @classmethod
    def of(cls, features: Path, model: str) -> "TextFolder":
        """The model's folder below the workspace's `features`; a model whose files have changed is another one."""
        return cls(features / "conversations" / folder_of_model(model), model)

    @property
    def log(self) -> Path:
        """What the process that makes features writes on standard error."""
        return self.folder / "log.txt"

    def ask(self, texts: Iterable[Sequence[SaidText]]) -> None:
        """Write down which texts are wanted, each once; they come in lists."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (
            whole_file(self.folder / "asked.parquet") as partial,
            pq.ParquetWriter(partial, _TEXT, compression="zstd") as file,
        ):
            for some in texts:
                rows = [[one.stamp for one in some], [one.question for one in some], [one.rest for one in some]]
                file.write_table(pa.table(dict(zip(_TEXT.names, rows, strict=True)), schema=_TEXT))

    def asked(self, size: int) -> Iterator[list[SaidText]]:
        """The texts that are wanted, in lists of at most `size`."""
        with pq.ParquetFile(self.folder / "asked.parquet") as file:
            for batch in file.iter_batches(size):
                yield [SaidText(*row) for row in zip(*batch.to_pydict().values(), strict=True)]

    def stamps_asked(self) -> list[str]:
        """The stamps of the texts that are wanted."""
        found: list[str] = pq.read_table(self.folder / "asked.parquet", columns=["stamp"])["stamp"].to_pylist()
        return found

    def name(self, stamps: pa.Table, state: str) -> None:
        """Write down what each instance says: columns `instance`, ascending, and `stamp`. state: of the sources that
        this is true for."""
        with whole_file(self.folder / "named.parquet") as partial:
            pq.write_table(stamps.replace_schema_metadata({"state": state}), partial)

    def known(self) -> set[str]:
        """The stamps of all texts that were read."""
        return {stamp for stamps, _ in self._blocks() for stamp in stamps}

    def keep(self, stamps: Sequence[str], vectors: Vectors) -> None:
        """Add the vectors of some texts as one file."""
        file = io.BytesIO()
        np.savez(file, vectors=vectors, stamps=np.array(stamps, "S24"))
        last = max((int(path.stem) for path in self.folder.glob("[0-9]*.npz")), default=-1)
        write_whole(self.folder / f"{last + 1:06d}.npz", file.getvalue())

    def need(self, state: str) -> TextFeatures:
        """As `read`; AdrError if a model has read none of the conversations."""
        found = self.read(state)
        if found is None:
            raise AdrError(
                f"{short_name(self.model)} has not read the conversations of this dataset yet.",
                "Run adr embed --of conversations, or press Make the map on the Explore page, under Map.",
            )
        return found

    def read(self, state: str) -> TextFeatures | None:
        """The features of the conversations that were asked for last; None before there are any, or if the sources are
        in another state.

        They are joined into one array when blocks have come since the last reading.
        """
        named = self.folder / "named.parquet"
        if not named.is_file() or (pq.read_schema(named).metadata or {}).get(b"state") != state.encode():
            return None
        key = self._key()
        if not (self.folder / f"joined-{key}.parquet").is_file():
            self._join(key)
        found = _joined(self.folder, key, self.model)
        return found if len(found.instances) else None

    def _key(self) -> str:
        """What changes when a block comes or the list changes."""
        files = [self.folder / "named.parquet", *sorted(self.folder.glob("[0-9]*.npz"))]
        said = "\n".join(f"{path.name} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def _join(self, key: str) -> None:
        """Write the array of all texts of the list and, last, which instance has which row of it."""
        named = pq.read_table(self.folder / "named.parquet")
        wanted, of_instance = np.unique(named["stamp"].to_numpy().astype("S24"), return_inverse=True)
        with whole_file(self.folder / f"joined-{key}.npy") as partial:
            row_of = self._gather(wanted, partial)
        rows = row_of[of_instance]
        there = rows >= 0
        table = pa.table({"instance": named["instance"].to_numpy()[there], "row": rows[there]})
        with whole_file(self.folder / f"joined-{key}.parquet") as partial:
            pq.write_table(table, partial)
        for old in self.folder.glob("joined-*"):
            if key not in old.name:
                old.unlink(missing_ok=True)

    def _gather(self, wanted: NDArray[np.bytes_], file: Path) -> NDArray[np.int32]:
        """Write the vectors of these texts, which ascend, into `file`; returns the row of each, −1 without vector."""
        seen, width = np.zeros(len(wanted), np.bool_), 1
        for stamps, vectors in self._blocks():
            seen[_places(wanted, stamps)[0]] = True
            width = vectors.shape[1]
        rows = np.where(seen, np.cumsum(seen) - 1, -1).astype(np.int32)
        out: Vectors = np.lib.format.open_memmap(file, "w+", np.float16, (int(seen.sum()), width))
        for stamps, vectors in self._blocks():
            at, which = _places(wanted, stamps)
            out[rows[at]] = vectors[which]
        return rows

    def _blocks(self) -> Iterator[tuple[list[str], Vectors]]:
        """The stamps and vectors of each block. A damaged file is deleted: its texts are read again."""
        for path in sorted(self.folder.glob("[0-9]*.npz")):
            try:
                with np.load(path, allow_pickle=False) as block:
                    found = block["stamps"].astype(str).tolist(), block["vectors"]
            except Exception:  # NumPy raises many kinds of exceptions for broken files, which all mean the same here
                path.unlink(missing_ok=True)
                continue
            yield found


def _places(wanted: NDArray[np.bytes_], stamps: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(where in `wanted`, which ascends, those of the stamps are that it has; which of the stamps they are)."""
    if not len(wanted):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    own = np.array(stamps, "S24")
    at = np.minimum(np.searchsorted(wanted, own), len(wanted) - 1)
    which = np.flatnonzero(wanted[at] == own)
    return at[which], which


@lru_cache(maxsize=2)
def _joined(folder: Path, key: str, model: str) -> TextFeatures:
    columns = pq.read_table(folder / f"joined-{key}.parquet")
    vectors: Vectors = np.load(folder / f"joined-{key}.npy", mmap_mode="r")
    return TextFeatures(model, columns["instance"].to_numpy(), columns["row"].to_numpy(), vectors)
