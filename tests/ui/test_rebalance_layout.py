"""What only a browser shows of the Rebalance page: what is in sight, at every width, and what the keyboard reaches."""

import re

import pytest

from tests.worlds import browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]
# The rectangles of the elements that a selector finds below shadow roots too.
PLACES = """(selector) => {
  const found = [];
  const look = (root) => { for (const e of root.querySelectorAll("*")) {
    if (e.matches(selector)) found.push(e.getBoundingClientRect().toJSON());
    if (e.shadowRoot) look(e.shadowRoot); } };
  look(document);
  return found;
}"""


@pytest.fixture
def address(small_workspace):
    with browser.running_app(small_workspace.folder) as address:
        yield address


def opened(chromium, url: str, width: int = 1440, height: int = 900):
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.goto(url)
    page.locator("[data-size]").first.wait_for()
    browser.still(page)
    page.wait_for_timeout(2500)  # on a cold server, a click that meets the next redraw may be lost
    return page


def inside(page, selector: str) -> None:
    """All of these elements lie between the left and the right edge of the window."""
    width = page.evaluate("innerWidth")
    places = page.evaluate(PLACES, selector)
    assert places and all(place["left"] >= 0 and place["right"] <= width for place in places), (selector, places)


def test_address__a_part_is_in_sight_below_the_bar_with_apply(chromium, address):
    page = opened(chromium, f"{address}/Rebalance?part=caps")
    bar = page.locator(".st-key-rebalance_bar").bounding_box()
    part = page.get_by_placeholder("search entities").first.bounding_box()
    assert 0 <= bar["y"] < 60
    assert bar["y"] + bar["height"] <= part["y"] < 600
    apply = page.get_by_role("button", name="Apply").bounding_box()
    assert bar["y"] <= apply["y"] and apply["y"] + apply["height"] <= bar["y"] + bar["height"]
    page.get_by_role("radio", name="Ask backwards").or_(page.get_by_role("button", name="Ask backwards")).first.click()
    page.wait_for_url("**part=backwards**")
    page.close()


def test_apply__the_next_steps_stand_beside_the_message(chromium, address):
    page = opened(chromium, f"{address}/Rebalance?use=object&object=1&part=caps")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("button", name="Write the run").click()
    said = page.get_by_text(re.compile("Run 1 is written"))
    said.wait_for()
    steps = page.get_by_test_id("stMain").get_by_role("link", name="Fill the tail").bounding_box()
    assert abs(steps["y"] - said.bounding_box()["y"]) < 30 and steps["y"] < 300
    assert "part=caps" in page.url
    page.close()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (720, 450), (390, 844)])
def test_widths__nothing_is_cut(chromium, address, width, height):
    """1440 pixels at 200 % zoom are 720."""
    page = opened(chromium, f"{address}/Rebalance", width, height)
    for selector in (".row td.after", ".row td.random", ".row canvas", ".row input.share", ".kept .facts"):
        inside(page, selector)
    apply = page.get_by_role("button", name="Apply").bounding_box()
    assert apply["x"] + apply["width"] <= width
    canvases = page.evaluate(PLACES, ".row .plot")
    controls = page.evaluate(PLACES, ".row .control")
    beside = canvases[0]["top"] < controls[0]["bottom"]
    assert beside == (width == 1440)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    page.close()


def test_curves__what_is_under_the_pointer_can_be_read(chromium, address):
    """Objects: the most frequent is the dog, which 4 of 6 instances have; all are kept at this τ."""
    page = opened(chromium, f"{address}/Rebalance?use=object&object=4")
    place = page.evaluate(PLACES, ".row[data-perspective=object] canvas")[0]
    page.mouse.move(place["left"] + 48, place["top"] + 60)
    page.get_by_text("rank 1 · dog · 4 → 4 (100.0 %)").wait_for()
    page.get_by_text("after ÷ before").click()
    page.mouse.move(5, 5)
    page.wait_for_timeout(300)
    assert page.get_by_text("rank 1 · dog").count() == 0
    page.close()


def test_keyboard__two_keys_lead_to_the_first_instance(chromium, address):
    page = opened(chromium, f"{address}/Rebalance?show=kept")
    deepest = "(() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) "
    deepest += "e = e.shadowRoot.activeElement; return e; })()"
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate(f"{deepest}.textContent") == "Skip to the content":
            break
    else:
        raise AssertionError("no skip link among the first four")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{deepest}.textContent") == "Skip to the first instance"
    assert page.evaluate(f"getComputedStyle({deepest}).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert "tile" in page.evaluate(f"{deepest}.className")
    page.close()
