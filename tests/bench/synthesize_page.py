"""From a click to its answer while nothing else is done and while pictures are generated, in one run.

    python tests/bench/synthesize_page.py [--workspace W] [--times 15] [--json FILE]

W: kept for the next run; the demo world is drawn into it when it is empty, and each run makes a plan of its own. Real
clicks and keys in headless Chromium. A time is from the input event to the app's last message of the answer, or to the
frame after the answer stands in the page, which a browser without a graphics card paints on the same cores.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.worlds import browser  # noqa: E402

PROBE = """
(() => {
  let told = 0;
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", () => { told = performance.now(); });
    }
  };
  const drawn = new Set();
  const fill = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    drawn.add(String(text));
    return fill.call(this, text, ...rest);
  };
  const inside = (selector) => [...document.querySelectorAll("*")]
    .map((e) => e.shadowRoot?.querySelector(selector)).find(Boolean);
  const states = {
    curve: () => [document.querySelector(".js-plotly-plot path.js-line")?.getAttribute("d"),
      [...document.querySelectorAll("[data-testid=stCaptionContainer]")].map((e) => e.textContent)
        .find((text) => text.includes("lack instances now"))],
    curves: () => [...document.querySelectorAll(".js-plotly-plot")]
      .map((e) => e.querySelector("path.js-line")?.getAttribute("d")),
    tiles: () => [inside("#grid .tile")?.dataset.candidate],
  };
  const there = {
    table: (name) => drawn.has(name),
    review: () => Boolean(inside("#card[data-candidate]")),
    plan: (name) => drawn.has(name) && Boolean(document.querySelector(".js-plotly-plot path.js-line"))
      && !inside("#card[data-candidate]"),
  };
  window.probe = (event, kind, name) => {
    const before = states[kind]?.();
    const ready = () => {
      if (!before) return there[kind](name);
      const now = states[kind]();
      return now.length === before.length && now.every((one, i) => one && one !== before[i]);
    };
    window.answer = new Promise((done) => window.addEventListener(event, (began) => {
      drawn.clear();
      const since = () => performance.now() - began.timeStamp;
      const look = () => {
        if (ready()) {
          const answered = told - began.timeStamp;
          requestAnimationFrame(() => setTimeout(() => done([answered, since()]), 0));
        } else if (since() > 30000) {
          done(null);
        } else {
          setTimeout(look, 4);
        }
      };
      look();
    }, { capture: true, once: true }));
  };
})();
"""
ANSWERS = {
    "curve": "Synthesize: perspective of the curve",
    "order": "Synthesize: order of the table",
    "search": "Synthesize: search box",
    "explore": "Explore: perspective",
    "review": "to the Review page",
    "synthesize": "to the Synthesize page",
    "grid": "Review: a grid page of 60",
}

Times = tuple[float, float]


def make_workspace(folder: Path) -> None:
    """The demo world with its index, a run, and candidates enough for some pages of the grid."""
    from adr import pipeline
    from adr.demo.scene import draw_scene
    from adr.demo.things import THINGS
    from adr.index.index import index
    from adr.rebalance.runs import rebalance
    from adr.recipe import Recipe
    from adr.store import Store
    from adr.workspace import Workspace

    workspace = Workspace.at(folder)
    store = Store(workspace.database)
    if not store.value("select count(*) from run"):
        pipeline.demo(store, workspace)
        index(store)
        rebalance(store, Recipe.from_file(ROOT / "assets" / "recipes" / "demo.toml"))
        rng = np.random.default_rng(0)
        names = dict(
            store.rows(
                "select name, entity from entity where perspective = perspective_number('object') order by n limit 30"
            )
        )
        drawn = [name for name in names if name in THINGS]
        for name in drawn:
            draw_scene(rng, [name], size=128).image.save(workspace.images / f"{name}.png")
        own = [drawn[i % len(drawn)] for i in range(240)]
        turns = [{"role": "human", "text": "<image>\nWhat is in the picture?"}, {"role": "gpt", "text": "A thing."}]
        with store.atomic() as writer:
            writer.insert(
                "wanted",
                pd.DataFrame(
                    {"plan": 0, "entity": [names[name] for name in drawn], "have": 2, "target": 30.0, "quota": 8}
                ),
            )
            writer.insert(
                "candidate",
                pd.DataFrame(
                    {
                        "candidate": [f"p0-{i:05}-0" for i in range(240)],
                        "plan": 0,
                        "slot": range(240),
                        "alternative": 0,
                        "chosen": True,
                        "entity": [names[name] for name in own],
                        "entities": [[names[name]] for name in own],
                        "generator": "text-to-image",
                        "model": "drawn",
                        "seed": range(240),
                        "prompt": [f"a {name}" for name in own],
                        "parameters": '{"steps": 20}',
                        "image": [f"images/{name}.png" for name in own],
                        "turns": [turns] * 240,
                        "score": rng.random(240),
                        "entity_rank": 1,
                        "flags": [[]] * 240,
                        "created_at": pd.Timestamp("2026-01-01"),
                    }
                ),
            )
    store.close()


def make_plan(folder: Path, budget: int) -> tuple[int, dict[str, list[str]], str]:
    """A new plan's number, the names at the head of its table by order, and a word that finds another first row."""
    from adr.store import Store
    from adr.synthesize import outlook
    from adr.synthesize.plan import plan
    from adr.workspace import Workspace

    workspace = Workspace.at(folder)
    store = Store(workspace.database)
    number = plan(store, workspace, 1, budget=budget).plan
    heads = {order: outlook.planned(store, number, order=order, limit=20)["name"].tolist() for order in outlook.ORDERS}
    word = next(name for name in heads["name"] if name not in heads["to make"] and " " not in name)
    store.close()
    return number, heads, word


class Visitor:
    """Someone who clicks through the app; every method but `open` gives the milliseconds of one answer."""

    def __init__(self, page: Any, address: str, plan: int, heads: dict[str, list[str]], word: str) -> None:
        self.page, self.address, self.plan, self.heads, self.word = page, address, plan, heads, word
        self.turn = 0

    def open(self, name: str) -> None:
        """A page by its address, when it has come to rest."""
        self.page.goto(f"{self.address}/{name}")
        self.page.wait_for_selector("#grid .tile" if name.startswith("Review") else ".js-plotly-plot path.js-line")
        self.page.wait_for_timeout(3000)

    def answer(self, act: Callable[[], None], kind: str, name: str = "", event: str = "pointerdown") -> Times:
        """Milliseconds from the event that `act` causes to the app's answer, and to the painted one."""
        self.page.evaluate("([event, kind, name]) => window.probe(event, kind, name)", [event, kind, name])
        act()
        took = self.page.evaluate("window.answer")
        if took is None:
            raise RuntimeError(f"no answer to {kind} {name}")
        self.page.mouse.move(2, 2)
        self.page.wait_for_timeout(500)
        return float(took[0]), float(took[1])

    def curve(self) -> Times:
        """The next perspective of the plan's curve."""
        self.turn += 1
        options = self.page.get_by_test_id("stMain").get_by_role("radio")
        return self.answer(options.nth((self.turn + 1) % options.count()).click, "curve")

    def order(self) -> Times:
        """The next order of the plan's table."""
        self.turn += 1
        orders = list(self.heads)
        new, old = orders[self.turn % 3], orders[(self.turn - 1) % 3]
        box = self.page.get_by_label("Order", exact=True)
        option = self.page.get_by_role("option").nth(orders.index(new))
        while not option.count():  # a click that falls on a page that is drawn anew opens nothing
            box.click()
            self.page.wait_for_timeout(500)
        first = next(name for name in self.heads[new][:6] if name not in self.heads[old])
        return self.answer(option.click, "table", first)

    def search(self) -> Times:
        """A word in the plan's search box, or no word again."""
        self.turn += 1
        word = self.word if self.turn % 2 else ""
        box = self.page.get_by_placeholder("Search entities")
        box.fill(word)
        return self.answer(lambda: box.press("Enter"), "table", word or self.heads["to make"][1], "keydown")

    def explore(self) -> Times:
        """The next perspective of the Explore page."""
        self.turn += 1
        options = self.page.get_by_role("radiogroup", name="Perspective").get_by_role("radio")
        return self.answer(options.nth((self.turn + 1) % 4).click, "curves")

    def _link(self, name: str) -> Any:
        return self.page.get_by_test_id("stSidebar").locator("a").filter(has_text=name)

    def review(self) -> Times:
        """By the sidebar to the Review page."""
        return self.answer(self._link("Review").click, "review")

    def synthesize(self) -> Times:
        """By the sidebar to the Synthesize page, where the newest plan is."""
        return self.answer(self._link("Synthesize").click, "plan", self.heads["to make"][0])

    def grid(self) -> Times:
        """The next grid page of the Review page, and back."""
        self.turn += 1
        key = "ArrowRight" if self.turn % 2 else "ArrowLeft"
        return self.answer(lambda: self.page.keyboard.press(key), "tiles", event="keydown")

    def all(self, times: int) -> dict[str, list[Times]]:
        """{what: its times}, everything `times` times after two to warm up."""
        found: dict[str, list[Times]] = {what: [] for what in ANSWERS}
        tours: Sequence[tuple[str, tuple[str, ...]]] = (
            (f"Synthesize?plan={self.plan}", ("curve",)),
            (f"Synthesize?plan={self.plan}", ("order",)),
            (f"Synthesize?plan={self.plan}", ("search",)),
            ("Explore", ("explore",)),
            (f"Synthesize?plan={self.plan}", ("review", "synthesize")),
            ("Review?look=Grid", ("grid",)),
        )
        for address, clicks in tours:
            self.open(address)
            self.turn = 0
            for i in range(times + 2):
                for what in clicks:
                    took = getattr(self, what)()
                    if i >= 2:
                        found[what].append(took)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--budget", type=int, default=150)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    from adr.synthesize.plan_file import PlanFolder

    folder = (options.workspace or Path(tempfile.mkdtemp(prefix="adr-synthesize-")) / "demo").resolve()
    make_workspace(folder)
    number, heads, word = make_plan(folder, options.budget)
    made = PlanFolder(folder / "plans" / str(number))
    with browser.running_app(folder, ADR_REVIEWER="ann") as address, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser.chromium(), args=browser.FLAGS)
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.add_init_script(PROBE)
        visitor = Visitor(page, address, number, heads, word)
        load = [round(os.getloadavg()[0], 1)]
        idle = visitor.all(options.times)
        load.append(round(os.getloadavg()[0], 1))
        visitor.open(f"Synthesize?plan={number}")
        page.get_by_role("button", name="Start", exact=True).click()
        deadline = time.monotonic() + 120
        while not made.finished() and time.monotonic() < deadline:  # on a busy machine: clicked all the same
            time.sleep(0.5)
        began, before = time.monotonic(), len(made.finished())
        busy = visitor.all(options.times)
        load.append(round(os.getloadavg()[0], 1))
        rate = (len(made.finished()) - before) / (time.monotonic() - began) * 60
        visitor.open(f"Synthesize?plan={number}")
        cancel = page.get_by_role("button", name="Cancel", exact=True)
        whole = cancel.count() == 1
        if whole:
            cancel.click()
            page.get_by_text("cancelled. Finished work is kept").wait_for()
        chromium.close()
    found: dict[str, Any] = {
        "date": date.today().isoformat(),
        "load_before_idle_generating": load,
        "pictures_per_minute": round(rate, 1),
        "generating_to_the_end": whole,
        "answers": {},
    }
    lines = [
        "| click | answered, idle: median | p95 | generating: median | p95 | painted, idle: median | p95 "
        "| generating: median | p95 | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for what, says in ANSWERS.items():
        row = [
            round(float(np.percentile([times[end] for times in tours[what]], share)))
            for end in (0, 1)
            for tours in (idle, busy)
            for share in (50, 95)
        ]
        found["answers"][what] = row
        lines.append("| ".join([f"| {says} ", *(f"{ms} ms " for ms in row), f"{row[6] / row[4]:.2f} |"]))
    print("\n".join(lines))
    print(json.dumps(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
