"""Doctor: an intact workspace has no problems, and everything that is broken is reported in a sentence."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from adr import doctor as module
from adr.cli import main
from adr.doctor import DoctorReport, doctor
from adr.ingest.ingest import ingest
from adr.store import Store
from adr.workspace import Workspace


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A workspace in tmp/w of two records, one with a picture in tmp/images."""
    (tmp_path / "images").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "images" / "a.png")
    turns = [{"from": "human", "value": "What?"}, {"from": "gpt", "value": "That."}]
    (tmp_path / "data.json").write_text(
        json.dumps([{"image": "a.png", "conversations": turns}, {"conversations": turns}])
    )
    with closing(Store(Workspace.at(tmp_path / "w").database)) as store:
        ingest(store, tmp_path / "data.json", tmp_path / "images")
    return tmp_path


def of_workspace(report: DoctorReport, *words: str) -> list[str]:
    """Sentences of the problems that hold all the words, which leaves out problems of the installation."""
    return [problem.sentence for problem in report.problems if all(word in problem.sentence for word in words)]


def test_doctor__whole_workspace(whole: Path) -> None:
    report = doctor(whole / "w")
    assert of_workspace(report, str(whole)) == []
    assert report.holds["instance"] == 2
    assert report.installed["duckdb"]
    assert report.free_bytes and report.free_bytes > 0
    assert any("no index" in one.sentence for one in report.advice)


def test_doctor__source_gone(whole: Path) -> None:
    (whole / "data.json").unlink()
    assert of_workspace(doctor(whole / "w"), "data.json", "no longer exists")


@pytest.mark.parametrize("change", [lambda text: text + " ", lambda text: text.replace("That", "Thus")])
def test_doctor__source_changed(change, whole: Path) -> None:
    source = whole / "data.json"
    source.write_text(change(source.read_text()))
    assert of_workspace(doctor(whole / "w"), "data.json", "has changed")


def test_doctor__images_gone(whole: Path) -> None:
    (whole / "images" / "a.png").unlink()
    assert of_workspace(doctor(whole / "w"), "1 of 1 images", "a.png")
    (whole / "images").rmdir()
    assert of_workspace(doctor(whole / "w"), "image folder", "no longer exists")


def test_doctor__interrupted_job(whole: Path) -> None:
    with closing(Store(whole / "w" / "adr.duckdb")) as store:
        store.execute("""insert into job (job, kind, title, state, started_at) values
            (1, 'index', 'Old index', 'interrupted', timestamp '2026-01-01'),
            (2, 'index', 'New index', 'done', timestamp '2026-01-02'),
            (3, 'generate', 'Plan 1', 'running', timestamp '2026-01-03')""")
    report = doctor(whole / "w")
    assert of_workspace(report, "Plan 1", "interrupted")
    assert not of_workspace(report, "Old index")


def test_doctor__candidate_image_gone(whole: Path) -> None:
    with closing(Store(whole / "w" / "adr.duckdb")) as store:
        store.execute("insert into candidate (candidate, image) values ('p1-00001-0', 'images/p1-00001-0.png')")
    assert of_workspace(doctor(whole / "w"), "images of 1 candidate are missing")


def test_doctor__no_workspace(tmp_path: Path) -> None:
    assert of_workspace(doctor(tmp_path / "none"), "no workspace")
    assert not (tmp_path / "none").exists()


def test_doctor__database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "adr.duckdb").write_bytes(b"not a database" * 1000)
    assert of_workspace(doctor(tmp_path), "cannot be opened")


def test_doctor__another_schema(whole: Path) -> None:
    with closing(Store(whole / "w" / "adr.duckdb")) as store:
        store.execute("update meta set value = '99' where key = 'schema_version'")
    assert of_workspace(doctor(whole / "w"), "newer version")


def test_doctor__models_and_device_that_are_not_there(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADR_GENERATOR_MODEL", str(whole / "no-model"))
    monkeypatch.setenv("ADR_DEVICE", "tpu")
    report = doctor(whole / "w")
    assert of_workspace(report, "no-model")
    assert of_workspace(report, "tpu")
    assert report.device is None


def test_doctor__packages(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (whole / "requirements.txt").write_text("# wanted\nduckdb>=99\nno-such-package-here>=1\nnumpy\n")
    monkeypatch.setattr(module, "shipped", lambda name: whole / name)
    report = doctor(whole / "w")
    assert of_workspace(report, "duckdb", "tested with >=99")
    assert of_workspace(report, "no-such-package-here is not installed")
    assert report.installed["no-such-package-here"] is None
    assert not of_workspace(report, "numpy")


def test_main__doctor_prints_json_and_exits_1_when_it_found_problems(
    whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for change in (lambda: None, (whole / "data.json").unlink):
        change()
        status = main(["doctor", "-w", str(whole / "w"), "--json"])
        problems = json.loads(capsys.readouterr().out)["problems"]
        assert status == (1 if problems else 0)
    assert problems and status == 1


def test_doctor__writes_nothing(whole: Path) -> None:
    before = (whole / "w" / "adr.duckdb").read_bytes()
    doctor(whole / "w")
    assert (whole / "w" / "adr.duckdb").read_bytes() == before
