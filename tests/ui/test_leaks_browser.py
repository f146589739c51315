"""Leaks of benchmarks in a real browser: a key excludes the rows of the one that is shown, another takes that back."""

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.leaks.leaks import find_leaks
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds import browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]


@pytest.fixture
def address(tmp_path: Path):
    """The app on three rows, 0 and 1 of one picture, with a benchmark that has both pictures."""
    for number in range(2):
        small = np.random.default_rng(number).integers(0, 256, (5, 7, 3), np.uint8)
        Image.fromarray(small).resize((240, 160), Image.Resampling.BICUBIC).save(tmp_path / f"{number}.png")
    rows = [
        {
            "id": number,
            "image": f"{picture}.png",
            "conversations": [
                {"from": "human", "value": f"<image>\nWhat is thing {number}?"},
                {"from": "gpt", "value": "A dog."},
            ],
        }
        for number, picture in enumerate((0, 0, 1))
    ]
    (tmp_path / "three.json").write_text(json.dumps(rows))
    (tmp_path / "benchmark.json").write_text(json.dumps(rows[1:]))
    workspace = Workspace.at(tmp_path / "work")
    with closing(Store(workspace.database)) as store:
        ingest(store, tmp_path / "three.json", tmp_path)
        index(store)
        find_leaks(store, workspace, [tmp_path / "benchmark.json"])
    with browser.running_app(workspace.folder, ADR_REVIEWER="ann") as at:
        yield at


def test_leaks__excluded_by_a_key_and_taken_back_by_another(chromium, address) -> None:
    page = chromium.new_page(viewport={"width": 1024, "height": 900})
    page.goto(f"{address}/Dataset?view=faults&check=leaks")
    page.get_by_text("Not looked at 2").wait_for(timeout=60_000)
    first = page.get_by_role("heading", name="Instance ").inner_text()
    page.keyboard.press("x")
    page.get_by_text("Not looked at 1").wait_for()
    assert page.get_by_role("heading", name="Instance ").inner_text() != first
    page.keyboard.press("x")
    page.get_by_text("3 instances to exclude").wait_for()
    page.get_by_text("Not looked at 0").wait_for()
    page.keyboard.press("u")
    page.get_by_text("Not looked at 1").wait_for()
    page.keyboard.press("x")
    page.get_by_text("3 instances to exclude").wait_for()
    page.get_by_role("button", name="Open the recipe without them").click()
    page.get_by_text("3 instances excluded").wait_for(timeout=60_000)
    page.close()
