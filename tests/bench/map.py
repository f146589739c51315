"""How long the map takes to be painted, moved and asked, in headless Chromium, with random places.

    python tests/bench/map.py --workspace W [--rounds 5]
    python tests/bench/map.py --workspace W --neighbours [--of conversations]

W: an indexed workspace. It is copied; in the copy every instance gets a place in one of 300 random heaps. Chromium
paints by SwiftShader where there is no graphics card. Times are from a click on the open page until a painted point can
be read back from the canvas. Processor times are those of the queries behind the page.

--neighbours: of the map that W has, how many of the ten nearest neighbours of a point are of its kind (of the 12 most
frequent objects the rarest that it has), beside the same by chance.
"""

import argparse
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from adr.embed.map import MapReport, write_places, write_report  # noqa: E402
from adr.embed.umap import nearest  # noqa: E402
from adr.explore.entities import Entity, find_entities, first_of  # noqa: E402
from adr.explore.map_points import kinds_by_density, kinds_by_entity, map_points  # noqa: E402
from adr.explore.map_regions import regions  # noqa: E402
from adr.explore.surrounded import inside, over_represented  # noqa: E402
from adr.explore.thin_places import thin_places  # noqa: E402
from adr.maps import MAPS, PICTURES  # noqa: E402
from adr.store import Store  # noqa: E402
from adr.tail import tail_rule  # noqa: E402
from tests.worlds import browser  # noqa: E402

READ_BACK = """(canvas) => { const gl = canvas.getContext("webgl2");
    if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); }"""
FRAMES = """async (map) => {
  const canvas = map.querySelector("canvas"), took = [];
  for (let i = 0; i < 30; i += 1) {
    const began = performance.now();
    map.map.look.x += 200 * Math.sin(i);
    map.map.moving = true;
    map.map.paint();
    const gl = canvas.getContext("webgl2");
    gl?.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    took.push(performance.now() - began);
    await new Promise(requestAnimationFrame);
  }
  return took;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--neighbours", action="store_true")
    parser.add_argument("--of", choices=MAPS, default=PICTURES, help="with --neighbours: which map")
    options = parser.parse_args()
    if options.neighbours:
        print(json.dumps(of_the_same_kind(options.workspace, options.of)))
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "work"
        shutil.copytree(options.workspace, copy)
        count = scatter(copy)
        queries = asked(copy)
        with browser.running_app(copy) as address:
            found = measured(address, options.rounds) | queries
    found = {"date": date.today().isoformat(), "load": round(os.getloadavg()[0], 1), "points": count} | found
    print("\n".join(["| what | value |", "|---|---|", *(f"| {k.replace('_', ' ')} | {v} |" for k, v in found.items())]))
    print(json.dumps(found))


def scatter(folder: Path) -> int:
    """Give every instance of the workspace a place; returns how many there are."""
    random = np.random.default_rng(0)
    with closing(Store(folder / "adr.duckdb")) as store:
        instances = store.arrays("select instance from instance order by instance")["instance"].astype(np.int32)
        heaps = random.uniform(6_000, 59_000, (300, 2))[random.integers(0, 300, len(instances))]
        places = np.clip(heaps + random.normal(0, 1_500, heaps.shape), 0, 65_535).astype(np.uint16)
        if not store.value("select count(*) from source"):  # a workspace that no ingest wrote
            store.execute("insert into source (path, ingested_at) values ('set.json', timestamp '2026-01-01')")
        with store.atomic() as writer:
            write_places(writer, PICTURES, instances, places)
            report = MapReport(PICTURES, "random", len(instances), 20_000, len(instances), 0, 0, 1.0)
            write_report(writer, report)
    return len(instances)


def of_the_same_kind(folder: Path, shows: str) -> dict[str, float]:
    """The share of the ten nearest neighbours that are of the same kind, and the share by chance."""
    with closing(Store(folder / "adr.duckdb")) as store:
        points = map_points(store, shows)
        kinds = kinds_by_entity(store, points, "object").of
    near, _ = nearest(points.places.astype(np.float32), k=10)
    shares = np.bincount(kinds) / len(kinds)
    same = float((kinds[near] == kinds[:, None]).mean())
    return {"points": len(kinds), "same_kind": round(same, 3), "by_chance": round(float((shares**2).sum()), 3)}


def asked(folder: Path) -> dict[str, int]:
    """Milliseconds of processor time of each query of the page, best of three."""
    corners = [(32_768 + 20_000 * math.cos(at), 32_768 + 20_000 * math.sin(at)) for at in np.linspace(0, 6.28, 96)]
    with closing(Store(folder / "adr.duckdb")) as store:
        points = map_points(store)
        chosen = points.instances[inside(points.places, corners)]
        tail = first_of(store, "object") + tail_rule([one.n for one in all_objects(store)], 0.9).head_rank
        queries = {
            "points": lambda: map_points(store),
            "kinds_by_object": lambda: kinds_by_entity(store, points, "object"),
            "density": lambda: kinds_by_density(points),
            "regions": lambda: regions(store, points, "object"),
            "empty_places": lambda: thin_places(store, points, "object", tail),
            "inside_a_lasso": lambda: inside(points.places, corners),
            "what_stands_out": lambda: over_represented(store, chosen, "object"),
        }
        return {f"{name}_processor_ms": min(spent(query) for _ in range(3)) for name, query in queries.items()}


def all_objects(store: Store) -> list[Entity]:
    return find_entities(store, "object", limit=10**6).entities


def spent(query: Callable[[], object]) -> int:
    began = time.process_time()
    query()
    return round(1000 * (time.process_time() - began))


def measured(address: str, rounds: int) -> dict[str, Any]:
    """All times in milliseconds: the best and the middle of the rounds."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser.chromium(), args=browser.FLAGS)
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(f"{address}/Explore")
        page.get_by_text("Objects together").wait_for()
        opened = []
        for _ in range(rounds):
            page.get_by_role("radio", name="Distributions").click()
            page.locator(".js-plotly-plot").first.wait_for()
            page.wait_for_timeout(2000)
            opened.append(opening(page))
        page.wait_for_timeout(1000)
        colored = [coloring(page, name) for name in ("Tokens", "Density", "Objects") * 2]
        lassoed = [lasso(page, share) for share in (0.12, 0.2, 0.3, 0.16, 0.24)[:rounds]]
        frames = page.locator(".map").evaluate(FRAMES)
        painter = page.locator(".map").get_attribute("data-painter")
        chromium.close()
    return {
        "painted_by": painter,
        "first_opening_ms": round(opened[0]),
        **both("opening_again", opened[1:]),
        "first_time_by_tokens_ms": round(colored[0]),
        **both("coloured_again", colored[3:]),
        **both("lasso_to_numbers", lassoed),
        **both("frame_while_moving", frames),
    }


def both(name: str, took: list[float]) -> dict[str, int]:
    """The best and the middle."""
    return {f"{name}_best_ms": round(min(took)), f"{name}_p50_ms": round(float(np.median(took)))}


def opening(page: Any) -> float:
    """Milliseconds from a click on Map to the points read back from the canvas."""
    began = time.perf_counter()
    page.get_by_role("radio", name="Map").click()
    page.locator(".map[data-painted]").wait_for(timeout=30_000)
    return read_back(page, began)


def coloring(page: Any, name: str) -> float:
    """Choose another colour; milliseconds from the choice to the points read back from the canvas."""
    before = page.locator(".map").get_attribute("data-stamp")
    page.get_by_role("combobox", name="Coloured by").click()
    began = time.perf_counter()
    page.get_by_role("option", name=name, exact=True).click()
    page.locator(f'.map:not([data-stamp="{before}"])').wait_for()
    return read_back(page, began)


def read_back(page: Any, began: float) -> float:
    page.locator(".map canvas").evaluate(READ_BACK)
    return 1000 * (time.perf_counter() - began)


def lasso(page: Any, share: float) -> float:
    """Draw a circle over this share of the height; milliseconds from letting go to the numbers."""
    page.locator(".map .lasso").click()
    box = page.locator(".map canvas").bounding_box()
    x, y, radius = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["height"] * share
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for step in range(1, 41):
        page.mouse.move(x + radius * math.cos(step * math.tau / 40), y + radius * math.sin(step * math.tau / 40))
    said = page.get_by_text("selected:")
    before = said.inner_text() if said.count() else ""
    began = time.perf_counter()
    page.mouse.up()
    while not said.count() or said.first.inner_text() == before:
        page.wait_for_timeout(5)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
