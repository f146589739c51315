"""Ticking in a real browser: a box, a range with shift, several quick clicks, and what the bar says."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from adr.ingest.ingest import ingest
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds import browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]


@pytest.fixture
def address(tmp_path: Path):
    """The app on 60 records."""
    rows = [
        {"id": number, "conversations": [{"from": "human", "value": "What?"}, {"from": "gpt", "value": "A dog."}]}
        for number in range(60)
    ]
    (tmp_path / "sixty.json").write_text(json.dumps(rows))
    workspace = Workspace.at(tmp_path / "work")
    with closing(Store(workspace.database)) as store:
        ingest(store, tmp_path / "sixty.json")
    with browser.running_app(workspace.folder) as running:
        yield running


def test_tick__one_a_range_and_in_quick_succession(chromium, address) -> None:
    from playwright.sync_api import expect

    page = chromium.new_page(viewport={"width": 1024, "height": 900})
    page.goto(f"{address}/Dataset")
    box = lambda number: page.get_by_label(f"Select Instance {number}", exact=True)  # noqa: E731
    box(2).click()
    page.get_by_text("1 instance selected: ticked by hand").wait_for()
    box(6).click(modifiers=["Shift"])
    page.get_by_text("5 instances selected: ticked by hand").wait_for()
    for number in (9, 11, 13):
        box(number).click()
    page.get_by_text("8 instances selected").wait_for()
    assert [n for n in range(20) if box(n).is_checked()] == [2, 3, 4, 5, 6, 9, 11, 13]
    page.get_by_label("Next page").click()
    box(25).click()
    page.get_by_text("9 instances selected").wait_for()
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/Dataset?selected=only")
    expect(page.locator(".cell")).to_have_count(9)
    box(25).click()
    page.get_by_text("8 instances selected").wait_for()
    page.get_by_role("button", name="Clear").click()
    box(0).wait_for()
    assert not box(2).is_checked()
    page.close()
