"""A run goes through its stages on processes of this machine; what fails is set aside and what is done stays."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adr.errors import AdrError
from adr.progress import Cancelled
from adr.shards.cut import cut
from adr.shards.engines import LocalEngine, engine_named
from adr.shards.run import ShardsReport, run
from adr.shards.shard_run import GLOBAL, Task
from adr.shards.shard_set import ShardSet
from adr.shards.status import shards_status
from adr.shards.tasks import figures_of, perform
from tests.shards import rows
from tests.shards.rows import BROKEN, DOG, NO_TALK, RECORDS, TEXT, job, of_shards
from tests.shards.small_run import STAGES, killed_always, killed_once, small


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three shards of one record each: 39, 4 and 39 characters."""
    cut([rows.lines(tmp_path / "set.jsonl", [DOG, TEXT, DOG])], tmp_path / "out", records=1)
    return tmp_path / "out"


@pytest.fixture
def engine() -> Iterator[LocalEngine]:
    with closing(LocalEngine(2, small)) as made:
        yield made


def counts(report: ShardsReport) -> list[tuple[str, int, int, int]]:
    """(stage, made, there before, failed)."""
    return [(one.stage, one.made, one.there, one.failed) for one in report.stages]


def test_run__every_stage_once(folder: Path, engine: LocalEngine) -> None:
    heard: list[tuple[int, int | None, str]] = []
    report = run(ShardSet.at(folder), job(folder), engine, lambda *said: heard.append(said), stages=STAGES)
    assert counts(report) == [("read", 3, 0, 0), ("letters", 3, 0, 0), ("total", 1, 0, 0)]
    assert figures_of(job(folder), "total", GLOBAL) == {"total": 82}
    assert (report.failed, report.sentence) == (0, "3 shards done up to the stage total.")
    assert report.stages[0].hosts == {os.uname().nodename: 3}
    assert heard[:4] == [(n, 3, "Shards: read") for n in range(4)]
    again = run(ShardSet.at(folder), job(folder), engine, stages=STAGES)
    assert counts(again) == [("read", 0, 3, 0), ("letters", 0, 3, 0), ("total", 0, 1, 0)]


def test_run__a_broken_shard_is_set_aside_and_the_others_go_on(folder: Path, engine: LocalEngine) -> None:
    (folder / "broken").write_text("1")
    report = run(ShardSet.at(folder), job(folder), engine, stages=STAGES)
    assert counts(report) == [("read", 3, 0, 0), ("letters", 2, 0, 1)]
    assert (report.failed, report.sentence) == (1, "1 of 3 shards failed; run again.")
    (failure,) = report.stages[-1].failures
    assert (failure.shard, failure.sentence) == (1, "The letters are not legible. Write them again.")
    said = shards_status(ShardSet.at(folder), job(folder), STAGES)
    assert [(one.stage, one.done, one.failed) for one in said.stages] == [
        ("read", 3, 0),
        ("letters", 2, 1),
        ("total", 0, 0),
    ]
    assert said.stages[1].failures == (failure,) and said.failed == 1
    (folder / "broken").unlink()
    mended = run(ShardSet.at(folder), job(folder), engine, stages=STAGES)
    assert counts(mended) == [("read", 0, 3, 0), ("letters", 1, 2, 0), ("total", 1, 0, 0)]
    assert shards_status(ShardSet.at(folder), job(folder), STAGES).failed == 0


def test_run__a_process_that_is_killed_is_begun_again(folder: Path) -> None:
    with closing(LocalEngine(2, killed_once)) as engine:
        report = run(ShardSet.at(folder), job(folder), engine, stages=STAGES)
    assert (folder / "killed").exists()
    assert counts(report) == [("read", 3, 0, 0), ("letters", 3, 0, 0), ("total", 1, 0, 0)]


def test_run__a_process_that_is_killed_three_times_fails_its_shard(folder: Path) -> None:
    with closing(LocalEngine(2, killed_always)) as engine:
        report = run(ShardSet.at(folder), job(folder), engine, stages=STAGES)
    assert counts(report) == [("read", 2, 0, 1)]
    assert (folder / "begun").read_text() == "xxx"
    assert report.stages[0].failures[0].sentence == (
        "Its process ended 3 times without an answer (signal 9), perhaps for want of memory."
    )
    assert (folder / "read" / "00001.failed.json").exists()
    leftover = [path for path in (folder / "read").iterdir() if path.suffix == ".tmp"]
    assert leftover == []


def test_run__the_shards_of_one_task_of_an_array(folder: Path, engine: LocalEngine) -> None:
    report = run(ShardSet.at(folder), job(folder), engine, only_stage="read", part=(0, 2), stages=STAGES)
    assert counts(report) == [("read", 2, 0, 0)]
    assert sorted(path.name for path in (folder / "read").glob("*.duckdb")) == ["00000.duckdb", "00002.duckdb"]


def test_run__stopped_in_the_middle_leaves_no_process(folder: Path) -> None:
    def stop(done: int, total: int | None, message: str) -> None:
        if done == 1:
            raise Cancelled

    with pytest.raises(Cancelled), closing(LocalEngine(2, small)) as engine:
        run(ShardSet.at(folder), job(folder), engine, stop, stages=STAGES)
    assert multiprocessing.active_children() == []
    assert len(list((folder / "read").glob("*.done.json"))) >= 1


def test_run__no_conversation_in_any_shard(tmp_path: Path, engine: LocalEngine) -> None:
    cut([rows.lines(tmp_path / "set.jsonl", [NO_TALK, BROKEN, NO_TALK])], tmp_path / "out", records=1)
    with pytest.raises(AdrError, match=r"None of the 3 records .* \(2 no_conversation, 1 invalid_json\)"):
        run(ShardSet.at(tmp_path / "out"), job(tmp_path / "out"), engine, stages=STAGES)


def test_run__an_export_of_something_else_stays(folder: Path, tmp_path: Path, engine: LocalEngine) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "mine.txt").write_text("mine")
    with pytest.raises(AdrError, match="exists and was not written by this run"):
        run(ShardSet.at(folder), job(folder, out=tmp_path / "export"), engine)


def test_status__before_anything_ran(folder: Path) -> None:
    """Without a recipe, the stages that depend on none."""
    said = shards_status(ShardSet.at(folder), None)
    assert [one.stage for one in said.stages] == ["read", "labels", "extract", "entities"]
    assert (said.records, said.shards, said.failed, said.recipe) == (3, 3, 0, None)
    assert {(one.done, one.records_per_second) for one in said.stages} == {(0, None)}


def test_status__the_rate_is_that_of_all_machines_together(folder: Path) -> None:
    """Two shards of a record each, begun at 100 and 102 and ended at 104 and 110: 2 records in 10 seconds."""
    (folder / "read").mkdir()
    for number, (host, seconds, ended) in enumerate([("a", 4.0, 104.0), ("b", 8.0, 110.0)]):
        said = {"stamp": "x", "files": [], "figures": {}, "seconds": seconds, "cpu_seconds": 1.5, "host": host}
        (folder / "read" / f"0000{number}.done.json").write_text(json.dumps({**said, "ended": ended}))
    read = shards_status(ShardSet.at(folder), None).stages[0]
    assert (read.done, read.tasks, read.records_per_second, read.cpu_seconds) == (2, 3, 0.2, 3.0)
    assert read.hosts == {"a": 1, "b": 1}


def test_engine_named__ray_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adr.shards.engines.find_spec", lambda name: None)
    with pytest.raises(AdrError, match=r'pip install "adr-workbench\[ray\]"'):
        engine_named("ray", None, None)


ROOT = Path(__file__).resolve().parents[2]


def array_task(folder: Path, recipe: Path, number: int) -> "subprocess.Popen[str]":
    """One task of a Slurm array of four, as a process of its own."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "adr", "shards", "run", str(folder), "--recipe", str(recipe), "--quiet"),
            *("--stage", "read", "--task", str(number), "--of", "4", "--workers", "1"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_run__an_array_of_four_processes_one_of_them_killed(tmp_path: Path) -> None:
    """Nine shards; the task that has the shards 1 and 5 is killed in the middle and begun again."""
    cut([rows.lines(tmp_path / "set.jsonl", RECORDS * 90)], tmp_path / "out", records=70)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("[rebalance]\n")
    tasks = [array_task(tmp_path / "out", recipe, number) for number in range(4)]
    late = time.monotonic() + 300
    while not (tmp_path / "out" / "read" / "00001.done.json").exists() and time.monotonic() < late:
        time.sleep(0.01)
    os.killpg(tasks[1].pid, signal.SIGKILL)
    ended = [task.wait() for task in tasks]
    assert ended in ([0, -9, 0, 0], [0, 0, 0, 0])  # on a busy machine it may have ended before
    assert array_task(tmp_path / "out", recipe, 1).wait() == 0
    said = shards_status(ShardSet.at(tmp_path / "out"), None).stages[0]
    assert (said.done, said.tasks, said.failed) == (9, 9, 0)
    assert perform(job(tmp_path / "out"), Task("read", 5)).state == "there"
    assert [row[0] for row in of_shards(tmp_path / "out")["instance"]] == [n for n in range(630) if n % 7 not in (1, 5)]
