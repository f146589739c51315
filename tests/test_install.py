"""The built wheel: what is in it, and that the command works from any folder without the repository."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import adr
from adr.export.manifest import code_fingerprint

ROOT = Path(__file__).resolve().parents[1]
INSIDE = (
    r"adr/([a-z0-9_]+/)*[a-z0-9_]+\.(py|js|css|sql)",
    r"adr/share/(app|server)\.py",
    r"adr/share/pages/\d_[A-Z][a-z]+\.py",
    r"adr/share/\.streamlit/config\.toml",
    r"adr/share/assets/(icon\.png|logo\.svg)",
    r"adr/share/assets/lexicon/[a-z]+\.(txt|toml)",
    r"adr/share/assets/lexicon/things/[a-z]+\.txt",
    r"adr/share/assets/lexicon/wordnet/(nouns|compounds|LICENSE)\.txt",
    r"adr/share/assets/recipes/[a-z0-9.-]+\.toml",
    r"adr/share/assets/models/starter-(clip|diffusion)/([a-z_]+/)?[A-Za-z_]+\.(json|txt|md|safetensors)",
    r"adr_workbench-[0-9.]+\.dist-info/(METADATA|RECORD|WHEEL|entry_points\.txt)",
)
# Folder or file of the repository → which of its files are in the wheel.
MAPPED = {
    "adr": "adr",
    "app.py": "adr/share/app.py",
    "server.py": "adr/share/server.py",
    "pages": "adr/share/pages",
    ".streamlit/config.toml": "adr/share/.streamlit/config.toml",
    "assets/lexicon": "adr/share/assets/lexicon",
    "assets/recipes": "adr/share/assets/recipes",
    "assets/models": "adr/share/assets/models",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this repository, built with the installed packages."""
    out = tmp_path_factory.mktemp("dist")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = out.iterdir()
    return made


class Installed:
    """The wheel, installed beside the environment's packages, and an empty folder to call it from."""

    def __init__(self, target: Path, folder: Path) -> None:
        self.target, self.folder = target, folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("ADR_", "STREAMLIT_"))}
        self.environment |= {"PYTHONPATH": str(target)}

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[str]":
        """A running process of the environment's Python."""
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=self.folder,
            env=self.environment | environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *words: str, **environment: str) -> str:
        """What the process prints; it must succeed."""
        with self.start(*words, **environment) as process:
            out, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
        return out

    def adr(self, verb: str, *words: str) -> dict:
        """The report of one verb of the installed command, on the workspace `w`."""
        return json.loads(self.run(str(self.target / "bin" / "adr"), verb, *words, "-w", "w", "--json"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Installed:
    target = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(target), str(wheel)],
        check=True,
    )
    return Installed(target, tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(scope="module")
def drawn(installed) -> Installed:
    """The same, with a demo workspace that is drawn and indexed."""
    assert installed.adr("demo", "--instances", "60")["instances"] == 60
    assert set(installed.adr("index")["postings"]) == {"token", "object", "co_occurrence", "interrogation"}
    return installed


def test_wheel__holds_what_the_program_needs_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [name for name in names if not any(re.fullmatch(pattern, name) for pattern in INSIDE)] == []
    for source, place in MAPPED.items():
        here = ROOT / source
        files = sorted(here.rglob("*")) if here.is_dir() else [here]
        wanted = {
            place + path.as_posix().removeprefix(here.as_posix())
            for path in files
            if path.is_file() and path.parent.name != "__pycache__"
        }
        assert wanted and wanted <= names
    assert wheel.stat().st_size < 40e6


def test_wheel__says_what_it_is_and_what_it_needs(wheel):
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("METADATA"))
    assert f"\nName: adr-workbench\nVersion: {adr.__version__}\n" in metadata
    assert "\nDescription-Content-Type: text/markdown\n" in metadata and "# ADR Workbench" in metadata
    needs = re.findall(r"^Requires-Dist: ([\w-]+)", metadata, re.MULTILINE)
    listed = [
        re.match(r"[\w-]+", line)[0].replace("_", "-")
        for name in (
            "requirements.txt",
            *(f"requirements-{part}.txt" for part in ("dev", "auth", "sheets", "languages", "ray")),
        )
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if re.match(r"\w", line)
    ]
    assert sorted(map(str.lower, needs)) == sorted(map(str.lower, listed))
    assert {line for line in metadata.splitlines() if line.startswith("Requires-Dist: pytest<")} == {
        "Requires-Dist: pytest<10,>=9.2; extra == 'dev'"
    }


def test_command__from_demo_to_export_in_another_folder(drawn):
    assert drawn.run("-c", "import adr; print(adr.__file__)").strip() == str(drawn.target / "adr" / "__init__.py")
    run = drawn.adr("rebalance", "--recipe", "assets/recipes/demo.toml")
    assert run["kept"] + run["dropped"] == 60
    export = drawn.adr("export", "--run", "1", "--out", "out")
    written = json.loads((drawn.folder / "out" / "llava.json").read_text(encoding="utf-8"))
    assert len(written) == export["instances"] == run["kept"]
    made_by = json.loads((drawn.folder / "out" / "manifest.json").read_text(encoding="utf-8"))["made_by"]
    assert (made_by["version"], made_by["code"]) == (adr.__version__, code_fingerprint())


def test_command__finds_its_models_and_requirements(drawn):
    report = drawn.adr("doctor")
    models = drawn.target / "adr" / "share" / "assets" / "models"
    assert report["models"]["ADR_GENERATOR_MODEL"] == str(models / "starter-diffusion")
    assert report["models"]["ADR_SCORER_MODEL"] == str(models / "starter-clip")
    assert "streamlit" in report["installed"] and "ruff" not in report["installed"]  # not those of the extra


def test_pages__are_served_from_the_wheel(drawn):
    script = """
from streamlit.testing.v1 import AppTest
from adr.shipped import shipped
from adr.ui.frame import PAGES
at = AppTest.from_file(str(shipped("app.py")), default_timeout=60).run()
for name, (file, _) in PAGES.items():
    if name != "Overview":
        at.switch_page(file).run()
    assert not at.exception and not at.error, (at.exception, at.error)
    print(name, "|", len(at.main.children))
"""
    parts = dict(line.split(" | ") for line in drawn.run("-c", script, ADR_WORKSPACE="w").splitlines())
    assert set(parts) == {"Overview", *(path.stem[2:] for path in (ROOT / "pages").glob("*.py"))}
    assert min(map(int, parts.values())) >= 2  # more than the style sheet of the frame


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def status(address: str, path: str, **headers: str) -> int:
    """How the server at `address` answers."""
    asked = http.client.HTTPConnection(address.removeprefix("http://"), timeout=300)
    asked.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = asked.getresponse().status
    asked.close()
    return answer


def test_app__answers_with_the_shipped_settings_and_ends_at_an_interrupt(drawn):
    with drawn.start(str(drawn.target / "bin" / "adr"), "app", "-w", "w") as app:
        try:
            said = app.stderr.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+", said)[0]
            assert status(address, "/_stcore/health") == status(address, "/Rebalance") == 200
            upgrade = {
                "Upgrade": "websocket",
                "Connection": "Upgrade",
                "Sec_WebSocket_Version": "13",
                "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
            }
            assert status(address, "/_stcore/stream", **upgrade) == 101
            # `allowedHosts` of .streamlit/config.toml; without it Streamlit lets any host in
            assert status(address, "/_stcore/stream", Host="evil.example", **upgrade) == 403
        finally:
            app.send_signal(signal.SIGINT)
        assert app.wait(120) == 0
        assert "Traceback" not in app.stderr.read()
    with pytest.raises(OSError):
        status(address, "/_stcore/health")


def test_app__a_taken_port_is_told(drawn):
    with taken_port() as port, drawn.start("-m", "adr", "app", "-w", "w", "--port", str(port)) as app:
        out, err = app.communicate(timeout=300)
    assert (app.returncode, out) == (1, "")
    assert err == f"Port {port} cannot be used: Address already in use. Name another one with --port.\n"


def test_app__that_ends_by_itself_is_told(drawn, tmp_path):
    (tmp_path / "streamlit.py").write_text("raise SystemExit('no such option')", encoding="utf-8")
    paths = os.pathsep.join([str(drawn.target), str(tmp_path)])
    with drawn.start(str(drawn.target / "bin" / "adr"), "app", "-w", "w", PYTHONPATH=paths) as app:
        out, err = app.communicate(timeout=300)
    assert (app.returncode, out) == (1, "")
    assert err == "no such option\nThe app has ended: exit status 1. The lines above say why.\n"
