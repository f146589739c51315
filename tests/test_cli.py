"""The command line from demo to export: one JSON report each, the exit codes, an error as a sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from adr import pipeline
from adr.cli import main
from adr.progress import Cancelled
from adr.store import Store
from adr.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """A workspace with 60 drawn instances, indexed, and one run of the demo recipe."""
    folder = tmp_path_factory.mktemp("cli") / "work"
    for verb in (
        ["demo", "--instances", "60"],
        ["index"],
        ["rebalance", "--recipe", str(ROOT / "assets/recipes/demo.toml")],
    ):
        assert main([*verb, "-w", str(folder), "--quiet"]) == 0
    return folder


def said(capsys, *arguments: str) -> dict:
    """The JSON report of one verb that succeeds."""
    assert main([*arguments, "--json", "--quiet"]) == 0
    return json.loads(capsys.readouterr().out)


def test_curve__at_least_the_promised_keys(demo, capsys):
    report = said(capsys, "curve", "-w", str(demo), "--perspective", "object", "--top", "3")
    assert {"entities", "postings", "head_rank", "tau", "tail_share", "top"} <= set(report)
    assert len(report["top"]) == 3 and report["top"][0][1] >= report["top"][2][1]


def test_rebalance__report_and_explain_agree(demo, capsys):
    report = said(capsys, "rebalance", "-w", str(demo), "--recipe", str(ROOT / "assets/recipes/demo.toml"))
    assert {"run", "kept", "dropped", "expected", "expected_sd", "reasons", "perspectives"} <= set(report)
    assert report["kept"] + report["dropped"] == 60
    store = Store(demo / "adr.duckdb")
    decided = dict(store.rows("select instance, kept from decision where run = ?", [report["run"]]))
    store.close()
    assert sum(decided.values()) == report["kept"]
    for i in (0, 17, 42, 59):
        told = said(capsys, "explain", "-w", str(demo), "--run", str(report["run"]), "--instance", str(i))
        assert told["kept"] == decided[i]


def test_export__twice_the_same_bytes_and_keep_all_is_the_source(demo, capsys, tmp_path):
    first = said(capsys, "export", "-w", str(demo), "--run", "1", "--out", str(tmp_path / "a"))
    again = said(capsys, "export", "-w", str(demo), "--run", "1", "--out", str(tmp_path / "b"))
    assert first["sha256"] == again["sha256"]
    keep = tmp_path / "keep.toml"
    keep.write_text("[rebalance]\nmin_passes = 0\n", encoding="utf-8")
    run = said(capsys, "rebalance", "-w", str(demo), "--recipe", str(keep))["run"]
    assert said(capsys, "export", "-w", str(demo), "--run", str(run), "--out", str(tmp_path / "c"))["instances"] == 60
    source = json.loads((demo / "demo" / "demo.json").read_text(encoding="utf-8"))
    written = json.loads((tmp_path / "c" / "llava.json").read_text(encoding="utf-8"))
    assert [json.dumps(r) for r in written] == [json.dumps(r) for r in source]  # type by type, key by key


def test_doctor__says_what_is_wrong(demo, capsys):
    assert "problems" in said(capsys, "doctor", "-w", str(demo))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["curve", "--perspective", "object", "-w", "{empty}"], "There is no workspace in"),
        (["rebalance", "--recipe", "none.toml", "-w", "{demo}"], "The recipe none.toml cannot be read"),
        (["ingest", "none.json", "-w", "{empty}"], "none.json"),
        (["export", "--run", "99", "--out", "{empty}/out", "-w", "{demo}"], "99"),
        (["explain", "--run", "99", "--instance", "0", "-w", "{demo}"], "99"),
        (["plan", "--run", "99", "-w", "{demo}"], "99"),
        (["demo", "-w", "{demo}"], "holds a dataset already"),
        (["verdicts", "import", "none.csv", "-w", "{demo}"], "cannot be read"),
    ],
)
def test_error__a_sentence_and_exit_1(demo, tmp_path, capsys, arguments, says):
    filled = [a.format(empty=tmp_path / "empty", demo=demo) for a in arguments]
    assert main(filled) == 1
    told = capsys.readouterr()
    assert says in told.err and "Traceback" not in told.err and told.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["curve"],
        ["export", "--run", "1", "--out", "out", "--format", "paper"],
        ["curve", "--perspective", "colour"],
        ["demo", "--instances", "0"],
        ["export", "--run", "x", "--out", "y"],
    ],
)
def test_usage__exit_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_readable__without_json(demo, capsys):
    assert main(["curve", "-w", str(demo), "--perspective", "object", "--quiet"]) == 0
    assert "entities:" in capsys.readouterr().out


def test_progress__on_standard_error_only(tmp_path):
    told = subprocess.run(
        [sys.executable, "-m", "adr", "demo", "--instances", "12", "--json", "-w", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["instances"] == 12


def test_demo__a_cancelled_replacement_leaves_the_old_one(tmp_path):
    workspace = Workspace.at(tmp_path)
    store = Store(workspace.database)
    pipeline.demo(store, workspace, instances=8)

    def until_ingest(done, total, message):
        if "draw" not in message.lower():
            raise Cancelled()

    with pytest.raises(Cancelled):
        pipeline.demo(store, workspace, instances=10, seed=1, replace=True, progress=until_ingest)
    assert store.value("select count(*) from instance") == 8
    assert len(json.loads((tmp_path / "demo" / "demo.json").read_text(encoding="utf-8"))) == 8
    assert pipeline.demo(store, workspace, instances=10, seed=1, replace=True).instances == 10
    assert sorted(p.name for p in tmp_path.glob("demo*")) == ["demo"]
    store.close()
