"""`adr export --push`, by huggingface_hub and against a stand-in for the Hub's API on this machine.

What the Hub itself does with files (its storage Xet, its limits) cannot be seen here. The library reads its settings
when it is imported, so each push is a process of its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, draw_images, fill
from tests.worlds.hub import TOKEN, hub

ROOT = Path(__file__).resolve().parents[2]
NAME = "ada/refined"


@pytest.fixture
def there():
    with hub() as made:
        yield made


@pytest.fixture
def workspace(tmp_path):
    made = Workspace.at(tmp_path / "workspace")
    store = Store(made.database)
    fill(store, RAW, images=draw_images(tmp_path / "pictures"))
    store.close()
    return made


def exported(there, workspace, out, *arguments, **environment):
    """`adr export --json` with the stand-in as its Hub; the finished process."""
    command = [sys.executable, "-m", "adr", "export", "-w", str(workspace.folder), "--run", "1", "--out", str(out)]
    given = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))},
        "HF_ENDPOINT": there.address,
        "HF_HOME": str(out.parent / "hub home"),  # no token of this machine
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
    }
    return subprocess.run(
        [*command, "--json", *arguments],
        cwd=ROOT,
        env={name: value for name, value in {**given, **environment}.items() if value},
        capture_output=True,
        text=True,
        timeout=300,
    )


def refused(process, *said):
    assert process.returncode == 1 and process.stdout == "", process
    assert all(text in process.stderr for text in said), process.stderr


def test_push__every_file_arrives_in_a_private_repository(there, workspace, tmp_path):
    out = tmp_path / "out"
    process = exported(there, workspace, out, "--format", "parquet", "--push", NAME)
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["pushed"] == f"{there.address}/datasets/{NAME}"
    written = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    arrived = {name: content for name, content in there.files[NAME].items() if name != ".gitattributes"}
    assert arrived == written
    assert "data/train-00000-of-00001.parquet" in written and len(there.stored) == 1
    assert there.private == {NAME}


def test_push__files_that_are_there_are_replaced_only_when_asked(there, workspace, tmp_path):
    there.files[NAME] = {".gitattributes": b"", "data/train-00001-of-00002.parquet": b"old", "README.md": b"old"}
    before = dict(there.files[NAME])
    refused(exported(there, workspace, tmp_path / "out", "--push", NAME), f"{NAME} already holds files")
    assert there.files[NAME] == before and not (tmp_path / "out").exists()
    process = exported(there, workspace, tmp_path / "out", "--push", NAME, "--replace")
    assert process.returncode == 0, process.stderr
    assert "data/train-00001-of-00002.parquet" not in there.files[NAME]
    assert there.files[NAME]["README.md"] == (tmp_path / "out" / "README.md").read_bytes()


def test_push__refused_before_anything_is_written(there, workspace, tmp_path):
    out = tmp_path / "out"
    refused(exported(there, workspace, out, "--push", "refined"), "“refined” is no name of a repository")
    refused(exported(there, workspace, out, "--push", NAME, HF_HUB_OFFLINE="1"), "The Hub is switched off here")
    refused(exported(there, workspace, out, "--push", NAME, HF_TOKEN=""), "There is no token for the Hub")
    refused(exported(there, workspace, out, "--push", NAME, HF_TOKEN="hf_other"), "does not accept the token")
    nobody = "http://127.0.0.1:9"
    refused(exported(there, workspace, out, "--push", NAME, HF_ENDPOINT=nobody), f"{nobody} cannot be reached")
    assert not out.exists() and there.files == {}


def test_push__a_token_that_may_only_read(there, workspace, tmp_path):
    there.readers_only = True
    refused(exported(there, workspace, tmp_path / "out", "--push", NAME), "may not write", "read access only")
    assert (tmp_path / "out" / "manifest.json").is_file()  # the export itself is whole


def test_push__links_are_not_sent(there, workspace, tmp_path):
    process = exported(there, workspace, tmp_path / "out", "--images", "link", "--push", NAME)
    refused(process, "are links, which only work on this machine")
    assert there.files == {}
