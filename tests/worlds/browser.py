"""A real browser and a real server for tests and benchmarks: which Chromium there is, how long a page may take, the app
on a port of its own."""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 180_000  # milliseconds
_QUIET = """() => {
    const state = document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state');
    const drawn = state === 'notRunning' && document.querySelector('[data-testid=stMain]');
    if (!drawn) { window.quietSince = 0; return false; }
    window.quietSince ||= performance.now();
    return performance.now() - window.quietSince > 1500;
}"""
MISSING = (
    "no Chromium found: install Debian's chromium or Google Chrome, or run `playwright install chromium`; "
    "the browser tests need one"
)


def chromium() -> str | None:
    """The browser to drive: an installed Chromium or Chrome, or Playwright's own; None when there is none."""
    for name in ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    if mac.exists():
        return str(mac)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        own = driver.chromium.executable_path
    return own if Path(own).exists() else None


class Patient:
    """A browser whose pages wait for up to three minutes: on a busy machine, a page that is slow is not broken."""

    def __init__(self, started: Any) -> None:
        self._started = started

    def new_context(self, **how: Any) -> Any:
        """As Playwright's."""
        context = self._started.new_context(**how)
        context.set_default_timeout(PATIENCE)
        return context

    def new_page(self, **how: Any) -> Any:
        """As Playwright's."""
        page = self._started.new_page(**how)
        page.context.set_default_timeout(PATIENCE)
        return page


def still(page: Any) -> None:
    """Wait until the page has asked the app for nothing for 1.5 seconds, and everything has been answered."""
    page.evaluate("window.quietSince = 0")
    page.wait_for_function(_QUIET)


def free_port() -> int:
    """A port nobody listens on, and that the system gives to no connection until somebody does: Linux takes those from
    32768 on."""
    drawn = random.SystemRandom()
    while True:
        port = drawn.randrange(20_000, 32_000)
        with socket.socket() as asked, contextlib.suppress(OSError):
            asked.bind(("127.0.0.1", port))
            return port


def start_app(workspace: Path, port: int, **environment: str) -> subprocess.Popen[bytes]:
    """The app on a workspace, answering when this returns; RuntimeError with its log when it does not start."""
    log = workspace.parent / f"app-{port}.log"
    with log.open("wb") as out:
        app = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "server.py", "--server.port", str(port)],
            cwd=ROOT,
            env={**os.environ, "ADR_WORKSPACE": str(workspace), **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    for _ in range(480):
        if app.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
            return app
        except OSError:
            time.sleep(0.25)
    app.kill()
    raise RuntimeError(f"the app did not start:\n{log.read_text(errors='replace')[-2000:]}")


@contextlib.contextmanager
def running_app(workspace: Path, **environment: str) -> Iterator[str]:
    """The address of the app on a workspace; stopped at the end."""
    port = free_port()
    app = start_app(workspace, port, **environment)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        try:
            app.wait(20)
        except subprocess.TimeoutExpired:
            app.kill()
            app.wait()
