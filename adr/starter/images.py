"""Draws the training pictures once and keeps them as arrays: one thing each, pairs, several, and shapes of nothing.

Every picture has its own seed, made of the split, the kind and a number, so that the splits can never share one.
Knows nothing of the models.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SIDE = 128
SPLITS = ("train", "held-out", "referee", "shapes")
"""`train` for the models; `held-out` for measuring them; `referee` for the benchmark's own classifier."""


@dataclass(frozen=True)
class Described:
    """What is in a picture: the things with their colours, and the name of the background."""

    things: tuple[str, ...]
    colours: tuple[str, ...]
    background: str


@dataclass(frozen=True)
class Images:
    """Pictures as one array (n, SIDE, SIDE, 3) of bytes, memory-mapped, and what is in each."""

    pixels: np.ndarray
    described: list[Described]

    def __len__(self) -> int:
        return len(self.described)


def image_seed(split: str, kind: str, number: int) -> np.random.Generator:
    """The generator of one picture; different for every split, kind and number, the same on every machine."""
    digest = hashlib.blake2b(f"{split}/{kind}/{number}".encode(), digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "little"))


def draw_single(split: str, thing: str, number: int) -> tuple[Image.Image, Described]:
    """One thing, large in the picture, in one of the world's places."""
    return _draw(image_seed(split, thing, number), [thing], SIDE)


def draw_several(split: str, number: int, things: Sequence[str]) -> tuple[Image.Image, Described]:
    """A whole scene with two to four different things out of `things`, drawn large and made smaller."""
    rng = image_seed(split, "several", number)
    many = min(int(rng.integers(2, 5)), len(things))
    return _draw(rng, [things[i] for i in rng.choice(len(things), size=many, replace=False)], 2 * SIDE)


def draw_pair(split: str, number: int, things: Sequence[str]) -> tuple[Image.Image, Described]:
    """Two different things out of `things`, side by side and large. One pair in twenty is never in a training split."""
    rng = image_seed(split, "pair", number)
    while True:
        first, second = (things[i] for i in rng.choice(len(things), size=2, replace=False))
        if split != "train" or not is_held_out(first, second):
            return _draw(rng, [first, second], SIDE, near=True)


def is_held_out(first: str, second: str) -> bool:
    """Whether no training picture of pairs shows these two: one pair in twenty, by a hash of their names."""
    return hashlib.blake2b("/".join(sorted((first, second))).encode(), digest_size=1).digest()[0] % 20 == 0


def _draw(rng: np.random.Generator, things: list[str], side: int, near: bool = False) -> tuple[Image.Image, Described]:
    from adr.demo.scene import draw_scene

    scene = draw_scene(rng, things, size=side, near=near)
    image = scene.image if side == SIDE else scene.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    placed = scene.placements
    return image, Described(tuple(p.thing for p in placed), tuple(p.colour for p in placed), scene.background.name)


def draw_shapes(number: int) -> tuple[Image.Image, Described]:
    """Shapes of nothing in the world's pen and colours: what the autoencoder learns lines and areas from."""
    from adr.demo.canvas import Canvas
    from adr.demo.thing import COLOURS

    rng = image_seed("shapes", "shapes", number)
    palette = list(COLOURS.values())

    def colour() -> tuple[int, int, int]:
        base = np.array(palette[rng.integers(len(palette))], float)
        r, g, b = np.clip(base + rng.normal(0, 22, 3), 0, 255).astype(int)
        return int(r), int(g), int(b)

    big = SIDE * 3
    image = Image.new("RGB", (big, big), colour())
    whole = Canvas(image, scale=big / 100)
    for _ in range(int(rng.integers(1, 4))):
        height = rng.uniform(20, 95)
        whole.poly(
            [(0, height), (100, height + rng.uniform(-9, 9)), (100, 100), (0, 100)],
            colour(),
            form=False,
            ink=bool(rng.random() < 0.3),
        )
    for _ in range(int(rng.integers(3, 14))):
        place, scale = (rng.uniform(0, big), rng.uniform(0, big)), big / 100 * rng.uniform(0.1, 0.7)
        canvas = Canvas(image, origin=place, scale=scale, tilt=rng.uniform(-180, 180))
        points = [(float(x), float(y)) for x, y in rng.uniform(-45, 45, (int(rng.integers(3, 8)), 2))]
        shape = rng.integers(6)
        if shape == 0:
            canvas.poly(points, colour())
        elif shape == 1:
            canvas.blob(points, colour())
        elif shape == 2:
            canvas.oval(0, 0, rng.uniform(10, 45), rng.uniform(10, 45), colour())
        elif shape == 3:
            canvas.box(
                -rng.uniform(5, 45),
                -rng.uniform(5, 45),
                rng.uniform(5, 45),
                rng.uniform(5, 45),
                colour(),
                r=rng.uniform(0, 12),
            )
        elif shape == 4:
            canvas.line(points, rng.uniform(2, 12), colour(), curve=bool(rng.random() < 0.5))
        else:
            for x, y in points:
                canvas.dot(x, y, rng.uniform(2, 8), colour())
    return image.resize((SIDE, SIDE), Image.Resampling.BOX), Described((), (), "")


def draw_missing(
    folder: Path, per_kind: int, several: int, shapes: int, pairs: int = 0, split: str = "train", workers: int = 2
) -> None:
    """Draws what `folder` does not hold yet: `per_kind` pictures a kind, `several` scenes, `shapes` of nothing and
    `pairs` of two large things."""
    tasks: list[tuple[Path, str, str, int, int, tuple[str, ...]]] = []
    if shapes:
        tasks += [(folder / f"shapes-{k:03d}", "shapes", "", k, n, ()) for k, n in _shards(shapes)]
    if per_kind or several or pairs:
        from adr.demo.things import THINGS

        names = tuple(sorted(THINGS))
        tasks += [
            (folder / f"single-{name.replace(' ', '_')}-{k:03d}", split, name, k, n, ())
            for k, n in _shards(per_kind)
            for name in names
        ]
        mark = hashlib.blake2b("/".join(names).encode(), digest_size=4).hexdigest()
        tasks += [(folder / f"several-{mark}-{k:03d}", split, "several", k, n, names) for k, n in _shards(several)]
        tasks += [(folder / f"pair-{mark}-{k:03d}", split, "pair", k, n, names) for k, n in _shards(pairs)]
    folder.mkdir(parents=True, exist_ok=True)
    todo = [task for task in tasks if not task[0].with_suffix(".json").exists()]
    with ProcessPoolExecutor(workers) as pool:
        for done, path in enumerate(pool.map(_draw_shard, todo, chunksize=1), 1):
            print(f"{done}/{len(todo)}  {path.name}", flush=True)


_SHARD = 100


def _shards(count: int) -> list[tuple[int, int]]:
    return [(k, min(_SHARD, count - k * _SHARD)) for k in range((count + _SHARD - 1) // _SHARD)]


def _draw_shard(task: tuple[Path, str, str, int, int, tuple[str, ...]]) -> Path:
    path, split, kind, shard, count, names = task
    pixels = np.empty((count, SIDE, SIDE, 3), np.uint8)
    described: list[dict[str, Any]] = []
    for i in range(count):
        number = shard * _SHARD + i
        if split == "shapes":
            image, what = draw_shapes(number)
        elif kind == "pair":
            image, what = draw_pair(split, number, names)
        elif names:
            image, what = draw_several(split, number, names)
        else:
            image, what = draw_single(split, kind, number)
        pixels[i] = np.asarray(image.convert("RGB"))
        described.append({"things": what.things, "colours": what.colours, "background": what.background})
    temporary = path.with_name(path.name + ".part.npy")
    np.save(temporary, pixels)
    os.replace(temporary, path.with_suffix(".npy"))
    path.with_suffix(".json").write_text(json.dumps(described), "utf-8")
    return path


def load_images(folder: Path, family: str, most: int | None = None) -> Images:
    """All pictures of a family ("single", "pair", "several", "shapes") in `folder`, at most `most` shards of each."""
    arrays: list[np.ndarray] = []
    described: list[Described] = []
    for file in sorted(folder.glob(f"{family}-*.json")):
        if most is not None and int(file.stem.rsplit("-", 1)[1]) >= most:
            continue
        arrays.append(np.load(file.with_suffix(".npy"), mmap_mode="r"))
        for row in json.loads(file.read_text("utf-8")):
            described.append(Described(tuple(row["things"]), tuple(row["colours"]), row["background"]))
    pixels = np.concatenate(arrays) if arrays else np.empty((0, SIDE, SIDE, 3), np.uint8)
    return Images(pixels, described)
