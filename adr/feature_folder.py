"""Features of the source's pictures on disk: one folder per model below WORKSPACE/features/source/.

A folder holds whole numbered blocks, each picture under the stamp of its file, and a list of image paths with their
stamps. What is read is one array that is made of both and mapped into memory. Safe to delete: then every picture is
looked at again. Knows nothing of how features are made.
"""

import hashlib
import io
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from adr.errors import AdrError
from adr.files import whole_file, write_whole
from adr.knowledge import short_name
from adr.models import model_fingerprint

Vectors = NDArray[np.float16]
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Features:
    """What a model sees in n pictures of the source. paths: as in `instance.images`, ascending; vectors (n, d): of
    length 1, mapped from a file; hashes (n): perceptual hashes (`adr.picture_hash`)."""

    model: str
    paths: tuple[str, ...]
    vectors: Vectors
    hashes: Hashes

    def row_of(self, path: str) -> int | None:
        """The row of a picture; None where it has no features."""
        at = bisect_left(self.paths, path)
        return at if at < len(self.paths) and self.paths[at] == path else None


@dataclass(frozen=True)
class FeatureBlock:
    """n pictures as one file holds them. stamps: what they are known by; broken: stamps of pictures that cannot be
    decoded, which have no features."""

    stamps: Sequence[str]
    vectors: Vectors
    hashes: Hashes
    broken: Sequence[str]


class FeatureFolder:
    """The folder of one model."""

    def __init__(self, folder: Path, model: str) -> None:
        self.folder, self.model = folder, model

    @classmethod
    def of(cls, features: Path, model: str) -> "FeatureFolder":
        """The model's folder below the workspace's `features`; a model whose files have changed is another one."""
        return cls(features / "source" / folder_of_model(model), model)

    @property
    def log(self) -> Path:
        """What the process that makes features writes on standard error."""
        return self.folder / "log.txt"

    def ask(self, pictures: Mapping[str, Path]) -> None:
        """Write down which pictures are wanted: {image path: file}."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _write_pairs(self.folder / "asked.parquet", {path: str(file) for path, file in pictures.items()})

    def asked(self) -> dict[str, Path]:
        """The pictures that are wanted: {image path: file}."""
        return {path: Path(file) for path, file in _pairs(self.folder / "asked.parquet").items()}

    def name(self, stamps: Mapping[str, str]) -> None:
        """Write down which picture each image path means: {image path: stamp}."""
        _write_pairs(self.folder / "named.parquet", stamps)

    def known(self) -> tuple[set[str], set[str]]:
        """The stamps of all pictures that were looked at: (those with features, those that cannot be decoded)."""
        good, broken = set[str](), set[str]()
        for path in self._blocks():
            with np.load(path, allow_pickle=False) as block:
                good |= set(block["stamps"].astype(str).tolist())
                broken |= set(block["broken"].astype(str).tolist())
        return good, broken

    def keep(self, block: FeatureBlock) -> None:
        """Add a block as one file."""
        file = io.BytesIO()
        np.savez(
            file,
            stamps=np.array(block.stamps, "S24"),
            vectors=block.vectors,
            hashes=block.hashes,
            broken=np.array(block.broken, "S24"),
        )
        last = max((int(path.stem) for path in self.folder.glob("[0-9]*.npz")), default=-1)
        write_whole(self.folder / f"{last + 1:06d}.npz", file.getvalue())

    def need(self) -> Features:
        """As `read`; AdrError if a model has seen none of the pictures."""
        found = self.read()
        if found is None:
            raise AdrError(
                f"{short_name(self.model)} has not looked at the pictures of this dataset yet.",
                "Run adr embed, or press Embed pictures on the Dataset page.",
            )
        return found

    def read(self) -> Features | None:
        """The features of the pictures that were asked for last; None before there are any.

        They are joined into one array when blocks have come since the last reading.
        """
        if not (self.folder / "named.parquet").is_file():
            return None
        key = self._key()
        if not (self.folder / f"joined-{key}.parquet").is_file():
            self._join(key)
        found = _joined(self.folder, key, self.model)
        return found if found.paths else None

    def _key(self) -> str:
        """What changes when a block comes or the list changes."""
        files = [self.folder / "named.parquet", *sorted(self.folder.glob("[0-9]*.npz"))]
        said = "\n".join(f"{path.name} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def _join(self, key: str) -> None:
        """Write the array of all pictures of the list, and their paths and hashes beside it, which come last."""
        named = _pairs(self.folder / "named.parquet")
        good, _ = self.known()
        paths = sorted(path for path, stamp in named.items() if stamp in good)
        with whole_file(self.folder / f"joined-{key}.npy") as partial:
            hashes = self._gather([named[path] for path in paths], partial)
        with whole_file(self.folder / f"joined-{key}.parquet") as partial:
            pq.write_table(pa.table({"path": pa.array(paths, pa.string()), "hash": hashes}), partial)
        for old in self.folder.glob("joined-*"):
            if key not in old.name:
                old.unlink(missing_ok=True)

    def _gather(self, stamps: Sequence[str], file: Path) -> Hashes:
        """Write the vectors of these pictures into `file` in their order; returns their hashes."""
        rows: dict[str, list[int]] = {}
        for row, stamp in enumerate(stamps):
            rows.setdefault(stamp, []).append(row)
        hashes = np.zeros(len(stamps), np.uint64)
        width = next((block.vectors.shape[1] for block in self.blocks() if block.stamps), 1)
        out: Vectors = np.lib.format.open_memmap(file, "w+", np.float16, (len(stamps), width))
        for block in self.blocks():
            there = [(at, row) for at, stamp in enumerate(block.stamps) for row in rows.get(stamp, ())]
            at, to = np.array(there, np.int64).reshape(-1, 2).T
            out[to], hashes[to] = block.vectors[at], block.hashes[at]
        return hashes

    def blocks(self) -> Iterator[FeatureBlock]:
        """All blocks, in the order in which they were made."""
        for path in self._blocks():
            with np.load(path, allow_pickle=False) as block:
                stamps, broken = (block[name].astype(str).tolist() for name in ("stamps", "broken"))
                yield FeatureBlock(stamps, block["vectors"], block["hashes"], broken)

    def _blocks(self) -> Iterator[Path]:
        """The files of the blocks. A damaged one is deleted: its pictures are looked at again."""
        for path in sorted(self.folder.glob("[0-9]*.npz")):
            try:
                with np.load(path, allow_pickle=False) as block:
                    block["broken"]  # written last
            except Exception:  # NumPy raises many kinds of exceptions for broken files, which all mean the same here
                path.unlink(missing_ok=True)
                continue
            yield path


def folder_of_model(model: str) -> str:
    """The name of a folder for what a model has made: its own name and the fingerprint of its files."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", short_name(model)).strip("-.")[-60:]
    return f"{name}-{model_fingerprint(model)}"


@lru_cache(maxsize=2)
def _joined(folder: Path, key: str, model: str) -> Features:
    columns = pq.read_table(folder / f"joined-{key}.parquet")
    vectors: Vectors = np.load(folder / f"joined-{key}.npy", mmap_mode="r")
    return Features(model, tuple(columns["path"].to_pylist()), vectors, columns["hash"].to_numpy())


def _pairs(path: Path) -> dict[str, str]:
    table = pq.read_table(path)
    return dict(zip(table["key"].to_pylist(), table["value"].to_pylist(), strict=True))


def _write_pairs(path: Path, pairs: Mapping[str, str]) -> None:
    table = pa.table({"key": pa.array(list(pairs), pa.string()), "value": pa.array(list(pairs.values()), pa.string())})
    with whole_file(path) as partial:
        pq.write_table(table, partial)
