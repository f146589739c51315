"""What a candidate of the starter costs, made one at a time and in batches, by one thread and by two, in one run.

    python tests/bench/worker.py [--slots 8] [--rounds 2] [--json FILE]

The ways take turns, so that other work on the machine meets them all alike: read the ratios, and the rates only on an
idle machine. A candidate is everything that a worker does for one: picture, score, conversation and files.
"""

import argparse
import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from adr.demo.habitats import RANKS  # noqa: E402
from adr.synthesize.plan_file import PlanFolder, PlanSettings, Slot  # noqa: E402
from adr.synthesize.worker import Worker  # noqa: E402

WAYS = {"1 at a time, 2 threads": (1, 2), "1 at a time, 1 thread": (1, 1), "batches of 8, 1 thread": (8, 1)}


def plan_of(folder: Path, slots: int) -> PlanFolder:
    """A plan of `slots` slots with two candidates each, for different things of the demo world."""
    plan = PlanFolder(folder)
    names = [RANKS[-1 - number % len(RANKS)] for number in range(slots)]
    made = [
        Slot(
            slot=number,
            entity=number,
            name=name,
            perspective="object",
            things=(name,),
            entities=(number,),
            prompt=f"a photo of a {name}",
        )
        for number, name in enumerate(names)
    ]
    plan.write(PlanSettings(plan=1, run=1, seed=number_of(folder), budget=slots), made, list(RANKS))
    return plan


def number_of(folder: Path) -> int:
    """A seed for the plan of a folder, from its name."""
    return int(folder.name)


def measured(folder: Path, slots: int, batch: int, threads: int) -> tuple[float, float]:
    """(seconds by the clock, seconds of processor time) per candidate, without loading the models."""
    worker = Worker(plan_of(folder, slots), lambda event: None, device="cpu")
    worker.load()
    worker.batch = batch
    torch.set_num_threads(threads)
    clock, processor = time.monotonic(), time.process_time()
    made = worker.run()
    return (time.monotonic() - clock) / made, (time.process_time() - processor) / made


def main() -> None:
    """Measure, print a table and write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slots", type=int, default=8, help="slots per way and round, two candidates each")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    load = os.getloadavg()[0]
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with TemporaryDirectory() as folder:
        for turn in range(given.rounds):
            for number, (way, (batch, threads)) in enumerate(WAYS.items()):
                times[way].append(measured(Path(folder) / f"{10 * turn + number}", given.slots, batch, threads))
                print(way, "clock {:.2f} s, processor {:.2f} s per candidate".format(*times[way][-1]), flush=True)
    means = {way: [sum(column) / len(column) for column in zip(*own, strict=True)] for way, own in times.items()}
    last = means["batches of 8, 1 thread"]
    print(f"\nload average {load:.1f} before, {os.getloadavg()[0]:.1f} after\n")
    print("| way | clock | processor | a minute | clock, to batches | processor, to batches |")
    print("|---|---|---|---|---|---|")
    for way, (clock, processor) in means.items():
        ratios = f"{clock / last[0]:.1f} | {processor / last[1]:.1f}"
        print(f"| {way} | {clock:.2f} s | {processor:.2f} s | {60 / clock:.0f} | {ratios} |")
    if given.json:
        given.json.write_text(json.dumps({"load": load, "means": means, "times": times}, indent=1))


if __name__ == "__main__":
    main()
