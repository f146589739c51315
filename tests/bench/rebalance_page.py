"""From a key on a slider of the Rebalance page to the painted answer, and frames while dragging, in headless Chromium.

    python tests/bench/rebalance_page.py --workspace W [--presses 60]

W: an indexed workspace (tests/bench/preview.py --workspace W makes one). Each press waits for its answer: the time is
from the key's event to the frame after the board has drawn the server's exact numbers.
"""

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.worlds import browser  # noqa: E402

PRESSES = """async ([presses, pause]) => {
  const find = (root) => { for (const e of root.querySelectorAll("*")) {
    if (e.classList?.contains("board")) return e;
    const inner = e.shadowRoot && find(e.shadowRoot); if (inner) return inner; } return null; };
  const board = find(document);
  const slider = board.querySelector(".row[data-perspective=object] input[type=range]");
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  const took = [];
  for (let i = 0; i < presses; i += 1) {
    const began = performance.now(), before = Number(board.dataset.painted);
    const key = i % 8 < 4 ? "ArrowLeft" : "ArrowRight";
    slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    while (Number(board.dataset.painted) <= before && performance.now() - began < 20000) await frame();
    await frame();
    took.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, pause));
  }
  return took;
}"""
DRAG = """async () => {
  const find = (root) => { for (const e of root.querySelectorAll("*")) {
    if (e.classList?.contains("board")) return e;
    const inner = e.shadowRoot && find(e.shadowRoot); if (inner) return inner; } return null; };
  const slider = find(document).querySelector(".row[data-perspective=object] input[type=range]");
  const began = performance.now();
  let frames = 0;
  while (performance.now() - began < 2000) {
    slider.value = 300 + 400 * Math.abs(Math.sin((performance.now() - began) / 400));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
    frames += 1;
  }
  slider.dispatchEvent(new Event("change", { bubbles: true }));
  return frames / 2;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--presses", type=int, default=60)
    parser.add_argument("--pause", type=int, default=250, help="milliseconds between an answer and the next key")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with browser.running_app(options.workspace.resolve()) as address, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser.chromium(), args=browser.FLAGS)
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(f"{address}/Rebalance?need=2")
        total = int(page.locator(".kept .of").inner_text().split()[1].replace(",", ""))
        page.get_by_label("τ of Objects", exact=True).focus()
        page.wait_for_timeout(3000)
        page.evaluate(PRESSES, [5, options.pause])
        took = page.evaluate(PRESSES, [options.presses, options.pause])
        page.wait_for_timeout(2000)
        frames = page.evaluate(DRAG)
        chromium.close()
    found = {
        "date": date.today().isoformat(),
        "load": round(os.getloadavg()[0], 1),
        "instances": total,
        "presses": len(took),
        "p50_ms": round(float(np.percentile(took, 50))),
        "p95_ms": round(float(np.percentile(took, 95))),
        "max_ms": round(max(took)),
        "frames_per_second_while_dragging": round(frames),
    }
    print("\n".join(["| what | value |", "|---|---|", *(f"| {k.replace('_', ' ')} | {v} |" for k, v in found.items())]))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
