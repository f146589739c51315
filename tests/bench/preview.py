"""How fast the rebalance engine answers: open, one τ moved, far moves, caps, seeds; memory; the plain loop beside it.

    python tests/bench/preview.py --records 665298                       through ingest and index, from a made JSON
    python tests/bench/preview.py --records 2000000 --instances-only     postings drawn directly, same distributions

Prints a table and one line of JSON. `--workspace W` keeps what was made (and uses it when it is there already).
Numbers are wall-clock seconds of this machine, with whatever else it is doing; compiled loops come from their cache.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from adr.draws import draws  # noqa: E402
from adr.preview import Engine  # noqa: E402
from adr.recipe import PERSPECTIVES, Recipe  # noqa: E402
from adr.store import Store  # noqa: E402
from adr.workspace import Workspace  # noqa: E402

GENERATOR = ROOT.parent / "shared" / "tools" / "make_llava_like.py"
COUNTS = ROOT.parent / "shared" / "data" / "counts"
SLICE = 4_000               # instances the plain loop is timed on


def make_by_ingest(workspace: Path, records: int) -> None:
    """Made JSON → ingest → index, as a user would, in processes of their own."""
    if not GENERATOR.is_file():
        sys.exit(f"{GENERATOR} is not there. Use --instances-only, or --workspace with an indexed one.")
    source = workspace / f"llava_like_{records}.json"
    if not source.is_file():
        subprocess.run([sys.executable, GENERATOR, "--records", str(records), "--out", source], check=True)
    for verb in (["ingest", str(source), "--replace"], ["index"]):
        subprocess.run([sys.executable, "-m", "adr", *verb, "-w", str(workspace), "--json"], check=True, cwd=ROOT,
                       stdout=subprocess.DEVNULL)


def make_directly(workspace: Path, records: int) -> None:
    """Postings drawn from the distributions that the made JSON draws its words from, without the text."""
    code = ("from tests.bench.postings import draw_postings; "
            f"draw_postings({str(workspace)!r}, {records}, {str(COUNTS)!r})")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def everything(engine: Engine, recipe: Recipe) -> object:
    """What a moved slider needs: kept mask, tail numbers, baseline, expected size, and four curves to draw."""
    preview = engine.preview(recipe)
    return preview, [preview.spectra[p][which].curve() for p in PERSPECTIVES for which in ("after", "random")]


def small_moves(engine: Engine, moves: int, rng: np.random.Generator) -> list[float]:
    """One perspective's τ moved by up to a quarter, again and again."""
    base, seconds = engine.tau(Recipe()), []
    for _ in range(moves):
        tau = dict(base)
        tau[PERSPECTIVES[rng.integers(4)]] *= rng.uniform(0.75, 1.25)
        seconds.append(timed(lambda tau=tau: everything(engine, Recipe(tau=tau))))
    return seconds


def far_moves(engine: Engine, moves: int, rng: np.random.Generator) -> list[float]:
    """All four τ anywhere, and one to three perspectives needed: from nearly nothing kept to nearly all."""
    base, seconds = engine.tau(Recipe()), []
    for _ in range(moves):
        tau = {p: t * 10 ** rng.uniform(-3, 1.5) for p, t in base.items()}
        recipe = Recipe(tau=tau, min_passes=int(rng.integers(1, 4)))
        seconds.append(timed(lambda recipe=recipe: everything(engine, recipe)))
    return seconds


def plain_loop(engine: Engine, recipe: Recipe) -> float:
    """Seconds for all instances by a loop over the definition in plain Python, from a slice; checks that slice.

    Draws, names and counts lie ready in lists, as in the published script; only deciding and counting is timed.
    """
    tau, rows = engine.tau(recipe), range(min(SLICE, engine.rows))
    ready = []
    for perspective in PERSPECTIVES:
        postings = engine.postings[perspective]
        lists = [postings.of_row(r) for r in rows]
        ready.append([list(zip(e.tolist(), draws(recipe.seed, postings.keys[e], engine.instances[r]).tolist(),
                               postings.n[e].tolist(), strict=True)) for r, e in zip(rows, lists, strict=True)])
    started = time.perf_counter()
    kept, counts = [], [dict[int, int]() for _ in PERSPECTIVES]
    for row in rows:
        passes = 0
        for k, perspective in enumerate(PERSPECTIVES):
            for _, drawn, n in ready[k][row]:
                if drawn * n < tau[perspective]:
                    passes += 1
                    break
        kept.append(passes >= recipe.min_passes)
        if kept[-1]:
            for k in range(4):
                for entity, _, _ in ready[k][row]:
                    counts[k][entity] = counts[k].get(entity, 0) + 1
    seconds = time.perf_counter() - started
    assert kept == engine.kept(recipe)[:len(rows)].tolist(), "the engine and the loop disagree"
    return seconds * engine.rows / len(rows)


def numpy_pass(engine: Engine) -> float:
    """One np.bincount over all postings: what counting costs without deciding anything."""
    return timed(lambda: [np.bincount(p.entities, minlength=len(p.n)) for p in engine.postings.values()])


def resident() -> tuple[float, float]:
    """(now, peak) resident memory in GB."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    now, peak = (int(status[name].split()[0]) / 1e6 for name in ("VmRSS", "VmHWM"))
    return round(now, 2), round(peak, 2)


def measure(workspace: Path, moves: int) -> dict[str, object]:
    """All the numbers, from a process that has just opened the workspace."""
    rng = np.random.default_rng(0)
    started = time.perf_counter()
    store = Store(Workspace.at(workspace).database)
    engine = Engine(store)
    opened = time.perf_counter() - started
    first = timed(lambda: everything(engine, Recipe()))
    small, far = small_moves(engine, moves, rng), far_moves(engine, moves, rng)
    head = {p: engine.names(p, [0])[0] for p in PERSPECTIVES}
    caps = [timed(lambda p=p: everything(engine, Recipe(caps={p: {head[p]: 0}}))) for p in PERSPECTIVES]
    postings = {p: len(engine.postings[p].entities) for p in PERSPECTIVES}
    now, peak = resident()
    loop = plain_loop(engine, Recipe(min_passes=2))
    found = {
        "date": date.today().isoformat(), "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}, load average {os.getloadavg()[0]:.1f}",
        "instances": engine.rows, "postings": sum(postings.values()),
        "entities": sum(len(engine.postings[p].n) for p in PERSPECTIVES), "open_s": opened, "first_preview_s": first,
        "move_median_s": float(np.median(small)), "move_p95_s": float(np.percentile(small, 95)),
        "far_median_s": float(np.median(far)), "far_p95_s": float(np.percentile(far, 95)),
        "cap_median_s": float(np.median(caps)), "other_seed_s": timed(lambda: everything(engine, Recipe(seed=7))),
        "memory_gb": now, "memory_peak_gb": peak, "numpy_pass_s": numpy_pass(engine), "plain_loop_s": loop,
        "loop_over_move": loop / float(np.median(small)),
    }
    store.close()
    return found


def table(found: dict[str, object]) -> str:
    """The numbers as a Markdown table."""
    said = {
        "instances": "instances", "postings": "postings", "entities": "entities",
        "open_s": "open an indexed workspace", "first_preview_s": "first preview (draws of the seed included)",
        "move_median_s": "one τ moved, median", "move_p95_s": "one τ moved, p95",
        "far_median_s": "all τ moved far, median", "far_p95_s": "all τ moved far, p95",
        "cap_median_s": "most frequent entity muted", "other_seed_s": "another seed",
        "memory_gb": "memory of the process", "memory_peak_gb": "peak of it",
        "numpy_pass_s": "a NumPy pass over all postings (bincount)",
        "plain_loop_s": f"the definition as a plain Python loop (timed on {SLICE:,} instances, scaled)",
        "loop_over_move": "plain loop ÷ one τ moved",
    }
    lines = [f"{found['date']}, {found['machine']}", "", "| what | value |", "|---|---|"]
    for key, words in said.items():
        value = found[key]
        shown = (f"{value:,}" if isinstance(value, int) else f"{value:,.0f}×" if key == "loop_over_move"
                 else f"{value} GB" if key.startswith("memory") else f"{value:.2f} s" if value >= 2     # type: ignore
                 else f"{value * 1000:,.0f} ms")                                                        # type: ignore
        lines.append(f"| {words} | {shown} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=665_298)
    parser.add_argument("--instances-only", action="store_true", help="draw postings directly; no JSON, no text")
    parser.add_argument("--workspace", type=Path, help="where to make the workspace, or one to use")
    parser.add_argument("--moves", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Workspace.at(options.workspace or scratch).folder
        if not (folder / "adr.duckdb").is_file():
            (make_directly if options.instances_only else make_by_ingest)(folder, options.records)
        found = measure(folder, options.moves)
    print(table(found))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
