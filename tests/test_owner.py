"""One process owns a workspace; others ask who it is, or hand their work over."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import adr
from adr.errors import AdrError
from adr.owner import Owner, hand_over, holder
from adr.progress import Cancelled, silent
from adr.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path / "w")


def counting(name: str, options: dict, progress) -> dict:
    """An owner's work: `count` up to `to`, a step each hundredth of a second; `wait` for a file; `fail` with a
    sentence; `break`."""
    if name == "fail":
        raise AdrError("It is broken.", "Mend it.")
    if name == "break":
        raise ValueError("a bug")
    while name == "wait" and not Path(options["file"]).exists():
        time.sleep(0.01)
    for done in range(options["to"]):
        progress(done, options["to"], "Counting")
        time.sleep(0.01)
    return {"counted": options["to"], "options": options}


@pytest.fixture
def owner(workspace: Workspace) -> Iterator[Owner]:
    made = Owner(workspace, "app", counting, url="http://127.0.0.1:8501")
    yield made
    made.close()


def test_holder__says_who_it_is(workspace: Workspace, owner: Owner) -> None:
    owner.say(3, 9, "Reading turns")
    found = holder(workspace)
    assert found is not None
    assert (found.kind, found.pid, found.url) == ("app", os.getpid(), "http://127.0.0.1:8501")
    assert (found.done, found.total, found.message) == (3, 9, "Reading turns")
    assert oct(owner.path.stat().st_mode & 0o777) == "0o600"
    assert oct(owner.path.parent.stat().st_mode & 0o777) == "0o700"


def test_holder__nobody(workspace: Workspace) -> None:
    assert holder(workspace) is None
    (workspace.folder / "owner.json").write_text('{"socket": "/nowhere/adr.sock"}')
    assert holder(workspace) is None
    with pytest.raises(AdrError, match="does not answer"):
        hand_over(workspace, "count", {"to": 1}, silent)


def test_hand_over__progress_and_answer(workspace: Workspace, owner: Owner) -> None:
    heard: list[tuple[int, int | None, str]] = []
    words = {"word": "ü", "path": "\udcff"}  # a path need not be text
    answer = hand_over(workspace, "count", {"to": 5, **words}, lambda *told: heard.append(told))
    assert answer == {"counted": 5, "options": {"to": 5, **words}}
    assert heard and {total for _, total, _ in heard} == {5} and heard == sorted(heard)


def test_hand_over__an_error_is_the_same_sentence_here(workspace: Workspace, owner: Owner) -> None:
    with pytest.raises(AdrError) as error:
        hand_over(workspace, "fail", {}, silent)
    assert (error.value.sentence, error.value.next_step) == ("It is broken.", "Mend it.")
    with pytest.raises(AdrError, match=r"ValueError.*a bug"):
        hand_over(workspace, "break", {}, silent)


def test_hand_over__cancelled_from_here_ends_there(workspace: Workspace, owner: Owner) -> None:
    def stop(done: int, total: int | None, message: str) -> None:
        if done >= 2:
            raise Cancelled

    started = time.monotonic()
    with pytest.raises(Cancelled):
        hand_over(workspace, "count", {"to": 10_000}, stop)
    assert time.monotonic() - started < 60
    while owner.busy:  # its thread may still be closing the connection
        assert time.monotonic() - started < 60
        time.sleep(0.01)


def test_hand_over__several_at_once(workspace: Workspace, owner: Owner) -> None:
    answers: list[int] = []
    askers = [
        threading.Thread(target=lambda n=n: answers.append(hand_over(workspace, "count", {"to": n}, silent)["counted"]))
        for n in range(1, 7)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert sorted(answers) == [1, 2, 3, 4, 5, 6]


OLDER = """
import sys
from pathlib import Path
import adr
adr.__version__ = "0.0.1"
from adr.errors import AdrError
from adr.owner import hand_over
from adr.progress import silent
from adr.workspace import Workspace
try:
    hand_over(Workspace(Path(sys.argv[1])), "count", {"to": 1}, silent)
except AdrError as error:
    print(error)
"""


def test_hand_over__another_version_is_refused(workspace: Workspace, owner: Owner) -> None:
    said = subprocess.run(
        [sys.executable, "-c", OLDER, str(workspace.folder)], capture_output=True, text=True, timeout=300
    )
    assert f"is open in version {adr.__version__} of the program; this is 0.0.1." in said.stdout


@pytest.mark.parametrize("sent", [b"", b"\n", b"no json\n", b"[1]\n", b'{"ask": "who"', b"\xff\xfe\n"])
def test_owner__survives_what_is_no_message(workspace: Workspace, owner: Owner, sent: bytes) -> None:
    where = json.loads((workspace.folder / "owner.json").read_text())["socket"]
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(where)
        line.sendall(sent)
    assert holder(workspace) is not None


def test_owner__a_long_path_has_a_short_socket(tmp_path: Path) -> None:
    deep = Workspace.at(tmp_path.joinpath(*["a-rather-long-folder-name"] * 8))
    owner = Owner(deep, "verb", counting, title="adr index")
    found = holder(deep)
    assert found is not None and found.title == "adr index"
    owner.close()
    assert holder(deep) is None and not owner.path.exists() and not (deep.folder / "owner.json").exists()


@pytest.mark.parametrize("given", ["/nowhere/at/all", "x" * 90])
def test_owner__whatever_the_temporary_folder_is(tmp_path: Path, monkeypatch, given: str) -> None:
    """It does not exist, or its path is too long for a socket: another folder holds the socket."""
    folder = Path(given) if given.startswith("/") else tmp_path / given
    if not given.startswith("/"):
        folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    owner = Owner(Workspace.at(tmp_path / "w"), "verb", counting)
    assert folder not in owner.path.parents and holder(Workspace.at(tmp_path / "w")) is not None
    owner.close()


def test_owner__a_folder_open_to_others_is_not_used(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / f"adr-{os.getuid()}").mkdir()
    (tmp_path / f"adr-{os.getuid()}").chmod(0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    owner = Owner(Workspace.at(tmp_path / "w"), "verb", counting)
    assert tmp_path not in owner.path.parents
    owner.close()


def test_owner__removes_the_sockets_of_dead_processes(tmp_path: Path, monkeypatch, request) -> None:
    dead = 2**22 + 1  # above the largest process number of Linux
    runtime = Path(tempfile.mkdtemp())  # a short path: a socket's may have some 100 bytes
    request.addfinalizer(lambda: shutil.rmtree(runtime))
    folder = runtime / f"adr-{os.getuid()}"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    for number in (dead, os.getpid()):
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(folder / f"{number}-left.sock"))
    owner = Owner(Workspace.at(tmp_path / "w"), "verb", counting)
    assert {path.name for path in folder.iterdir()} == {owner.path.name, f"{os.getpid()}-left.sock"}
    owner.close()


def test_close__waits_for_what_was_handed_over(workspace: Workspace) -> None:
    owner = Owner(workspace, "verb", counting)
    answers: list[dict] = []
    options = {"to": 3, "file": str(workspace.folder / "go")}
    asker = threading.Thread(target=lambda: answers.append(hand_over(workspace, "wait", options, silent)), daemon=True)
    asker.start()
    while not owner.busy:
        time.sleep(0.01)
    go = threading.Timer(0.1, lambda: Path(options["file"]).touch())
    go.start()
    owner.close()
    assert Path(options["file"]).exists()
    asker.join(120)
    assert answers == [{"counted": 3, "options": options}]


ASKER = """
import sys
from pathlib import Path
from adr.owner import hand_over
from adr.workspace import Workspace

def progress(done, total, message):
    print(done, flush=True)

try:
    hand_over(Workspace(Path(sys.argv[1])), "count", {"to": 100000}, progress)
except KeyboardInterrupt:
    print("stopped")
"""


def test_hand_over__ctrl_c_in_the_asker_cancels_and_a_kill_too(workspace: Workspace, owner: Owner) -> None:
    for how in (signal.SIGINT, signal.SIGKILL):
        asker = subprocess.Popen(
            [sys.executable, "-c", ASKER, str(workspace.folder)], stdout=subprocess.PIPE, text=True
        )
        assert asker.stdout is not None and asker.stdout.readline()
        assert owner.busy
        asker.send_signal(how)
        said, _ = asker.communicate(timeout=300)
        assert ("stopped" in said) == (how == signal.SIGINT)
        late = time.monotonic() + 60
        while owner.busy and time.monotonic() < late:
            time.sleep(0.05)
        assert not owner.busy
