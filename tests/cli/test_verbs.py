"""The command line from demo to export: one JSON report each, the exit codes, an error as a sentence."""

import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from adr import pipeline
from adr.cli import main
from adr.cli.parser import VERBS
from adr.progress import Cancelled
from adr.review.verdicts import judge
from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.plan import plan
from adr.workspace import Workspace
from tests.worlds.tail import by_hand, make_tail_world

ROOT = Path(__file__).resolve().parents[2]
DEMO = str(ROOT / "assets/recipes/demo.toml")


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """A workspace with 60 drawn instances, indexed, and one run of the demo recipe."""
    folder = tmp_path_factory.mktemp("cli") / "work"
    for verb in (["demo", "--instances", "60"], ["index"], ["rebalance", "--recipe", DEMO]):
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


def test_with__what_comes_with_an_entity(demo, capsys, tmp_path):
    file = tmp_path / "with.csv"
    report = said(capsys, "with", "object:person", "-w", str(demo), "--top", "2", "--csv", str(file))
    assert (report["entity"], report["with_perspective"], len(report["companions"])) == ("person", "object", 2)
    head, *rows = file.read_text().splitlines()
    assert head.startswith('"entity","instances","together"') and len(rows) == report["found"]
    for one in report["companions"]:
        assert one["share_of_e"] == one["together"] / one["n"] >= one["share_of_e_low"]
    assert main(["with", "object:person", "-w", str(demo), "--perspective", "token", "--quiet"]) == 0
    assert "P(X | e)" in capsys.readouterr().out
    with pytest.raises(SystemExit) as left:
        main(["with", "person", "-w", str(demo)])
    assert left.value.code == 2 and "such as object:person" in capsys.readouterr().err


def test_rebalance__report_and_explain_agree(demo, capsys):
    report = said(capsys, "rebalance", "-w", str(demo), "--recipe", DEMO)
    assert {"run", "kept", "dropped", "expected", "expected_sd", "reasons", "perspectives"} <= set(report)
    assert report["kept"] + report["dropped"] == 60
    store = Store(demo / "adr.duckdb")
    decided = dict(store.rows("select instance, kept from decision where run = $1", [report["run"]]))
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


def test_export__the_epochs_of_a_run(demo, capsys, tmp_path):
    recipe = tmp_path / "half.toml"
    recipe.write_text("[rebalance]\nmin_passes = 0\nalpha = 0.5\n", encoding="utf-8")
    made = said(capsys, "rebalance", "-w", str(demo), "--recipe", str(recipe), "--epochs", "2")
    words = ["export", "-w", str(demo), "--run", str(made["run"]), "--out", str(tmp_path / "e"), "--epochs"]
    told = said(capsys, *words)
    assert [one["rows"] for one in told["epochs"]] == [one["kept"] for one in made["epochs"]["each"]]
    assert told["instances"] == made["epochs"]["instances"]["at_least_once"]
    files = said(capsys, *words, "files", "--replace")["epochs"][1]["main"]
    assert files == ["epochs/epoch-2/llava.json"]
    assert main([*words, "--replace"]) == 0
    assert "epochs/epoch-2.json" in capsys.readouterr().out


def test_ingest__several_sources_one_added_and_one_removed(capsys, tmp_path):
    said_once = {"conversations": [{"from": "human", "value": "Who?"}, {"from": "gpt", "value": "A dog."}]}
    for name, count in (("a", 1), ("b", 2), ("c", 3)):
        (tmp_path / f"{name}.jsonl").write_text((json.dumps(said_once) + "\n") * count)
    a, b, c = (str(tmp_path / f"{name}.jsonl") for name in "abc")
    work = ["-w", str(tmp_path / "w")]
    assert said(capsys, "ingest", a, b, *work)["instances"] == 3
    added = said(capsys, "ingest", c, "--add", "--name", "third", *work)
    assert [(one["name"], one["first"]) for one in added["sources"]] == [("third", 3)]
    left = said(capsys, "ingest", "--remove", "b", *work)
    assert (left["instances"], left["removed"]["instances"]) == (4, 2)
    assert [one["name"] for one in left["sources"]] == ["a", "third"]
    assert main(["ingest", "--remove", "b", *work]) == 1
    assert "There is no source named b." in capsys.readouterr().err
    assert main(["ingest", *work]) == 1
    assert "No dataset is named." in capsys.readouterr().err


def test_doctor__says_what_is_wrong(demo, capsys):
    assert "problems" in said(capsys, "doctor", "-w", str(demo))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["curve", "--perspective", "object", "-w", "{empty}"], "There is no workspace in"),
        (["rebalance", "--recipe", "none.toml", "-w", "{demo}"], "none.toml cannot be read"),
        (["ingest", "none.json", "-w", "{empty}"], "none.json"),
        (["export", "--run", "99", "--out", "{empty}/out", "-w", "{demo}"], "99"),
        (["explain", "--run", "99", "--instance", "0", "-w", "{demo}"], "99"),
        (["plan", "--run", "99", "-w", "{demo}"], "99"),
        (["demo", "-w", "{demo}"], "holds a dataset already"),
        (["verdicts", "import", "none.csv", "-w", "{demo}"], "cannot be read"),
        (["compare", "1", "99", "-w", "{demo}"], "There is no run 99."),
        (["report", "--run", "99", "--out", "x.html", "-w", "{demo}"], "There is no run 99."),
        (["report", "--run", "1", "--out", "{empty}/none/x.html", "-w", "{demo}"], "cannot be written"),
        (["runs", "-w", "{empty}"], "There is no workspace in"),
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
        ["backwards", "--recipe", "r.toml"],
        ["backwards", "--recipe", "r.toml", "--size", "3", "--tail-share", "object=0.1"],
        ["backwards", "--recipe", "r.toml", "--volume", "object:dog"],
        ["backwards", "--recipe", "r.toml", "--volume", "colour:red=3"],
        ["backwards", "--recipe", "r.toml", "--tail-share", "object=2"],
        ["compare", "1"],
        ["report", "--run", "1"],
        ["candidates", "--state", "lost"],
    ],
)
def test_usage__exit_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_readable__without_json(demo, capsys):
    assert main(["curve", "-w", str(demo), "--perspective", "object", "--quiet"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("object: ") and " in 60 instances, " in said.out and said.err == ""


def test_help__is_quick_and_imports_no_stage():
    """At most a quarter of a second of processor time, without pandas, DuckDB or rich."""
    script = (
        "import resource, sys\n"
        "from adr.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as stopped:\n    assert stopped.code == 0\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "heavy = {'pandas', 'numpy', 'duckdb', 'rich', 'pydantic', 'adr.store'} & set(sys.modules)\n"
        "print(heavy, used.ru_utime + used.ru_stime, file=sys.stderr)\n"
        "sys.exit(bool(heavy) or used.ru_utime + used.ru_stime > 0.25)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "explain" in done.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_help__of_each_verb_says_what_it_does(verb, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert stopped.value.code == 0
    assert said.startswith(f"usage: adr {verb} ") and VERBS[verb] in said and "--json" in said


def test_backwards__the_recipe_that_it_finds_keeps_what_it_says(demo, capsys, tmp_path):
    found = tmp_path / "found.toml"
    report = said(capsys, "backwards", "-w", str(demo), "--recipe", DEMO, "--size", "30", "--out", str(found))
    assert report["file"] == str(found) and found.read_text(encoding="utf-8") == report["recipe"]
    assert report["scaled"] == ["token", "object", "co_occurrence", "interrogation"]
    assert said(capsys, "rebalance", "-w", str(demo), "--recipe", str(found))["kept"] == report["reached"] == 30


def test_backwards__of_one_entity_and_of_a_tail_share(demo, capsys):
    at = ("-w", str(demo), "--recipe", DEMO)
    top, n = said(capsys, "curve", "-w", str(demo), "--perspective", "object", "--top", "1")["top"][0]
    volume = said(capsys, "backwards", *at, "--volume", f"object:{top}={n - 2}", "--only", "object")
    assert (volume["wanted"], volume["scaled"], volume["file"]) == (n - 2, ["object"], None)
    tail = said(capsys, "backwards", *at, "--tail-share", "object=0.12")
    assert abs(tail["reached"] - 0.12) < 0.02 and tail["kept"] <= 60


def test_compare__a_run_with_its_own_recipe_and_another(demo, capsys):
    same = said(capsys, "compare", "1", DEMO, "-w", str(demo))
    assert (same["agreement"], same["only_a"], same["only_b"]) == (1.0, 0, 0)
    assert all(not one["differences"] for one in same["perspectives"].values())
    other = said(capsys, "compare", "1", str(ROOT / "assets/recipes/gentle.toml"), "-w", str(demo), "--top", "2")
    assert other["a"]["kept"] == other["both"] + other["only_a"]
    assert other["only_b"] > len(other["examples_b"]) == 2


def test_suggest__of_one_perspective(demo, capsys):
    found = said(capsys, "suggest", "--perspective", "token", "-w", str(demo))
    assert {one["perspective"] for one in found["suggestions"]} == {"token"}
    assert found["suggestions"][0]["entity"] in ("image", "picture")
    assert set(found["says"]) == {one["reason"] for one in found["suggestions"]}


def test_runs__newest_first(demo, capsys):
    newest = said(capsys, "rebalance", "-w", str(demo), "--recipe", DEMO, "--name", "again")
    listed = said(capsys, "runs", "-w", str(demo))["runs"]
    assert [run["run"] for run in listed] == sorted((run["run"] for run in listed), reverse=True)
    assert (listed[0]["run"], listed[0]["name"], listed[0]["kept"]) == (newest["run"], "again", newest["kept"])
    assert listed[0]["created_at"].endswith("+00:00") and listed[-1]["fingerprint"] == listed[0]["fingerprint"]


def test_report__one_html_file(demo, capsys, tmp_path):
    written = said(capsys, "report", "--run", "1", "--out", str(tmp_path / "run.html"), "-w", str(demo))
    page = (tmp_path / "run.html").read_bytes()
    assert (written["bytes"], written["run"]) == (len(page), 1) and page.startswith(b"<!doctype html>")


def test_exports__newest_first_and_whether_they_are_there(demo, capsys, tmp_path):
    made = said(capsys, "export", "--run", "1", "--out", str(tmp_path / "a"), "-w", str(demo))
    first = said(capsys, "exports", "-w", str(demo))["exports"][0]
    assert (first["export"], first["sha256"], first["there"]) == (made["export"], made["sha256"], True)
    shutil.rmtree(tmp_path / "a")
    assert said(capsys, "exports", "-w", str(demo))["exports"][0]["there"] is False
    assert main(["exports", "-w", str(demo)]) == 0
    assert "(missing)" in capsys.readouterr().out


@pytest.fixture
def reviewed(tmp_path) -> Path:
    """A workspace with plan 1 for the accordion: two slots of two candidates, one of them accepted."""
    workspace = Workspace.at(tmp_path / "reviewed")
    with closing(Store(workspace.database)) as store:
        make_tail_world(store, tmp_path / "images")
        plan(store, workspace, 1, budget=2, entities=["accordion"], scorer="none")
        scores = {(0, 0): 0.4, (0, 1): 0.9, (1, 0): 0.2, (1, 1): 0.1}
        by_hand(store, workspace, {key: (score, None, [1, score]) for key, score in scores.items()})
        collect(store, workspace, 1)
        judge(store, ["p1-00000-1"], "accept", reviewer="ann")
    return workspace.folder


def test_candidates__by_state_and_entity(reviewed, capsys):
    pending = said(capsys, "candidates", "-w", str(reviewed))
    assert [one["candidate"] for one in pending["candidates"]] == ["p1-00001-0"]
    accepted = said(capsys, "candidates", "-w", str(reviewed), "--state", "accept", "--entity", "object:accordion")
    assert [(one["name"], one["reviewer"]) for one in accepted["candidates"]] == [("accordion", "ann")]
    every = said(capsys, "candidates", "-w", str(reviewed), "--state", "any", "--limit", "1", "--plan", "1")
    assert (every["total"], len(every["candidates"])) == (2, 1)
    assert said(capsys, "candidates", "-w", str(reviewed), "--plan", "2")["total"] == 0
    assert main(["candidates", "-w", str(reviewed), "--entity", "object:yak"]) == 1
    assert "no entity 'object:yak'" in capsys.readouterr().err


def test_plans_and_meters__where_they_stand(reviewed, capsys):
    (listed,) = said(capsys, "plans", "-w", str(reviewed))["plans"]
    counted = ("candidates", "finished", "left", "collected", "waiting", "accepted")
    assert [listed[name] for name in counted] == [4, 4, 0, 4, 1, 1]
    found = said(capsys, "meters", "--plan", "1", "-w", str(reviewed))
    assert (found["candidates"], found["accepted"], found["left"]) == (2, 1, 1)
    (meter,) = found["meters"]
    assert (meter["name"], meter["accepted"], meter["waiting"], meter["rate"]) == ("accordion", 1, 1, 1.0)
    assert main(["meters", "--plan", "7", "-w", str(reviewed)]) == 1
    assert "There is no plan 7." in capsys.readouterr().err


def test_progress__on_standard_error_only(tmp_path):
    told = subprocess.run(
        [sys.executable, "-m", "adr", "demo", "--instances", "12", "--json", "-w", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
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
