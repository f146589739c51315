"""Seconds and peak memory from a LLaVA-shaped JSON file to the postings of the four perspectives.

    python tests/bench/ingest_index.py --records 665298 [--file BIG.json] [--generator MAKE.py] [--out RESULT.json]

Ingest, index and, for comparison, a plain Python loop (json.load, split, Counter: how many conversations hold each
word) run one after another, each in a process of its own. The file is made by --generator when there is no --file, and
kept in the temporary folder for the next time.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATOR = ROOT.parent / "shared" / "tools" / "make_llava_like.py"
STEPS = ("ingest", "index", "plain Python")


def main() -> int:
    """Run the three and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=665_298)
    parser.add_argument("--file", type=Path, help="a dataset that is there already")
    parser.add_argument("--generator", type=Path, default=Path(os.environ.get("ADR_BENCH_GENERATOR", GENERATOR)))
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    parser.add_argument("--without-plain", action="store_true", help="leave the plain Python loop out")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--workspace", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(measure(options.step, options.file, options.workspace)))
        return 0
    source = options.file or made(options.records, options.generator)
    folder = Path(tempfile.mkdtemp(prefix="adr-bench-"))
    try:
        steps = STEPS[:2] if options.without_plain else STEPS
        results = {step: in_process(step, source, folder / "workspace") for step in steps}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report = {
        "records": results["ingest"]["instances"],
        "file_bytes": source.stat().st_size,
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "steps": results,
    }
    tell(report)
    if options.out:
        options.out.write_text(json.dumps(report, indent=1), encoding="utf-8")
    return 0


def made(records: int, generator: Path) -> Path:
    """The generated file, made now or on a former run."""
    path = Path(tempfile.gettempdir()) / f"llava_like_{records}.json"
    if not path.is_file():
        if not generator.is_file():
            sys.exit(f"There is no generator {generator}; name one with --generator, or a dataset with --file.")
        partial = path.with_suffix(".partial")
        print(f"making {path} …", file=sys.stderr)
        subprocess.run([sys.executable, generator, "--records", str(records), "--out", partial], check=True)
        partial.replace(path)
    return path


def in_process(step: str, source: Path, workspace: Path) -> dict:
    """One step's numbers, measured in a process of its own."""
    print(f"{step} …", file=sys.stderr)
    command = [sys.executable, __file__, "--step", step, "--file", source, "--workspace", workspace]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return json.loads(done.stdout)


def measure(step: str, source: Path, workspace: Path) -> dict:
    """Run one step here; wall and processor seconds, and the peak of this process's memory in GB."""
    started = time.monotonic()
    counts = {"ingest": ingest_step, "index": index_step, "plain Python": plain_step}[step](source, workspace)
    seconds = time.monotonic() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in kB elsewhere
    return {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_gb": round(used.ru_maxrss * scale / 1e9, 2),
        **counts,
    }


def ingest_step(source: Path, workspace: Path) -> dict:
    """JSON → instance."""
    from adr.ingest.ingest import ingest
    from adr.store import Store
    from adr.workspace import Workspace

    store = Store(Workspace.at(workspace).database)
    report = ingest(store, source)
    store.close()
    return {
        "instances": report.instances,
        "rejected": sum(report.rejected.values()),
        "database_mb": round((workspace / "adr.duckdb").stat().st_size / 1e6),
    }


def index_step(source: Path, workspace: Path) -> dict:
    """instance → posting, four perspectives."""
    from adr.index.index import index
    from adr.store import Store

    store = Store(workspace / "adr.duckdb")
    report = index(store)
    store.close()
    return {"postings": report.postings, "entities": report.entities}


def plain_step(source: Path, workspace: Path) -> dict:
    """What one writes first: load all, split every turn at blanks, count the words of each conversation once."""
    with source.open(encoding="utf-8") as file:
        records = json.load(file)
    counts: Counter[str] = Counter()
    for record in records:
        words: set[str] = set()
        for turn in record["conversations"]:
            words.update(turn["value"].lower().split())
        counts.update(words)
    return {"instances": len(records), "words": len(counts)}


def tell(report: dict) -> None:
    """The table for people, the line for machines."""
    print(
        f"{report['records']:,} records, {report['file_bytes'] / 1e9:.2f} GB, {report['cores']} cores, "
        f"load before {report['load_before']:.1f}"
    )
    print(f"{'':14}{'seconds':>9}{'cpu s':>9}{'peak GB':>9}")
    for step, result in report["steps"].items():
        print(f"{step:14}{result['seconds']:9.1f}{result['cpu_seconds']:9.1f}{result['peak_gb']:9.2f}")
    ours = [report["steps"][step] for step in STEPS[:2]]
    print(
        f"{'ingest + index':14}{sum(r['seconds'] for r in ours):9.1f}{sum(r['cpu_seconds'] for r in ours):9.1f}"
        f"{max(r['peak_gb'] for r in ours):9.2f}"
    )
    print(json.dumps(report))


if __name__ == "__main__":
    sys.exit(main())
