"""Seconds that `adr tail-eval` takes for a log of many rows, no two of which ask the same.

python -m tests.bench.tail_eval --rows 100000
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from adr.index.index import index
from adr.store import Store
from adr.tail_eval.evaluate import tail_eval
from tests.worlds.hand import write_instances

THINGS = (
    *("dog", "cat", "bus", "car", "person", "table", "chair", "cup", "bottle", "horse", "boat", "train", "bird"),
    *("tree", "clock", "vase", "sofa", "bed", "plate", "fork", "harp", "accordion", "kite", "lamp", "shoe", "hat"),
    *("bag", "bench", "book", "phone", "laptop", "mouse", "keyboard", "oven", "sink", "towel", "pillow", "mirror"),
)


def write_log(path: Path, rows: int) -> None:
    """Three questions about each of many pictures, in the form of lmms-eval."""
    rng = np.random.default_rng(0)
    first, second = rng.integers(len(THINGS), size=rows), rng.integers(len(THINGS), size=rows)
    right, said = rng.random(rows) < 0.5, rng.random(rows) < 0.5
    with path.open("w", encoding="utf-8") as out:
        for n in range(rows):
            one = {
                "doc_id": n,
                "target": "yes" if right[n] else "no",
                "input": f"Is there a {THINGS[first[n]]} beside the {THINGS[second[n]]} number {n}?",
                "filtered_resps": ["Yes." if said[n] else "No."],
                "doc_hash": f"{n:064d}",
                "pope_accuracy": {"question_id": f"{n // 3}.jpg", "score": float(right[n] == said[n])},
            }
            out.write(json.dumps(one) + "\n")


def write_training(store: Store, instances: int) -> None:
    """Instances that name the same things, the first of them most often; indexed."""
    rng = np.random.default_rng(1)
    odds = 1 / np.arange(1, len(THINGS) + 1) ** 1.5
    drawn = rng.choice(len(THINGS), size=(instances, 2), p=odds / odds.sum())
    write_instances(
        store,
        {
            n: (str(n), ["a.png"], [("human", "What is there?"), ("gpt", f"A {THINGS[a]} and a {THINGS[b]}.")])
            for n, (a, b) in enumerate(drawn.tolist())
        },
    )
    index(store)


def main() -> None:
    """Print the seconds of the parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--instances", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "2026_samples_pope.jsonl"
        write_log(log, options.rows)
        store = Store.memory()
        write_training(store, options.instances)
        for logs in (1, 2):
            started, processor = time.perf_counter(), time.process_time()
            found = tail_eval(store, [log] * logs)
            clock = time.perf_counter() - started
            print(
                f"{logs} log(s) of {options.rows:,} rows: {clock:.1f} s, processor "
                f"{time.process_time() - processor:.1f} s; {found.logs[0].items:,} items"
            )


if __name__ == "__main__":
    main()
