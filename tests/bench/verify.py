"""Do the checkers help? Precision and recall of objects from text against the demo world's known objects.

    python tests/bench/verify.py [--instances 800] [--seed 0] [--checker open_clip] [--pauses] [--thresholds 0 1]

Only names that the demo world annotates count: its backgrounds (sky, road, table) are drawn but not annotated.
--pauses: how long a page has to wait meanwhile. A thread ticks every 10 ms while this process looks itself, as it did
until November 2026, and while it has a process look. --thresholds: what open_clip leaves at others than its own.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adr.image_folder import ImageFolder
from adr.index import checkers
from adr.index.index import index
from adr.index.lexicon import Lexicon
from adr.index.looking import look
from adr.index.object import plain_name
from adr.index.postings import Postings
from adr.index.verify import Asks, asked, by_name, left, verified
from adr.index.verify_folder import VerifyFolder
from adr.progress import silent
from adr.store import Store

Objects = dict[int, set[str]]
NOBODY = np.zeros(0, dtype=bool)
"""No instance is annotated, as far as the index from text goes."""


def known_objects(store: Store) -> Objects:
    """What the annotations say is in each instance's picture."""
    lexicon = Lexicon.english()
    known: Objects = {}
    for instance, label in store.rows("select instance, object from annotation"):
        name = plain_name(label, lexicon)
        known.setdefault(instance, set()).add(lexicon.things.get(name, name))
    return known


def indexed_objects(store: Store) -> Objects:
    """What the present index says."""
    return {
        instance: set(names)
        for instance, names in store.rows("""
        select instance, list(name) from posting join entity using (entity)
        where posting.perspective = perspective_number('object') group by instance""")
    }


def row(title: str, known: Objects, said: Objects) -> str:
    """Precision, recall, and how many objects are right, wrong and missed."""
    names = set().union(*known.values())
    said = {instance: said.get(instance, set()) & names for instance in known}
    right = sum(len(said[instance] & known[instance]) for instance in known)
    wrong, missed = (sum(map(len, of.values())) - right for of in (said, known))
    return (
        f"{title:16} precision {right / (right + wrong):.3f}  recall {right / (right + missed):.3f}  "
        f"right {right}  wrong {wrong}  missed {missed}"
    )


@contextmanager
def ticking() -> Iterator[list[float]]:
    """Milliseconds between ticks that should come every 10."""
    gaps: list[float] = []
    ended = threading.Event()

    def tick() -> None:
        before = time.perf_counter()
        while not ended.wait(0.01):
            now = time.perf_counter()
            gaps.append(1000 * (now - before))
            before = now

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield gaps
    finally:
        ended.set()
        thread.join()


def text_objects(store: Store) -> Postings:
    """The object postings of the present index, as they are verified."""
    found = Postings()
    first = store.value("select min(entity) from entity where perspective = perspective_number('object')")
    for (name,) in store.rows(
        "select name from entity where perspective = perspective_number('object') order by entity"
    ):
        found.names(name)
    keys = store.arrays(
        "select instance, entity from posting where perspective = perspective_number('object') order by 1, 2"
    )
    found.batches = [keys["instance"].astype(np.int64) << 32 | keys["entity"].astype(np.int64) - first]
    return by_name(found)


def measure_pauses(store: Store, checker: str, folder: Path) -> None:
    """Print the longest gaps between ticks, and their ratio."""
    objects, own = text_objects(store), own_folder(store, folder)
    longest = []
    for way in ("this process", "another"):
        started = time.perf_counter()
        with ticking() as gaps:
            if way == "another":
                verified(store, checker, objects, NOBODY, silent)
            else:
                look(own, checker, lambda event: None)
        longest.append(max(gaps))
        print(
            f"{way:16} longest gap {max(gaps):.0f} ms, 99 of 100 within {np.percentile(gaps, 99):.0f} ms, "
            f"{time.perf_counter() - started:.0f} s"
        )
    print(f"ratio of the longest {longest[0] / longest[1]:.1f}")


def measure_thresholds(store: Store, thresholds: list[float], folder: Path) -> None:
    """Print what open_clip leaves at other thresholds than its own."""
    known, objects = known_objects(store), text_objects(store)
    names = objects.names.listed()
    for threshold in thresholds:
        checkers.STANDS_OUT = threshold
        own = own_folder(store, folder)
        look(own, "open_clip", lambda event: None)
        said: Objects = {}
        for key in np.concatenate(left(objects, everything(objects), own.seen(), "").objects.batches).tolist():
            said.setdefault(key >> 32, set()).add(names[key & 0xFFFFFFFF])
        print(row(f"threshold {threshold:g}", known, said), flush=True)


def own_folder(store: Store, folder: Path) -> VerifyFolder:
    """A folder that asks what the present index, which nobody verified, would ask."""
    own, objects = VerifyFolder(folder / "own"), text_objects(store)
    own.ask(objects.names.listed(), ImageFolder.beside(store), asked(store, objects, everything(objects)))
    return own


def everything(objects: Postings) -> Asks:
    """Asks that every posting is looked for."""
    return Asks(NOBODY, np.ones(len(objects.names.listed()), dtype=bool))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=int, default=800)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checker", default="open_clip")
    parser.add_argument("--pauses", action="store_true")
    parser.add_argument("--thresholds", type=float, nargs="*", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "adr",
                "demo",
                "-w",
                folder,
                "--instances",
                str(options.instances),
                "--seed",
                str(options.seed),
                "--quiet",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        store = Store(Path(folder) / "adr.duckdb")
        known = known_objects(store)
        for checker in (options.checker, None):
            report = index(store, objects="text", verify=checker)
            print(row(checker or "text alone", known, indexed_objects(store)) + f"  {report.seconds:.0f} s", flush=True)
        if options.pauses:
            shutil.rmtree(Path(folder) / "verified")
            measure_pauses(store, options.checker, Path(folder))
        measure_thresholds(store, options.thresholds, Path(folder))
        store.close()


if __name__ == "__main__":
    main()
