"""How long benchmarks against a large set take, and how many planted copies are found:
`python -m tests.bench.leaks WORKSPACE [--embed] [FOLDER_OF_665K]`.

WORKSPACE holds the demo (`adr demo -w WORKSPACE`). Half of its pictures are a benchmark; the others are the dataset,
with copies of 300 of the former (half the size, quality 50, mirrored, 5 % cut off). Then 50,000 random hashes, of which
1,000 are planted with a bit changed, are compared with 665,298. With FOLDER_OF_665K, a workspace of that size, 1,000 of
its questions are looked for in it, too. With --embed, pictures are compared by what the starter model sees, too.
"""

import sys
import time
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from adr.embed.embed import embed
from adr.leaks.leaks import find_leaks
from adr.leaks.passages import passages, questions_of
from adr.picture_hash import near_between
from adr.progress import silent
from adr.store import Store
from adr.workspace import Workspace
from tests.bench.copies import CHANGES
from tests.worlds.hand import write_instances

PLANTED = 300
OURS, THEIRS, COPIED = 665_298, 50_000, 1_000


def planted(pictures: list[Path]) -> None:
    """Recall by kind of change and precision, on demo pictures."""
    half = len(pictures) // 2
    said = [("human", "What is it?"), ("gpt", "That.")]
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ours").mkdir()
        (folder / "exam").mkdir()
        for number, path in enumerate(pictures):
            copyfile(path, folder / ("exam" if number < half else "ours") / f"{number}{path.suffix}")
        chosen = np.random.default_rng(1).choice(half, PLANTED, replace=False)
        for number in chosen.tolist():
            with Image.open(pictures[number]) as opened:
                picture = opened.convert("RGB")
            for at, (change, quality) in enumerate(CHANGES.values()):
                change(picture).save(folder / "ours" / f"{number}-{at}.jpg", quality=quality)
        names = sorted(path.name for path in (folder / "ours").iterdir())
        workspace = Workspace.at(folder / "work")
        store = Store(workspace.database)
        write_instances(store, {n: ("1", [one], said) for n, one in enumerate(names)}, images=folder / "ours")
        if "--embed" in sys.argv:
            embed(store, workspace)
        started = time.perf_counter()
        find_leaks(store, workspace, [folder / "exam"])
        seconds = time.perf_counter() - started
        found = {(item.split(".")[0], path) for item, path in store.rows("select item, path from leak")}
        store.close()
    print(f"{len(pictures) + PLANTED * len(CHANGES):,} pictures in {seconds:.1f} s")
    for at, kind in enumerate(CHANGES):
        hits = sum((str(number), f"{number}-{at}.jpg") in found for number in chosen.tolist())
        print(f"{kind}: {hits} of {PLANTED}")
    right = sum(path.split("-")[0] == item for item, path in found)
    print(f"{right} of {len(found)} pairs are copies")


def hashes() -> None:
    """Seconds to compare hashes of a large set."""
    rng = np.random.default_rng(2)
    ours = rng.integers(0, 2**63, OURS, dtype=np.uint64)
    theirs = rng.integers(0, 2**63, THEIRS, dtype=np.uint64)
    theirs[:COPIED] = ours[:COPIED] ^ (np.uint64(1) << rng.integers(0, 63, COPIED, dtype=np.uint64))
    started = time.perf_counter()
    found = near_between(theirs, ours, 2)
    print(f"{THEIRS:,} × {OURS:,} hashes in {time.perf_counter() - started:.1f} s; {len(found):,} of {COPIED:,} found")


def texts(folder: Path) -> None:
    """Seconds to look for questions in a large set that has them."""
    store, benchmark = Store(folder / "adr.duckdb"), Store.memory()
    rows = store.rows(
        "select instance, list_filter(turns, lambda turn: turn.role = 'human')[1].text from instance "
        "order by hash(instance) limit 1000"
    )
    write_instances(
        benchmark, {n: ("1", [], [("human", text or ""), ("gpt", "x")]) for n, (_, text) in enumerate(rows)}
    )
    started = time.perf_counter()
    questions = questions_of(benchmark)
    found = passages(store, questions, silent)
    hit = {one.question for one in found if one.row == rows[one.question][0]}
    print(
        f"{len(rows):,} questions, {questions.compared:,} of 13 words, in {time.perf_counter() - started:.1f} s; "
        f"{len(hit):,} found in their rows, {len(found):,} pairs"
    )
    store.close()


def main() -> None:
    planted(sorted(path for path in (Path(sys.argv[1]) / "demo" / "images").rglob("*") if path.is_file()))
    hashes()
    if folders := [one for one in sys.argv[2:] if one != "--embed"]:
        texts(Path(folders[0]))


if __name__ == "__main__":
    main()
