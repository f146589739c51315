"""The user's path in a real browser: demo → explore → click an entity → lower a cap → apply → export → file read back;
and every page by its address on a cold server.

With ADR_PICTURES set to a folder, screenshots of the pages for the README are written there on the way.
"""

import json
import os
import re
from pathlib import Path

import pytest

from adr import pipeline
from adr.index.index import index
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds import browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]
IMAGES = os.environ.get("ADR_PICTURES")
PAGES = ["", "Dataset", "Explore", "Rebalance", "Synthesize", "Review", "Export", "Prove"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """The demo workspace; for the README's screenshots, the workspace that ADR_PICTURES_WORKSPACE names."""
    if IMAGES and (named := os.environ.get("ADR_PICTURES_WORKSPACE")):
        return Path(named)
    workspace = Workspace.at(tmp_path_factory.mktemp("journey") / "demo")
    store = Store(workspace.database)
    pipeline.demo(store, workspace, instances=300)
    index(store)
    store.close()
    return workspace.folder


def settle(page) -> None:
    """Wait until the page has stopped running and drawing."""
    page.wait_for_selector("[data-testid=stSidebar] a")
    browser.still(page)


def image(page, name: str) -> None:
    if IMAGES:
        page.wait_for_timeout(2500)
        page.screenshot(path=Path(IMAGES) / f"{name}.png")


def faults(page) -> str:
    return " ".join(page.locator("[data-testid=stException]").all_inner_texts())


@pytest.mark.parametrize("name", PAGES, ids=lambda n: n or "Overview")
def test_page__by_its_address_on_a_cold_server(chromium, demo, name):
    if IMAGES:
        pytest.skip("only the pictures are wanted")
    with browser.running_app(demo, ADR_REVIEWER="ann") as address:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/{name}")
        settle(page)
        assert not faults(page)
        assert page.locator("[data-testid=stSidebar] a").count() == len(PAGES)
        assert [
            url for url in asked if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
        ] == [], "a page asks another server"
        page.close()


def test_journey__demo_to_a_refined_file(chromium, demo):
    with browser.running_app(demo, ADR_REVIEWER="ann") as address:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})

        # the demo's curves are there on first sight
        page.goto(address)
        settle(page)
        page.get_by_text("Long tails").wait_for()
        image(page, "overview")
        page.goto(f"{address}/Dataset")
        settle(page)
        image(page, "dataset")

        # explore: an entity of the table, its instances, the entities of one instance
        page.get_by_test_id("stSidebar").get_by_role("link", name=re.compile("^Explore")).click()
        settle(page)
        page.wait_for_selector(".js-plotly-plot")
        image(page, "explore")
        page.get_by_text("person", exact=True).first.click()
        settle(page)
        assert "entity=person" in page.url
        image(page, "entity")
        assert not faults(page)

        # rebalance: lower a cap and see at once what would go
        page.get_by_test_id("stSidebar").get_by_role("link", name=re.compile("^Rebalance")).click()
        settle(page)
        slider = page.get_by_label("τ of Objects", exact=True)
        slider.wait_for()
        board = page.locator("[data-size]").first
        before = int(board.get_attribute("data-size"))
        slider.focus()
        asked = page.url
        for _ in range(12):
            slider.press("ArrowLeft")
        page.wait_for_url(lambda url: url != asked)
        page.get_by_text(re.compile("^≈")).first.wait_for(state="hidden")  # the server has answered the last of them
        settle(page)
        after = int(board.get_attribute("data-size"))
        assert after < before
        image(page, "rebalance")
        written = page.get_by_test_id("stSidebar").get_by_role("link", name=re.compile("Rebalance · [0-9]+ runs?"))
        page.get_by_role("button", name="Apply").click()
        page.get_by_role("button", name="Write the run").click()
        written.wait_for()
        settle(page)

        for name in ("Synthesize", "Review"):
            page.get_by_test_id("stSidebar").get_by_role("link", name=re.compile(f"^{name}")).click()
            settle(page)
            image(page, name.lower())
            assert not faults(page)

        # export, and read the file back
        page.get_by_test_id("stSidebar").get_by_role("link", name=re.compile("^Export")).click()
        settle(page)
        image(page, "export")
        page.get_by_role("button", name="Write the export").click()
        page.get_by_test_id("stSidebar").get_by_role("link", name=re.compile("Export · [0-9]+ export")).wait_for()
        assert not faults(page)
        page.close()
    written = sorted((demo / "exports").glob("*/llava.json"))
    records = json.loads(written[-1].read_text(encoding="utf-8"))
    assert len(records) == after
    source = json.loads((demo / "demo" / "demo.json").read_text(encoding="utf-8"))
    assert all(record in source for record in records[:50])
