"""How many planted copies of demo pictures `embed` and `copies --looks` find.

`python -m tests.bench.copies WORKSPACE [SEED]`, where WORKSPACE holds the demo (`adr demo -w WORKSPACE`). Copies of 300
of its pictures, chosen by SEED, are planted: half the size, quality 50, 5 % of width and height cut off, mirrored.
Prints recall by kind, the share of pairs in clusters that belong together, and pictures per second.
"""

import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from adr.embed.copies import copies
from adr.embed.embed import embed
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.hand import write_instances

PLANTED = 300


def halved(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def cropped(picture: Image.Image) -> Image.Image:
    x, y = round(picture.width * 0.025), round(picture.height * 0.025)
    return picture.crop((x, y, picture.width - x, picture.height - y))


def mirrored(picture: Image.Image) -> Image.Image:
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


CHANGES: dict[str, tuple[Callable[[Image.Image], Image.Image], int]] = {
    "half size": (halved, 90),
    "quality 50": (lambda picture: picture, 50),
    "cropped 5 %": (cropped, 90),
    "mirrored": (mirrored, 90),
}


def plant(folder: Path, pictures: list[Path], seed: int) -> list[tuple[str, str, int]]:
    """(path, kind, number of the original) of originals and copies, written into `folder`."""
    rows = []
    for number, path in enumerate(pictures):
        copyfile(path, folder / f"{number}{path.suffix}")
        rows.append((f"{number}{path.suffix}", "original", number))
    chosen = np.random.default_rng(seed).choice(len(pictures), min(PLANTED, len(pictures)), replace=False)
    for number in chosen.tolist():
        with Image.open(pictures[number]) as opened:
            picture = opened.convert("RGB")
        for at, (kind, (change, quality)) in enumerate(CHANGES.items()):
            change(picture).save(folder / f"{number}-{at}.jpg", quality=quality)
            rows.append((f"{number}-{at}.jpg", kind, number))
    return rows


def main() -> None:
    pictures = sorted(path for path in (Path(sys.argv[1]) / "demo" / "images").rglob("*") if path.is_file())
    with TemporaryDirectory() as name, TemporaryDirectory() as work:
        rows = plant(Path(name), pictures, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
        workspace = Workspace.at(work)
        store = Store(workspace.database)
        turns = [("human", "What is it?"), ("gpt", "That.")]
        write_instances(store, {n: ("1", [row[0]], turns) for n, row in enumerate(rows)}, images=Path(name))
        embedded = embed(store, workspace)
        started = time.perf_counter()
        report = copies(store, looks=True)
        seconds = time.perf_counter() - started
        cluster = dict(store.rows("select instance, cluster from copy_cluster where kind = 'picture'"))
        store.close()
    print(
        f"embedded: {embedded.rate or 0:,.0f} pictures per second; {report.overlaid:,} pairs were laid over one another"
    )
    print(f"{len(rows):,} pictures in {seconds:.1f} s: {len(rows) / seconds:,.0f} per second")
    for kind in CHANGES:
        mine = [(n, number) for n, (_, of, number) in enumerate(rows) if of == kind]
        found = sum(n in cluster and cluster[n] == cluster.get(number) for n, number in mine)
        print(f"{kind}: {found} of {len(mine)} found, recall {found / len(mine):.3f}")
    mirror = {path for pair in report.mirrored for path in pair}
    mine = {path for path, kind, _ in rows if kind == "mirrored"}
    print(f"reported as mirrored: {len(mine & mirror)} of {len(mine)}; {len(report.mirrored)} pairs in all")
    together: dict[int, list[int]] = {}
    for n, first in cluster.items():
        together.setdefault(first, []).append(rows[n][2])
    pairs = [one == other for members in together.values() for one, other in combinations(members, 2)]
    print(f"{sum(pairs)} of {len(pairs)} pairs are copies, precision {sum(pairs) / max(1, len(pairs)):.3f}")


if __name__ == "__main__":
    main()
