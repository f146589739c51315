"""From a share typed on the mixture board to the painted answer, and frames while dragging, in headless Chromium.

    python tests/bench/mixture_page.py --workspace W [--mixed style] [--steps 60]

W: an indexed workspace with the perspective (`adr index -w W --perspectives style`). Each step waits for its answer:
the time is from the change of the field to the frame after bars and other perspectives show the server's exact numbers.
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

FIND = """const find = (root) => { for (const e of root.querySelectorAll("*")) {
    if (e.classList?.contains("mixture")) return e;
    const inner = e.shadowRoot && find(e.shadowRoot); if (inner) return inner; } return null; };
  let board = find(document);
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));"""
STEPS = f"""async ([steps, pause]) => {{
  {FIND}
  const took = [];
  for (let i = 0; i < steps; i += 1) {{
    board = find(document); // the page may have drawn it anew
    const field = board.querySelectorAll(".list .row:not(.fixed) input")[i % 2];
    const before = Number(board.dataset.painted);
    field.value = String(5 + ((i * 7) % 50) + i / 100);
    const began = performance.now();
    field.dispatchEvent(new Event("change", {{ bubbles: true }}));
    while (Number(find(document)?.dataset.painted ?? 0) <= before && performance.now() - began < 20000) await frame();
    await frame();
    if (performance.now() - began >= 20000) throw new Error("step " + i + " got no answer");
    took.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, pause));
  }}
  return took;
}}"""
DRAG = f"""async () => {{
  {FIND}
  const track = board.querySelector(".list .row:not(.fixed) .track"), area = track.getBoundingClientRect();
  track.setPointerCapture = () => {{}};
  track.hasPointerCapture = () => true;
  const send = (name, part) => track.dispatchEvent(new PointerEvent(name,
    {{ clientX: area.left + part * area.width, clientY: area.top + 5, bubbles: true, pointerId: 1 }}));
  const began = performance.now();
  let frames = 0;
  send("pointerdown", 0.3);
  while (performance.now() - began < 2000) {{
    send("pointermove", 0.2 + 0.5 * Math.abs(Math.sin((performance.now() - began) / 400)));
    await new Promise(requestAnimationFrame);
    frames += 1;
  }}
  send("pointerup", 0.3);
  return frames / 2;
}}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--mixed", default="style")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--pause", type=int, default=700, help="milliseconds between an answer and the next step")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with browser.running_app(options.workspace.resolve()) as address, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser.chromium(), args=browser.FLAGS)
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(f"{address}/Rebalance?part=mixture&mixed={options.mixed}&need=2")
        page.locator(".list .row").first.wait_for()
        total = int(page.locator(".kept .of").inner_text().split()[1].replace(",", ""))
        page.wait_for_timeout(3000)
        page.evaluate(STEPS, [4, options.pause])
        took = page.evaluate(STEPS, [options.steps, options.pause])
        page.wait_for_timeout(2000)
        frames = page.evaluate(DRAG)
        chromium.close()
    found = {
        "date": date.today().isoformat(),
        "load": round(os.getloadavg()[0], 1),
        "instances": total,
        "steps": len(took),
        "p50_ms": round(float(np.percentile(took, 50))),
        "p95_ms": round(float(np.percentile(took, 95))),
        "max_ms": round(max(took)),
        "frames_per_second_while_dragging": round(frames),
    }
    print("\n".join(["| what | value |", "|---|---|", *(f"| {k.replace('_', ' ')} | {v} |" for k, v in found.items())]))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
