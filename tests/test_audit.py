"""The audit of the installed packages, against a small site with PyPI's pages."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata

import pytest

from tests.audit import installed, main
from tests.worlds.browser import free_port

VERSION = metadata.version("duckdb")
FAULT = {"id": "PYSEC-1", "fixed_in": ["99.0"], "withdrawn": None}
WITHDRAWN = {"id": "PYSEC-2", "fixed_in": [], "withdrawn": "2026-01-01T00:00:00Z"}


@pytest.fixture
def site():
    """A site's address and the pages that it has: {path: what is written there as JSON}."""
    pages: dict[str, object] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = pages.get(self.path)
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *given):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", pages
        server.shutdown()


def page(*faults):
    return {"urls": [{"upload_time_iso_8601": "2026-01-02T03:04:05.000000Z"}], "vulnerabilities": list(faults)}


@pytest.mark.parametrize("faults, status", [([], 0), ([FAULT], 1), ([WITHDRAWN], 0)])
def test_main__a_known_fault_is_status_1(faults, status, site, capsys):
    address, pages = site
    pages[f"/pypi/duckdb/{VERSION}/json"] = page(*faults)
    assert main(["--only", "duckdb", "--index", address]) == status
    told = capsys.readouterr().out
    assert f"| duckdb | {VERSION} | 2026-01-02 |" in told
    assert ("PYSEC-1 (mended in 99.0)" in told) == bool(status) and "PYSEC-2" not in told
    assert ("Faults are known of duckdb" in told) == bool(status)


def test_main__a_page_that_is_missing_leaves_one_unknown(site, capsys):
    address, pages = site
    pages[f"/pypi/duckdb/{VERSION}/json"] = page()
    assert main(["--only", "duckdb", "Pillow", "--index", address]) == 0
    told = capsys.readouterr().out
    assert "the faults of 1 of 2 packages" in told and "No fault is known of the 1 that were checked." in told


@pytest.mark.parametrize("newest", [VERSION, "99.0"])
def test_main__a_mirror_with_the_newest_page_alone(newest, site, capsys):
    """It dates every version; what it says of faults is of the newest."""
    address, pages = site
    pages["/pypi/duckdb/json"] = {
        "info": {"version": newest},
        "releases": {VERSION: page()["urls"]},
        "vulnerabilities": [FAULT],
    }
    assert main(["--only", "duckdb", "--index", address]) == int(newest == VERSION)
    told = capsys.readouterr().out
    assert "2026-01-02 |" in told and ("not known |" in told) == (newest != VERSION)


def test_main__without_a_network_a_sentence_and_the_days_of_installation(capsys):
    assert main(["--only", "duckdb", "--index", f"http://127.0.0.1:{free_port()}"]) == 0
    told = capsys.readouterr().out
    assert f"| duckdb | {VERSION} | installed 20" in told and "not known |" in told
    assert "nothing is known of them" in told and "No fault" not in told


def test_installed__with_what_they_need():
    names = {one.metadata["Name"].lower() for one in installed(["streamlit[auth]", "no-such-package"])}
    assert {"streamlit", "authlib", "numpy"} <= names and "pytest" not in names
