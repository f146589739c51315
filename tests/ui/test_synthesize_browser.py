"""The Synthesize page in a real browser: the form, a plan, pictures that appear, cancel, resume, what could not be
made, and a job that fails.

With ADR_PICTURES set to a folder, a screenshot of every state is written there, in the light and in the dark theme.
"""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from adr import pipeline
from adr.index.index import index
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.synthesize.plan import plan, plan_folder
from adr.workspace import Workspace
from tests.worlds import browser
from tests.worlds.tail import sidecar

pytestmark = [
    pytest.mark.browser,
    pytest.mark.models,
    pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING),
]
IMAGES = os.environ.get("ADR_PICTURES")
PLANNED = 20 if IMAGES else 8  # a screenshot of the page while it works takes some time
SIZE = {"width": 1440, "height": 900}
STARTER = browser.ROOT / "assets" / "models" / "starter-diffusion"
LONG = "old green hand-painted glass bottle with a cork and a label that nobody can read any more"


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    """The demo world with a run, without a plan."""
    workspace = Workspace.at(tmp_path_factory.mktemp("synthesize") / "demo")
    store = Store(workspace.database)
    pipeline.demo(store, workspace, instances=300)
    index(store)
    rebalance(store, Recipe.from_file(browser.ROOT / "assets" / "recipes" / "demo.toml"))
    store.close()
    return workspace.folder


class Visit:
    """The Synthesize page of an app, as a user sees it."""

    def __init__(self, chromium, address: str, query: str = "") -> None:
        self.chromium, self.address = chromium, address
        self.page = self.opened(f"{address}/Synthesize{query}", "light")

    def opened(self, url: str, scheme: str):
        page = self.chromium.new_context(viewport=SIZE, color_scheme=scheme).new_page()
        page.set_default_timeout(240_000)  # a worker that shares a busy machine loads slowly
        page.goto(url)
        page.wait_for_selector("[data-testid=stSidebar] a")
        self.settle(page)
        return page

    def settle(self, page) -> None:
        browser.still(page)
        assert page.locator("[data-testid=stException]").count() == 0

    def image(self, name: str) -> None:
        """Screenshots of this page and of a second session with the dark theme."""
        if not IMAGES:
            return
        self.page.wait_for_timeout(1500)
        self.page.screenshot(path=Path(IMAGES) / f"{name}-light.png")
        dark = self.opened(self.page.url, "dark")
        dark.wait_for_timeout(1500)
        dark.screenshot(path=Path(IMAGES) / f"{name}-dark.png")
        for page, theme in ((self.page, "light"), (dark, "dark")):
            page.set_viewport_size({"width": 1440, "height": 2100})
            page.wait_for_timeout(800)
            page.screenshot(path=Path(IMAGES) / f"{name}-whole-{theme}.png")
            page.set_viewport_size(SIZE)
        dark.context.close()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def sees(self, text: str) -> None:
        self.page.get_by_text(re.compile(text)).first.wait_for()

    def tiles(self) -> int:
        return self.page.locator(".grid .tile").count()


def test_synthesize__without_a_run(chromium, tmp_path):
    Store(Workspace.at(tmp_path / "empty").database).close()
    with browser.running_app(tmp_path / "empty") as address:
        visit = Visit(chromium, address)
        visit.sees("Nothing to fill yet")
        visit.image("1-nothing")


def test_synthesize__from_the_form_to_the_last_image(chromium, world):
    """Pictures with two tries each: started while a parent image is missing, cancelled, resumed when it is back."""
    with browser.running_app(world) as address:
        visit = Visit(chromium, address)
        page = visit.page
        visit.sees("What to fill")
        visit.image("1b-form")
        page.get_by_label("Generator", exact=True).click()
        page.get_by_role("option", name="image-to-image").click()
        visit.sees("From the parent's picture and words")
        page.get_by_role("spinbutton", name="Maximum pictures").fill(str(PLANNED))
        page.get_by_role("spinbutton", name="Maximum pictures").press("Enter")
        visit.sees(f"At most {2 * PLANNED} candidates")
        visit.press("Make the plan")
        visit.sees(f"{2 * PLANNED} candidates to make")
        visit.image("2-planned")

        folder = plan_folder(Workspace.at(world), 1)
        gone = Path(str(next(iter(folder.slots())).image))
        gone.rename(gone.with_suffix(".away"))
        visit.press("Start")
        page.locator(".grid .tile").first.wait_for()
        assert page.locator(".grid .tile img").first.evaluate("(e) => e.decode().then(() => e.naturalWidth)") > 30
        visit.image("3-running")
        visit.page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Cancel", exact=True).click()
        visit.sees("cancelled. Finished work is kept")
        visit.sees("The parent's picture is not on disk")
        visit.settle(page)
        assert 0 < visit.tiles() < 2 * PLANNED
        visit.image("5-cancelled-and-some-failed")

        gone.with_suffix(".away").rename(gone)
        visit.press("Resume")
        visit.sees("All candidates are made")
        visit.settle(page)
        assert visit.tiles() == min(24, 2 * PLANNED)
        assert page.get_by_text("Could not be made", exact=True).count() == 0
        visit.image("4-finished")
        named = page.locator(".grid .tile").first.get_attribute("data-id")
        page.locator(".grid .tile").first.click()
        page.wait_for_url("**/Review*")
        visit.sees("is kept with every verdict")
        assert f"candidate={named}" in page.url
    sidecars = [json.loads(path.read_text()) for path in folder.finished().values()]
    assert len({told["sha256"] for told in sidecars}) == 2 * PLANNED


def test_synthesize__a_model_that_went_away_is_told(chromium, world, tmp_path):
    model = tmp_path / "a-model"
    shutil.copytree(STARTER, model)
    store, workspace = Store(world / "adr.duckdb"), Workspace.at(world)
    number = plan(store, workspace, 1, budget=3, model=str(model)).plan
    store.close()
    shutil.rmtree(model)
    with browser.running_app(world) as address:
        visit = Visit(chromium, address, f"?plan={number}")
        visit.press("Start")
        visit.sees("a-model does not exist")
        visit.settle(visit.page)
        assert visit.page.get_by_role("button", name="Start", exact=True).is_visible()
        visit.image("5b-job-failed")


def test_synthesize__very_long_names_stay_in_their_places(chromium, world, tmp_path):
    copy = tmp_path / "long"
    shutil.copytree(world, copy)
    store, workspace = Store(copy / "adr.duckdb"), Workspace.at(copy)
    store.execute(
        "update entity set name = name || ' ' || $1 where perspective <> perspective_number('interrogation')", [LONG]
    )
    model = copy / "model"  # one that says nothing of itself, so it is asked for everything
    model.mkdir()
    number = plan(store, workspace, 1, budget=30, model=str(model), scorer="none").plan
    folder = plan_folder(workspace, number)
    image = next(workspace.folder.glob("demo/images/*.jpg"))
    for slot in list(folder.slots())[:6]:
        shutil.copy(image, folder.image(slot.slot, 0))
        made = sidecar(store, workspace, slot.slot, 0, plan=number, image=image.read_bytes())
        folder.sidecar(slot.slot, 0).write_text(json.dumps(made | {"flags": ["near_duplicate", "entity_not_seen"]}))
    store.close()
    with browser.running_app(copy) as address:
        visit = Visit(chromium, address, f"?plan={number}")
        page = visit.page
        visit.sees("What is planned")
        assert visit.tiles() == 6
        visit.image("7-long-names")
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
