"""Shared by all tests: a small workspace written out by hand, and pages opened as a visitor opens them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from PIL import Image, ImageDraw

from adr.store import Store
from adr.workspace import Workspace
from tests.worlds import browser
from tests.worlds.hand import INSTANCES, POSTINGS, write_instances, write_postings

ROOT = Path(__file__).resolve().parents[1]
if "PYTEST_XDIST_WORKER" in os.environ:  # threads of several tests would wait for each other: docs/decisions.md
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes says more of the machine than of the program.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups tests that run side by side: those of a file stay together, as they share fixtures; those with a browser
    take turns, and so do those with a Ray cluster. These two groups begin first, since each takes minutes."""
    groups = {item: _group(item) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    first = ["browser", "ray"]
    items.sort(key=lambda item: first.index(groups[item]) if groups[item] in first else len(first))


def _group(item: pytest.Item) -> str:
    for name in ("browser", "ray"):
        if item.get_closest_marker(name):
            return name
    return item.nodeid.split("::")[0]


@pytest.fixture(scope="module")
def chromium():
    """A browser to open pages in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=browser.chromium(), args=browser.FLAGS)
        yield browser.Patient(started)
        started.close()


@pytest.fixture(autouse=True)
def fresh_caches():
    """Keeps what one test has opened or computed from the pages of another."""
    yield
    if streamlit := sys.modules.get("streamlit"):
        streamlit.cache_data.clear()
        streamlit.cache_resource.clear()


@pytest.fixture
def empty_workspace(tmp_path, monkeypatch) -> Workspace:
    """An empty workspace, which the app opens."""
    monkeypatch.setenv("ADR_WORKSPACE", str(tmp_path / "hand-made"))
    return Workspace.at(tmp_path / "hand-made")


@pytest.fixture
def small_workspace(empty_workspace) -> Workspace:
    """The six instances above with their postings and pictures, and the app set to open them. The store is closed."""
    folder = empty_workspace.folder / "pictures"
    folder.mkdir()
    for name, color in (("street.png", "firebrick"), ("sofa.png", "teal"), ("yard.png", "olive")):
        image = Image.new("RGB", (64, 48), "lightgray")
        ImageDraw.Draw(image).ellipse((12, 8, 52, 40), fill=color)
        image.save(folder / name)
    store = Store(empty_workspace.database)
    write_instances(store, INSTANCES, images=folder, missing={4})
    write_postings(store, POSTINGS)
    store.close()
    return empty_workspace


@pytest.fixture
def small_store() -> Store:
    """The same rows in memory."""
    store = Store.memory()
    write_instances(store, INSTANCES, missing={4})
    write_postings(store, POSTINGS)
    return store


@pytest.fixture
def page(empty_workspace) -> Callable:
    """page("Explore", perspective="object") → the page after its first run, opened by its address on a cold server."""
    from streamlit.testing.v1 import AppTest

    from adr.ui.navigation import PAGES

    def opened(name: str, **query: str):
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180)
        for key, value in query.items():
            at.query_params[key] = value
        if name != "Overview":
            at.switch_page(PAGES[name][0])
        return at.run()

    return opened


@pytest.fixture
def started(monkeypatch) -> list[subprocess.Popen]:
    """The processes that the test starts, in order."""
    found: list[subprocess.Popen] = []
    start = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *given, **more: found.append(start(*given, **more)) or found[-1])
    return found
