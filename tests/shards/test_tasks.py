"""A task is done once: its files whole or absent, made anew only when what they depend on has changed."""

import json
import os
from pathlib import Path

import pytest

from adr.shards import tasks
from adr.shards.cut import cut
from adr.shards.shard_run import GLOBAL, ShardRun, Task
from adr.shards.tasks import figures_of, perform
from tests.shards import letters, rows
from tests.shards.rows import DOG, TEXT, job
from tests.shards.small_run import STAGES, small


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Shards of one record each: a dog with 39 characters, a text with 4."""
    cut([rows.lines(tmp_path / "set.jsonl", [DOG, TEXT])], tmp_path / "out", records=1)
    return tmp_path / "out"


def states(run: ShardRun) -> dict[str, str]:
    """{stage and shard: how its task ended}, all tasks in order."""
    todo = [Task("read", 0), Task("read", 1), Task("letters", 0), Task("letters", 1), Task("total", GLOBAL)]
    return {f"{task.stage} {task.shard}": small(run, task).state for task in todo}


ALL = ("read 0", "read 1", "letters 0", "letters 1", "total -1")


def test_perform__writes_the_files_and_then_says_so(folder: Path) -> None:
    run = job(folder)
    outcome = small(run, Task("read", 0))
    assert (outcome.state, outcome.sentence, outcome.host) == ("made", "", os.uname().nodename)
    assert sorted(path.name for path in (folder / "read").iterdir()) == ["00000.done.json", "00000.duckdb"]
    said = json.loads((folder / "read" / "00000.done.json").read_text())
    assert said["files"] == ["00000.duckdb"] and said["figures"]["instances"] == 1 and len(said["stamp"]) == 12


def test_perform__what_is_there_stays(folder: Path) -> None:
    run = job(folder)
    assert states(run) == dict.fromkeys(ALL, "made")
    assert figures_of(run, "total", GLOBAL) == {"total": 39 + 4}
    before = (folder / "read" / "00000.duckdb").stat()
    assert states(run) == dict.fromkeys(ALL, "there")
    assert (folder / "read" / "00000.duckdb").stat() == before


def test_perform__another_recipe_makes_only_what_depends_on_it(folder: Path) -> None:
    states(job(folder))
    anew = states(job(folder, "[rebalance]\nseed = 7\n"))
    assert anew == {**dict.fromkeys(ALL, "made"), "read 0": "there", "read 1": "there"}
    named = states(job(folder, 'name = "another name"\n[rebalance]\nseed = 7\n'))
    assert named == dict.fromkeys(ALL, "there")


def test_perform__another_version_of_a_stage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states(job(folder))
    monkeypatch.setattr(letters, "VERSION", 2)
    assert states(job(folder)) == {**dict.fromkeys(ALL, "made"), "read 0": "there", "read 1": "there"}


def test_perform__another_version_of_the_program(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states(job(folder))
    monkeypatch.setattr(tasks, "__version__", "99.0")
    assert states(job(folder)) == dict.fromkeys(ALL, "made")


def test_perform__a_lost_file_is_made_again_and_nothing_else(folder: Path) -> None:
    states(job(folder))
    (folder / "letters" / "00001.letters.json").unlink()
    assert states(job(folder)) == {**dict.fromkeys(ALL, "there"), "letters 1": "made"}


def test_perform__a_source_that_was_cut_again_with_a_record_more(folder: Path, tmp_path: Path) -> None:
    """The file has another hash, so that every shard is read again."""
    states(job(folder))
    cut([rows.lines(tmp_path / "set.jsonl", [DOG, TEXT, TEXT])], folder, records=1)
    assert states(job(folder))["read 0"] == "made"


def test_perform__a_failure_is_written_down_until_it_is_mended(folder: Path) -> None:
    """The failed shard is no longer done; mending it makes the total anew, which gives the same."""
    run = job(folder)
    states(run)
    (folder / "broken").write_text("1")
    (folder / "letters" / "00001.letters.json").unlink()
    failed = small(run, Task("letters", 1))
    assert (failed.state, failed.sentence) == ("failed", "The letters are not legible. Write them again.")
    said = json.loads((folder / "letters" / "00001.failed.json").read_text())
    assert said["sentence"] == failed.sentence and not (folder / "letters" / "00001.done.json").exists()
    assert small(run, Task("total", GLOBAL)).sentence == (
        "The stage letters of shard 1 is not done. Run it first: --stage letters."
    )
    (folder / "broken").unlink()
    assert small(run, Task("letters", 1)).state == "made"
    assert not (folder / "letters" / "00001.failed.json").exists()


def test_perform__what_a_killed_process_left_goes(folder: Path) -> None:
    (folder / "read" / ".1.123-abc.tmp").mkdir(parents=True)
    (folder / "read" / ".0.123-abc.tmp").mkdir()
    small(job(folder), Task("read", 1))
    assert [path.name for path in (folder / "read").glob(".*")] == [".0.123-abc.tmp"]


def test_perform__a_bug_says_where_it_is(folder: Path) -> None:
    (folder / "broken").write_text("no number")
    small(job(folder), Task("read", 0))
    said = small(job(folder), Task("letters", 0)).sentence
    assert said.startswith("ValueError: invalid literal for int()") and "(letters.py, line " in said
    assert [path.name for path in (folder / "letters").iterdir()] == ["00000.failed.json"]


def test_perform__a_stage_that_is_not_known(folder: Path) -> None:
    said = perform(job(folder), Task("melt", 0), STAGES).sentence
    assert said == "There is no stage melt. The stages are read, letters, total."
