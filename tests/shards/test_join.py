"""An export of shards has the bytes of one machine, wherever the shards begin."""

import hashlib
import json
from pathlib import Path

import pytest

from adr.errors import AdrError
from adr.export import in_order
from adr.export.export import export
from adr.recipe import Recipe
from adr.shards import join, write
from adr.shards.exporting import refuse_export
from adr.shards.shard_run import GLOBAL
from tests.worlds.shard_files import OneMachine

TOML = """
[rebalance]
seed = 3
perspectives = ["object"]

[rebalance.tau]
object = 3

[export]
images = "reference"
"""
THINGS = ("cat", "dog", "sofa", "harp", "drum", "café", "Zürich", "horse")


def record(n: int) -> str:
    """A record on several lines; every fifth has an id that comes again, and the tenth holds no conversation."""
    if n in (0, 6, 7, 12, 29):
        return f'{{"id": {n}}}'
    said = [
        {"from": "human", "value": f"<image>\nWhere is the {THINGS[n % 8]}?"},
        {"from": "gpt", "value": f"The {THINGS[n % 8]} is near the {THINGS[n * 3 % 8]} — “ici”.  "},
    ]
    made = {"id": "again" if n % 5 == 0 else n, "image": f"a/{n}.png", "conversations": said}
    if n == 20:
        made["tools"] = "[]"
    return json.dumps(made, ensure_ascii=n % 2 == 0, indent=2 if n % 3 else None)


TEXT = "[\n" + ",\n  ".join(map(record, range(30))) + "\n]"


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    made = OneMachine(tmp_path_factory.mktemp("one"), TEXT, TOML)
    made.store.execute("update decision set copies = 2 where kept and instance % 4 = 1")
    yield made
    made.store.close()


def joined(machine: OneMachine, folder: Path, cuts: list[int], format: str = "llava") -> Path:
    """The folder of the export that shards beginning at `cuts` give."""
    shards, run = machine.cut(folder / "shards", cuts, folder / "out", format)
    for shard in shards.shards:
        write.make(shards, run, shard.number, run.place("write"))
    join.make(shards, run, GLOBAL, run.place("join"))
    return folder / "out"


def whole(machine: OneMachine, folder: Path, format: str = "llava") -> Path:
    """The folder of the export that one machine writes."""
    export(machine.store, machine.workspace, 1, out=folder / "whole", format=format, images="reference")
    return folder / "whole"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("cuts", [[], [1], [6, 7], [7, 13], [29], list(range(1, 30))], ids=str)
def test_llava__the_bytes_of_one_machine_wherever_shards_begin(machine, tmp_path, cuts):
    there, here = whole(machine, tmp_path), joined(machine, tmp_path, cuts)
    assert sha256(here / "llava.json") == sha256(there / "llava.json")
    assert sha256(here / "dropped.jsonl") == sha256(there / "dropped.jsonl")
    ours, theirs = manifest(here), manifest(there)
    for part in ("counts", "lint", "source", "perspectives", "main", "sha256", "options", "verdicts", "synthesis"):
        assert ours[part] == theirs[part], part
    assert ours["shards"] == len(cuts) + 1


def test_llava__the_world_has_what_the_law_is_about(machine, tmp_path):
    made = manifest(whole(machine, tmp_path))
    assert made["counts"]["rejected_by_ingest"] == 5
    assert {"repeated_ids", "mixed_ids", "keys_differ"} <= {one["kind"] for one in made["lint"]}
    assert made["counts"]["copies"] > 0 and made["counts"]["rows"] > 5
    assert made["counts"]["decisions"].get("below_min_passes", 0) > 0


@pytest.mark.parametrize("cuts", [[], [8, 16, 24], [5, 13], [20]], ids=str)
def test_parquet__the_files_of_one_machine_wherever_shards_begin(machine, tmp_path, monkeypatch, cuts):
    monkeypatch.setattr(in_order, "RANGE", 8)
    monkeypatch.setattr(write, "RANGE", 8)
    there, here = whole(machine, tmp_path, "parquet"), joined(machine, tmp_path, cuts, "parquet")
    assert manifest(there)["main"] == [f"data/train-0000{n}-of-00004.parquet" for n in range(4)]
    assert manifest(here)["main"] == manifest(there)["main"]
    for name in manifest(there)["main"]:
        assert sha256(here / name) == sha256(there / name)


def test_join__a_folder_that_is_there_is_not_replaced_unasked(machine, tmp_path):
    joined(machine, tmp_path, [9])
    with pytest.raises(AdrError, match="already exists"):
        joined(machine, tmp_path, [9])


def test_join__errors_block_the_export_or_their_rows_are_left_out(tmp_path):
    faulty = [json.loads(record(n)) for n in (1, 2, 3, 4)]
    faulty[1]["conversations"].reverse()
    for name, more in (("blocked", ""), ("left", "leave_out_faulty = true\n")):
        one = OneMachine(tmp_path / name, json.dumps(faulty), TOML + more)
        if not more:
            with pytest.raises(AdrError, match="turns_do_not_alternate"):
                joined(one, tmp_path / name, [2])
            continue
        export(one.store, one.workspace, 1, out=tmp_path / "whole", leave_out_faulty=True)
        here = joined(one, tmp_path / name, [2])
        assert sha256(here / "llava.json") == sha256(tmp_path / "whole" / "llava.json")
        assert sha256(here / "dropped.jsonl") == sha256(tmp_path / "whole" / "dropped.jsonl")
        assert manifest(here)["counts"]["left_out_faulty"] == 1
        one.store.close()


@pytest.mark.parametrize(
    ("toml", "format", "said"),
    [
        ('[export]\norder = "shuffled"\n', "llava", "order"),
        ('[export]\nimages = "copy"\n', "llava", "images"),
        ("[export]\nrepair_ids = true\n", "parquet", "repair_ids"),
        ("", "coco", "Shards cannot be written"),
    ],
)
def test_refuse_export__says_what_shards_cannot_do(toml, format, said):
    with pytest.raises(AdrError, match=said):
        refuse_export(Recipe.from_toml(toml, "a test"), format)
    refuse_export(Recipe.from_toml("", "a test"), "llava")
