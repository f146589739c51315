"""Export with weights: every row before the mixture, in one file for each value, with the trainer's own settings."""

import json

import pyarrow.parquet as pq
import pytest
import yaml

from adr.errors import AdrError
from adr.export.export import export, preview
from adr.export.formats import FORMATS
from adr.export.options import ExportOptions
from adr.recipe_mixture import Mixture
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, accept, fill
from tests.worlds.weights import mixed, raw

QUARTER = Mixture("object", shares={"cup": 0.25, "harp": 0.75})  # 1 of 6 cups, 3 of 3 harps
TWICE = Mixture("object", shares={"cup": 0.4, "harp": 0.6}, repeat=2)  # 4 of 6 cups, 6 of 3 harps


@pytest.fixture
def workspace(tmp_path):
    return Workspace.at(tmp_path / "workspace")


@pytest.fixture
def store():
    made = Store.memory()
    yield made
    made.close()


def written(store, workspace, tmp_path, format, mixture=QUARTER, **options):
    """(the folder of an export with weights of the ten rows, its manifest)."""
    mixed(store, tmp_path, mixture)
    export(store, workspace, 1, format=format, mixture="weights", out=tmp_path / "out", **options)
    return tmp_path / "out", json.loads((tmp_path / "out" / "manifest.json").read_text())


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_weights__every_row_is_there_in_the_file_of_its_value(store, workspace, tmp_path):
    report = mixed(store, tmp_path, QUARTER)
    assert (report.kept, report.dropped) == (4, 6)
    export(store, workspace, 1, out=tmp_path / "applied")
    assert len(json.loads((tmp_path / "applied" / "llava.json").read_text())) == 4
    made = export(store, workspace, 1, mixture="weights", out=tmp_path / "out")
    assert (made.instances, made.main) == (
        10,
        ["data/cup.json", "data/harp.json", "data/no_value.json", "llava_next.yaml"],
    )
    texts = {name: (tmp_path / "out" / "data" / f"{name}.json").read_text() for name in ("cup", "harp", "no_value")}
    assert texts == {
        "cup": "[\n" + ",\n".join(map(raw, range(6))) + "\n]\n",
        "harp": "[\n" + ",\n".join(map(raw, range(6, 9))) + "\n]\n",
        "no_value": "[\n" + raw(9) + "\n]\n",
    }
    assert (tmp_path / "out" / "dropped.jsonl").read_text() == ""
    assert len((tmp_path / "applied" / "dropped.jsonl").read_text().splitlines()) == 6


def test_weights__the_manifest_says_what_a_trainer_sees(store, workspace, tmp_path):
    _, manifest = written(store, workspace, tmp_path, "llava")
    assert manifest["options"]["mixture"] == "weights"
    assert (manifest["counts"]["rows"], manifest["counts"]["kept_instances"], manifest["counts"]["copies"]) == (
        10,
        10,
        0,
    )
    mixture = manifest["mixture"]
    assert {key: mixture[key] for key in ("perspective", "seen_rows", "epoch_rows")} == {
        "perspective": "object",
        "seen_rows": 4.0,
        "epoch_rows": 4,
    }
    columns = ("name", "kind", "value", "files", "rows", "times", "share", "setting", "epoch_rows", "epoch_share")
    assert [tuple(one[key] for key in columns) for one in mixture["values"]] == [
        ("cup", "value", "cup", ["data/cup.json"], 6, 0.166666667, 0.25, "1 rows", 1, 0.25),
        ("harp", "value", "harp", ["data/harp.json"], 3, 1.0, 0.75, "all", 3, 0.75),
        ("no_value", "no value", None, ["data/no_value.json"], 1, 0.0, 0.0, "", 0, 0.0),
    ]


def test_weights__the_table_has_the_weight_of_each_row_of_each_file(store, workspace, tmp_path):
    out, _ = written(store, workspace, tmp_path, "ms-swift", TWICE)
    rows = pq.read_table(out / "weights.parquet").to_pylist()
    assert [(row["data"], row["row"], row["position"], row["value"]) for row in rows] == [
        *[("cup", n, n, "cup") for n in range(6)],
        *[("harp", n, n + 6, "harp") for n in range(3)],
        ("no_value", 0, 9, None),
    ]
    assert [row["weight"] for row in rows] == pytest.approx([4 / 6] * 6 + [2.0] * 3 + [0.0])


def test_weights__copies_of_the_keep_rule_stay_and_those_of_the_mixture_are_weight(store, workspace, tmp_path):
    """Three copies each of harps (⌊√(27 / 3)⌋) are nine rows, of which the mixture keeps two."""
    report = mixed(store, tmp_path, Mixture("object", sizes={"harp": 2}), tau={"object": 27}, repeat=3)
    before = {one.value: (one.pool, one.given) for one in report.mixture.values}
    assert before["harp"] == (9, 2)
    out = tmp_path / "out"
    export(store, workspace, 1, mixture="weights", out=out)
    (harp, *_) = json.loads((out / "manifest.json").read_text())["mixture"]["values"]
    assert (harp["rows"], harp["times"], harp["setting"]) == (9, 0.222222222, "2 rows")
    ids = [row["id"] for row in json.loads((out / "data" / "harp.json").read_text())]
    assert ids == [6, 6, 6, 7, 7, 7, 8, 8, 8]


def test_llava_next__its_list_takes_numbers_of_rows(store, workspace, tmp_path):
    out, _ = written(store, workspace, tmp_path, "llava", TWICE)
    assert yaml.safe_load((out / "llava_next.yaml").read_text()) == {
        "datasets": [
            {"json_path": "data/cup.json", "sampling_strategy": "random:4"},
            {"json_path": "data/harp.json", "sampling_strategy": "all"},
            {"json_path": "data/harp.json", "sampling_strategy": "all"},
        ]
    }


def test_internvl__a_rest_has_an_entry_of_its_own(store, workspace, tmp_path):
    """8 of 6 cups and 3 of 3 harps: repeat_time must be whole from 1 on."""
    mixture = Mixture("object", sizes={"cup": 8, "harp": 3}, repeat=2)
    out, manifest = written(store, workspace, tmp_path, "internvl", mixture)
    meta = json.loads((out / "meta.json").read_text())
    assert {name: (one["annotation"], one["repeat_time"]) for name, one in meta.items()} == {
        "adr_cup": ("data/cup.jsonl", 1),
        "adr_cup-rest": ("data/cup.jsonl", 0.416666667),
        "adr_harp": ("data/harp.jsonl", 1),
        "adr_no_value": ("data/no_value.jsonl", 1),
    }
    assert all(isinstance(one["repeat_time"], int) or one["repeat_time"] < 1 for one in meta.values())
    read = {name: len(lines(out / one["annotation"])) * one["repeat_time"] for name, one in meta.items()}
    assert {name: int(rows) for name, rows in read.items()} == {
        "adr_cup": 6,
        "adr_cup-rest": 2,
        "adr_harp": 3,
        "adr_no_value": 1,
    }
    assert manifest["mixture"]["epoch_rows"] == 12


def test_qwen_vl__percents_are_whole_and_a_whole_file_stands_by_itself(store, workspace, tmp_path):
    mixture = Mixture("object", sizes={"cup": 8, "harp": 1}, repeat=2)
    out, manifest = written(store, workspace, tmp_path, "qwen-vl", mixture)
    assert json.loads((out / "registry.json").read_text())["adr_harp"] == {
        "annotation_path": "data/harp.jsonl",
        "data_path": "IMAGE_FOLDER",
    }
    taken = {one["name"]: (one["setting"], one["epoch_rows"]) for one in manifest["mixture"]["values"]}
    assert taken == {
        "cup": ("adr_cup%100,adr_cup%33", 7),  # 33 % of 6 rows is cut down to 1
        "harp": ("adr_harp%34", 1),  # 33 % of 3 rows would be none
        "no_value": ("adr_no_value%100", 1),
    }


def test_interleaved__all_rows_occur_before_the_last_file_is_exhausted(store, workspace, tmp_path):
    out, manifest = written(store, workspace, tmp_path, "llama-factory")
    assert yaml.safe_load((out / "mixture.yaml").read_text()) == {
        "dataset": "adr_cup,adr_harp",
        "mix_strategy": "interleave_over",
        "interleave_probs": "0.25,0.75",
    }
    info = json.loads((out / "dataset_info.json").read_text())
    assert {name: one["file_name"] for name, one in info.items()} == {
        "adr_cup": "data/cup.json",
        "adr_harp": "data/harp.json",
        "adr_no_value": "data/no_value.json",
    }
    assert info["adr_no_value"]["columns"] == info["adr_cup"]["columns"]  # a list of pictures where no row has one
    assert (manifest["mixture"]["seen_rows"], manifest["mixture"]["epoch_rows"]) == (4, 24)  # 6 cups at 0.25


def test_parquet__the_card_has_a_configuration_for_each_file(store, workspace, tmp_path):
    out, manifest = written(store, workspace, tmp_path, "parquet")
    front = yaml.safe_load((out / "README.md").read_text().split("---\n")[1])
    found = {one["config_name"].split("-")[-1]: one["data_files"][0]["path"] for one in front["configs"]}
    assert found == {name: f"data/{name}/train-*.parquet" for name in ("cup", "harp", "no_value")}
    assert {name: pq.read_table(out / "data" / name).num_rows for name in found} == {"cup": 6, "harp": 3, "no_value": 1}
    assert manifest["main"] == [f"data/{name}/train-00000-of-00001.parquet" for name in found]


def test_weights__candidates_have_a_file_of_which_each_row_is_seen_once(store, workspace, tmp_path):
    mixed(store, tmp_path, QUARTER)
    accept(store, workspace)
    export(store, workspace, 1, mixture="weights", out=tmp_path / "out")
    (record,) = json.loads((tmp_path / "out" / "data" / "synthetic.json").read_text())
    assert record["id"] == "adr-p1-00000-0"
    *_, last = json.loads((tmp_path / "out" / "manifest.json").read_text())["mixture"]["values"]
    assert (last["kind"], last["rows"], last["times"], last["share"]) == ("synthetic", 1, 1.0, 0.2)


def test_weights__ids_are_repaired_and_rows_left_out_across_the_files(store, workspace, tmp_path):
    mixed(store, tmp_path, QUARTER)
    store.execute("update instance set id = '0' where instance in (6, 7)")
    store.execute("update instance set turns = [] where instance = 1")
    options = {"mixture": "weights", "repair_ids": True, "leave_out_faulty": True}
    made = export(store, workspace, 1, out=tmp_path / "out", **options)
    assert (made.instances, made.left_out) == (9, 1)
    ids = [[row["id"] for row in json.loads((tmp_path / "out" / name).read_text())] for name in made.main[:2]]
    assert ids == [[0, 2, 3, 4, 5], ["0-2", "0-3", 8]]
    (dropped,) = lines(tmp_path / "out" / "dropped.jsonl")
    assert dropped == {"position": 1, "reason": "faulty"}


def test_weights__an_error_in_a_row_that_the_mixture_drops_blocks(store, workspace, tmp_path):
    mixed(store, tmp_path, QUARTER)
    (lost, *_) = [n for (n,) in store.rows("select instance from decision where not kept order by instance")]
    store.execute("update instance set turns = [] where instance = $1", [lost])
    assert not preview(store, workspace, 1, ExportOptions()).blocked
    (found, *_) = preview(store, workspace, 1, ExportOptions(mixture="weights")).blocked
    assert found.examples == (f"instance {lost}",)


def test_weights__a_run_without_a_mixture_is_refused(store, workspace, tmp_path):
    fill(store, RAW)
    with pytest.raises(AdrError, match="has no mixture"):
        export(store, workspace, 1, mixture="weights", out=tmp_path / "out")


def test_weights__of_several_epochs_is_refused(store, workspace, tmp_path):
    mixed(store, tmp_path, QUARTER, epochs=2)
    assert export(store, workspace, 1, mixture="weights", out=tmp_path / "first").instances == 10
    with pytest.raises(AdrError, match="two ways"):
        export(store, workspace, 1, mixture="weights", epochs="lists", out=tmp_path / "out")


def test_weights__an_index_made_anew_is_refused(store, workspace, tmp_path):
    mixed(store, tmp_path, QUARTER)
    store.execute("update index_made set fingerprint = 'another'")
    with pytest.raises(AdrError, match="index was made again"):
        export(store, workspace, 1, mixture="weights", out=tmp_path / "out")


@pytest.mark.parametrize("name", [name for name, format in FORMATS.items() if format.weighted is None])
def test_weights__a_format_without_a_setting_is_refused(store, workspace, tmp_path, name):
    mixed(store, tmp_path, QUARTER)
    accept(store, workspace)
    with pytest.raises(AdrError, match="no setting for how often"):
        export(store, workspace, 1, mixture="weights", format=name, out=tmp_path / "out")


@pytest.mark.parametrize("name", [name for name, format in FORMATS.items() if format.weighted])
def test_weights__the_same_run_gives_the_same_bytes(store, workspace, tmp_path, name):
    mixed(store, tmp_path, TWICE)
    made = [export(store, workspace, 1, mixture="weights", format=name, out=tmp_path / out) for out in ("a", "b")]
    assert made[0].files == made[1].files and made[0].instances == 10


def test_names__values_that_no_file_can_have_as_a_name_get_one(store, workspace, tmp_path):
    mixed(store, tmp_path, QUARTER)
    store.execute("update entity set name = case when name = 'cup' then '../Тест' else 'a/B c%' end")
    store.execute("update run set recipe = replace(replace(recipe, 'cup', '../Тест'), 'harp', 'a/B c%')")
    made = export(store, workspace, 1, mixture="weights", out=tmp_path / "out")
    assert made.main[:2] == ["data/value.json", "data/a_B_c.json"]


def test_others__values_beyond_the_hundredth_share_a_file(store, workspace, tmp_path, monkeypatch):
    monkeypatch.setattr("adr.export.mixture.MOST_FILES", 0)
    _, manifest = written(store, workspace, tmp_path, "llava", Mixture("object", sizes={"harp": 1}))
    assert [(one["name"], one["rows"], round(one["times"], 3)) for one in manifest["mixture"]["values"]] == [
        ("harp", 3, 0.333),
        ("other_values", 6, 1.0),
        ("no_value", 1, 1.0),
    ]


def test_applied__rows_that_a_mixture_repeats_have_names_of_their_own(store, workspace, tmp_path):
    """Three harps twice: a sample of a WebDataset is known by its key."""
    import tarfile

    mixed(store, tmp_path, TWICE)
    export(store, workspace, 1, format="webdataset", out=tmp_path / "out")
    with tarfile.open(tmp_path / "out" / "adr-000000.tar") as tar:
        names = tar.getnames()
    assert len(names) == len(set(names)) == 20


@pytest.mark.parametrize("name", ["llava", "parquet"])
def test_progress__of_writing_goes_on_from_file_to_file(store, workspace, tmp_path, name):
    mixed(store, tmp_path, QUARTER)
    said = []
    export(
        store,
        workspace,
        1,
        mixture="weights",
        format=name,
        out=tmp_path / "out",
        progress=lambda done, total, message: said.append((done, total)) if message == "Writing" else None,
    )
    assert list(dict.fromkeys(said)) == [(0, 10), (6, 10), (9, 10), (10, 10)]
