"""Every page and view in a real browser, on a workspace and at addresses that hold hostile text in every field."""

import re
from urllib.parse import urlencode

import pytest
from markdown_it import MarkdownIt

from tests.worlds import browser
from tests.worlds.hostile import ALL, HOSTILE, MADE_FROM_TEXT, OBJECTS, hostile_workspace

pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]

VIEWS = [
    ("", {}),
    *(("Dataset", {"view": view}) for view in ("instances", "rejected", "index", "read")),
    ("Dataset", {"instance": "4"}),
    *(("Explore", {"perspective": one}) for one in ("token", "object", "co_occurrence", "interrogation")),
    ("Explore", {"view": "together"}),
    ("Explore", {"perspective": "object", "entity": OBJECTS[0]}),
    ("Explore", {"perspective": "object", "entity": OBJECTS[1], "instance": "4"}),
    *(("Rebalance", {"part": part}) for part in ("instances", "caps", "backwards", "compare", "runs")),
    ("Rebalance", {"part": "instances", "show": "kept", "instance": "4"}),
    ("Rebalance", {"part": "runs", "run": "1"}),
    ("Rebalance", {"part": "compare", "b": "run 1"}),
    ("Synthesize", {}),
    ("Synthesize", {"plan": "new"}),
    *(("Review", {"look": look}) for look in ("Single", "Grid", "Rules", "Concepts", "Reviewers", "Files")),
    ("Review", {"look": "Single", "candidate": "p1-00000-0", "queue": "any"}),
    *(("Export", {"view": view}) for view in ("write", "exports", "report")),
]
# Every parameter that some page reads.
NAMES = (
    *("entity", "perspective", "search", "with", "caps", "instance", "page", "tail", "view", "part", "order", "least"),
    *("most", "rows", "which", "around", "objects", "by", "size", "run", "plan", "entities", "candidate", "queue"),
    *("look", "concept", "judge", "flag", "score", "kind", "reason", "show", "find", "of", "b", "token", "object"),
    *("pair", "asking", "seed", "need", "alpha", "use", "rule", "repeat", "plain", "workspace", "export", "format"),
)
PAGES = ("", "Dataset", "Explore", "Rebalance", "Synthesize", "Review", "Export", "Prove")


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    workspace = hostile_workspace(tmp_path_factory.mktemp("hostile"))
    with browser.running_app(workspace.folder, ADR_REVIEWER=ALL.replace("\0", "")) as address:
        yield address


@pytest.fixture(scope="module")
def tab(chromium):
    """A page, and the requests that it made to other machines, none of which leaves."""
    context = chromium.new_context()
    left: list[str] = []

    def caught(route):
        if re.match(r"(http|ws)://127\.0\.0\.1:", route.request.url):
            route.continue_()
        else:
            left.append(route.request.url)
            route.abort()

    context.route(re.compile("^(http|ws|ftp)"), caught)
    yield context.new_page(), left
    context.close()


def settled(page, address: str) -> None:
    """The page at an address, once it has been drawn."""
    page.goto(address)
    browser.still(page)


@pytest.mark.parametrize(("name", "query"), VIEWS, ids=lambda one: str(one)[:40])
def test_view__shows_data_as_text(app, tab, name, query):
    page, left = tab
    settled(page, f"{app}/{name}?{urlencode(query)}")
    assert page.evaluate(MADE_FROM_TEXT) == []
    assert left == []
    assert page.locator("[data-testid=stException]").count() == 0


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("names", "text"),
    [(("entity",), ALL), (("search", "with", "find"), ALL), (NAMES, HOSTILE[0])],
    ids=["1", "3", "all"],
)
def test_address__is_text(app, tab, name, names, text):
    page, left = tab
    settled(page, f"{app}/{name}?{urlencode(dict.fromkeys(names, text))}")
    assert page.evaluate(MADE_FROM_TEXT) == []
    assert left == []
    assert page.locator("[data-testid=stException]").count() == 0


@pytest.mark.parametrize("file", ["report.html", "README.md"])
def test_export__its_pages_show_data_as_text(app, tab, tmp_path, tmp_path_factory, file):
    """The report page, and the card as a renderer of CommonMark with tables and links draws it."""
    page, left = tab
    folder = next(tmp_path_factory.getbasetemp().glob("hostile*/w */exports/first"))
    shown = (folder / file).read_text(encoding="utf-8")
    if file == "README.md":
        shown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(shown)
    page.set_content(shown)
    page.wait_for_timeout(300)
    assert ALL[:10] in page.inner_text("body")
    assert page.evaluate(MADE_FROM_TEXT) == []
    assert left == []
