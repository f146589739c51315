"""The command line beside the open app, in a real browser: jobs of either side, waiting apps, killed owners."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from adr.cli import main
from adr.owner import holder
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds import browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(browser.chromium() is None, reason=browser.MISSING)]

ROOT = Path(__file__).resolve().parents[2]
DEMO = str(ROOT / "assets/recipes/demo.toml")
LONG = ("demo", "--instances", "100000", "--replace")
SHOTS = os.environ.get("ADR_SHOTS")


@pytest.fixture
def workspace(tmp_path) -> Path:
    """60 drawn instances with an index and a run."""
    folder = tmp_path / "wörk space"
    for verb in (["demo", "--instances", "60"], ["index"], ["rebalance", "--recipe", DEMO]):
        assert main([*verb, "-w", str(folder), "--quiet"]) == 0
    return folder


def opened(chromium, address: str, width: int = 1440):
    page = chromium.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(address)
    page.wait_for_selector("h1, h2, [data-testid=stAlert]")
    return page


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "adr", *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def until(true: Callable[[], bool], seconds: float = 180.0) -> None:
    late = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < late, "it did not come to pass"
        time.sleep(0.05)


def under_way(folder: Path, kind: str) -> bool:
    found = holder(Workspace(folder))
    return found is not None and found.kind == kind


def test_jobs_of_the_shell__seen_and_cancelled_on_a_page(chromium, workspace, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recipe = Path(DEMO).read_text(encoding="utf-8")
    (tmp_path / "demo.toml").write_text(recipe, encoding="utf-8")
    looking = ["explain", "--run", "1", "--instance", "7", "-w", str(workspace), "--json"]
    assert main(looking) == 0
    direct = capsys.readouterr().out
    with browser.running_app(workspace) as address:
        page = opened(chromium, address)
        until(lambda: under_way(workspace, "app"))

        assert main(looking) == 0
        assert capsys.readouterr().out == direct
        assert main(["rebalance", "--recipe", "demo.toml", "-w", str(workspace), "--json", "--quiet"]) == 0
        assert json.loads(capsys.readouterr().out)["run"] == 2
        page.get_by_text("2 runs").first.wait_for()  # drawn again without a click
        assert main(["export", "--run", "2", "--out", "out", "-w", str(workspace), "--quiet"]) == 0
        assert (tmp_path / "out" / "llava.json").is_file()
        assert main(["index", "-w", str(workspace), "--quiet"]) == 0

        verb = start(*LONG, "-w", str(workspace))
        side = page.get_by_test_id("stSidebar")
        side.get_by_text("Drawing the demo world (command line)").wait_for()
        shot(page, "job-of-the-shell")
        side.get_by_role("button", name="Cancel").click()
        _, told = verb.communicate(timeout=300)
        assert verb.returncode == 1 and "Stopped. Finished work is kept" in told
        side.get_by_text("Drawing the demo world").wait_for(state="detached")

        verb = start(*LONG, "-w", str(workspace))
        side.get_by_text("Drawing the demo world (command line)").wait_for()
        verb.send_signal(signal.SIGINT)
        _, told = verb.communicate(timeout=300)
        assert verb.returncode == 1 and "Stopped." in told
        side.get_by_text("Drawing the demo world").wait_for(state="detached")
    with closing(Store(workspace / "adr.duckdb")) as store:
        assert store.value("select count(*) from instance") == 60
        assert [state for (state,) in store.rows("select state from job order by job")] == [
            "done",
            "done",
            "done",
            "cancelled",
            "cancelled",
        ]


def test_app__that_starts_during_a_verb_waits_and_opens_by_itself(chromium, workspace):
    verb = start(*LONG, "-w", str(workspace))
    try:
        until(lambda: under_way(workspace, "verb"))
        with browser.running_app(workspace) as address:
            page = opened(chromium, address)
            page.get_by_text("has this workspace open").wait_for()
            assert (
                page.get_by_text("adr demo").first.is_visible() and page.get_by_text(str(verb.pid)).first.is_visible()
            )
            bar = page.get_by_test_id("stProgress").filter(has_text="of 100,000")
            bar.wait_for()  # the verb has counted
            first = bar.inner_text()
            assert "of 100,000" in first and "Drawing the demo world" in first
            until(lambda: bar.inner_text() != first)  # it is live
            shot(page, "waits-for-a-verb")
            verb.send_signal(signal.SIGINT)
            verb.communicate(timeout=300)
            page.get_by_text("has this workspace open").wait_for(state="detached")
            page.get_by_role("heading", level=1).first.wait_for()
    finally:
        verb.kill()


def test_second_app__is_sent_to_the_first_and_opens_when_that_ends(chromium, workspace):
    port = browser.free_port()
    first = browser.start_app(workspace, port)
    try:
        opened(chromium, f"http://127.0.0.1:{port}")
        until(lambda: under_way(workspace, "app"))
        with browser.running_app(workspace) as address:
            page = opened(chromium, address)
            page.get_by_text(f"open in another app (process {first.pid})").wait_for()
            link = page.get_by_role("link", name="Go to that app")
            assert link.get_attribute("href") == f"http://127.0.0.1:{port}/"
            shot(page, "second-app")
            first.kill()  # leaves its socket and owner.json
            first.wait(120)
            page.get_by_role("heading", level=1).first.wait_for()
            assert page.get_by_text("open in another app").count() == 0
            assert main(["runs", "-w", str(workspace), "--quiet"]) == 0
    finally:
        first.kill()


def test_app_killed__in_the_middle_of_what_was_handed_over(chromium, workspace):
    port = browser.free_port()
    app = browser.start_app(workspace, port)
    opened(chromium, f"http://127.0.0.1:{port}")
    until(lambda: under_way(workspace, "app"))
    verb = start(*LONG, "-w", str(workspace))
    assert verb.stderr is not None and "Drawing the demo world" in verb.stderr.readline()
    app.kill()
    app.wait(120)
    _, told = verb.communicate(timeout=300)
    assert verb.returncode == 1 and "ended before it was done. Try again." in told and "Traceback" not in told
    assert main(["demo", "--instances", "20", "--replace", "-w", str(workspace), "--quiet"]) == 0


def shot(page, name: str) -> None:
    """A screenshot in the folder that ADR_SHOTS names, where it is set: wide and narrow, light and dark."""
    if not SHOTS:
        return
    for width in (1440, 1024):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(700)
            page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
