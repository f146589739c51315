"""trainer.md: its lines run, with programs that only write down how they were called in the place of the trainers."""

import json
import os
import re
import subprocess
import sys

import pytest
import yaml

from adr.export import trainer
from adr.export.export import export
from adr.export.formats import FORMATS
from adr.recipe_mixture import Mixture
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, accept, draw_images, fill
from tests.worlds.weights import mixed

PROGRAMS = ("deepspeed", "torchrun", "swift", "llamafactory-cli", "accelerate")
CLONES = ("LLaVA", "LLaVA-NeXT", "Qwen3-VL/qwen-vl-finetune/qwenvl/data", "InternVL/internvl_chat", "nanoVLM/models")
# Writes its arguments, what $OUT and $IMAGES were, and the files that it could have read.
STAND_IN = """#!{python}
import json, os, sys
with open(os.environ["CALLS"], "a") as calls:
    said = {{"program": os.path.basename(sys.argv[0]), "arguments": sys.argv[1:], "folder": os.getcwd()}}
    said["root"] = os.environ.get("ROOT_IMAGE_DIR")
    calls.write(json.dumps(said) + "\\n")
"""


@pytest.fixture
def workspace(tmp_path):
    return Workspace.at(tmp_path / "workspace")


@pytest.fixture
def store(workspace, tmp_path):
    made = Store.memory()
    fill(made, RAW, images=draw_images(tmp_path / "pictures"))
    accept(made, workspace)
    yield made
    made.close()


def started(page, folder, home):
    """What the stand-ins were called with when every shell line of a page ran in a folder."""
    (home / "bin").mkdir(parents=True)
    for clone in CLONES:
        (home / clone).mkdir(parents=True)
    (home / "Qwen3-VL/qwen-vl-finetune/qwenvl/data/__init__.py").write_text("data_dict = {}\n")
    (home / "nanoVLM/models/config.py").write_text(
        "class TrainConfig:\n    train_dataset_path: str = '/x'\n    train_dataset_name: tuple[str, ...] = ('all', )\n"
    )
    for name in PROGRAMS:
        (home / "bin" / name).write_text(STAND_IN.format(python=sys.executable))
        (home / "bin" / name).chmod(0o755)
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.S))
    path = f"{home / 'bin'}:{os.environ['PATH']}"
    environment = {"HOME": str(home), "PATH": path, "CALLS": str(home / "calls")}
    subprocess.run(["bash", "-eu", "-c", lines], cwd=folder, env=environment, check=True, timeout=300)
    return [json.loads(line) for line in (home / "calls").read_text().splitlines()]


def page_of(folder, pictures):
    """The page with the image folder of the source filled in, as its comment asks for."""
    text = (folder / "trainer.md").read_text()
    return text.replace("/path/to/images  # the image folder of the source", str(pictures))


def after(call, flag):
    return call["arguments"][call["arguments"].index(flag) + 1]


def test_trainer__every_export_has_the_page_and_the_manifest_lists_it(store, workspace, tmp_path):
    for name in FORMATS:
        report = export(store, workspace, 1, format=name, out=tmp_path / name)
        assert "trainer.md" in report.files
        assert "trainer.md" in (tmp_path / name / "README.md").read_text()
        page = (tmp_path / name / "trainer.md").read_text()
        assert page.startswith("# Starting the trainer" if name in trainer.TRAINERS else "# Reading this export")
        assert str(tmp_path) not in page


def test_llava__both_trainers_get_data_and_pictures_that_are_there(store, workspace, tmp_path):
    out, pictures = tmp_path / "out", tmp_path / "pictures"
    export(store, workspace, 1, out=out)
    llava, next_ = started(page_of(out, pictures), out, tmp_path / "home")
    assert (llava["program"], after(llava, "--data_path")) == ("deepspeed", str(out / "llava.json"))
    assert after(llava, "--image_folder") == after(next_, "--image_folder") == str(pictures)
    mix = yaml.safe_load((tmp_path / "home/LLaVA-NeXT" / after(next_, "--data_path")).read_text())
    assert mix == {"datasets": [{"json_path": str(out / "llava.json"), "sampling_strategy": "all"}]}
    for record in json.loads((out / "llava.json").read_text()):  # the synthetic picture was linked in
        names = record.get("image", [])
        assert all((pictures / name).is_file() for name in ([names] if isinstance(names, str) else names))


def test_llama_factory__its_settings_name_the_folder_and_the_pictures(store, workspace, tmp_path):
    out = tmp_path / "out"
    export(store, workspace, 1, format="llama-factory", images="copy", out=out)
    (call,) = started((out / "trainer.md").read_text(), out, tmp_path / "home")
    assert call["arguments"] == ["train", "adr.yaml"]
    settings = yaml.safe_load((out / "adr.yaml").read_text())
    assert (settings["dataset_dir"], settings["media_dir"]) == (str(out), str(out / "images"))
    assert settings["dataset"] in json.loads((out / "dataset_info.json").read_text())


def test_ms_swift__lines_and_root_of_the_pictures(store, workspace, tmp_path):
    out = tmp_path / "out"
    export(store, workspace, 1, format="ms-swift", images="copy", out=out)
    (call,) = started((out / "trainer.md").read_text(), out, tmp_path / "home")
    assert (call["arguments"][0], after(call, "--dataset")) == ("sft", str(out / "train.jsonl"))
    assert call["root"] == str(out / "images")


def test_qwen_vl__the_trainers_list_gets_the_entry(store, workspace, tmp_path):
    out = tmp_path / "out"
    export(store, workspace, 1, format="qwen-vl", images="copy", out=out)
    (call,) = started((out / "trainer.md").read_text(), out, tmp_path / "home")
    listed: dict = {}
    exec((tmp_path / "home/Qwen3-VL/qwen-vl-finetune/qwenvl/data/__init__.py").read_text(), listed)
    name = after(call, "--dataset_use").split("%")[0]
    assert listed["data_dict"][name] == {"annotation_path": str(out / "train.jsonl"), "data_path": str(out / "images")}


def test_internvl__its_meta_file_has_whole_paths(store, workspace, tmp_path):
    out = tmp_path / "out"
    export(store, workspace, 1, format="internvl", images="copy", out=out)
    (call,) = started((out / "trainer.md").read_text(), out, tmp_path / "home")
    meta = json.loads((tmp_path / "home/InternVL/internvl_chat" / after(call, "--meta_path")).read_text())["adr"]
    assert (meta["annotation"], meta["root"]) == (str(out / "train.jsonl"), str(out / "images"))
    assert meta["length"] == 5


@pytest.mark.parametrize("images", ["inside", "reference"])
def test_trl__the_script_opens_the_pictures(store, workspace, tmp_path, images):
    out = tmp_path / "out"
    export(store, workspace, 1, format="parquet", images=images, out=out)
    (call,) = started(page_of(out, tmp_path / "pictures"), out, tmp_path / "home")
    script = (out / call["arguments"][1]).read_text()
    loads = script.replace("from trl import SFTConfig, SFTTrainer\n", "").split("trainer = ")[0]
    (tmp_path / "loads.py").write_text(loads + "print([[one.size for one in row['images']] for row in rows])\n")
    said = subprocess.run(
        [sys.executable, str(tmp_path / "loads.py"), *call["arguments"][2:]],
        env={**os.environ, "HF_DATASETS_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "[[(4, 6)], [], [(6, 6)], [(7, 6), (4, 6)], [(8, 8)]]"


def test_nanovlm__its_settings_name_folder_and_configuration(store, workspace, tmp_path):
    import datasets

    out = tmp_path / "out"
    export(store, workspace, 1, format="finevision", out=out)
    started((out / "trainer.md").read_text(), out, tmp_path / "home")
    found: dict = {}
    exec((tmp_path / "home/nanoVLM/models/config.py").read_text(), found)
    settings = found["TrainConfig"]
    assert settings.train_dataset_path == str(out)
    (name,) = settings.train_dataset_name
    rows = datasets.load_dataset(settings.train_dataset_path, name, cache_dir=str(tmp_path / "cache"))["train"]
    assert [len(row["images"]) for row in rows] == [1, 0, 1, 2, 1]


# ------------------------------------------------------------------------------------------- exports with weights

WEIGHED = [name for name, format in FORMATS.items() if format.weighted]


def weighed(workspace, tmp_path, format, **options):
    """(the folder of an export with weights, the calls of its trainers). 4 of 6 cups and 3 harps twice."""
    store = Store.memory()
    mixed(store, tmp_path, Mixture("object", shares={"cup": 0.4, "harp": 0.6}, repeat=2))
    out = tmp_path / "out"
    export(store, workspace, 1, format=format, mixture="weights", out=out, **{"images": "copy"} | options)
    store.close()
    return out, started((out / "trainer.md").read_text(), out, tmp_path / "home")


def test_weights__llava_next_gets_a_list_with_whole_paths(workspace, tmp_path):
    out, (call,) = weighed(workspace, tmp_path, "llava")  # LLaVA itself reads one file and is not on the page
    assert call["program"] == "torchrun"
    listed = yaml.safe_load((tmp_path / "home/LLaVA-NeXT" / after(call, "--data_path")).read_text())["datasets"]
    assert [(one["json_path"], one["sampling_strategy"]) for one in listed] == [
        (str(out / "data" / "cup.json"), "random:4"),
        (str(out / "data" / "harp.json"), "all"),
        (str(out / "data" / "harp.json"), "all"),
    ]


def test_weights__llama_factory_gets_the_data_sets_and_probabilities(workspace, tmp_path):
    out, _ = weighed(workspace, tmp_path, "llama-factory")
    settings = yaml.safe_load((out / "adr.yaml").read_text())
    assert settings["dataset"] == "adr_cup,adr_harp"
    assert (settings["mix_strategy"], settings["interleave_probs"]) == ("interleave_over", "0.4,0.6")
    own = yaml.safe_load((out / "mixture.yaml").read_text())
    assert {key: settings[key] for key in own} == own


def test_weights__ms_swift_gets_a_probability_for_each_file(workspace, tmp_path):
    out, (call,) = weighed(workspace, tmp_path, "ms-swift")
    at = call["arguments"].index("--dataset")
    assert call["arguments"][at : at + 8] == [
        "--dataset",
        str(out / "data" / "cup.jsonl"),
        str(out / "data" / "harp.jsonl"),
        "--interleave_prob",
        "0.4",
        "0.6",
        "--stopping_strategy",
        "all_exhausted",
    ]


def test_weights__qwen_vl_draws_from_entries_that_its_list_has(workspace, tmp_path):
    out, (call,) = weighed(workspace, tmp_path, "qwen-vl")
    listed: dict = {}
    exec((tmp_path / "home/Qwen3-VL/qwen-vl-finetune/qwenvl/data/__init__.py").read_text(), listed)
    assert after(call, "--dataset_use") == "adr_cup%67,adr_harp%100,adr_harp%100"
    assert listed["data_dict"]["adr_harp"]["annotation_path"] == str(out / "data" / "harp.jsonl")
    assert set(listed["data_dict"]) == {"adr_cup", "adr_harp"}


def test_weights__internvl_gets_whole_paths_and_its_repeat_times(workspace, tmp_path):
    out, (call,) = weighed(workspace, tmp_path, "internvl")
    meta = json.loads((tmp_path / "home/InternVL/internvl_chat" / after(call, "--meta_path")).read_text())
    assert {name: one["repeat_time"] for name, one in meta.items()} == {"adr_cup": 0.75, "adr_harp": 2}
    assert meta["adr_cup"]["annotation"] == str(out / "data" / "cup.jsonl")


def test_weights__the_script_for_trl_draws_until_all_rows_have_been_there(workspace, tmp_path):
    out, (call,) = weighed(workspace, tmp_path, "parquet", images="inside")
    script = (out / call["arguments"][1]).read_text()
    loads = script.replace("from trl import SFTConfig, SFTTrainer\n", "").split("trainer = ")[0]
    (tmp_path / "loads.py").write_text(loads + "print([int(row['id']) for row in rows])\n")
    said = subprocess.run(
        [sys.executable, str(tmp_path / "loads.py"), *call["arguments"][2:]],
        env={**os.environ, "HF_DATASETS_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    drawn = json.loads(said.stdout.strip().splitlines()[-1])
    assert set(drawn) == set(range(9))
    assert sum(n >= 6 for n in drawn) / len(drawn) > 0.4


@pytest.mark.parametrize("name", WEIGHED)
def test_weights__the_page_says_how_a_sampler_takes_the_rows(workspace, tmp_path, name):
    import torch

    out, _ = weighed(workspace, tmp_path, name, images=None)
    (code,) = re.findall(r"```python\n(.*?)```", (out / "trainer.md").read_text(), re.S)
    found: dict = {}
    torch.manual_seed(0)
    exec(code.replace('"weights.parquet"', repr(str(out / "weights.parquet"))), found)
    assert found["sampler"].num_samples == 10
    drawn = [n for _ in range(300) for n in found["sampler"]]
    assert 9 not in drawn  # the row without a value has weight 0
    assert sum(n < 6 for n in drawn) / len(drawn) == pytest.approx(0.4, abs=0.04)
