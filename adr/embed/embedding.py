"""Embeds pictures: `python -m adr.embed.embedding FOLDER --model NAME`. Never opens the database.

Reads which pictures the folder asks for, writes one file per block of them, and reports its progress. Killed at any
moment, it loses only the block in flight; started again, it goes on from there.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adr.embed.hash_folder import stamp_of
from adr.feature_folder import FeatureBlock, FeatureFolder
from adr.models import load_clip, place, require
from adr.picture_hash import perceptual_hash
from adr.process import Event, exit_status, tell
from adr.small_images import NotAPicture, opened_picture

BLOCK = 512
"""Pictures per file."""
_TOGETHER = 32
_SIDE = 512  # a JPEG is decoded no finer than needed for this

Pixels = Any
"""A picture as the model takes it: a tensor."""


class PictureModel:
    """The part of an open_clip model that sees pictures."""

    def __init__(self, model: str) -> None:
        require("open_clip", "Embedding pictures", "open_clip_torch")
        self._place = place()
        self._model, self._prepare, _ = load_clip(model, self._place)

    def prepared(self, file: Path) -> tuple[Pixels, int] | None:
        """The picture as the model takes it, and its perceptual hash; None when it cannot be decoded."""
        try:
            with opened_picture(file) as image:
                image.draft("RGB", (_SIDE, _SIDE))
                picture = image.convert("RGB")
        except (OSError, NotAPicture):
            return None
        return self._prepare(picture), perceptual_hash(picture)

    def __call__(self, pictures: Sequence[Pixels]) -> NDArray[np.float16]:
        """Their features (n, d), of length 1."""
        import torch

        batch = torch.stack(list(pictures)).to(self._place.device, self._place.dtype)
        with torch.inference_mode():
            seen = self._model.encode_image(batch).float()
        units: NDArray[np.float16] = torch.nn.functional.normalize(seen, dim=-1).cpu().numpy().astype(np.float16)
        return units


Part = Mapping[str, Path]
"""{stamp: file} of the pictures of one block."""
Blocks = Callable[[Sequence[Part]], Iterable[FeatureBlock]]
"""Looks at the pictures of each part; the blocks come in any order."""


def embed_all(folder: FeatureFolder, blocks: Blocks, tell: Callable[[Event], None]) -> None:
    """Embed every picture that is asked for and not known; `blocks` is called only when there is one. Each event has
    how many are done and, from those that this call has embedded, how many it embeds per second."""
    asked = folder.asked()
    named = {path: stamp for path, file in asked.items() if (stamp := stamp_of(file))}
    folder.name(named)
    good, broken = folder.known()
    files = {stamp: asked[path] for path, stamp in named.items()}
    todo = [stamp for stamp in files if stamp not in good and stamp not in broken]
    before = len(files) - len(todo)
    tell({"event": "embedded", "done": before, "total": len(files)})
    if not todo:
        return
    started, done = time.monotonic(), 0
    parts = [{stamp: files[stamp] for stamp in todo[at : at + BLOCK]} for at in range(0, len(todo), BLOCK)]
    for block in blocks(parts):
        folder.keep(block)
        done += len(block.stamps) + len(block.broken)
        rate = done / (time.monotonic() - started)
        tell({"event": "embedded", "done": before + done, "total": len(files), "rate": rate})


def here(load: Callable[[], PictureModel]) -> Blocks:
    """Looks at pictures in this process, with one model."""

    def blocks(parts: Sequence[Part]) -> Iterator[FeatureBlock]:
        model = load()
        return (block_of(model, part) for part in parts)

    return blocks


def block_of(model: PictureModel, files: Part) -> FeatureBlock:
    """The features of {stamp: file}."""
    stamps, broken, hashes, vectors = list[str](), list[str](), list[int](), list[NDArray[np.float16]]()
    for some, found in _prepared(model, files):
        there = [(stamp, *one) for stamp, one in zip(some, found, strict=True) if one]
        broken += [stamp for stamp, one in zip(some, found, strict=True) if not one]
        if there:
            stamps += [stamp for stamp, _, _ in there]
            hashes += [mark for _, _, mark in there]
            vectors.append(model([pixels for _, pixels, _ in there]))
    empty = np.zeros((0, 1), np.float16)
    return FeatureBlock(stamps, np.concatenate(vectors) if vectors else empty, np.array(hashes, np.uint64), broken)


def _prepared(
    model: PictureModel, files: Mapping[str, Path]
) -> Iterator[tuple[list[str], list[tuple[Pixels, int] | None]]]:
    """The pictures in batches; the next one is decoded by threads while the model looks at this one."""
    stamps = list(files)
    batches = [stamps[start : start + _TOGETHER] for start in range(0, len(stamps), _TOGETHER)]
    with ThreadPoolExecutor(2) as pool:

        def asked(batch: list[str]) -> list[Future[tuple[Pixels, int] | None]]:
            return [pool.submit(model.prepared, files[stamp]) for stamp in batch]

        ahead = asked(batches[0])
        for at, batch in enumerate(batches):
            found = [one.result() for one in ahead]
            ahead = asked(batches[at + 1]) if at + 1 < len(batches) else []
            yield batch, found


def main(arguments: Sequence[str] | None = None) -> int:
    """The process: embed what the folder asks for; exit status 0, or 1 after it has reported an error."""
    parser = argparse.ArgumentParser(prog="python -m adr.embed.embedding", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", required=True)
    given = parser.parse_args(arguments)
    folder = FeatureFolder(given.folder, given.model)
    return exit_status(lambda: embed_all(folder, here(lambda: PictureModel(given.model)), tell))


if __name__ == "__main__":
    sys.exit(main())
