"""The long form of the fuzzing: spoiled inputs of every kind, each kind in a process of its own.

    python -m tests.fuzz [--only KIND ...] [--cases N] [--seed N] [--keep FOLDER]

Prints a table: cases, how many were taken and refused, faults (any error that is no sentence), the slowest case and the
most memory. Exit status 1 when there was a fault, a case of more than 60 s, or 2 GB. `--keep` holds each faulty input.
"""

import argparse
import faulthandler
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS, MOST_BYTES = 60, 2_000_000_000
# How many cases of each kind, and the module and the class that make them.
KINDS = {
    "datasets": (2000, "datasets", "Datasets"),
    "recipes": (500, "recipes", "Recipes"),
    "verdicts": (500, "verdicts", "Verdicts"),
    "plans": (500, "plans", "Plans"),
    "addresses": (500, "addresses", "Addresses"),
    "pictures": (150, "pictures", "Pictures"),
}


def target(kind: str, folder: Path) -> Any:
    """The target of a kind, ready in an empty folder."""
    from importlib import import_module

    _, module, name = KINDS[kind]
    made: Callable[[Path], Any] = getattr(import_module(f"tests.fuzz.{module}"), name)
    return made(folder)


def fuzz(kind: str, cases: int, seed: int, keep: Path) -> dict[str, Any]:
    """Try the cases one after the other; returns the figures."""
    outcomes: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as scratch:
        tried = target(kind, Path(scratch))
        for number in range(cases):
            case = tried.made(Random(f"{kind} {seed} {number}"))
            file = keep / f"{kind}-{number}"
            file.write_bytes(case.shown.encode("utf-8", "surrogateescape") + b"\n" + case.data)
            faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True)
            began = time.monotonic()
            try:
                outcomes[tried.tried(case)] += 1
                file.unlink()
            except BaseException as error:
                outcomes["faults"] += 1
                where = traceback.extract_tb(error.__traceback__)[-1]
                said = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}: {str(error)[:300]}"
                if said not in faults:
                    file.with_suffix(".txt").write_text("".join(traceback.format_exception(error)), errors="replace")
                faults[said] += 1
            faulthandler.cancel_dump_traceback_later()
            slowest = max(slowest, time.monotonic() - began)
        tried.close()
    return {
        "kind": kind,
        "cases": cases,
        **{name: outcomes[name] for name in ("taken", "refused", "faults")},
        "slowest_s": round(slowest, 1),
        "memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2),
        "found": dict(faults.most_common(20)),
    }


def apart(kind: str, cases: int, seed: int, keep: Path) -> dict[str, Any]:
    """`fuzz` in a process of its own; a case that hangs or kills the process counts as a fault."""
    command = [sys.executable, "-m", "tests.fuzz", "--within", kind, "--cases", str(cases), "--seed", str(seed)]
    log = keep / f"{kind}.log"
    with log.open("wb") as said:
        done = subprocess.run([*command, "--keep", str(keep)], cwd=ROOT, stdout=subprocess.PIPE, stderr=said)
    if done.returncode == 0:
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found
    last = max(keep.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime_ns, default=None)
    ended = f"the process ended with status {done.returncode} at {last}; see {log}"
    return {"kind": kind, "cases": cases, "faults": 1, "slowest_s": 0, "memory_gb": 0, "found": {ended: 1}}


def main() -> int:
    """Run the kinds asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--cases", type=int, help="of each kind, in place of the usual number")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=None, help="a folder for the inputs that were faults")
    parser.add_argument("--within", choices=KINDS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    keep = options.keep or Path(tempfile.mkdtemp(prefix="adr-fuzz-"))
    keep.mkdir(parents=True, exist_ok=True)
    if options.within:
        print(json.dumps(fuzz(options.within, options.cases, options.seed, keep)))
        return 0
    print("| kind | cases | taken | refused | faults | slowest | memory |", "|---|---|---|---|---|---|---|", sep="\n")
    bad = False
    for kind in options.only:
        found = apart(kind, options.cases or KINDS[kind][0], options.seed, keep)
        print(
            f"| {kind} | {found['cases']:,} | {found.get('taken', 0):,} | {found.get('refused', 0):,} | "
            f"{found['faults']:,} | {found['slowest_s']:.1f} s | {found['memory_gb']:.2f} GB |",
            flush=True,
        )
        for said, times in found["found"].items():
            print(f"    {times} × {said}", file=sys.stderr, flush=True)
        bad |= found["faults"] > 0 or found["slowest_s"] > LONGEST_SECONDS or found["memory_gb"] > MOST_BYTES / 1e9
    print(f"Load average {os.getloadavg()[0]:.1f}, seed {options.seed}." + (f" Inputs: {keep}" if bad else ""))
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
