"""The field for a filter in a real browser: typed, kept in the address, paged; a turned page lets the instance go."""

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
    """The app on 60 records, every second one about a dog."""
    rows = [
        {
            "id": number,
            "conversations": [
                {"from": "human", "value": f"What is thing {number}?"},
                {"from": "gpt", "value": "A dog." if number % 2 else "A cat."},
            ],
        }
        for number in range(60)
    ]
    (tmp_path / "sixty.json").write_text(json.dumps(rows))
    workspace = Workspace.at(tmp_path / "work")
    with closing(Store(workspace.database)) as store:
        ingest(store, tmp_path / "sixty.json")
    with browser.running_app(workspace.folder) as running:
        yield running


def test_find__typed_paged_and_kept_in_the_address(chromium, address) -> None:
    page = chromium.new_page(viewport={"width": 1024, "height": 900})
    page.goto(f"{address}/Dataset?instance=45")
    page.get_by_role("heading", name="Instance 45").wait_for()
    field = page.get_by_placeholder("Find: object")
    field.fill("answer:dog")
    field.press("Enter")
    page.get_by_text("30 instances found:").wait_for()
    page.get_by_role("heading", name="Instance 1", exact=True).wait_for()
    page.goto(f"{address}/Dataset?find=answer:dog&instance=3")
    page.get_by_role("heading", name="Instance 3", exact=True).wait_for()
    page.get_by_label("Next page").click()
    page.get_by_role("heading", name="Instance 41", exact=True).wait_for()
    page.wait_for_url("**/Dataset?find=answer*dog&page=2")
    page.close()
