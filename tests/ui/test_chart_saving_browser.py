"""Charts saved in a real browser: the picture has the chart's text and the page's font, the numbers are those drawn."""

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from tests.worlds import browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]


@pytest.fixture
def address(small_workspace):
    with browser.running_app(small_workspace.folder) as address:
        yield address


def saved(page, key: str, kind: str) -> tuple[str, bytes]:
    """(file name, content) of what the button of a chart saves."""
    chart = page.locator(f".st-key-{key}")
    chart.locator(".main-svg").first.wait_for()
    chart.hover()
    with page.expect_download() as download:
        chart.get_by_role("button", name=f"Save this chart as {kind}").click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_charts__saved_as_picture_and_numbers(chromium, address) -> None:
    page = chromium.new_page(viewport={"width": 1024, "height": 900}, accept_downloads=True)
    page.goto(f"{address}/Explore?perspective=object")
    name, drawing = saved(page, "rank-object", "SVG")
    assert name == "rank-object.svg" and b"rank of the entity" in drawing and b"@font-face" in drawing
    width = float(ElementTree.fromstring(drawing).attrib["width"])
    name, picture = saved(page, "rank-object", "PNG")
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    assert name == "rank-object.png" and image.width == round(2 * width)
    assert len(image.getcolors(1 << 20) or ()) > 20  # lines, letters and an area, not an empty sheet
    _, numbers = saved(page, "rank-object", "CSV")
    # dog 4, cat 3, and three with 1; the tail begins behind rank 3 or 4 and shares that point with the head
    head, *rows = numbers.decode().splitlines()
    assert head == "series,rank of the entity,instances that have it"
    assert {re.sub("^(Head|Tail),", "", row) for row in rows} >= {"1,4", "2,3", "3,1", "5,1"}

    page.goto(f"{address}/Explore?view=together")
    _, pairs = saved(page, "pairs", "CSV")
    assert pairs.decode().splitlines()[:2] == ["first,second,together,expected,lift_bound", "dog,cat,2,2,1"]
    page.close()
