"""The pictures themselves as one file of bytes, for fine-tuning: each made to fit a square, with grey beside it.

Knows nothing of models.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adr.files import whole_file
from adr.progress import Progress, silent
from adr.small_images import NotAPicture, small_image

SIDE = 512
_GREY = 128
_STEP = 50


@dataclass(frozen=True)
class Pixels:
    """pictures: (n, side, side, 3) bytes, read from the disk as they are needed; unreadable: {SHA-256: path} of those
    that do not open, whose rows are grey."""

    pictures: NDArray[np.uint8]
    unreadable: dict[str, str]


def take_pixels(features: Path, pictures: Mapping[str, str], side: int = SIDE, progress: Progress = silent) -> Pixels:
    """The pictures {SHA-256: path} in this order, kept in the folder `features` for the next call."""
    key = hashlib.sha256("\n".join(pictures).encode()).hexdigest()[:24]
    folder = features / f"pixels-{side}"
    folder.mkdir(parents=True, exist_ok=True)
    path, failed = folder / f"{key}.npy", folder / f"{key}.txt"
    if not path.exists():
        unreadable = _write(path, pictures, side, progress)
        with whole_file(failed) as partial:
            partial.write_text("\n".join(unreadable), encoding="utf-8")
    names = failed.read_text(encoding="utf-8").split() if failed.exists() else []
    return Pixels(np.load(path, mmap_mode="r"), {name: pictures[name] for name in names})


def _write(path: Path, pictures: Mapping[str, str], side: int, progress: Progress) -> list[str]:
    unreadable = []
    with whole_file(path) as partial, partial.open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (len(pictures), side, side, 3)}
        np.lib.format.write_array_header_2_0(file, header)
        for done, (name, place) in enumerate(pictures.items()):
            if done % _STEP == 0:
                progress(done, len(pictures), "Opening pictures")
            square = squared(Path(place), side)
            if square is None:
                unreadable.append(name)
                square = np.full((side, side, 3), _GREY, np.uint8)
            file.write(square.tobytes())
    progress(len(pictures), len(pictures), "Opening pictures")
    return unreadable


def squared(path: Path, side: int) -> NDArray[np.uint8] | None:
    """The picture (side, side, 3) in the middle of a grey square; None when it does not open."""
    from PIL import Image

    try:
        small = small_image(path, side).convert("RGB")
    except (OSError, NotAPicture):
        return None
    square = Image.new("RGB", (side, side), (_GREY, _GREY, _GREY))
    square.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
    return np.asarray(square)
