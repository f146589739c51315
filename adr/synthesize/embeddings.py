"""Embeddings and perceptual hashes of many candidates on disk, and which of them is nearest to a given one.

They are kept in a folder of blocks, one file per block, with names beside 16-bit vectors: 100,000 pictures with 512
numbers each take 100 MB. Knows nothing of what the names mean, of models or of tables.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from adr.files import write_whole
from adr.models import find_model
from adr.workspace import Workspace

Vectors = npt.NDArray[np.float32]
Hashes = npt.NDArray[np.uint64]
Block = tuple[list[str], Vectors, Hashes]

BLOCK = 4096
_ROWS = 1024


@dataclass(frozen=True)
class Near:
    """The nearest other picture by embedding: its name, its cosine, and `bits_there`, by how many bits the two hashes
    differ. bits: by how many bits the nearest of all hashes differs. (None, −1, 64, 64) where there is no other."""

    name: str | None = None
    cosine: float = -1.0
    bits_there: int = 64
    bits: int = 64

    def or_nearer(self, other: "Near") -> "Near":
        """The nearer of two findings by embedding, with the smaller `bits` of the two."""
        best = other if other.cosine > self.cosine else self
        return Near(best.name, best.cosine, best.bits_there, min(self.bits, other.bits))


def embeddings_folder(workspace: Workspace, scorer: str | None, what: str) -> Path:
    """The folder for one scorer's embeddings of `what`; it can be deleted safely. A model folder whose files have
    changed counts as another scorer."""
    if scorer is None:
        return workspace.folder / "embeddings" / "none" / what
    key = scorer
    try:
        found = Path(find_model(scorer))
    except Exception:  # a scorer that only another machine has
        found = Path(scorer)
    if found.is_dir():
        key += "-" + "-".join(f"{p.stat().st_mtime_ns:x}{p.stat().st_size:x}" for p in sorted(found.glob("*model*.*")))
    return workspace.folder / "embeddings" / re.sub(r"[^\w.-]+", "-", key).strip("-.")[-120:] / what


class Embeddings:
    """The pictures of one folder. Vectors have length 1, or are empty where there is no scorer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def blocks(self) -> Iterator[Block]:
        """(names, vectors (n, d), hashes (n)) of every block."""
        for _, block in self._readable():
            yield block

    def names(self) -> list[str]:
        """All names, in the order in which they were added."""
        return [name for names, _, _ in self.blocks() for name in names]

    def append(self, names: Sequence[str], vectors: Vectors, hashes: Hashes) -> None:
        """Add pictures, filling the last block first. A kill loses nothing that was there before."""
        last = next(self._readable(reverse=True), None)
        number = int(last[0].stem) if last else 0
        if last:
            held, old, marks = last[1]
            if len(held) < BLOCK and old.shape[1] == vectors.shape[1]:
                names, vectors = [*held, *names], np.concatenate([old, vectors])
                hashes = np.concatenate([marks, hashes])
            else:
                number += 1
        for start in range(0, len(names), BLOCK):
            part = slice(start, start + BLOCK)
            self._write(number + start // BLOCK, list(names[part]), vectors[part], hashes[part])

    def nearest(self, vectors: Vectors, hashes: Hashes, own: Sequence[str]) -> list[Near]:
        """The nearest other picture here for each picture, given as vector, hash and own name. A picture is
        never its own nearest."""
        return nearest(self.blocks(), vectors, hashes, own)

    def _readable(self, reverse: bool = False) -> Iterator[tuple[Path, Block]]:
        """The blocks with their files. A damaged one is deleted: what it held is embedded again."""
        for path in sorted(self.folder.glob("[0-9]*.npz"), reverse=reverse):
            try:
                block = _read(path)
            except Exception:  # NumPy raises many kinds of exceptions for broken files, which all mean the same here
                path.unlink(missing_ok=True)
                continue
            yield path, block

    def _write(self, number: int, names: list[str], vectors: Vectors, hashes: Hashes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = io.BytesIO()
        np.savez(
            file,
            names=np.frombuffer(json.dumps(names).encode(), np.uint8),
            vectors=vectors.astype(np.float16),
            hashes=hashes.astype(np.uint64),
        )
        write_whole(self.folder / f"{number:05d}.npz", file.getvalue())


def nearest(blocks: Iterable[Block], vectors: Vectors, hashes: Hashes, own: Sequence[str]) -> list[Near]:
    """The nearest other picture of these blocks for each picture, given as vector, hash and own name."""
    found = [Near()] * len(vectors)
    for names, others, marks in blocks:
        if vectors.shape[1] and others.shape[1] != vectors.shape[1]:
            continue
        at = {name: i for i, name in enumerate(names)}
        mine = np.array([at.get(name, -1) for name in own], np.int64)
        for start in range(0, len(vectors), _ROWS):
            rows = slice(start, start + _ROWS)
            near = _nearest(vectors[rows], hashes[rows], mine[rows], names, others, marks)
            found[rows] = [a.or_nearer(b) for a, b in zip(found[rows], near, strict=True)]
    return found


def _read(path: Path) -> Block:
    with np.load(path, allow_pickle=False) as block:
        return json.loads(block["names"].tobytes()), block["vectors"].astype(np.float32), block["hashes"]


def _nearest(
    vectors: Vectors, hashes: Hashes, mine: npt.NDArray[np.int64], names: Sequence[str], others: Vectors, marks: Hashes
) -> list[Near]:
    """The nearest picture of one block. mine: each picture's own place in the block, −1 when it is not there."""
    rows = np.flatnonzero(mine >= 0)
    bits = np.bitwise_count(hashes[:, None] ^ marks[None, :]).astype(np.int64)
    bits[rows, mine[rows]] = 64
    fewest = bits.min(axis=1)
    if not vectors.shape[1]:
        return [Near(bits=int(few)) for few in fewest]
    likeness = vectors @ others.T
    likeness[rows, mine[rows]] = -2.0
    best = likeness.argmax(axis=1)
    return [
        Near(
            names[b] if likeness[i, b] > -2 else None, max(-1.0, float(likeness[i, b])), int(bits[i, b]), int(fewest[i])
        )
        for i, b in enumerate(best)
    ]
