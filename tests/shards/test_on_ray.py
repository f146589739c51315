"""The engine of a cluster on two real Ray nodes: what it does when processes, nodes or shards are lost."""

import json
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed: adr-workbench[ray]")

from adr.errors import AdrError
from adr.recipe import Recipe
from adr.shards.on_ray import RayEngine
from adr.shards.shard_run import ShardRun, Task
from adr.shards.shard_set import CutSource, RecordShard, ShardSet
from tests.worlds.ray_nodes import two_nodes
from tests.worlds.standing_stages import work

pytestmark = pytest.mark.ray


@pytest.fixture(scope="module")
def nodes():
    with two_nodes() as found:
        yield found


def cut(folder, count, **wish):
    """A run over `count` shards of ten records each, and its tasks."""
    source = CutSource(0, "s.jsonl", "s.jsonl", "jsonl", 1, "0" * 64, 0, 10 * count)
    parts = tuple(RecordShard(i, 0, 10 * i, 10, f"{i}.jsonl", "jsonl") for i in range(count))
    ShardSet(folder, (source,), parts).write()
    (folder / "wish.json").write_text(json.dumps(wish))
    run = ShardRun(str(folder), Recipe().to_toml())
    return run, [Task("standing", i) for i in range(count)]


def begun(run):
    return (Path(run.folder) / "begun.txt").read_text().split()


def test_run__a_shard_that_ends_its_process_and_one_that_is_refused(tmp_path, nodes):
    run, tasks = cut(tmp_path, 4, kills=[1], refused=[2])
    ended = {outcome.task.shard: outcome for outcome in RayEngine(work=work).run(run, tasks)}
    assert {number: one.state for number, one in ended.items()} == {0: "made", 1: "failed", 2: "failed", 3: "made"}
    assert ended[1].sentence == "The process ended unexpectedly, each time it was tried."
    assert ended[2].sentence == "Shard 2 cannot be read. Cut it again."
    assert sorted(begun(run)) == ["0", "1", "1", "1", "2", "3"]
    assert json.loads(run.file("standing", 1, "failed.json").read_text())["sentence"] == ended[1].sentence


def test_run__what_is_there_is_not_done_again(tmp_path, nodes):
    run, tasks = cut(tmp_path, 3)
    engine = RayEngine(work=work)
    assert sorted(one.state for one in engine.run(run, tasks[:2])) == ["made", "made"]
    assert sorted((one.task.shard, one.state) for one in engine.run(run, tasks)) == [
        (0, "there"),
        (1, "there"),
        (2, "made"),
    ]


def test_run__two_at_a_time(tmp_path, nodes):
    """With `workers`, no more is begun than that, and what is under way when the caller stops asking is cancelled."""
    run, tasks = cut(tmp_path, 8, slow=0.2)
    ended = RayEngine(workers=2, work=work).run(run, tasks)
    next(ended)
    ended.close()
    assert 1 <= len(begun(run)) <= 3


def test_run__a_node_is_lost_after_the_first_shard(tmp_path, nodes):
    cluster, second = nodes
    run, tasks = cut(tmp_path, 6, slow=0.3)
    states = []
    for outcome in RayEngine(work=work).run(run, tasks):
        if not states:
            cluster.remove_node(second, allow_graceful=False)
        states.append(outcome.state)
    assert states == ["made"] * 6
    made_on = {json.loads(run.file("standing", i, "json").read_text())["node"] for i in range(6)}
    assert 1 <= len(made_on) <= 2 and len(begun(run)) >= 6


def test_engine__nobody_answers(monkeypatch):
    """Port 9 is closed; no Ray is connected meanwhile."""
    ray = pytest.importorskip("ray")
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    with pytest.raises(AdrError, match=r"There is no Ray cluster at 127\.0\.0\.1:9: .*refused"):
        RayEngine("127.0.0.1:9")
