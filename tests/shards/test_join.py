"""An export of shards has the bytes of one machine, wherever the shards begin."""

import hashlib
import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from adr.errors import AdrError
from adr.export import in_order, webdataset
from adr.export.export import export
from adr.recipe import Recipe
from adr.shards import join, part_writers, shuffled, write
from adr.shards.epoch_lists import write_list
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


def joined(machine: OneMachine, folder: Path, cuts: list[int], format: str = "llava", more: str = "") -> Path:
    """The folder of the export that shards beginning at `cuts` give. more: lines of [export]."""
    shards, run = machine.cut(folder / "shards", cuts, folder / "out", format)
    run = replace(run, recipe=run.recipe + more)
    for shard in shards.shards:
        write.make(shards, run, shard.number, run.place("write"))
    join.make(shards, run, GLOBAL, run.place("join"))
    return folder / "out"


def whole(machine: OneMachine, folder: Path, format: str = "llava", **options: Any) -> Path:
    """The folder of the export that one machine writes."""
    options = {"format": format, "images": "reference"} | options
    export(machine.store, machine.workspace, 1, out=folder / "whole", **options)
    return folder / "whole"


def replace_images(toml: str) -> str:
    """The recipe without where pictures are."""
    return toml.replace('images = "reference"\n', "")


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
    monkeypatch.setattr(part_writers, "RANGE", 8)
    there, here = whole(machine, tmp_path, "parquet"), joined(machine, tmp_path, cuts, "parquet")
    assert manifest(there)["main"] == [f"data/train-0000{n}-of-00004.parquet" for n in range(4)]
    assert manifest(here)["main"] == manifest(there)["main"]
    for name in manifest(there)["main"]:
        assert sha256(here / name) == sha256(there / name)


@pytest.mark.parametrize("cuts", [[], [1], [6, 7], [29], list(range(1, 30))], ids=str)
def test_llava__shuffled_the_bytes_of_one_machine_wherever_shards_begin(machine, tmp_path, cuts):
    there = whole(machine, tmp_path, order="shuffled")
    here = joined(machine, tmp_path, cuts, more='order = "shuffled"\n')
    assert sha256(here / "llava.json") == sha256(there / "llava.json")
    assert sha256(here / "llava.json") != sha256(whole(machine, tmp_path / "in order") / "llava.json")
    ours, theirs = manifest(here), manifest(there)
    for part in ("counts", "lint", "options", "main", "sha256"):
        assert ours[part] == theirs[part], part


@pytest.mark.parametrize("cuts", [[], [5, 13], [20]], ids=str)
def test_parquet__shuffled_files_begin_every_so_many_rows(machine, tmp_path, monkeypatch, cuts):
    monkeypatch.setattr(in_order, "RANGE", 8)
    monkeypatch.setattr(shuffled, "RANGE", 8)
    there = whole(machine, tmp_path, "parquet", order="shuffled")
    here = joined(machine, tmp_path, cuts, "parquet", 'order = "shuffled"\n')
    assert len(manifest(there)["main"]) == -(-manifest(there)["counts"]["rows"] // 8) > 2
    assert manifest(here)["main"] == manifest(there)["main"]
    for name in manifest(there)["main"]:
        assert sha256(here / name) == sha256(there / name)


@pytest.fixture(scope="module")
def with_pictures(tmp_path_factory):
    """The same machine where the pictures are there, each of another colour."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "images" / "a").mkdir(parents=True)
    for n in range(30):
        Image.new("RGB", (40, 30), (n * 8, 10, 200)).save(folder / "images" / "a" / f"{n}.png")
    made = OneMachine(folder / "one", TEXT, replace_images(TOML), folder / "images")
    made.store.execute("update decision set copies = 2 where kept and instance % 4 = 1")
    yield made
    made.store.close()


@pytest.mark.parametrize("order", ["source", "shuffled"])
@pytest.mark.parametrize("cuts", [[], [8, 16, 24], [5, 13], [6, 7, 20]], ids=str)
def test_webdataset__the_files_of_one_machine_wherever_shards_begin(with_pictures, tmp_path, monkeypatch, cuts, order):
    monkeypatch.setattr(webdataset, "SHARD", 6_000)
    for module in (in_order, part_writers, shuffled):
        monkeypatch.setattr(module, "RANGE", 8)
    there = whole(with_pictures, tmp_path, "webdataset", images="inside", order=order, repair_ids=True)
    here = joined(with_pictures, tmp_path, cuts, "webdataset", f'order = "{order}"\nrepair_ids = true\n')
    ours, theirs = manifest(here), manifest(there)
    for part in ("counts", "lint", "options", "main", "sha256"):
        assert ours[part] == theirs[part], part
    assert ours["main"] == [f"adr-{n:06d}.tar" for n in range(len(ours["main"]))]
    assert len(ours["main"]) > 6
    for name in theirs["main"]:
        assert sha256(here / name) == sha256(there / name)


def test_webdataset__needs_the_image_folder(machine, tmp_path):
    shards, run = machine.cut(tmp_path / "shards", [9], tmp_path / "out", "webdataset")
    with pytest.raises(AdrError, match="without an image folder"):
        write.make(shards, replace(run, recipe=replace_images(machine.toml)), 0, run.place("write"))


def test_shuffled__rows_are_merged_in_parts_that_fit_in_memory(machine, tmp_path, monkeypatch):
    monkeypatch.setattr(shuffled, "PART_BYTES", 1000)
    there = whole(machine, tmp_path, order="shuffled")
    here = joined(machine, tmp_path, [6, 17], more='order = "shuffled"\n')
    assert sha256(here / "llava.json") == sha256(there / "llava.json")


@pytest.mark.parametrize("order", ["source", "shuffled"])
@pytest.mark.parametrize("format", ["llava", "parquet"])
def test_join__ids_that_repeat_across_shards_are_repaired_as_on_one_machine(machine, tmp_path, format, order):
    whole(machine, tmp_path, format, repair_ids=True, order=order)
    here = joined(machine, tmp_path, [7, 13, 21], format, f'repair_ids = true\norder = "{order}"\n')
    assert manifest(here)["options"]["repaired_ids"] == manifest(tmp_path / "whole")["options"]["repaired_ids"] == 3
    assert manifest(here)["lint"] == manifest(tmp_path / "whole")["lint"]
    for name in manifest(here)["main"]:
        assert sha256(here / name) == sha256(tmp_path / "whole" / name)


def test_join__a_folder_that_is_there_is_not_replaced_unasked(machine, tmp_path):
    joined(machine, tmp_path, [9])
    with pytest.raises(AdrError, match="already exists"):
        joined(machine, tmp_path, [9])


def faulty(folder: Path, toml: str) -> OneMachine:
    """Five records, the second and third of which answer before they ask."""
    made = [json.loads(record(n)) for n in (1, 2, 3, 4, 8)]
    for one in made[1:3]:
        one["conversations"].reverse()
    return OneMachine(folder, json.dumps(made), toml)


def test_join__errors_block_the_export(tmp_path):
    with pytest.raises(AdrError, match="turns_do_not_alternate"):
        joined(faulty(tmp_path, TOML), tmp_path, [2])


@pytest.mark.parametrize("order", ["source", "shuffled"])
def test_join__rows_with_errors_are_left_out(tmp_path, order):
    one = faulty(tmp_path, TOML + f'leave_out_faulty = true\norder = "{order}"\n')
    there = whole(one, tmp_path, leave_out_faulty=True, order=order)
    here = joined(one, tmp_path, [2])
    assert sha256(here / "llava.json") == sha256(there / "llava.json")
    assert sha256(here / "dropped.jsonl") == sha256(there / "dropped.jsonl")
    assert manifest(here)["counts"]["left_out_faulty"] == 2
    one.store.close()


EPOCHS = replace_images(TOML).replace("seed = 3", "seed = 3\nepochs = 3")


@pytest.fixture(scope="module")
def drawn_thrice(with_pictures, tmp_path_factory):
    """Three epochs of the records with pictures; some rows are there several times in one or two of them."""
    made = OneMachine(tmp_path_factory.mktemp("epochs"), TEXT, EPOCHS, with_pictures.images)
    made.store.execute("update decision set copies = 2 where kept and instance % 4 = 1")
    made.store.execute("update epoch_kept set copies = 3 where instance % 6 = 1")
    yield made
    made.store.close()


def assert_same_files(here: Path, there: Path) -> list[str]:
    """The files of all epochs, and what is said of them, are those of one machine; returns their names."""
    ours, theirs = manifest(here), manifest(there)
    for part in ("counts", "lint", "options", "main", "sha256", "epochs", "perspectives"):
        assert ours[part] == theirs[part], part
    names = [one["path"] for one in theirs["files"] if one["path"].startswith(("epochs/", "data/", "adr-", "llava"))]
    for name in (*names, "dropped.jsonl"):
        assert sha256(here / name) == sha256(there / name), name
    return names


@pytest.mark.parametrize("order", ["source", "shuffled"])
@pytest.mark.parametrize("format", ["llava", "parquet", "webdataset"])
@pytest.mark.parametrize(("cuts", "repair"), [([], False), ([5, 13], True), ([6, 7, 20], False)], ids=str)
def test_epochs__the_files_of_one_machine_wherever_shards_begin(
    drawn_thrice, tmp_path, monkeypatch, format, cuts, repair, order
):
    for module in (in_order, part_writers, shuffled):
        monkeypatch.setattr(module, "RANGE", 8)
    images = "inside" if format == "webdataset" else "reference"
    there = whole(drawn_thrice, tmp_path, format, images=images, epochs="files", order=order, repair_ids=repair)
    more = f'epochs = "files"\norder = "{order}"\nrepair_ids = {str(repair).lower()}\n'
    names = assert_same_files(joined(drawn_thrice, tmp_path, cuts, format, more), there)
    of_epochs = {name.split("/")[1] for name in names if name.startswith("epochs/")}
    assert of_epochs == {f"epoch-{n}{suffix}" for n in (1, 2, 3) for suffix in ("", ".json")}


@pytest.mark.parametrize("order", ["source", "shuffled"])
def test_epochs__lists_name_rows_of_the_main_file(drawn_thrice, tmp_path, order):
    """An epoch's list names the same records that its own file has."""
    here = joined(drawn_thrice, tmp_path, [6, 17], more=f'epochs = "lists"\norder = "{order}"\n')
    assert_same_files(here, whole(drawn_thrice, tmp_path, epochs="lists", order=order))
    files = joined(drawn_thrice, tmp_path / "files", [9], more=f'epochs = "files"\norder = "{order}"\n')
    rows = json.loads((here / "llava.json").read_text())
    for epoch in (1, 2, 3):
        numbers = json.loads((here / f"epochs/epoch-{epoch}.json").read_text())
        own = json.loads((files / f"epochs/epoch-{epoch}/llava.json").read_text())
        assert [rows[n] for n in numbers] == own
    assert not (here / "epochs/epoch-1").exists()


@pytest.mark.parametrize("order", ["source", "shuffled"])
def test_epochs__rows_with_errors_are_in_none(tmp_path, order):
    one = faulty(tmp_path, TOML.replace("seed = 3", "seed = 3\nepochs = 2"))
    asked = f'leave_out_faulty = true\nepochs = "files"\norder = "{order}"\n'
    there = whole(one, tmp_path, leave_out_faulty=True, epochs="files", order=order)
    assert_same_files(joined(one, tmp_path, [2], more=asked), there)
    assert manifest(there)["counts"]["left_out_faulty"] == 2
    one.store.close()


def test_write_list__by_hand():
    out = BytesIO()
    write_list(out, np.array([2, 0, 1], np.int32))
    assert out.getvalue() == b"[2, 0, 1]\n"


@pytest.mark.parametrize(
    ("toml", "format", "said"),
    [
        ('[export]\nmixture = "weights"\n', "llava", "mixture"),
        ('[export]\nimages = "copy"\n', "llava", "where they are, .* images"),
        ('[export]\nimages = "inside"\n', "parquet", "images"),
        ('[export]\nepochs = "lists"\n', "parquet", "The recipe has one epoch"),
        ("", "coco", "Shards cannot be written"),
    ],
)
def test_refuse_export__says_what_shards_cannot_do(toml, format, said):
    with pytest.raises(AdrError, match=said):
        refuse_export(Recipe.from_toml(toml, "a test"), format)
    refuse_export(Recipe.from_toml("", "a test"), "llava")
