"""`adr prove` from the command line: design, run with the probe, show; what is printed and what --json says."""

import json
import shutil

import pytest

from adr.cli import main
from adr.prove.proof_folder import ProofFolder
from adr.workspace import Workspace
from tests.worlds.proving import accept, proving_world


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    store, workspace = proving_world(folder)
    for slot in range(3):
        accept(store, workspace, slot, "kite", 73, 900 + slot)
    store.close()
    return workspace.folder


@pytest.fixture
def work(made, tmp_path):
    return str(shutil.copytree(made, tmp_path / "work"))


def said(capsys, *arguments):
    assert main([*arguments, "--json", "--quiet"]) == 0
    return json.loads(capsys.readouterr().out)


SMALL = ("--run", "1", "--seeds", "2", "--arms", "original,random,refined", "--steps", "40", "--learning-rates", "1")


def test_prove__design_run_and_show(work, capsys):
    fixed = said(capsys, "prove", "design", *SMALL, "--anyway", "-w", work)
    assert (fixed["proof"], fixed["seeds"], fixed["finished"], fixed["passed"]) == (1, 2, 0, None)
    assert [one["arm"] for one in fixed["arms"]] == ["original", "random", "refined"]
    assert fixed["arms"][0] == {"arm": "original", "instances": 69.0, "synthetic": 0.0, "questions": 138.0}
    assert (fixed["test_questions"], fixed["untestable"]["object"], fixed["departures"]) == (18, 1, [])
    trained = said(capsys, "prove", "run", "--processes", "1", "-w", work)
    assert trained["made"] == trained["finished"] == trained["trials"] == fixed["trials"]
    assert trained["fingerprint"] == fixed["fingerprint"] and trained["passed"] is False
    again = said(capsys, "prove", "run", "-w", work)
    assert (again["made"], again["finished"]) == (0, trained["finished"])
    assert main(["prove", "show", "-w", work]) == 0
    page = capsys.readouterr().out
    assert page.startswith(f"Experiment 1 on run 1: {trained['trials']} of {trained['trials']} trainings finished.\n")
    assert fixed["fingerprint"][:12] in page and "Nothing is compared." in page  # 18 questions are too few for the gate
    folder = ProofFolder(made_folder(work))
    assert folder.items.is_file() and (folder.folder / "gate.json").is_file()


def made_folder(work):
    return Workspace.at(work).proofs / "1"


def test_prove__a_changed_design_is_not_run(work, capsys):
    said(capsys, "prove", "design", *SMALL, "-w", work)
    path = made_folder(work) / "design.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"steps": 41}))
    assert main(["prove", "run", "-w", work]) == 1
    assert "not as designed: design.json was changed" in capsys.readouterr().err
    assert main(["prove", "show", "-w", work]) == 0
    assert "Not as designed: design.json was changed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("design",), "A design needs a run"),
        (("design", "--run", "1", "--arms", "original,best"), "There is no arm 'best'"),
        (("run",), "There is no experiment yet"),
        (("show", "--proof", "3"), "There is no experiment 3"),
    ],
)
def test_prove__refuses_in_a_sentence(work, capsys, arguments, says):
    assert main(["prove", *arguments, "-w", work]) == 1
    assert says in capsys.readouterr().err
