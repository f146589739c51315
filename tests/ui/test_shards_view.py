"""A run over shards as the Overview shows it: its folder in the address, stages, machines and failures."""

import os
from pathlib import Path

from streamlit.testing.v1 import AppTest

from adr.shards.cut import cut
from adr.shards.known_runs import known_runs, remember
from adr.shards.shard_run import ShardRun, Task
from adr.shards.tasks import Outcome, perform, set_aside
from tests.shards import rows
from tests.shards.rows import DOG, TEXT

RECIPE = 'name = "gentle caps"\n'


def cut_set(tmp_path: Path) -> ShardRun:
    """Three shards of one record each."""
    cut([rows.lines(tmp_path / "set.jsonl", [DOG, TEXT, DOG])], tmp_path / "out", records=1)
    return ShardRun(str(tmp_path / "out"), RECIPE)


def opened(folder: object) -> AppTest:
    at = AppTest.from_file("../../app.py", default_timeout=180)
    at.query_params["shards"] = str(folder)
    return at.run()


def said(at: AppTest) -> str:
    return " ".join(one.value for one in at.markdown)


def test_shards_view__before_any_run(tmp_path, empty_workspace):
    at = opened(cut_set(tmp_path).folder)
    assert not at.exception
    assert "3 records in 3 shards. No run has begun" in said(at)
    assert at.dataframe[0].value["stage"].tolist() == ["read", "labels", "extract", "entities"]


def test_shards_view__one_shard_failed(tmp_path, empty_workspace):
    run = cut_set(tmp_path)
    remember(run)
    assert [perform(run, Task("read", n)).state for n in (0, 2)] == ["made", "made"]
    set_aside(run, Outcome(Task("read", 1), "failed", "The file is cut off: fetch it again.", host="node-7"))
    at = opened(run.folder)
    assert f"3 records in 3 shards · recipe **gentle caps**, fingerprint `{run.asked.fingerprint}`" in said(at)
    assert "at the stage read, 2 of 3 done" in said(at)
    first = at.dataframe[0].value.iloc[0]
    assert (first["stage"], first["done"], first["of"], first["failed"]) == ("read", 2, 3, 1)
    assert first["machines"] == f"{os.uname().nodename} (2)"
    assert [one.value for one in at.error] == ["**read, shard 1** on node-7: The file is cut off: fetch it again."]


def test_shards_view__no_shards_there(tmp_path, empty_workspace):
    at = opened(tmp_path / "nothing")
    assert "holds no shards" in at.error[0].value


def test_known_runs__the_one_begun_last_first(tmp_path):
    one, other = (ShardRun(str(tmp_path), f"[rebalance]\nseed = {seed}\n") for seed in (1, 2))
    remember(one)
    remember(other)
    os.utime(one.own / "run.json", (2e9, 2e9))
    (tmp_path / "runs" / "broken").mkdir()
    (tmp_path / "runs" / "broken" / "run.json").write_text("{")
    assert known_runs(tmp_path) == [one, other]
