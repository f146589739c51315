"""What a new user asks first, by its shortest way in a real browser: how many clicks each answer takes, printed.

A click is a click of the mouse; typing into a field that has the focus is none. Each way begins on the Overview.
"""

import sys
from contextlib import closing

import pytest

from adr import pipeline
from adr.explore.company import company, ordered
from adr.explore.entities import entity_named, find_entities
from adr.index.index import index
from adr.rebalance.explain import explain
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds import browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]
MOST = 3


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Workspace:
    """300 drawn instances with an index and one run."""
    workspace = Workspace.at(tmp_path_factory.mktemp("clicks") / "demo")
    with closing(Store(workspace.database)) as store:
        pipeline.demo(store, workspace, instances=300)
        index(store)
        rebalance(store, Recipe(min_passes=2))
    return workspace


@pytest.fixture(scope="module")
def answers(demo) -> dict:
    """What the pages have to say, asked of the tables while no app has the workspace open."""
    with closing(Store(demo.database)) as store:
        found = company(store, entity_named(store, "object", "person"), "object")
        return {
            "why": explain(store, 1, 12).in_words,
            "rarest": [(e.name, e.n) for e in find_entities(store, "object", order="tail", limit=20).entities],
            "always": found.names[ordered(found, "always")][:10].tolist(),
        }


@pytest.fixture(scope="module")
def address(demo, answers):
    with browser.running_app(demo.folder, ADR_REVIEWER="ann") as address:
        yield address


class Clicks:
    """A visitor who begins on the Overview, and whose clicks are counted."""

    def __init__(self, chromium, address: str) -> None:
        self.page = chromium.new_page(viewport={"width": 1440, "height": 900})
        self.page.goto(address)
        self.page.locator("h1").first.wait_for()
        self.done: list[str] = []

    def on(self, place, says: str) -> None:
        place.click()
        self.done.append(says)

    def told(self, capsys, question: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{question}: {len(self.done)} clicks ({', '.join(self.done)})\n")
        self.page.close()


def test_clicks__why_was_row_12_dropped(chromium, address, answers, capsys) -> None:
    visitor = Clicks(chromium, address)
    page = visitor.page
    visitor.on(page.get_by_role("link", name="Dataset"), "Dataset")
    page.get_by_role("heading", name="Instance 0", exact=True).wait_for()  # drawn to its end
    visitor.on(page.get_by_placeholder("Find: object"), "the field Find")
    page.keyboard.type("#12")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Instance 12", exact=True).wait_for()
    visitor.on(page.get_by_role("link", name="Its page"), "Its page")
    page.get_by_text(answers["why"]).wait_for()
    visitor.told(capsys, "Why row 12 was kept or dropped")
    assert len(visitor.done) <= MOST


def test_clicks__the_20_rarest_objects_with_pictures(chromium, address, answers, capsys) -> None:
    visitor = Clicks(chromium, address)
    page = visitor.page
    visitor.on(page.get_by_role("link", name="Explore"), "Explore")
    visitor.on(page.get_by_role("button", name="Instances ↓"), "the head Instances")
    page.get_by_role("button", name="Instances ↑").wait_for()
    rows = page.locator("table tbody tr")
    shown = [
        (row.locator("td.name").inner_text(), int(row.locator("td.count").inner_text()))
        for row in rows.all()[: len(answers["rarest"])]
    ]
    assert shown == answers["rarest"]
    assert all(row.locator("img").count() >= 1 for row in rows.all()[:20])
    visitor.told(capsys, "The 20 rarest objects with pictures")
    assert len(visitor.done) <= MOST


def test_clicks__what_always_comes_with_person(chromium, address, answers, capsys) -> None:
    visitor = Clicks(chromium, address)
    page = visitor.page
    visitor.on(page.get_by_role("link", name="Explore"), "Explore")
    visitor.on(page.locator("td.name").get_by_role("button", name="person", exact=True), "person")
    visitor.on(page.get_by_role("radio", name="What it comes with"), "What it comes with")
    page.get_by_role("button", name="P(person | e) ↓").wait_for()
    shown = [row.locator("td").first.inner_text() for row in page.locator("table tbody tr").all()[:10]]
    assert shown == answers["always"]
    visitor.told(capsys, "What always comes with person")
    assert len(visitor.done) <= MOST
