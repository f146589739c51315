"""What is written of one shard: its rows as one machine writes them, and numbers for all shards together."""

import json

import pyarrow.parquet as pq
import pytest

from adr.shards import write
from adr.shards.written import WrittenShard
from tests.worlds.shard_files import OneMachine

RAW = [
    '{"id": 7, "image": "a.png", "conversations": [{"from": "human", "value": "<image>\\nWhat?"}, '
    '{"from": "gpt", "value": "A cat."}]}',
    '{"id": "no conversation"}',
    '{"id": "7", "image": "b.png", "conversations": [{"from": "human", "value": "<image>\\nWhat?"}, '
    '{"from": "gpt", "value": "A cat and a café."}]}',
    '{"image": "c.png", "conversations": [{"from": "human", "value": "<image>\\nWhat?"}, '
    '{"from": "gpt", "value": "A dog."}]}',
]


@pytest.fixture
def written(tmp_path):
    one = OneMachine(tmp_path / "one", "[\n" + ",\n".join(RAW) + "\n]", "[rebalance]\nseed = 1\n")
    one.store.execute("update decision set kept = true, copies = 1, reason = 'passes'")
    one.store.execute("update decision set copies = 3 where instance = 2")
    one.store.execute("update decision set kept = false, copies = 0, reason = 'excluded' where instance = 3")
    shards, run = one.cut(tmp_path / "shards", [2], tmp_path / "out", "llava")
    for shard in shards.shards:
        write.make(shards, run, shard.number, run.place("write"))
    return run


def test_llava__a_part_has_its_rows_with_commas_between(written):
    parts = [written.file("write", n, "part").read_text(encoding="utf-8") for n in (0, 1)]
    assert parts == [RAW[0], ",\n".join([RAW[2]] * 3)]


def test_said__of_a_shard_s_rows(written):
    first, second = WrittenShard.of(written, 0), WrittenShard.of(written, 1)
    assert (first.main.rows, first.kept, first.instances, first.rejected) == (1, 1, 1, 1)
    assert (second.main.rows, second.kept, second.instances, second.rejected) == (3, 1, 2, 0)
    assert second.reasons == {"excluded": 1, "passes": 1}
    assert second.facts["key_sets"] == [{"listed": ["id", "image", "conversations"], "rows": 1, "first": 2}]
    assert (first.facts["id_kinds"], second.facts["id_kinds"]) == ({"number": 1}, {"text": 1})


def test_ids__of_all_instances_that_have_one_with_the_place_of_their_first_row(written):
    found = [pq.read_table(written.file("write", n, "ids.parquet")).to_pylist() for n in (0, 1)]
    assert found == [
        [{"instance": 0, "id": "7", "copies": 1, "place": 0}],
        [{"instance": 2, "id": '"7"', "copies": 3, "place": 1}],
    ]


def test_counts__of_kept_rows_with_copies_of_the_random_subset_and_of_excluded_ones(written):
    entities = pq.read_table(written.file("entities", -1, "object.parquet")).column("name").to_pylist()
    found = [
        {entities[row["rank"]]: (row["after"], row["random"], row["excluded"])}
        for n in (0, 1)
        for row in pq.read_table(written.file("write", n, "counts.parquet")).to_pylist()
        if row["perspective"] == "object"
    ]
    assert found == [{"cat": (1, 1, 0)}, {"cat": (3, 1, 0)}, {"dog": (0, 0, 1)}]


def test_dropped__lines_of_the_shard(written):
    lines = written.file("write", 1, "dropped.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["position"] for line in lines] == [3]
