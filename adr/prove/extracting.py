"""Takes features of pictures: `python -m adr.prove.extracting FOLDER --model NAME`. Never opens the database.

The folder's `pictures.json` holds {SHA-256: path}. Stopped at any moment, the process loses the block in flight;
started again, it goes on from there.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adr.errors import AdrError
from adr.files import write_whole
from adr.knowledge import short_name
from adr.models import Place, load_clip, place, require
from adr.process import Event, exit_status, tell
from adr.prove.feature_files import GRID, FeatureFiles, PatchFeatures
from adr.small_images import NotAPicture, opened_picture

_TOGETHER, _BLOCK = 32, 256
_SIDE = 512

Eye = Callable[[Sequence[Any]], PatchFeatures]


class ClipEye:
    """An open_clip model that gives the features of pictures, as Pillow opens them."""

    def __init__(self, model: str, where: Place | None = None) -> None:
        require("open_clip", "Taking features of pictures", "open_clip_torch")
        self._place = where or place()
        self._model, self._prepare, _ = load_clip(model, self._place)
        if not hasattr(self._model.visual, "forward_intermediates"):
            raise AdrError(f"{short_name(model)} does not show its inner maps.", "Choose another open_clip model.")
        self._layers: list[int] | None = None

    def __call__(self, images: Sequence[Any]) -> PatchFeatures:
        """The features of the pictures, one row each."""
        import torch

        pixels = torch.stack([self._prepare(image) for image in images]).to(self._place.device, self._place.dtype)
        with torch.inference_mode():
            if self._layers is None:
                count = len(self._maps(pixels[:1], None)["image_intermediates"])
                self._layers = [count // 2, count - 1]
            found = self._maps(pixels, self._layers)
        early, late = (_patches(seen) for seen in found["image_intermediates"])
        return PatchFeatures(late, early, _unit(found["image_features"]))

    def _maps(self, pixels: Any, layers: list[int] | None) -> dict[str, Any]:
        found: dict[str, Any] = self._model.visual.forward_intermediates(pixels, indices=layers, output_fmt="NCHW")
        return found


def extract(files: FeatureFiles, load: Callable[[], Eye], tell: Callable[[Event], None]) -> None:
    """Take the features of those pictures in `pictures.json` that are not here yet; the model is loaded only when there
    are any. `unreadable.json` then names those that do not open."""
    wanted: dict[str, str] = json.loads((files.folder / "pictures.json").read_text(encoding="utf-8"))
    known = files.known()
    todo = [name for name in wanted if name not in known]
    unreadable: dict[str, str] = {}
    done = len(wanted) - len(todo)
    if todo:
        eye = load()
        for start in range(0, len(todo), _BLOCK):
            block = todo[start : start + _BLOCK]
            _take(files, eye, block, wanted, unreadable)
            done += len(block)
            tell({"event": "extracted", "done": done, "total": len(wanted)})
    write_whole(files.folder / "unreadable.json", json.dumps(unreadable).encode())


def _take(
    files: FeatureFiles, eye: Eye, block: Sequence[str], paths: dict[str, str], unreadable: dict[str, str]
) -> None:
    names: list[str] = []
    found: list[PatchFeatures] = []
    for some, images in _opened(block, paths):
        there = [(name, image) for name, image in zip(some, images, strict=True) if image is not None]
        unreadable.update((name, paths[name]) for name, image in zip(some, images, strict=True) if image is None)
        if there:
            names += [name for name, _ in there]
            found.append(eye([image for _, image in there]))
    if names:
        files.add(
            names,
            PatchFeatures(*(np.concatenate(part) for part in zip(*(vars(f).values() for f in found), strict=True))),
        )


def _opened(block: Sequence[str], paths: dict[str, str]) -> Iterator[tuple[Sequence[str], list[Any]]]:
    """The pictures in batches, opened by threads."""
    with ThreadPoolExecutor(2) as pool:
        for start in range(0, len(block), _TOGETHER):
            some = block[start : start + _TOGETHER]
            yield some, list(pool.map(picture, (paths[name] for name in some)))


def picture(path: str) -> Any:
    """The picture in RGB; None when it cannot be opened."""
    try:
        with opened_picture(path) as image:
            image.draft("RGB", (_SIDE, _SIDE))
            return image.convert("RGB")
    except (OSError, NotAPicture):
        return None


def _patches(seen: Any) -> NDArray[np.float16]:
    """(n, 16, d) from a map (n, d, h, w)."""
    import torch

    pooled = torch.nn.functional.adaptive_avg_pool2d(seen.float(), GRID).flatten(2).transpose(1, 2)
    patches: NDArray[np.float16] = pooled.cpu().numpy().astype(np.float16)
    return patches


def _unit(vectors: Any) -> NDArray[np.float16]:
    import torch

    units: NDArray[np.float16] = torch.nn.functional.normalize(vectors.float(), dim=-1).cpu().numpy().astype(np.float16)
    return units


def main(arguments: Sequence[str] | None = None) -> int:
    """The process; exit status 0, or 1 for a reported error."""
    parser = argparse.ArgumentParser(prog="python -m adr.prove.extracting", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", required=True)
    given = parser.parse_args(arguments)
    return exit_status(lambda: extract(FeatureFiles(given.folder), lambda: ClipEye(given.model), tell))


if __name__ == "__main__":
    sys.exit(main())
