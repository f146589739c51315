"""The verb `shards`: what it prints, refuses and returns."""

import json
from pathlib import Path

import pytest

from adr.cli import main
from tests.shards import rows


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines long enough for any path."""
    monkeypatch.setenv("COLUMNS", "400")


@pytest.fixture
def recipe(tmp_path: Path) -> str:
    (tmp_path / "recipe.toml").write_text("[rebalance]\n")
    return str(tmp_path / "recipe.toml")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Three shards of three, three and one records."""
    source = rows.lines(tmp_path / "set.jsonl")
    assert main(["shards", "cut", str(source), "--out", str(tmp_path / "cut"), "--records", "3", "--quiet"]) == 0
    return str(tmp_path / "cut")


def test_cut__says_what_is_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = rows.lines(tmp_path / "set.jsonl")
    assert main(["shards", "cut", str(source), "--out", str(tmp_path / "cut"), "--records", "3"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("7 records of 1 source cut into 3 shards.\n")
    assert "copies   none; every shard is a stretch of its source\n" in out
    assert f"Next: adr shards run {tmp_path / 'cut'} --recipe FILE --out EXPORT" in out


def test_run__one_stage_and_the_status(folder: str, recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shards", "run", folder, "--recipe", recipe, "--stage", "read", "--workers", "1", "--json"]) == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    (stage,) = report["stages"]
    assert (stage["stage"], stage["made"], report["failed"]) == ("read", 3, 0)
    assert main(["shards", "status", folder]) == 0
    out = capsys.readouterr().out
    assert out.startswith("7 records in 3 shards: 1 of 7 stages done.\n")  # those of the run begun last
    assert [line.split()[:4] for line in out.splitlines() if line.startswith(("read", "extract"))] == [
        ["read", "3", "3", "0"],
        ["extract", "0", "3", "0"],
    ]


def test_run__a_failed_shard_is_exit_status_1(folder: str, recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The source has changed since the cut, so that no shard can be read."""
    source = Path(folder).parent / "set.jsonl"
    source.write_text(source.read_text() + "\n")
    asked = ["shards", "run", folder, "--recipe", recipe, "--stage", "read", "--task", "1", "--of", "2", "--quiet"]
    capsys.readouterr()
    assert main([*asked, "--workers", "1"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("1 of 1 shards failed; run again.\n")
    assert f"{source} has changed since it was cut." in " ".join(out.split())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("cut {folder}", "--out says where the shards go."),
        ("run {folder}", "--recipe says what a run does."),
        ("run {folder} {folder} --recipe {recipe}", "One folder of shards is named."),
        ("run {folder} --recipe {recipe} --task 1", "--task and --of go together."),
        ("run {folder} --recipe {recipe} --task 1 --of 2", "--task K --of N share out one stage, which --stage names."),
        ("run {folder} --recipe {recipe} --stage read --task 2 --of 2", "--task is 2; with --of 2 it is 0 to N − 1."),
        ("status {recipe}", "holds no shards."),
    ],
)
def test_shards__refuses(folder: str, recipe: str, asked: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shards", *asked.format(folder=folder, recipe=recipe).split(), "--quiet"]) == 1
    assert said in capsys.readouterr().err
