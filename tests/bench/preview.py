"""How fast the rebalance engine answers: open, one τ moved, far moves, caps, mixtures, seeds; memory; the plain loop.

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
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from adr.draws import draws  # noqa: E402
from adr.perspectives import PAPER_NAMES  # noqa: E402
from adr.rebalance.engine import Engine  # noqa: E402
from adr.recipe import Recipe  # noqa: E402
from adr.recipe_mixture import Mixture  # noqa: E402
from adr.store import Store  # noqa: E402
from adr.workspace import Workspace  # noqa: E402

GENERATOR = ROOT.parent / "shared" / "tools" / "make_llava_like.py"
COUNTS = ROOT.parent / "shared" / "data" / "counts"
SLICE = 4_000  # instances the plain loop is timed on


def make_by_ingest(workspace: Path, records: int) -> None:
    """Made JSON → ingest → index, as a user would, in processes of their own."""
    if not GENERATOR.is_file():
        sys.exit(f"{GENERATOR} is not there. Use --instances-only, or --workspace with an indexed one.")
    source = workspace / f"llava_like_{records}.json"
    if not source.is_file():
        subprocess.run([sys.executable, GENERATOR, "--records", str(records), "--out", source], check=True)
    for verb in (["ingest", str(source), "--replace"], ["index"]):
        subprocess.run(
            [sys.executable, "-m", "adr", *verb, "-w", str(workspace), "--json"],
            check=True,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )


def make_directly(workspace: Path, records: int) -> None:
    """Postings drawn from the distributions that the made JSON draws its words from, without the text."""
    code = (
        f"from tests.bench.postings import draw_postings; draw_postings({str(workspace)!r}, {records}, {str(COUNTS)!r})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@dataclass
class Took:
    """Seconds by the clock, and of the processors over all threads (what it costs whatever else is running)."""

    wall: float
    processor: float


def timed(work: Callable[[], object]) -> Took:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - wall, time.process_time() - processor)


def at(share: float, took: list[Took]) -> Took:
    """A percentile of both."""
    return Took(
        float(np.percentile([t.wall for t in took], share)), float(np.percentile([t.processor for t in took], share))
    )


def everything(engine: Engine, recipe: Recipe) -> object:
    """What a moved slider needs: kept mask, tail numbers, baseline, expected size, and four curves to draw."""
    preview = engine.preview(recipe)
    return preview, [preview.spectra[p][which].curve() for p in PAPER_NAMES for which in ("after", "random")]


def small_moves(engine: Engine, moves: int, rng: np.random.Generator) -> list[Took]:
    """One perspective's τ moved by up to a quarter, again and again."""
    base, took = engine.tau(Recipe()), []
    for _ in range(moves):
        tau = dict(base)
        tau[PAPER_NAMES[rng.integers(4)]] *= rng.uniform(0.75, 1.25)
        took.append(timed(lambda tau=tau: everything(engine, Recipe(tau=tau))))
    return took


def twenty_caps(engine: Engine) -> dict[str, dict[str, int]]:
    """The ten most frequent nouns and objects, each capped at two fifths of what it has."""
    return {
        p: {name: int(engine.postings[p].n[i] * 0.4) for i, name in enumerate(engine.names(p, range(10)))}
        for p in ("token", "object")
    }


def mixed_moves(
    engine: Engine, moves: int, rng: np.random.Generator, repeat: int, size: int | None = None
) -> list[Took]:
    """One of twenty wanted shares of forms of question moved, with twenty caps that bind."""
    base, took = Recipe(at_most=twenty_caps(engine)), []
    stock = engine.stock(base, "interrogation")
    largest = np.argsort(-stock.counts)[:20]
    shares = {str(stock.values.names[n]): float(stock.counts[n] / stock.counts.sum()) for n in largest}
    for _ in range(moves):
        value = list(shares)[rng.integers(20)]
        wanted = {v: s * (rng.uniform(0.3, 1) if v == value else 0.9) for v, s in shares.items()}
        mixture = Mixture("interrogation", shares=wanted, repeat=repeat, size=size)
        recipe = replace(base, mixture=mixture)
        took.append(timed(lambda recipe=recipe: everything(engine, recipe)))
    return took


def capped_moves(engine: Engine, moves: int, rng: np.random.Generator) -> list[Took]:
    """One τ moved under twenty caps."""
    at_most = twenty_caps(engine)
    base, took = engine.tau(Recipe()), []
    for _ in range(moves):
        tau = dict(base)
        tau[PAPER_NAMES[rng.integers(4)]] *= rng.uniform(0.75, 1.25)
        took.append(timed(lambda tau=tau: everything(engine, Recipe(tau=tau, at_most=at_most))))
    return took


def far_moves(engine: Engine, moves: int, rng: np.random.Generator) -> list[Took]:
    """All four τ anywhere, and one to three perspectives needed: from nearly nothing kept to nearly all."""
    base, took = engine.tau(Recipe()), []
    for _ in range(moves):
        tau = {p: t * 10 ** rng.uniform(-3, 1.5) for p, t in base.items()}
        recipe = Recipe(tau=tau, min_passes=int(rng.integers(1, 4)))
        took.append(timed(lambda recipe=recipe: everything(engine, recipe)))
    return took


def plain_loop(engine: Engine, recipe: Recipe) -> Took:
    """Seconds for all instances by a loop over the definition in plain Python, from a slice; checks that slice.

    Draws, names and counts lie ready in lists, as in the published script; only deciding and counting is timed.
    """
    tau, rows = engine.tau(recipe), range(min(SLICE, engine.rows))
    ready = []
    for perspective in PAPER_NAMES:
        postings = engine.postings[perspective]
        lists = [postings.of_row(r) for r in rows]
        ready.append(
            [
                list(
                    zip(
                        e.tolist(),
                        draws(recipe.seed, postings.keys[e], engine.instances[r]).tolist(),
                        postings.n[e].tolist(),
                        strict=True,
                    )
                )
                for r, e in zip(rows, lists, strict=True)
            ]
        )
    wall, processor = time.perf_counter(), time.process_time()
    kept, counts = [], [dict[int, int]() for _ in PAPER_NAMES]
    for row in rows:
        passes = 0
        for k, perspective in enumerate(PAPER_NAMES):
            for _, drawn, n in ready[k][row]:
                if drawn * n < tau[perspective]:
                    passes += 1
                    break
        kept.append(passes >= recipe.min_passes)
        if kept[-1]:
            for k in range(4):
                for entity, _, _ in ready[k][row]:
                    counts[k][entity] = counts[k].get(entity, 0) + 1
    scale = engine.rows / len(rows)
    took = Took((time.perf_counter() - wall) * scale, (time.process_time() - processor) * scale)
    assert kept == engine.kept(recipe)[: len(rows)].tolist(), "the engine and the loop disagree"
    return took


def numpy_pass(engine: Engine) -> Took:
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
    opened: list[Engine] = []
    opening = timed(lambda: opened.append(Engine(Store(Workspace.at(workspace).database))))
    engine = opened[0]
    first = timed(lambda: everything(engine, Recipe()))
    small, far = small_moves(engine, moves, rng), far_moves(engine, moves, rng)
    head = {p: engine.names(p, [0])[0] for p in PAPER_NAMES}
    muted = [timed(lambda p=p: everything(engine, Recipe(mute={p: [head[p]]}))) for p in PAPER_NAMES]
    capped = capped_moves(engine, moves, rng)
    thinned = mixed_moves(engine, moves, rng, 1)
    repeated = mixed_moves(engine, moves, rng, 3, int(engine.rows * 0.7))
    other = timed(lambda: everything(engine, Recipe(seed=7)))
    now, peak = resident()
    loop = plain_loop(engine, Recipe(min_passes=2))
    took = {
        "open": opening,
        "first_preview": first,
        "move_median": at(50, small),
        "move_p95": at(95, small),
        "far_median": at(50, far),
        "far_p95": at(95, far),
        "mute": at(50, muted),
        "capped_median": at(50, capped),
        "capped_p95": at(95, capped),
        "mixed_median": at(50, thinned),
        "mixed_p95": at(95, thinned),
        "mixed_repeat_median": at(50, repeated),
        "mixed_repeat_p95": at(95, repeated),
        "other_seed": other,
        "numpy_pass": numpy_pass(engine),
        "plain_loop": loop,
    }
    engine.store.close()
    return {
        "date": date.today().isoformat(),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load_average": round(os.getloadavg()[0], 1),
        "instances": engine.rows,
        "postings": sum(len(p.entities) for p in engine.postings.values()),
        "entities": sum(len(p.n) for p in engine.postings.values()),
        **{f"{name}_s": round(t.wall, 4) for name, t in took.items()},
        **{f"{name}_processor_s": round(t.processor, 4) for name, t in took.items()},
        "loop_over_move": round(loop.processor / at(50, small).processor),
        "memory_gb": now,
        "memory_peak_gb": peak,
    }


SAID = {
    "open": "open an indexed workspace",
    "first_preview": "first preview (draws of the seed included)",
    "move_median": "one τ moved, median",
    "move_p95": "one τ moved, p95",
    "far_median": "all τ moved far, median",
    "far_p95": "all τ moved far, p95",
    "mute": "most frequent entity muted, median",
    "capped_median": "one τ moved with 20 caps that bind, median",
    "capped_p95": "one τ moved with 20 caps that bind, p95",
    "mixed_median": "one of 20 wanted shares moved, with 20 caps that bind, median",
    "mixed_p95": "one of 20 wanted shares moved, with 20 caps that bind, p95",
    "mixed_repeat_median": "the same with rows repeated up to 3 times, median",
    "mixed_repeat_p95": "the same with rows repeated up to 3 times, p95",
    "other_seed": "another seed",
    "numpy_pass": "a NumPy pass over all postings (bincount)",
    "plain_loop": f"the definition as a plain Python loop ({SLICE:,} instances timed, scaled)",
}


def table(found: dict[str, object]) -> str:
    """The numbers as a Markdown table."""

    def shown(seconds: object) -> str:
        value = float(str(seconds))
        return f"{value:.2f} s" if value >= 2 else f"{value * 1000:,.0f} ms"

    lines = [
        f"{found['date']}: {found['cores']} cores ({found['machine']}), Python {found['python']}, load average "
        f"{found['load_average']}. {found['instances']:,} instances, {found['postings']:,} postings, "
        f"{found['entities']:,} entities. Memory of the process {found['memory_gb']} GB, at most "
        f"{found['memory_peak_gb']} GB.",
        "",
        "| what | by the clock | processor time, all threads |",
        "|---|---|---|",
    ]
    lines += [
        f"| {words} | {shown(found[f'{name}_s'])} | {shown(found[f'{name}_processor_s'])} |"
        for name, words in SAID.items()
    ]
    return "\n".join(
        [
            *lines,
            "",
            f"The plain loop costs {found['loop_over_move']:,} times the processor time of one τ "
            "moved (which counts four curves and the random baseline besides).",
        ]
    )


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
