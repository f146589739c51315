"""The map in a real browser: painted, enlarged, pointed at, and a lasso that selects."""

from contextlib import closing

import pytest

from adr.embed.map import MapReport
from adr.report import to_json
from adr.store import Store
from tests.worlds import browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]
# instance → place: 0 in the middle, 1 at the left, 2 at the top right
PLACES = {0: (32_768, 32_768), 1: (10_000, 32_768), 2: (60_000, 60_000)}
# On a canvas of 620 pixels height, the map takes 94 % of it.
PIXEL = 620 * 0.94 / 65_536


@pytest.fixture
def both(small_workspace):
    """The small workspace with a map of its conversations."""
    with closing(Store(small_workspace.database)) as store:
        for number, (x, y) in TALKS.items():
            store.execute("insert into map_place values ($1, $2, $3, 'conversations')", [number, x, y])
        report = to_json(MapReport("conversations", "starter-clip", 2, 2, 2, 4, 0, 1.5))
        store.execute("insert into map_made values ($1, now() at time zone 'UTC', 'conversations')", [report])


@pytest.fixture
def address_of_both(both, address):
    return address


@pytest.fixture
def address(small_workspace):
    with closing(Store(small_workspace.database)) as store:
        for number, (x, y) in PLACES.items():
            store.execute("insert into map_place values ($1, $2, $3, 'pictures')", [number, x, y])
        report = to_json(MapReport("pictures", "starter-clip", 3, 3, 3, 3, 0, 1.5))
        store.execute("insert into map_made values ($1, now() at time zone 'UTC', 'pictures')", [report])
    with browser.running_app(small_workspace.folder) as address:
        yield address


TALKS = {3: (32_768, 32_768), 0: (10_000, 32_768)}  # number 3 is text only


def test_map__switched_to_conversations(chromium, address_of_both) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(f"{address_of_both}/Explore?view=map")
    page.get_by_text("3 instances, placed by what starter-clip sees").wait_for()
    page.get_by_role("radio", name="Conversations").click()
    page.get_by_text("2 instances, placed by what starter-clip reads").wait_for()
    assert "map=conversations" in page.url
    page.locator(".map[data-painted]").wait_for()
    page.wait_for_timeout(500)
    page.mouse.move(*at(page, *TALKS[3]))
    page.locator(".tip strong", has_text="Instance 3").wait_for()
    said = page.locator(".tip .note").inner_text()
    assert said == "What is a <b>bus</b>?\nA long car for many people."
    assert page.locator(".tip img").count() == 0
    page.mouse.click(*at(page, *TALKS[3]))
    page.get_by_role("heading", name="Instance 3").wait_for()
    page.go_back()
    page.get_by_text("2 instances, placed by what starter-clip reads").wait_for()
    page.close()


def at(page, x: int, y: int) -> tuple[float, float]:
    """Where a place of the map is on the screen."""
    box = page.locator(".map canvas").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return middle[0] + (x - 32_768) * PIXEL, middle[1] - (y - 32_768) * PIXEL


def test_map__pointed_at_surrounded_and_opened(chromium, address) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/Explore?view=map")
    page.locator(".map[data-painted]").wait_for()
    page.mouse.move(*at(page, *PLACES[0]))
    page.locator(".tip strong", has_text="Instance 0").wait_for()
    assert page.locator(".tip .note").inner_text() == "What color is the bus?"
    assert page.locator(".tip img").count() == 1
    page.get_by_role("button", name="Lasso").click()
    corners = [(3_000, 20_000), (3_000, 45_000), (40_000, 45_000), (40_000, 20_000)]
    page.mouse.move(*at(page, *corners[0]))
    page.mouse.down()
    for corner in [*corners[1:], corners[0]]:
        page.mouse.move(*at(page, *corner), steps=5)
    page.mouse.up()
    page.get_by_text("2 instances selected:").wait_for()
    page.locator(".map canvas").dblclick(position={"x": 5, "y": 300})
    page.get_by_role("button", name="Whole map").click()
    page.mouse.click(*at(page, *PLACES[2]))
    page.get_by_role("heading", name="Instance 2").wait_for()
    page.close()


def test_map__without_webgl_the_same_points_are_painted(chromium, address) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(
        "const make = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, how) "
        "{ return kind === 'webgl2' ? null : make.call(this, kind, how); };"
    )
    page.goto(f"{address}/Explore?view=map")
    page.locator(".map[data-painter=pixels][data-painted]").wait_for()
    page.wait_for_timeout(300)
    colored = (
        "(c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((n, i) => i % 4 === 3 && n).length"
    )
    assert page.locator(".map canvas").evaluate(colored) == 3 * 7 * 7
    page.close()
