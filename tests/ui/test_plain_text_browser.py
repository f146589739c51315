"""The doors for text in a real browser: what comes out of them is shown character by character, as text."""

import subprocess
import sys
import time
import urllib.request

import pytest

from adr.plain_text import literal
from tests.worlds.browser import ROOT, free_port
from tests.worlds.hostile import HOSTILE, MADE_FROM_TEXT

pytestmark = pytest.mark.browser

SCRIPT = """
import streamlit as st
from adr.plain_text import chart_text, code, plain
from tests.worlds.hostile import HOSTILE
for n, text in enumerate(HOSTILE):
    with st.container(key=f"case{n}"):
        st.markdown(plain(text))
        st.markdown(f"**{plain(text)}** and :gray[{plain(text)}]")
        st.caption(f"a {code(text)} b", help=code(text))
        st.info(plain(text))
        st.button(plain(text), key=f"b{n}", help=plain(text))
        st.segmented_control("x", [text], format_func=plain, key=f"s{n}", label_visibility="collapsed")
        st.progress(0.5, plain(text))
        st.page_link("http://127.0.0.1/", label=plain(text))
        st.title(plain(text))
import plotly.graph_objects as go
names = [chart_text(text) for text in HOSTILE]
st.plotly_chart(go.Figure([go.Bar(x=names, y=list(range(len(names))), text=names)]))
st.text("all drawn")
"""


@pytest.fixture(scope="module")
def drawn(chromium, tmp_path_factory):
    """The page of the script, and the requests that it made to other machines."""
    folder = tmp_path_factory.mktemp("doors")
    (folder / "doors.py").write_text(f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{SCRIPT}")
    port = free_port()
    app = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(folder / "doors.py"), "--server.port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.25)
        page = chromium.new_page()
        left: list[str] = []
        page.on(
            "request",
            lambda asked: None if "127.0.0.1" in asked.url[:20] or ":" not in asked.url[:6] else left.append(asked.url),
        )
        page.goto(f"http://127.0.0.1:{port}")
        page.get_by_text("all drawn").wait_for()
        page.wait_for_timeout(1500)
        yield page, [url for url in left if url.startswith("http")]
        page.close()
    finally:
        app.kill()


def test_doors__nothing_leaves_and_no_element_is_made(drawn):
    page, left = drawn
    assert left == []
    assert page.evaluate(MADE_FROM_TEXT) == []
    assert page.locator(".stException").count() == 0


@pytest.mark.parametrize("n", range(len(HOSTILE)), ids=lambda n: literal(HOSTILE[n], 30))
def test_doors__every_character_is_shown(drawn, n):
    """The first paragraph of each case holds one text node, and it is the text itself."""
    page, _ = drawn
    case = page.locator(f".st-key-case{n}")
    seen = [
        case.locator("[data-testid=stMarkdownContainer]").first,
        case.locator("[data-testid=stCaptionContainer] code").first,
        case.locator("[data-testid=stAlert]").first,
        case.locator("h1").first,
        case.locator("[data-testid=stBaseButton-secondary]").first,
        case.locator("[data-testid=stProgress] [data-testid=stMarkdownContainer]").first,
        case.locator("[data-testid=stPageLink]").first,
    ]
    shown = [" ".join(place.inner_text().replace("\u2060", "").split()) for place in seen]
    assert shown == [literal(HOSTILE[n])] * len(seen)
    markdown = case.locator("[data-testid=stMarkdownContainer]").first
    assert markdown.locator("*").evaluate_all("all => all.map(one => one.tagName)") == ["P"]
