"""Signing in through a real OpenID Connect provider on this machine, driven in a real browser."""

import os
import re

import pytest

from tests.worlds import browser

oidc = pytest.importorskip("oidc_provider_mock")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]


@pytest.fixture(scope="module")
def provider():
    with oidc.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def app(provider, tmp_path_factory):
    """The app with a login and roles; its secrets lie in a home folder, as .streamlit of the project is not ours."""
    folder = tmp_path_factory.mktemp("team")
    port = browser.free_port()
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(
        f"""
[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "{os.urandom(16).hex()}"
client_id = "adr"
client_secret = "secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
    )
    roles = folder / "roles.toml"
    roles.write_text('"olga@example.org" = "owner"\n"rita@example.org" = "reviewer"\n"vera@example.org" = "viewer"\n')
    started = browser.start_app(folder / "w", port, HOME=str(folder), ADR_ROLES=str(roles))
    yield f"http://localhost:{port}"
    started.terminate()
    started.wait(120)


def signed_in(chromium, app: str, mail: str, path: str = ""):
    """A page of the app after its visitor has signed in as `mail`."""
    page = chromium.new_context().new_page()
    page.goto(f"{app}/{path}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/oauth2/authorize"))
    page.locator("input[name=sub]").fill(mail)
    page.get_by_role("button", name=re.compile("authorize", re.IGNORECASE)).click()
    page.wait_for_url(re.compile(re.escape(app)))
    return page


def test_login__nothing_is_shown_before_it(app, chromium):
    page = chromium.new_context().new_page()
    for path in ("", "Dataset", "Explore", "Rebalance", "Synthesize", "Review", "Export", "Prove"):
        page.goto(f"{app}/{path}")
        page.get_by_role("button", name="Sign in").wait_for()
        assert page.get_by_text("Workspace").count() == 0


@pytest.mark.parametrize(("mail", "role"), [("olga@example.org", "owner"), ("rita@example.org", "reviewer")])
def test_login__gives_the_role_of_the_file_and_survives_a_reload(app, chromium, mail, role):
    page = signed_in(chromium, app, mail)
    said = page.get_by_text(re.compile(f"{mail.replace('@', '@.?')} · {role}"))  # "@" is followed by a word joiner
    said.wait_for()
    page.reload()
    said.wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_timeout(2000)  # the provider may ask whether its own session should end as well
    page.goto(app)
    page.get_by_role("button", name="Sign in").wait_for()
    page.context.close()


def test_login__a_stranger_is_told_and_sees_nothing(app, chromium):
    page = signed_in(chromium, app, "eve@example.org")
    page.get_by_text("has no role in this workbench").wait_for()
    assert page.get_by_text("Workspace", exact=True).count() == 0
    page.context.close()


def test_login__a_viewer_starts_nothing_and_an_owner_does(app, chromium):
    page = signed_in(chromium, app, "vera@example.org")
    page.get_by_role("button", name="Draw the demo").click()
    page.get_by_text("Your role here is viewer").wait_for()
    page.context.close()
    page = signed_in(chromium, app, "olga@example.org")
    page.get_by_role("button", name="Draw the demo").click()
    page.get_by_text("Drawing the demo world").first.wait_for()
    page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Cancel").click()
    page.context.close()
