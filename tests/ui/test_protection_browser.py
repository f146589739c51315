"""Other sites are kept out of the running app: by a raw WebSocket client, by plain requests, and in a real browser."""

import urllib.error
import urllib.request

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from adr.ui.protection import own_origin
from tests.worlds import browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with browser.running_app(tmp_path_factory.mktemp("own") / "w") as address:
        yield address


def opens(app: str, origin: str | None) -> bool:
    try:
        with connect(f"{app.replace('http', 'ws')}/_stcore/stream", origin=origin, subprotocols=["streamlit"]):
            return True
    except InvalidStatus as refused:
        assert refused.response.status_code == 403
        return False


def test_websocket__only_from_the_page_itself(app):
    port = int(app.rsplit(":", 1)[1])
    assert opens(app, app) and opens(app, None)
    for origin in (
        f"http://127.0.0.1:{port + 1}",
        f"http://localhost:{port}",
        "http://127.0.0.1",
        "http://evil.example",
        f"http://127.0.0.1:{port}.evil.example",
        f"http://127.0.0.1:{port}@evil.example",
        "null",
        "",
    ):
        assert not opens(app, origin), origin


def test_upload__from_another_site_is_refused(app):
    asked = urllib.request.Request(
        f"{app}/_stcore/upload_file/a/b", data=b"x", method="PUT", headers={"Origin": "http://127.0.0.1:1"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked)
    assert refused.value.code == 403 and b"another site" in refused.value.read()


def test_headers__no_frame_and_nothing_from_elsewhere(app):
    with urllib.request.urlopen(app) as answer:
        policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "http" not in policy
    assert answer.headers["x-frame-options"] == "DENY" and answer.headers["referrer-policy"] == "no-referrer"


def test_policy__stops_an_image_and_leaves_the_pages_alone(app, chromium):
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for name in ("", "Dataset", "Explore", "Rebalance", "Synthesize", "Review", "Export", "Prove"):
        page.goto(f"{app}/{name}")
        page.locator("h1").first.wait_for()
        page.wait_for_timeout(300)
    assert [text for text in said if "Content Security Policy" in text] == []
    refused = page.evaluate(
        """() => new Promise(done => {
            document.addEventListener('securitypolicyviolation', event => done(event.blockedURI));
            const image = new Image(); image.src = 'http://198.51.100.7/x.png'; document.body.append(image);
        })"""
    )
    assert refused.startswith("http://198.51.100.7")
    page.close()


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        (None, "a:1", True),
        ("http://a:1", "a:1", True),
        ("https://A.example", "a.example", True),
        ("http://a:2", "a:1", False),
        ("null", "a:1", False),
        ("http://a:1", "", False),
        ("", "", False),
    ],
)
def test_own_origin__host_and_port(origin, host, own):
    assert own_origin(origin, host) == own
