"""The same recipe by one machine's stages and over shards: seconds, processor time, memory, and whether bytes agree.

    python -m tests.bench.shards --records 665298 [--file BIG.json] [--generator MAKE.py] [--shard-records 65536]
                                 [--workers 2] [--engine local] [--without-single] [--keep FOLDER] [--out RESULT.json]

Every step is a command in a process of its own. The processor time of a step is that of its process and of all that it
started; the memory is the resident size of all its processes together, looked at ten times per second. The estimate is
that of a cluster, from the processor time per record that was measured here.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from pathlib import Path

from adr.shards.stages import STAGES
from tests.bench.ingest_index import GENERATOR, made

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "assets" / "recipes" / "paper-llava-1.5.toml"
CLUSTER = {"100 M": 100_000_000, "1 B": 1_000_000_000}


def main() -> int:
    """Run both ways and print a table and one line of JSON; exit status 1 when the bytes differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=665_298)
    parser.add_argument("--file", type=Path, help="a dataset that is there already")
    parser.add_argument("--generator", type=Path, default=Path(os.environ.get("ADR_BENCH_GENERATOR", GENERATOR)))
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--shard-records", type=int, default=65_536)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--engine", choices=("local", "ray"), default="local")
    parser.add_argument("--without-single", action="store_true", help="only over shards")
    parser.add_argument("--keep", type=Path, help="work here and leave what was made")
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    options = parser.parse_args()
    source = options.file or made(options.records, options.generator)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="adr-bench-"))
    try:
        single = [] if options.without_single else one_machine(source, options.recipe, folder)
        sharded = over_shards(source, options, folder)
        sums = {name: sha256(path) for name, path in results(folder).items() if path.is_file()}
        tables = sum(f.stat().st_size for s in ("extract", "entities") for f in (folder / "set" / s).glob("*.parquet"))
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    report = {
        "records": options.records,
        "file_bytes": source.stat().st_size,
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "single": single,
        "shards": sharded,
        "table_bytes_per_record": round(tables / options.records, 1),
        "sha256": sums,
        "same_bytes": len(set(sums.values())) == 1,
    }
    tell(report)
    if options.out:
        options.out.write_text(json.dumps(report, indent=1), encoding="utf-8")
    return 0 if report["same_bytes"] else 1


def results(folder: Path) -> dict[str, Path]:
    """The file that each way writes."""
    return {"single": folder / "single" / "llava.json", "shards": folder / "sharded" / "llava.json"}


def one_machine(source: Path, recipe: Path, folder: Path) -> list[dict]:
    """The four verbs on one workspace."""
    at = ["-w", folder / "workspace"]
    return [
        step("ingest", ["ingest", source, *at]),
        step("index", ["index", *asked_of_index(recipe), *at]),
        step("rebalance", ["rebalance", "--recipe", recipe, *at]),
        step("export", ["export", "--run", "1", "--format", "llava", "--out", folder / "single", *at]),
    ]


def asked_of_index(recipe: Path) -> list[str]:
    """The recipe's [index] as the verb takes it; shards follow the recipe by themselves."""
    asked = tomllib.loads(recipe.read_text(encoding="utf-8")).get("index", {})
    return [word for name, value in asked.items() for word in (f"--{name.replace('_', '-')}", str(value))]


def over_shards(source: Path, options: argparse.Namespace, folder: Path) -> list[dict]:
    """Cut, then each stage by itself, so that each has its own numbers."""
    shards = folder / "set"
    run = ["shards", "run", shards, "--recipe", options.recipe, "--out", folder / "sharded", "--format", "llava"]
    engine = ["--engine", options.engine, "--workers", str(options.workers)]
    cut = ["shards", "cut", source, "--out", shards, "--records", str(options.shard_records)]
    return [
        step("cut", cut),
        *(step(stage, [*run, *engine, "--stage", stage]) for stage in (one.name for one in STAGES)),
    ]


def step(name: str, words: list) -> dict:
    """One command's wall and processor seconds and the peak of its processes' memory in GB."""
    print(f"{name} …", file=sys.stderr)
    before, started = os.times(), time.monotonic()
    command = [sys.executable, "-m", "adr", *map(str, words)]
    done = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL)
    watch = Watch(done.pid)
    if done.wait():
        sys.exit(f"{name} ended with {done.returncode}")
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return {
        "step": name,
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(used, 1),
        "peak_gb": round(watch.peak() / 1e9, 2),
    }


class Watch:
    """The largest resident size of a process and all that it started, in bytes."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._ended = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def peak(self) -> int:
        """Stop looking; what was found."""
        self._ended.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            self._peak = max(self._peak, sum(map(resident, family(self._pid))))


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def resident(pid: int) -> int:
    """The proportional share of memory of a process in bytes, 0 when it has ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def sha256(path: Path) -> str:
    """Of a whole file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tell(report: dict) -> None:
    """The table for people, the line for machines."""
    records = report["records"]
    print("| way | step | seconds | processor seconds | µs per record | peak GB |")
    print("|---|---|---:|---:|---:|---:|")
    for way in ("single", "shards"):
        steps = report[way]
        for one in steps:
            line(way, one["step"], one, records)
        if steps:
            whole = {key: round(sum(one[key] for one in steps), 1) for key in ("seconds", "cpu_seconds")}
            line(way, "all", {**whole, "peak_gb": max(one["peak_gb"] for one in steps)}, records)
    print(f"\nsame bytes: {report['same_bytes']}; shard tables {report['table_bytes_per_record']} bytes per record\n")
    per_record = sum(one["cpu_seconds"] for one in report["shards"]) / records
    print("| records | core-hours | minutes on 64 cores | on 1,024 cores | shard tables, GB |")
    print("|---|---:|---:|---:|---:|")
    for name, count in CLUSTER.items():
        hours = per_record * count / 3600
        print(
            f"| {name} | {hours:.1f} | {hours * 60 / 64:.0f} | {hours * 60 / 1024:.1f} | "
            f"{report['table_bytes_per_record'] * count / 1e9:.0f} |"
        )
    print("\n" + json.dumps(report))


def line(way: str, name: str, one: dict, records: int) -> None:
    """One row of the table."""
    micro = one["cpu_seconds"] / records * 1e6
    print(f"| {way} | {name} | {one['seconds']} | {one['cpu_seconds']} | {micro:.1f} | {one['peak_gb']} |")


if __name__ == "__main__":
    sys.exit(main())
