"""How long a filter takes until the first page and the number found are there, by the clock and in processor time.

    python tests/bench/find.py [--rounds N] WORKSPACE [FILTER …]

The best of the rounds counts; nothing is cached by the program.
"""

import argparse
import time
from contextlib import closing
from pathlib import Path

from adr.select.filter_text import parse
from adr.select.find import found_page
from adr.store import Store

PAGE = 20
FILTERS = (
    "object:dog",
    "object:dog and not object:person",
    "token:dog or object:cat and not text_only",
    "#500",
    "id:7",
    "missing",
    "text_only",
    "repeated_ids",
    "turns>4",
    'object:dog and "red car"',
    'object:dog and not "red car"',
    "object:dog and words>100",
    '"red car"',
    'answer:"red car"',
    '"on the"',
    '"in the image"',
    "/red (car|bus)/",
    "/colou?r/",
    r"/\d+/",
    "/red.*car/",
    "words>100",
)


def timed(store: Store, text: str, rounds: int) -> tuple[int, float, float]:
    """(instances found, seconds by the clock, seconds of processor time of all threads), best of the rounds."""
    tree, best = parse(text), (float("inf"), float("inf"))
    for _ in range(rounds):
        clock, processor = time.perf_counter(), time.process_time()
        count = found_page(store, tree, 0, PAGE).count
        best = min(best[0], time.perf_counter() - clock), min(best[1], time.process_time() - processor)
    return count, *best


def main() -> None:
    """Print a row per filter."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("filters", nargs="*", default=list(FILTERS))
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with closing(Store(given.workspace / "adr.duckdb")) as store:
        print("| filter | found | clock | processor |\n|---|---|---|---|")
        for text in given.filters:
            count, clock, processor = timed(store, text, given.rounds)
            print(f"| `{text}` | {count:,} | {clock * 1000:,.0f} ms | {processor * 1000:,.0f} ms |", flush=True)


if __name__ == "__main__":
    main()
