"""How fast a review goes: key press → next candidate painted, a grid page, a batch of 1,000, in headless Chromium.

    python tests/bench/review.py [--candidates 5000] [--presses 100] [--json FILE]

Makes a workspace with drawn pictures, starts the app on it, drives it with real key presses, and checks afterwards
that every verdict is in the database in the order of the presses.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from tests.worlds import browser  # noqa: E402


def make_workspace(folder: Path, candidates: int) -> None:
    """A workspace with `candidates` chosen candidates of the drawn world's things, and real instances beside them."""
    from adr.demo.scene import draw_scene
    from adr.demo.things import THINGS
    from adr.store import Store
    from adr.workspace import Workspace

    workspace = Workspace.at(folder)
    store = Store(workspace.database)
    rng = np.random.default_rng(0)
    names = list(THINGS)
    source = folder / "source"
    source.mkdir()
    for i in range(120):
        draw_scene(rng, [names[i % len(names)]], size=256).image.save(source / f"{i}.png")
    images = 2 * len(names)
    for i in range(images):
        draw_scene(rng, [names[i % len(names)]], size=128).image.save(workspace.images / f"{i}.png")
    turns = [
        {"role": "human", "text": "<image>\nWhat is in the picture?"},
        {"role": "gpt", "text": "A thing that was drawn for this benchmark."},
    ]
    number = np.arange(candidates)
    with store.atomic() as writer:
        writer.execute("insert into source (path, images) values ('source.json', $1)", [str(source)])
        writer.insert(
            "instance",
            pd.DataFrame(
                {
                    "instance": range(120),
                    "images": [[f"{i}.png"] for i in range(120)],
                    "missing": 0,
                    "turns": [turns] * 120,
                }
            ),
        )
        writer.insert("entity", pd.DataFrame({"entity": range(len(names)), "perspective": 1, "name": names, "n": 2}))
        writer.insert(
            "posting",
            pd.DataFrame({"perspective": 1, "instance": range(120), "entity": [i % len(names) for i in range(120)]}),
        )
        writer.insert(
            "wanted",
            pd.DataFrame({"plan": 1, "entity": range(len(names)), "have": 2, "target": float(candidates), "quota": 40}),
        )
        writer.insert(
            "candidate",
            pd.DataFrame(
                {
                    "candidate": [f"p1-{i:05}-0" for i in number],
                    "plan": 1,
                    "slot": number,
                    "alternative": 0,
                    "chosen": True,
                    "entity": number % len(names),
                    "entities": [[int(i % len(names))] for i in number],
                    "parent": number % 120,
                    "generator": "text-to-image",
                    "model": "starter",
                    "seed": number,
                    "prompt": [f"a {names[i % len(names)]}" for i in number],
                    "parameters": '{"steps": 20}',
                    "image": [f"images/{i % images}.png" for i in number],
                    "turns": [turns] * candidates,
                    "score": rng.random(candidates),
                    "entity_rank": rng.integers(1, 9, candidates),
                    "parent_score": rng.random(candidates),
                    "flags": [[]] * candidates,
                    "created_at": pd.Timestamp("2026-01-01"),
                }
            ),
        )
    store.close()


# Time from the key press to the frame after the next candidate stands in the page.
PRESS = """
key => new Promise(done => {
  const card = [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('#card')).find(Boolean);
  const before = card.dataset.candidate;
  const start = performance.now();
  const look = () => card.dataset.candidate !== before
    ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start))) : setTimeout(look, 2);
  document.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
  look();
})
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--candidates", type=int, default=5000)
    options.add_argument("--presses", type=int, default=100)
    options.add_argument("--port", type=int, default=8660)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    from playwright.sync_api import sync_playwright

    from adr.store import Store

    folder = Path(tempfile.mkdtemp(prefix="adr-review-"))
    make_workspace(folder, chosen.candidates)
    app = browser.start_app(folder, chosen.port, ADR_REVIEWER="ann")
    times: list[float] = []
    try:
        with sync_playwright() as driver:
            chromium = driver.chromium.launch(executable_path=browser.chromium(), args=browser.FLAGS)
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"http://127.0.0.1:{chosen.port}/Review")
            page.wait_for_selector("#card[data-candidate^=p1]", timeout=60_000)
            page.wait_for_timeout(1500)
            for _ in range(5):
                page.evaluate(PRESS, "a")
            times = [page.evaluate(PRESS, "a") for _ in range(chosen.presses)]
            page.goto(f"http://127.0.0.1:{chosen.port}/Review?look=Grid")
            page.wait_for_selector("#grid .tile", timeout=60_000)
            page.wait_for_timeout(1000)
            turn = """() => new Promise(done => {
              const grid = [...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('#grid'))
                .find(Boolean);
              const before = grid.querySelector('.tile').dataset.candidate, start = performance.now();
              const look = () => grid.querySelector('.tile')?.dataset.candidate !== before
                ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)))
                : setTimeout(look, 2);
              document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));
              look();
            })"""
            pages = [page.evaluate(turn) for _ in range(15)]
            chromium.close()
    finally:
        app.terminate()
        app.wait(20)
    store = Store(folder / "adr.duckdb")
    kept = store.value("select count(*) from verdict where judgement = 'accept'")
    from adr.review.queue import Filter, identifiers
    from adr.review.verdicts import judge

    waiting = identifiers(store, Filter())[:1000]
    start = time.perf_counter()
    judge(store, waiting, "reject", "bob")
    batch = (time.perf_counter() - start) * 1000
    store.close()
    report = {
        "candidates": chosen.candidates,
        "presses": chosen.presses,
        "verdicts_kept": kept,
        "press_to_painted_ms": {
            "p50": statistics.median(times),
            "p95": float(np.percentile(times, 95)),
            "worst": max(times),
        },
        "grid_page_ms": {"p50": statistics.median(pages), "p95": float(np.percentile(pages, 95))},
        "batch_of_1000_ms": batch,
    }
    print(
        f"key press → next candidate painted   p50 {report['press_to_painted_ms']['p50']:.0f} ms   "
        f"p95 {report['press_to_painted_ms']['p95']:.0f} ms   (aim: p95 150)"
    )
    print(
        f"grid page                            p50 {report['grid_page_ms']['p50']:.0f} ms   "
        f"p95 {report['grid_page_ms']['p95']:.0f} ms   (aim: 300)"
    )
    print(f"batch of {len(waiting):,} verdicts               {batch:.0f} ms   (aim: 1000)")
    print(f"verdicts kept                        {kept} of {chosen.presses + 5}")
    print(json.dumps(report))
    if chosen.json:
        chosen.json.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
