"""What the functions of the perspectives beside the paper's four cost, in processor time per record.

    python tests/bench/perspectives.py FILE      FILE: a JSON array in the form of LLaVA, one record per line

Pictures are not opened: `size` is given their sizes.
"""

import json
import sys
import time
from collections.abc import Callable

import numpy as np

from adr.index.perspectives.batch import Batch, Names
from adr.index.perspectives.column import of_column
from adr.index.perspectives.reading import function_of

BATCH = 2_000
ROUNDS = 3


def batches(path: str) -> list[Batch]:
    """The records of a file in the form of LLaVA, in batches."""
    with open(path, encoding="utf-8") as lines:
        texts = [line.strip().lstrip("[").rstrip(",]") for line in lines]
    texts = [text for text in texts if text]
    return [batch(texts[first : first + BATCH]) for first in range(0, len(texts), BATCH)]


def batch(texts: list[str]) -> Batch:
    """Records with the columns that ingest would give them."""
    n = len(texts)
    records = [json.loads(text) for text in texts]
    turns = [[(turn["from"], turn["value"]) for turn in record["conversations"]] for record in records]
    return Batch(
        instance=np.arange(n, dtype=np.int32),
        images=[[record["image"]] if "image" in record else [] for record in records],
        turns=turns,
        source=["llava"] * n,
        prefix=[""] * n,
        raw=list(texts),
        language=[{"en": len(talk)} for talk in turns],
        pictures=lambda: [(640, 480)] * n,
    )


def cost(names: Callable[[Batch], Names], given: list[Batch]) -> float:
    """Microseconds per record: the best of some rounds."""
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for one in given:
            names(one)
        spent.append(time.process_time() - began)
    return min(spent) / sum(len(one.raw) for one in given) * 1e6


def main() -> None:
    given = batches(sys.argv[1])
    functions = {name: function_of(name) for name in ("source", "style", "language", "length", "size")}
    functions |= {f"column:{name}": of_column(name) for name in ("absent", "model", "id")}
    for name, names in functions.items():
        print(f"{name:15} {cost(names, given):6.1f} µs per record")


if __name__ == "__main__":
    main()
