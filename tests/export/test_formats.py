"""Every format read back by a real reader of it, and compared with what was given."""

import io
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adr.errors import AdrError
from adr.export import parquet
from adr.export.export import export
from adr.export.formats import FORMATS
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import MESSAGES, RAW, accept, draw_images, fill, tree

SYNTHETIC = "adr-synthetic/p1-00000-0.png"


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


@pytest.fixture
def spoken(workspace):
    """A source in messages form."""
    made = Store.memory()
    fill(made, MESSAGES, form="messages")
    accept(made, workspace)
    yield made
    made.close()


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


@pytest.mark.parametrize("name", FORMATS)
def test_formats__same_rows_give_the_same_bytes(store, workspace, tmp_path, name):
    export(store, workspace, 1, format=name, out=tmp_path / "one")
    export(store, workspace, 1, format=name, out=tmp_path / "two")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_llava__messages_are_converted_and_text_only_rows_have_no_image_key(spoken, workspace, tmp_path):
    export(spoken, workspace, 1, out=tmp_path / "out", leave_out_faulty=True)
    records = json.loads((tmp_path / "out" / "llava.json").read_text())
    assert records[0] == {
        "image": "a/0.png",
        "conversations": [{"from": "human", "value": "<image>Who is it?"}, {"from": "gpt", "value": "Ada."}],
    }
    assert len(records) == 2  # the record with a system turn is left out: LLaVA knows none
    assert lines(tmp_path / "out" / "dropped.jsonl") == [{"position": 1, "reason": "faulty"}]


def test_llama_factory__datasets_reads_it_as_its_info_says(store, workspace, tmp_path):
    import datasets

    export(store, workspace, 1, format="llama-factory", out=tmp_path / "out")
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text())["adr"]
    assert info == {
        "file_name": "data.json",
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "images": "images"},
    }
    rows = datasets.load_dataset(
        "json", data_files=str(tmp_path / "out" / info["file_name"]), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert [row["images"] for row in rows] == [["a/0.png"], [], ["a/2.png"], ["a/3.png", "a/0.png"], [SYNTHETIC]]
    assert [row["conversations"] for row in rows][:4] == [json.loads(raw)["conversations"] for raw in RAW]


def test_llama_factory__messages_leave_as_they_came_with_their_tags(spoken, workspace, tmp_path):
    export(spoken, workspace, 1, format="llama-factory", out=tmp_path / "out")
    text = (tmp_path / "out" / "data.json").read_text()
    assert text.startswith("[\n" + ",\n".join(MESSAGES) + ",\n")
    assert json.loads(text)[2] == {
        "messages": [
            {"role": "user", "content": "<image>\nWhat is this?"},
            {"role": "assistant", "content": "A red harp."},
        ],
        "images": [SYNTHETIC],
    }
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text())["adr"]
    assert (info["columns"]["messages"], info["tags"]["user_tag"]) == ("messages", "user")


def test_ms_swift__datasets_reads_the_lines(store, workspace, tmp_path):
    import datasets

    export(store, workspace, 1, format="ms-swift", out=tmp_path / "out")
    rows = datasets.load_dataset(
        "json", data_files=str(tmp_path / "out" / "train.jsonl"), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert rows[1] == {
        "messages": [{"role": "user", "content": "Say hello."}, {"role": "assistant", "content": "Hello."}],
        "images": [],
    }
    assert rows[3]["images"] == ["a/3.png", "a/0.png"]
    assert [len(row["messages"]) for row in rows] == [2, 2, 2, 4, 2]


def test_ms_swift__messages_keep_their_value(spoken, workspace, tmp_path):
    export(spoken, workspace, 1, format="ms-swift", out=tmp_path / "out")
    assert lines(tmp_path / "out" / "train.jsonl")[:2] == [json.loads(raw) for raw in MESSAGES]


def test_qwen_vl__image_is_a_text_or_a_list(store, workspace, tmp_path):
    export(store, workspace, 1, format="qwen-vl", out=tmp_path / "out", images="copy")
    rows = lines(tmp_path / "out" / "train.jsonl")
    assert rows[:4] == [json.loads(raw) for raw in RAW]
    assert rows[3]["image"] == ["a/3.png", "a/0.png"]
    entry = json.loads((tmp_path / "out" / "registry.json").read_text())["adr"]
    assert all(
        (tmp_path / "out" / entry["data_path"] / name).is_file()
        for row in rows
        for name in ([row["image"]] if isinstance(row.get("image"), str) else row.get("image", []))
    )


def test_internvl__the_meta_file_names_lines_of_its_length(store, workspace, tmp_path):
    export(store, workspace, 1, format="internvl", out=tmp_path / "out", images="link")
    meta = json.loads((tmp_path / "out" / "meta.json").read_text())["adr"]
    rows = lines(tmp_path / "out" / meta["annotation"])
    assert len(rows) == meta["length"] == 5
    assert rows[:4] == [json.loads(raw) for raw in RAW]
    assert Image.open(tmp_path / "out" / meta["root"] / "a" / "3.png").size == (7, 6)


def test_parquet__datasets_shows_images_and_messages(store, workspace, tmp_path):
    import datasets

    report = export(store, workspace, 1, format="parquet", out=tmp_path / "out")
    assert report.main == ["data/train-00000-of-00001.parquet"]
    rows = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "out" / report.main[0]), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert [[one.size for one in row["images"]] for row in rows] == [[(4, 6)], [], [(6, 6)], [(7, 6), (4, 6)], [(8, 8)]]
    assert [row["id"] for row in rows] == ["7", "sg_1", "7", "x", "adr-p1-00000-0"]
    image = {"type": "image", "text": None}
    assert rows[0]["messages"] == [
        {"role": "user", "content": [image, {"type": "text", "text": "What is it?"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "A café — “Zürich”.  "}]},
    ]
    assert rows[2]["messages"][0]["content"] == [{"type": "text", "text": "What is on it?"}, image]
    assert rows[3]["messages"][0]["content"] == [
        image,
        {"type": "text", "text": "And "},
        image,
        {"type": "text", "text": "?"},
    ]
    assert rows[4]["messages"][0]["content"] == [image, {"type": "text", "text": "What is this?"}]


def test_parquet__the_folder_itself_loads_by_its_card(store, workspace, tmp_path):
    import datasets

    export(store, workspace, 1, format="parquet", out=tmp_path / "out")
    rows = datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=str(tmp_path / "cache"))
    assert rows.column_names == ["id", "images", "messages"]
    assert len(rows) == 5


def test_parquet__without_images_holds_their_paths(store, workspace, tmp_path):
    import datasets

    report = export(
        store,
        workspace,
        1,
        format="parquet",
        out=tmp_path / "out",
        images="reference",
        order="shuffled",
        repair_ids=True,
    )
    rows = datasets.load_dataset(
        "parquet", data_files=str(tmp_path / "out" / report.main[0]), split="train", cache_dir=str(tmp_path / "cache")
    )
    found = {row["id"]: row["images"] for row in rows}
    assert found in (
        {"7": ["a/0.png"], "sg_1": [], "7-2": ["a/2.png"], "x": ["a/3.png", "a/0.png"], "adr-p1-00000-0": [SYNTHETIC]},
        {"7": ["a/2.png"], "sg_1": [], "7-2": ["a/0.png"], "x": ["a/3.png", "a/0.png"], "adr-p1-00000-0": [SYNTHETIC]},
    )


def test_parquet__full_shards_are_followed_by_another(store, workspace, tmp_path, monkeypatch):
    import datasets

    monkeypatch.setattr(parquet, "SHARD", 1)
    monkeypatch.setattr(parquet, "WITH_IMAGES", 2)
    report = export(store, workspace, 1, format="parquet", out=tmp_path / "out")
    assert report.main == [f"data/train-0000{n}-of-00003.parquet" for n in range(3)]
    rows = datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=str(tmp_path / "cache"))
    assert [row["id"] for row in rows] == ["7", "sg_1", "7", "x", "adr-p1-00000-0"]


TEXTS = st.text(st.sampled_from("ab \n"), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=4).map("<image>".join), min_size=1, max_size=3))
def test_parquet__sql_and_python_make_the_same_parts(texts):
    from tests.worlds.export import ROLES

    turns = [("human" if n % 2 == 0 else "gpt", text) for n, text in enumerate(texts)]
    store = Store.memory()
    store.execute(
        "insert into instance (instance, images, missing, turns, raw) values (0, [], 0, $1, '{}')",
        [[{"role": role, "text": text} for role, text in turns]],
    )
    ((made,),) = store.rows(f"select {parquet.MESSAGES_SQL} from instance i")
    store.close()
    assert made == parquet.messages(turns)
    assert [m["role"] for m in made] == [{v: k for k, v in ROLES.items()}[role] for role, _ in turns]
    # Joined by line ends, as readers of messages do, the parts are the text again; only a marker that touches its
    # neighbour gets a line end in between.
    joined = ["\n".join("<image>" if part["text"] is None else part["text"] for part in m["content"]) for m in made]
    assert joined == [re.sub(r"(?<=>)(?=[^\n])|(?<=[^\n])(?=<)", "\n", text) for _, text in turns]


def test_webdataset__its_reader_gives_images_and_rows(store, workspace, tmp_path):
    import webdataset

    report = export(store, workspace, 1, format="webdataset", out=tmp_path / "out")
    samples = list(webdataset.WebDataset(str(tmp_path / "out" / report.main[0]), shardshuffle=False))
    assert [sample["__key__"] for sample in samples] == [
        "000000000",
        "000000001",
        "000000002",
        "000000003",
        "adr-p1-00000-0",
    ]
    assert [sample["json"].decode() for sample in samples][:4] == list(RAW)
    assert Image.open(io.BytesIO(samples[2]["png"])).size == (6, 6)
    assert [Image.open(io.BytesIO(samples[3][f"{n}.png"])).size for n in (0, 1)] == [(7, 6), (4, 6)]
    assert "png" not in samples[1]
    assert samples[4]["png"] == (workspace.images / "p1-00000-0.png").read_bytes()


def test_coco__pycocotools_reads_the_synthetic_part(store, workspace, tmp_path):
    from pycocotools.coco import COCO

    accept(store, workspace, "p1-00001-0", slot=1)
    export(store, workspace, 1, format="coco", out=tmp_path / "out")
    coco = COCO(str(tmp_path / "out" / "captions.json"))
    images = coco.loadImgs(coco.getImgIds())
    assert [(p["file_name"], p["width"], p["height"]) for p in images] == [
        (SYNTHETIC, 8, 8),
        ("adr-synthetic/p1-00001-0.png", 8, 8),
    ]
    assert [a["caption"] for a in coco.loadAnns(coco.getAnnIds(imgIds=[2]))] == ["a red harp"]
    assert all((tmp_path / "out" / "images" / p["file_name"]).is_file() for p in images)


def test_coco__without_accepted_candidates_says_so(workspace, tmp_path):
    store = Store.memory()
    fill(store, RAW)
    with pytest.raises(AdrError, match="synthetic pictures, and none of this run's are accepted"):
        export(store, workspace, 1, format="coco", out=tmp_path / "out")


def test_selection__positions_can_be_applied_to_the_source(workspace, tmp_path):
    import datasets

    store = Store.memory()
    fill(store, RAW, kept=lambda i: i != 1)
    export(store, workspace, 1, format="selection", out=tmp_path / "out")
    rows = datasets.load_dataset(
        "parquet",
        data_files=str(tmp_path / "out" / "selection.parquet"),
        split="train",
        cache_dir=str(tmp_path / "cache"),
    )
    assert rows[1] == {
        "position": 1,
        "id": "sg_1",
        "kept": False,
        "copies": 0,
        "pass_count": 1,
        "reason": "below_min_passes",
        "probability": 0.25,
    }
    assert list(rows) == lines(tmp_path / "out" / "selection.jsonl")
    assert [raw for raw, row in zip(RAW, rows, strict=True) if row["kept"]] == [RAW[0], RAW[2], RAW[3]]


def test_formats__images_that_are_not_there_are_not_copied(workspace, tmp_path):
    store = Store.memory()
    fill(store, RAW)
    for name, images in (("parquet", "inside"), ("webdataset", "inside"), ("llava", "copy"), ("llava", "link")):
        with pytest.raises(AdrError, match="without an image folder"):
            export(store, workspace, 1, format=name, images=images, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
