"""Verbs while another verb owns the workspace: real processes, one workspace."""

import argparse
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from adr.cli import main
from adr.cli.arguments import model_name, path, recipe_file
from adr.cli.opened import opened
from adr.cli.parser import verb_parser
from adr.cli.serving import Serving
from adr.errors import AdrError, WorkspaceInUse
from adr.owner import Owner, hand_over, holder
from adr.progress import Cancelled, silent
from adr.shipped import shipped
from adr.store import Store
from adr.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
DEMO = str(ROOT / "assets/recipes/demo.toml")


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """A workspace with 60 drawn instances, indexed, and one run. Its path has spaces and letters beyond ASCII."""
    folder = tmp_path_factory.mktemp("two commands") / "Wörk späce"
    for verb in (["demo", "--instances", "60"], ["index"], ["rebalance", "--recipe", DEMO]):
        assert main([*verb, "-w", str(folder), "--quiet"]) == 0
    return folder


# A process that owns the workspace as a verb does, says so, and ends when a line arrives.
OWNING = """
import os, sys
from pathlib import Path
import adr
adr.__version__ = os.environ.get("AS_VERSION", adr.__version__)
from adr.cli.serving import Serving
from adr.owner import Owner
from adr.store import Store
from adr.workspace import Workspace
workspace = Workspace.at(sys.argv[1])
store = Store(workspace.database)
owner = Owner(workspace, "verb", Serving(workspace, store, own="index"), title="adr index")
print("open", flush=True)
sys.stdin.readline()
owner.close()
store.close()
"""


@contextmanager
def owning(folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", OWNING, str(folder)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == "open\n"
        yield process
    finally:
        with closing(process.stdin or io.StringIO()):
            pass
        process.wait(120)


def start(*arguments: str, **how: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "adr", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **how,  # type: ignore[call-overload]
    )


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main([*arguments, "--quiet"]) == 0
    return capsys.readouterr().out


LOOKING = [
    ["curve", "--perspective", "object", "--top", "3"],
    ["suggest"],
    ["backwards", "--recipe", "demo.toml", "--size", "30"],
    ["runs"],
    ["explain", "--run", "1", "--instance", "7"],
    ["compare", "1", "demo.toml"],
    ["candidates"],
    ["plans"],
    ["meters"],
    ["exports"],
    ["doctor"],
]


def test_looking__the_same_words_and_json_as_a_direct_call(demo, capsys, tmp_path, monkeypatch):
    """The recipe is named relative to a folder that is not the owner's."""
    (tmp_path / "demo.toml").write_text(Path(DEMO).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    calls = [[*verb, "-w", str(demo), *form] for verb in LOOKING for form in ([], ["--json"])]
    direct = [said(capsys, *call) for call in calls]
    with owning(demo) as owner:
        with pytest.raises(WorkspaceInUse):
            Store(demo / "adr.duckdb")
        handed = [said(capsys, *call) for call in calls]
        assert owner.poll() is None
    for call, one, other in zip(calls, direct, handed, strict=True):
        if call[0] == "doctor":  # how much of the disk is free changes
            one, other = (text if "--json" in call else "" for text in (one, other))
            one, other = (json.dumps({**json.loads(text), "free_bytes": 0}) if text else "" for text in (one, other))
        assert one == other, call


def test_writing__files_lie_where_the_caller_says_and_runs_are_the_same(demo, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    direct = json.loads(said(capsys, "rebalance", "-w", str(demo), "--recipe", DEMO, "--json"))
    first = json.loads(said(capsys, "export", "-w", str(demo), "--run", "1", "--out", "a", "--json"))
    with owning(demo):
        handed = json.loads(said(capsys, "rebalance", "-w", str(demo), "--recipe", DEMO, "--json"))
        again = json.loads(said(capsys, "export", "-w", str(demo), "--run", "1", "--out", "b", "--json"))
        assert main(["report", "-w", str(demo), "--run", "1", "--out", "run.html", "--quiet"]) == 0
    assert handed["run"] == direct["run"] + 1
    changing = ("run", "seconds", "created_at")
    same = [{name: value for name, value in one.items() if name not in changing} for one in (direct, handed)]
    assert same[0] == same[1]
    assert first["sha256"] == again["sha256"]
    assert (tmp_path / "b" / "llava.json").read_bytes() == (tmp_path / "a" / "llava.json").read_bytes()
    assert (tmp_path / "run.html").is_file()
    with closing(Store(demo / "adr.duckdb")) as store:
        kinds = store.rows("select kind, title, state from job order by job")
    assert kinds[-2:] == [
        ("rebalance", "Rebalancing (command line)", "done"),
        ("export", "Writing the export (command line)", "done"),
    ]


def test_errors__the_same_sentence_and_exit_1(demo, capsys):
    with owning(demo):
        assert main(["explain", "-w", str(demo), "--run", "99", "--instance", "0"]) == 1
        handed = capsys.readouterr()
        assert main(["index", "-w", str(demo)]) == 1
        assert "Work of this kind is already running." in capsys.readouterr().err
    assert main(["explain", "-w", str(demo), "--run", "99", "--instance", "0"]) == 1
    assert capsys.readouterr() == handed and "99" in handed.err and handed.out == ""


def test_settings__those_of_the_owner_apply_and_are_named(demo, capsys, monkeypatch):
    monkeypatch.setenv("ADR_THREADS", "2")
    with owning(demo, ADR_THREADS="1") as owner:
        assert main(["runs", "-w", str(demo), "--json"]) == 0
        told = capsys.readouterr().err
    assert told == (
        f"A command (process {owner.pid}) has the workspace open, so its settings apply: ADR_THREADS is 1 (2 here).\n"
    )


def test_version__another_one_is_a_sentence(demo, capsys):
    with owning(demo, AS_VERSION="0.0.1"):
        assert main(["runs", "-w", str(demo), "--quiet"]) == 1
        told = capsys.readouterr()
    assert "is open in version 0.0.1 of the program" in told.err and told.out == ""


def test_killed_owner__stops_nobody(demo, capsys):
    with owning(demo) as owner:
        owner.kill()
        owner.wait(120)
        left = json.loads((demo / "owner.json").read_text())["socket"]
        assert Path(left).exists()  # it could not clean up
        assert main(["runs", "-w", str(demo), "--json"]) == 0
    assert not Path(left).exists() and not (demo / "owner.json").exists()
    capsys.readouterr()


def test_owner__that_does_not_serve_is_named(demo, capsys):
    """As a notebook that holds a `Store`."""
    file = str(demo / "adr.duckdb")
    script = f"import sys, pathlib; from adr.store import Store; s = Store(pathlib.Path({file!r})); "
    holding = subprocess.Popen(
        [sys.executable, "-c", script + "print('open', flush=True); sys.stdin.read()"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holding.stdout is not None and holding.stdout.readline() == "open\n"
        assert main(["runs", "-w", str(demo)]) == 1
        assert f"is in use by process {holding.pid}." in capsys.readouterr().err
        assert main(["doctor", "-w", str(demo), "--json"]) in (0, 1)
        assert f"is in use by process {holding.pid}." in capsys.readouterr().out
    finally:
        holding.communicate("", timeout=300)


def test_two_verbs__the_second_runs_in_the_first_and_ctrl_c_stops_only_it(tmp_path):
    """`demo` draws for long; meanwhile `index` is done by its process, of what the workspace held before."""
    folder = tmp_path / "w"
    assert main(["demo", "--instances", "30", "-w", str(folder), "--quiet"]) == 0
    first = start("demo", "--instances", "100000", "--replace", "-w", str(folder))
    workspace = Workspace.at(folder)
    try:
        until(lambda: (found := holder(workspace)) is not None and found.done > 0)
        found = holder(workspace)
        assert found is not None and (found.kind, found.title, found.total) == ("verb", "adr demo", 100000)
        second = start("index", "--json", "-w", str(folder))
        report, _ = second.communicate(timeout=300)
        assert second.returncode == 0 and json.loads(report)["entities"]["object"] > 0
        assert first.poll() is None
    finally:
        first.send_signal(signal.SIGINT)
        _, told = first.communicate(timeout=300)
    assert first.returncode == 1 and "Stopped." in told
    with closing(Store(workspace.database)) as store:
        assert store.value("select count(*) from instance") == 30


def test_ctrl_c__in_a_verb_that_was_handed_over(tmp_path):
    folder = tmp_path / "w"
    assert main(["runs", "-w", str(folder)]) == 1
    with closing(Store(Workspace.at(folder).database)):
        pass
    with owning(folder) as owner:
        verb = start("demo", "--instances", "100000", "-w", str(folder))
        assert verb.stderr is not None and "Drawing the demo world" in verb.stderr.readline()
        verb.send_signal(signal.SIGINT)
        out, told = verb.communicate(timeout=300)
        assert verb.returncode == 1 and "Stopped. Finished work is kept" in told and out == ""
        assert owner.poll() is None
        assert main(["demo", "--instances", "20", "-w", str(folder), "--quiet"]) == 0
    with closing(Store(folder / "adr.duckdb")) as store:
        assert store.rows("select kind, state from job order by job") == [("demo", "cancelled"), ("demo", "done")]
        assert store.value("select count(*) from instance") == 20


def test_end__waits_for_what_was_handed_over_and_says_so(tmp_path, capsys):
    workspace = Workspace.at(tmp_path / "w")
    ended: list[object] = []
    options = argparse.Namespace(workspace=str(workspace.folder), verb="runs")
    with ExitStack() as options.end, opened(options, create=True):
        asker = threading.Thread(
            target=lambda: ended.append(hand_over(workspace, "demo", given("demo", "--instances", "300"), silent))
        )
        asker.start()
        until(lambda: (workspace.folder / "demo").exists() or any(workspace.folder.glob(".demo*")))
    asker.join(120)
    assert [one["instances"] for one in ended] == [300]  # type: ignore[index]
    assert "Another command still works in this workspace" in capsys.readouterr().err
    assert holder(workspace) is None


def test_jobs__cancelled_from_the_owner(tmp_path):
    workspace = Workspace.at(tmp_path / "w")
    with closing(Store(workspace.database)) as store:
        serving = Serving(workspace, store)
        owner = Owner(workspace, "verb", serving)

        def cancel() -> None:
            until(lambda: bool(serving.jobs.running("demo")))
            serving.jobs.running("demo")[0].cancel()

        threading.Thread(target=cancel).start()
        with pytest.raises(Cancelled):
            hand_over(workspace, "demo", given("demo", "--instances", "100000"), silent)
        with pytest.raises(AdrError, match="'app' cannot be handed over"):
            hand_over(workspace, "app", {}, silent)
        owner.close()


def test_paths__resolved_by_the_caller(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-model").mkdir()
    assert path("x.json") == str(tmp_path / "x.json") and path("/data/x") == "/data/x" and path("") == ""
    assert path("~/x") == str(Path.home() / "x")
    assert recipe_file("assets/recipes/demo.toml") == str(shipped("assets/recipes/demo.toml"))
    assert model_name("my-model") == str(tmp_path / "my-model")
    assert model_name("assets/models/starter-diffusion") == "assets/models/starter-diffusion"
    assert model_name("stable-diffusion-v1-5/stable-diffusion-v1-5") == "stable-diffusion-v1-5/stable-diffusion-v1-5"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ingest", "my.json", "my.more", "--images", "my", "--objects", "my.jsonl"],
        ["index", "--recipe", "my.toml", "--verify-model", "./model", "--spacy-model", "./model"],
        ["backwards", "--recipe", "my.toml", "--size", "3", "--out", "my.out"],
        ["rebalance", "--recipe", "my.toml"],
        ["compare", "my.toml", "my.other"],
        ["plan", "--run", "1", "--model", "model"],
        ["verdicts", "import", "my.csv"],
        ["export", "--run", "1", "--out", "my"],
        ["report", "--run", "1", "--out", "my.html"],
        ["run", "my.toml", "my.json", "--images", "my", "--objects", "my.o", "--verdicts", "my.v", "--out", "my"],
        ["runs", "-w", "my"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_paths__every_argument_that_names_one(arguments, tmp_path, monkeypatch):
    """What begins with `my`, and the folder `model`, lie below the caller's folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    values = [value if isinstance(value, list) else [value] for value in given(*arguments).values()]
    parsed = {str(one) for value in values for one in value}
    named = [word for word in arguments if word.startswith("my") or (word.endswith("model") and word[0] != "-")]
    assert named and {str(tmp_path / word) for word in named} <= parsed


def given(*arguments: str) -> dict[str, object]:
    return vars(verb_parser(arguments).parse_args(arguments))


def until(true: "object", seconds: float = 180.0) -> None:
    late = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < late, "it did not come to pass"
        time.sleep(0.02)
