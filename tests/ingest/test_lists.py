"""Trainers' lists of datasets: what each entry is read as."""

import json
from pathlib import Path
from typing import Any

import pytest

from adr.errors import AdrError
from adr.ingest.ingest import ingest
from adr.ingest.lists import listed
from adr.ingest.options import IngestOptions
from adr.ingest.sources import Given, sources
from adr.store import Store

RECORD = {"conversations": [{"from": "human", "value": "What is it?"}, {"from": "gpt", "value": "A drum."}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two datasets of one record, and an image folder `images`."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(json.dumps([RECORD]))
    (tmp_path / "images").mkdir()
    return tmp_path


def written(folder: Path, name: str, value: Any) -> Given:
    (folder / name).write_text(value if isinstance(value, str) else json.dumps(value))
    return Given(folder / name)


def test_listed__a_dataset_is_itself(folder: Path) -> None:
    assert listed(Given(folder / "a.json")) == [Given(folder / "a.json")]
    one = written(folder, "one.json", {"image": "a.jpg", **RECORD})
    assert listed(one) == [one]


def test_listed__a_mix_of_llava_next(folder: Path) -> None:
    given = written(
        folder, "mix.yaml", 'datasets:\n- json_path: a.json\n  sampling_strategy: "first:30%"\n- json_path: b.json\n'
    )
    a, b = listed(Given(given.path, folder / "images"))
    assert (a.name, a.path, a.images, a.taken) == ("a", folder / "a.json", folder / "images", "first:30%")
    assert (b.name, b.path, b.taken) == ("b", folder / "b.json", "")


def test_listed__meta_of_internvl(folder: Path) -> None:
    entry = {"root": "images/", "annotation": "a.json", "data_augment": False, "repeat_time": 2, "length": 1}
    (one,) = listed(written(folder, "meta.json", {"set-a": entry}))
    assert one == Given(folder / "a.json", folder / "images", name="set-a", taken="repeat_time 2")


def test_listed__registry_of_qwen(folder: Path) -> None:
    one, other = listed(
        written(
            folder,
            "registry.json",
            {
                "a%50": {"annotation_path": "a.json", "data_path": "images"},
                "b": {"annotation_path": str(folder / "b.json"), "data_path": ""},
            },
        )
    )
    assert one == Given(folder / "a.json", folder / "images", name="a", taken="50 %")
    assert other == Given(folder / "b.json", None, name="b")


def test_listed__dataset_info_of_llama_factory(folder: Path) -> None:
    plain = {
        "file_name": "a.json",
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "images": "image"},
    }
    renamed = {
        "file_name": "b.json",
        "formatting": "sharegpt",
        "columns": {"messages": "talk", "images": "pictures"},
        "tags": {"role_tag": "who", "content_tag": "what", "user_tag": "me", "assistant_tag": "it"},
    }
    pairs = {"file_name": "b.json", "columns": {"prompt": "Q", "response": "A"}}
    info = {"a": plain, "b": renamed, "c": pairs}
    a, b, c = listed(written(folder, "dataset_info.json", info))
    assert a == Given(folder / "a.json", folder, name="a")
    assert b.options == IngestOptions(
        {"conversations": "talk", "image": "pictures", "role": "who", "text": "what", "human": "me", "gpt": "it"}
    )
    assert c.options == IngestOptions({"question": "Q", "answer": "A"})
    assert [one.name for one in listed(Given(folder / "dataset_info.json", name="c"))] == ["c"]
    with pytest.raises(AdrError, match=r"lists no dataset d\."):
        listed(Given(folder / "dataset_info.json", name="d"))


def test_listed__what_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(AdrError, match=r"lists gone in .*gone\.json, and there is no such file"):
        listed(written(folder, "mix.yaml", "datasets: [{json_path: gone.json}]"))
    with pytest.raises(AdrError, match="lists far, which is not a file but a dataset of a hub"):
        listed(written(folder, "info.json", {"far": {"hf_hub_url": "someone/something"}}))
    with pytest.raises(AdrError, match="is not YAML"):
        listed(written(folder, "bad.yaml", "datasets: ["))


def test_listed__where_folders_are_limited_a_list_names_only_what_lies_beside_it(folder: Path, tmp_path: Path) -> None:
    (folder / "sub").mkdir()
    given = written(folder / "sub", "mix.yaml", "datasets: [{json_path: ../a.json}]")
    assert len(listed(given)) == 1
    with pytest.raises(AdrError, match="outside its own folder"):
        listed(given, outside=False)
    meta = written(folder / "sub", "meta.json", {"a": {"annotation": "x.json", "root": str(folder / "images")}})
    with pytest.raises(AdrError, match="outside its own folder"):
        listed(meta, outside=False)
    assert len(listed(written(folder, "mix.yaml", "datasets: [{json_path: a.json}]"), outside=False)) == 1


def test_ingest__a_list_is_read_as_several_sources(folder: Path) -> None:
    store = Store.memory()
    given = written(
        folder, "mix.yaml", "datasets:\n- {json_path: a.json, sampling_strategy: all}\n- json_path: b.json\n"
    )
    report = ingest(store, given.path)
    assert report.instances == 2
    assert [(one.name, one.first, one.taken) for one in sources(store)] == [("a", 0, ""), ("b", 1, "")]
