"""Features of pictures on disk: a folder of blocks for each model, every picture under the SHA-256 of its file.

A block is named after its pictures, so that two processes never write the same file with different content. Knows
nothing of models or of the database.
"""

import hashlib
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adr.files import write_whole
from adr.prove.model import Form

GRID = 4
"""Patches a side: finer maps are averaged to so many."""


@dataclass(frozen=True)
class PatchFeatures:
    """What a model sees in n pictures. late, early (n, 16, d): its last map and one from its middle, as patches from
    left to right and from top to bottom; embedding (n, e): of length 1."""

    late: NDArray[np.float16]
    early: NDArray[np.float16]
    embedding: NDArray[np.float16]

    def pooled(self) -> NDArray[np.float32]:
        """(n, e + 3 d + d'): the embedding, the late map averaged over the picture, its left and its right half, and
        the early map averaged over the picture."""
        late, early = self.late.astype(np.float32), self.early.astype(np.float32)
        left = np.arange(GRID * GRID) % GRID < GRID // 2
        parts = [late.mean(1), late[:, left].mean(1), late[:, ~left].mean(1), early.mean(1)]
        return np.concatenate([self.embedding.astype(np.float32), *parts], axis=1)

    def patches(self) -> NDArray[np.float32]:
        """(n, 16, d + d'): what both maps hold of each patch."""
        return np.concatenate([self.late, self.early], axis=2).astype(np.float32)

    def of(self, form: Form) -> NDArray[np.float32]:
        """The features in one of these two forms."""
        return self.pooled() if form == "pooled" else self.patches()


class FeatureFiles:
    """The folder of one model's features; safe to delete."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, features: Path, model: str, fingerprint: str) -> "FeatureFiles":
        """Those of the model below the workspace's folder `features`."""
        return cls(features / f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', model).strip('-.')[-60:]}-{fingerprint}")

    def known(self) -> set[str]:
        """The SHA-256 of all pictures here."""
        return {name for path in self._blocks() for name in _names(path)}

    def add(self, pictures: Sequence[str], found: PatchFeatures) -> None:
        """Keep the features of these pictures as one block."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = io.BytesIO()
        names = json.dumps(list(pictures)).encode()
        np.savez(file, names=np.frombuffer(names, np.uint8), **vars(found))
        write_whole(self.folder / f"{hashlib.sha256(names).hexdigest()[:24]}.npz", file.getvalue())

    def read(self, pictures: Sequence[str], form: Form) -> NDArray[np.float32]:
        """One row per picture, in the order given; KeyError when one of them is not here."""
        places: dict[str, list[int]] = {}
        for row, name in enumerate(pictures):
            places.setdefault(name, []).append(row)
        out = np.zeros((0, 0), np.float32)
        for path in self._blocks():
            there = [(here, row) for here, name in enumerate(_names(path)) for row in places.pop(name, [])]
            if not there:
                continue
            found = _features(path, [here for here, _ in there]).of(form)
            if not len(out):
                out = np.zeros((len(pictures), *found.shape[1:]), np.float32)
            out[[row for _, row in there]] = found
        if places:
            raise KeyError(f"no features of {len(places)} pictures, such as {min(places)}")
        return out

    def _blocks(self) -> Iterator[Path]:
        """The files of the blocks in a fixed order. A damaged one is deleted: its pictures are looked at again."""
        for path in sorted(self.folder.glob("*.npz")):
            try:
                _names(path)
            except Exception:  # NumPy raises many kinds of exceptions for broken files, which all mean the same here
                path.unlink(missing_ok=True)
                continue
            yield path


def _names(path: Path) -> list[str]:
    with np.load(path, allow_pickle=False) as block:
        names: list[str] = json.loads(block["names"].tobytes())
        return names


def _features(path: Path, rows: list[int]) -> PatchFeatures:
    with np.load(path, allow_pickle=False) as block:
        return PatchFeatures(block["late"][rows], block["early"][rows], block["embedding"][rows])
