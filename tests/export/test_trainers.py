"""Each export as its trainer reads it: by the trainer's own code where that is installed, else by its own rules."""

import json
import re

import pytest

from adr.errors import AdrError
from adr.export.export import export
from adr.recipe_mixture import Mixture
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import draw_images, fill
from tests.worlds.trainers import answer
from tests.worlds.weights import mixed


@pytest.fixture
def workspace(tmp_path):
    return Workspace.at(tmp_path / "workspace")


def talk(*turns, **more):
    """A record of (from, value) turns."""
    return json.dumps({**more, "conversations": [{"from": role, "value": text} for role, text in turns]})


PICTURE = talk(("human", "<image>\nWhat is it?"), ("gpt", "A cup."), image="a/0.png")
TWO = talk(("human", "<image> or <image>?"), ("gpt", "The first."), image=["a/0.png", "a/2.png"])
SAID = talk(("human", "<image>\nWhat marks a picture?"), ("gpt", "<image> does."), image="a/0.png")
VIDEO = talk(("human", "<video>\nWhat happens?"), ("gpt", "A car turns."), video="v.mp4")
BOTH = talk(("human", "<image>\n<video>\nWhen?"), ("gpt", "2014."), image="a/0.png", video="v.mp4")
TEXT = talk(("human", "Hello?"), ("gpt", "Hello."))
CALL = '{"name": "weather", "arguments": {"city": "Oslo"}}'
TOOLS = '[{"name": "weather"}]'
TOOL = talk(
    ("human", "What is the weather in Oslo?"),
    ("function_call", CALL),
    ("observation", '{"t": 4}'),
    ("gpt", "Four degrees."),
    tools=TOOLS,
)
REJECTED = talk(
    ("human", "<image>\nIs there a cup?"),
    ("gpt", "Yes."),
    image="a/0.png",
    rejected_conversations=[{"from": "human", "value": "<image>\nIs there a cup?"}, {"from": "gpt", "value": "No."}],
)


def written(workspace, tmp_path, raws, format, form="llava", **options):
    """The folder of an export of these records, with pictures and a video copied."""
    folder = tmp_path / "pictures"
    if not folder.exists():
        draw_images(folder)
        (folder / "v.mp4").write_bytes(b"film")
    store = Store.memory()
    fill(store, raws, images=folder, form=form)
    export(store, workspace, 1, format=format, out=tmp_path / "out", **({"images": "copy"} | options))
    store.close()
    return tmp_path / "out"


def lines(path):
    return [json.loads(one) for one in path.read_text(encoding="utf-8").splitlines()]


# ---------------------------------------------------------------------------------------------------- LLaMA-Factory

LLAMA_FACTORY = """
from types import SimpleNamespace
from datasets import load_dataset
from llamafactory.data.converter import get_dataset_converter
from llamafactory.data.mm_plugin import BasePlugin
from llamafactory.data.parser import get_dataset_list

out = argv[0]
(about,) = get_dataset_list(["adr"], out)
rows = load_dataset("json", data_files=f"{out}/{about.dataset_name}", split="train", cache_dir=argv[1])
convert = get_dataset_converter(about.formatting, about, SimpleNamespace(media_dir=f"{out}/images"))
answer = [convert(row) for row in rows]
for one in answer:
    assert one["_prompt"], "the row was skipped"
    media = [one[key] or [] for key in ("_images", "_videos", "_audios")]
    BasePlugin("<i>", "<v>", "<a>")._validate_messages([*one["_prompt"], *one["_response"][:1]], *media)
"""


def converted(out, tmp_path):
    """LLaMA-Factory's converter over an export, and its count of markers."""
    return answer("llamafactory", LLAMA_FACTORY, out, tmp_path / "cache")


def test_llama_factory__converts_every_row_with_its_media_and_tools(workspace, tmp_path):
    out = written(workspace, tmp_path, [PICTURE, TWO, VIDEO, BOTH, TEXT, TOOL], "llama-factory")
    rows = converted(out, tmp_path)
    assert [len(row["_images"] or ()) for row in rows] == [1, 2, 0, 1, 0, 0]
    assert [len(row["_videos"] or ()) for row in rows] == [0, 0, 1, 1, 0, 0]
    assert rows[2]["_videos"] == [str(out / "images" / "v.mp4")]
    assert [turn["role"] for turn in rows[5]["_prompt"]] == ["user", "function", "observation"]
    assert [row["_tools"] for row in rows] == ["", "", "", "", "", TOOLS]


def test_llama_factory__names_only_the_columns_that_rows_have(workspace, tmp_path):
    said = [{"role": "user", "content": "Name a tool."}, {"role": "assistant", "content": "A rake."}]
    out = written(workspace, tmp_path, [json.dumps({"messages": said})], "llama-factory", "messages")
    info = json.loads((out / "dataset_info.json").read_text())["adr"]
    assert info["columns"] == {"messages": "messages"}
    (row,) = converted(out, tmp_path)
    assert (row["_images"], row["_response"][0]["content"]) == (None, "A rake.")


def test_llama_factory__every_row_has_the_lists_that_some_need(workspace, tmp_path):
    said = [{"role": "user", "content": "Name a tool."}, {"role": "assistant", "content": "A rake."}]
    seen = [{"role": "user", "content": "<image>What?"}, {"role": "assistant", "content": "A cup."}]
    raws = [json.dumps({"messages": said}), json.dumps({"messages": seen, "images": ["a/0.png"]})]
    out = written(workspace, tmp_path, raws, "llama-factory", "messages")
    assert [row["images"] for row in json.loads((out / "data.json").read_text())] == [[], ["a/0.png"]]
    assert raws[1] in (out / "data.json").read_text()  # untouched


def test_llama_factory__openai_calls_become_its_own(workspace, tmp_path):
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
    raw = {
        "messages": [
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "content": "4"},
            {"role": "assistant", "content": "Four."},
        ],
        "tools": [{"type": "function", "function": {"name": "weather"}}],
    }
    store = Store.memory()
    fill(store, [json.dumps(raw)], form="messages")
    turns = [("human", "Weather?"), ("tool", json.dumps([call])), ("tool", "4"), ("gpt", "Four.")]
    store.execute("update instance set turns = $1", [[{"role": role, "text": text} for role, text in turns]])
    export(store, workspace, 1, format="llama-factory", out=tmp_path / "out")
    (row,) = json.loads((tmp_path / "out" / "data.json").read_text())
    assert [turn["role"] for turn in row["messages"]] == ["user", "function_call", "observation", "assistant"]
    assert json.loads(row["messages"][1]["content"]) == [{"name": "weather", "arguments": {"city": "Oslo"}}]
    assert json.loads(row["tools"]) == raw["tools"]
    (read,) = converted(tmp_path / "out", tmp_path)
    assert json.loads(read["_tools"]) == raw["tools"]
    export(store, workspace, 1, format="ms-swift", out=tmp_path / "swift")
    (row,) = lines(tmp_path / "swift" / "train.jsonl")
    assert row["messages"][1] == {"role": "tool_call", "content": CALL}
    store.close()


def test_llama_factory__rows_that_all_reject_an_answer_are_a_ranking(workspace, tmp_path):
    out = written(workspace, tmp_path, [REJECTED], "llama-factory")
    info = json.loads((out / "dataset_info.json").read_text())["adr"]
    assert info["ranking"] is True
    (row,) = converted(out, tmp_path)
    assert [turn["content"] for turn in row["_response"]] == ["Yes.", "No."]
    assert [turn["content"] for turn in row["_prompt"]] == ["<image>\nIs there a cup?"]


def test_llama_factory__a_mixed_set_is_no_ranking_and_lint_names_the_lost_key(workspace, tmp_path):
    out = written(workspace, tmp_path, [REJECTED, PICTURE], "llama-factory")
    assert "ranking" not in json.loads((out / "dataset_info.json").read_text())["adr"]
    lint = {one["kind"]: one for one in json.loads((out / "manifest.json").read_text())["lint"]}
    assert lint["keys_left_out"]["examples"] == ["rejected_conversations: 1 row (first: instance 0)"]
    assert len(converted(out, tmp_path)) == 2


# ---------------------------------------------------------------------------------------------------- ms-swift

MS_SWIFT = """
from datasets import load_dataset
from swift.dataset.preprocessor import AutoPreprocessor

rows = load_dataset("json", data_files=f"{argv[0]}/train.jsonl", split="train", cache_dir=argv[1])
answer = [dict(row) for row in AutoPreprocessor()(rows, load_from_cache_file=False, strict=True)]
"""


def preprocessed(out, tmp_path):
    """ms-swift's preprocessor over an export, which stops at the first row that it would drop."""
    return answer("swift", MS_SWIFT, out, tmp_path / "cache")


def test_ms_swift__preprocesses_every_row_with_its_media_and_tools(workspace, tmp_path):
    out = written(workspace, tmp_path, [PICTURE, TWO, VIDEO, BOTH, TEXT, TOOL], "ms-swift")
    assert lines(out / "train.jsonl")[5]["messages"][1] == {"role": "tool_call", "content": CALL}
    rows = preprocessed(out, tmp_path)
    assert [[one["path"] for one in row["images"] or ()] for row in rows][:3] == [
        ["a/0.png"],
        ["a/0.png", "a/2.png"],
        [],
    ]
    assert [row["videos"] or [] for row in rows] == [[], [], ["v.mp4"], ["v.mp4"], [], []]
    assert [turn["role"] for turn in rows[5]["messages"]] == ["user", "tool_call", "tool_response", "assistant"]
    assert rows[5]["tools"][0] == {"name": "weather"}


def test_ms_swift__the_rejected_answer_has_its_key(workspace, tmp_path):
    out = written(workspace, tmp_path, [REJECTED], "ms-swift")
    (row,) = preprocessed(out, tmp_path)
    assert (row["messages"][-1]["content"], row["rejected_response"]) == ("Yes.", "No.")


def test_ms_swift__content_in_parts_becomes_text_and_other_rows_stay(workspace, tmp_path):
    plain = json.dumps(
        {
            "messages": [
                {"role": "user", "content": "<image>What?"},
                {"role": "assistant", "content": "A cup.", "loss": True},
            ],
            "images": ["a/0.png"],
        }
    )
    parts = [{"type": "image", "image": "a/2.png"}, {"type": "text", "text": "And this?"}]
    raw = {
        "messages": [
            {"role": "user", "content": parts},
            {"role": "assistant", "content": [{"type": "text", "text": "A harp."}], "loss": False},
        ]
    }
    store = Store.memory()
    fill(store, [plain, json.dumps(raw)], form="messages")
    turns = [{"role": "human", "text": "<image>\nAnd this?"}, {"role": "gpt", "text": "A harp."}]
    store.execute("update instance set turns = $1, images = ['a/2.png'] where instance = 1", [turns])
    for trainer in ("ms-swift", "llama-factory"):
        export(store, workspace, 1, format=trainer, out=tmp_path / trainer)
    text = (tmp_path / "ms-swift" / "train.jsonl").read_text()
    first, second = text.splitlines()
    assert first == plain
    assert json.loads(second) == {
        "messages": [
            {"role": "user", "content": "<image>\nAnd this?"},
            {"role": "assistant", "content": "A harp.", "loss": False},
        ],
        "images": ["a/2.png"],
    }
    assert [json.loads(text)["images"] for text in (first, second)] == [["a/0.png"], ["a/2.png"]]
    store.close()
    assert len(converted(tmp_path / "llama-factory", tmp_path)) == 2


# ---------------------------------------------------------------------------------------------------- TRL

TRL = """
from datasets import load_dataset
from trl.data_utils import is_conversational, prepare_multimodal_messages

rows = load_dataset(f"{argv[0]}", split="train", cache_dir=argv[1])
answer = []
for row in rows:
    assert is_conversational(row)
    try:
        made = prepare_multimodal_messages(row["messages"], row["images"])
    except TypeError:  # up to 0.25 it takes the number of pictures
        made = row["messages"]
    answer.append([[turn["role"], [part["type"] for part in turn["content"]]] for turn in made])
"""


def test_trl__prepares_every_row(workspace, tmp_path):
    out = written(workspace, tmp_path, [PICTURE, TWO, TEXT, TOOL], "parquet", images="inside")
    rows = answer("trl", TRL, out, tmp_path / "cache")
    assert rows[0] == [["user", ["image", "text"]], ["assistant", ["text"]]]
    assert rows[2] == [["user", ["text"]], ["assistant", ["text"]]]
    assert [role for role, _ in rows[3]] == ["user", "assistant", "tool", "assistant"]


def test_parquet__a_call_is_the_assistants_and_tools_have_a_column(workspace, tmp_path):
    import pyarrow.parquet as pq

    out = written(workspace, tmp_path, [PICTURE, TOOL], "parquet", images="reference")
    rows = pq.read_table(out / "data").to_pylist()
    assert [turn["role"] for turn in rows[1]["messages"]] == ["user", "assistant", "tool", "assistant"]
    assert [row["tools"] for row in rows] == ["", TOOLS]


# ---------------------------------------------------------------------------------------------------- Qwen-VL


def qwen_vl_problem(row):
    """What stops a row in Qwen's reader, by its README: `image` and `video` hold a path or a list; <image> and <video>
    in human turns are replaced one by one; none may lack its file, and no file may be left over."""
    media = {f"<{key}>": row.get(key) or [] for key in ("image", "video")}
    wanted = {mark: [files] if isinstance(files, str) else list(files) for mark, files in media.items()}
    for turn in row["conversations"]:
        for mark in re.findall("<image>|<video>", turn["value"]) if turn["from"] == "human" else ():
            if not wanted[mark]:
                return f"no file for {mark}"
            wanted[mark].pop(0)
    return next((f"{mark} left over" for mark, files in wanted.items() if files), None)


def test_qwen_vl__every_file_has_its_marker(workspace, tmp_path):
    many = talk(("human", "<image> or <image>?"), ("gpt", "Both."), images=["a/0.png", "a/2.png"])
    named = talk(("user", "<image>\nWhat?"), ("assistant", "A cup."), image={"path": "a/0.png"})
    rows = lines(written(workspace, tmp_path, [SAID, TWO, VIDEO, BOTH, TEXT, many, named], "qwen-vl") / "train.jsonl")
    assert [qwen_vl_problem(row) for row in rows] == [None] * 7
    assert rows[:5] == [json.loads(raw) for raw in (SAID, TWO, VIDEO, BOTH, TEXT)]
    assert (rows[5]["image"], "images" in rows[5]) == (["a/0.png", "a/2.png"], False)
    assert rows[6]["image"] == "a/0.png"
    assert [turn["from"] for turn in rows[6]["conversations"]] == ["human", "gpt"]


# ---------------------------------------------------------------------------------------------------- InternVL


def internvl_kind(row):
    """What InternVL's loader takes a row for: `image` comes first, one path or a list; then one `video`; else text."""
    image, video = row.get("image"), row.get("video")
    if "image" in row and len(image) != 0:
        marks = sum(turn["value"].count("<image>") for turn in row["conversations"] if turn["from"] == "human")
        assert marks == (len(image) if isinstance(image, list) else 1)
        return "pictures" if isinstance(image, list) else "picture"
    return "video" if isinstance(video, str) and video else "text"


def test_internvl__rows_are_what_they_were_and_the_meta_file_counts_them(workspace, tmp_path):
    two = talk(("human", "<image> or <image>?"), ("gpt", "Both."), image=["a/0.png", "a/2.png"])
    out = written(workspace, tmp_path, [PICTURE, two, VIDEO, TEXT], "internvl")
    rows = lines(out / "train.jsonl")
    assert [internvl_kind(row) for row in rows] == ["picture", "pictures", "video", "text"]
    meta = json.loads((out / "meta.json").read_text())["adr"]
    assert set(meta) == {"root", "annotation", "data_augment", "repeat_time", "length"}
    assert (meta["length"], meta["data_augment"], meta["root"]) == (4, False, "images")
    assert all((out / "images" / row[key]).is_file() for row in rows for key in ("video",) if key in row)


def test_internvl__a_row_with_pictures_and_a_video_is_left_out_on_request(workspace, tmp_path):
    with pytest.raises(AdrError, match="image_and_video"):
        written(workspace, tmp_path, [PICTURE, BOTH], "internvl")
    out = written(workspace, tmp_path, [PICTURE, BOTH], "internvl", leave_out_faulty=True)
    assert len(lines(out / "train.jsonl")) == 1


# ---------------------------------------------------------------------------------------------------- LLaVA, WebDataset


def test_llava__a_row_its_loader_could_not_read_is_rewritten_and_keeps_its_other_keys(workspace, tmp_path):
    many = talk(("human", "<image> or <image>?"), ("gpt", "Both."), id=3, images=["a/0.png", "a/2.png"], weight=1.5)
    named = talk(("user", "<image>\nWhat?"), ("assistant", "A cup."), image={"path": "a/0.png"}, note="x")
    out = written(workspace, tmp_path, [PICTURE, many, named], "llava")
    text = (out / "llava.json").read_text()
    rows = json.loads(text)
    assert PICTURE in text
    assert rows[1] == {
        "id": 3,
        "image": ["a/0.png", "a/2.png"],
        "weight": 1.5,
        "conversations": json.loads(many)["conversations"],
    }
    assert (rows[2]["image"], rows[2]["note"]) == ("a/0.png", "x")
    assert [turn["from"] for turn in rows[2]["conversations"]] == ["human", "gpt"]


def test_llava__preference_rows_are_kept_whole(workspace, tmp_path):
    assert REJECTED in (written(workspace, tmp_path, [REJECTED], "llava") / "llava.json").read_text()


def test_webdataset__a_video_lies_beside_its_row(workspace, tmp_path):
    import tarfile

    out = written(workspace, tmp_path, [VIDEO, BOTH], "webdataset", images="inside")
    with tarfile.open(out / "adr-000000.tar") as tar:
        assert tar.getnames() == [
            *("000000000.mp4", "000000000.json"),
            *("000000001.png", "000000001.mp4", "000000001.json"),
        ]
        assert tar.extractfile("000000000.mp4").read() == b"film"


# ---------------------------------------------------------------------------------------------------- all formats

TRAINERS = ("llava", "llama-factory", "ms-swift", "qwen-vl", "internvl", "parquet", "webdataset")


@pytest.mark.parametrize("trainer", TRAINERS)
def test_export__nothing_left_is_an_error_in_every_format(workspace, tmp_path, trainer):
    gone = talk(("human", "<image>\nWhat?"), ("gpt", "A cow."), image="gone.jpg")
    for leave_out, said in ((True, "nothing left to write"), (False, "could not read")):
        with pytest.raises(AdrError, match=said):
            written(workspace, tmp_path, [gone], trainer, images=None, leave_out_faulty=leave_out)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("trainer", (*TRAINERS, "coco"))
def test_export__a_run_that_keeps_nothing_is_an_error_in_every_format(workspace, tmp_path, trainer):
    store = Store.memory()
    fill(store, [TEXT], kept=lambda i: False)
    with pytest.raises(AdrError, match=r"nothing to write|none of this run's are accepted"):
        export(store, workspace, 1, format=trainer, out=tmp_path / "out")
    store.close()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("trainer", TRAINERS)
def test_export__markers_are_placed_on_request(workspace, tmp_path, trainer):
    bare = talk(("human", "What is it?"), ("gpt", "A cup."), id="b", image="a/2.png")
    if trainer in ("llama-factory", "qwen-vl", "internvl", "parquet"):
        with pytest.raises(AdrError) as raised:
            written(workspace, tmp_path, [PICTURE, bare], trainer, images=None)
        assert "--place-markers" in raised.value.next_step
    out = written(workspace, tmp_path, [PICTURE, bare], trainer, images=None, place_markers=True)
    assert first_questions(out, trainer) == ["<image>\nWhat is it?"] * 2
    if trainer in ("llava", "qwen-vl", "internvl"):
        main = out / {"llava": "llava.json"}.get(trainer, "train.jsonl")
        assert PICTURE in main.read_text()  # byte for byte
    assert json.loads((out / "manifest.json").read_text())["options"]["place_markers"] is True


def first_questions(out, trainer):
    """The first turn of each row, with a marker for each part that is a picture."""
    import tarfile

    import pyarrow.parquet as pq

    if trainer == "parquet":
        rows = pq.read_table(out / "data").to_pylist()
        turns = [row["messages"][0]["content"] for row in rows]
        return ["\n".join("<image>" if part["type"] == "image" else part["text"] for part in parts) for parts in turns]
    if trainer == "webdataset":
        with tarfile.open(out / "adr-000000.tar") as tar:
            rows = [json.loads(tar.extractfile(name).read()) for name in tar.getnames() if name.endswith("json")]
    else:
        name = {"llava": "llava.json", "llama-factory": "data.json"}.get(trainer)
        rows = json.loads((out / name).read_text()) if name else lines(out / "train.jsonl")
    talks = [row.get("conversations") or row["messages"] for row in rows]
    return [talk[0].get("value") or talk[0]["content"] for talk in talks]


# ---------------------------------------------------------------------------------------------------- with weights

LLAMA_FACTORY_MIXED = """
from types import SimpleNamespace
import yaml
from datasets import load_dataset
from llamafactory.data.converter import get_dataset_converter
from llamafactory.data.data_utils import merge_dataset
from llamafactory.data.parser import get_dataset_list
from llamafactory.hparams import DataArguments

out = argv[0]
settings = yaml.safe_load(open(f"{out}/mixture.yaml"))
how = DataArguments(dataset_dir=out, **settings)
read = []
for about in get_dataset_list(how.dataset, out):
    rows = load_dataset("json", data_files=f"{out}/{about.dataset_name}", split="train", cache_dir=argv[1])
    convert = get_dataset_converter(about.formatting, about, SimpleNamespace(media_dir=f"{out}/images"))
    read.append(rows.map(lambda row: convert(row), remove_columns=rows.column_names))
answer = [row["_response"][0]["content"] for row in merge_dataset(read, how, seed=1)]
"""
MS_SWIFT_MIXED = """
import json
from swift.dataset import load_dataset

values = [one for one in json.load(open(f"{argv[0]}/manifest.json"))["mixture"]["values"] if one["setting"]]
rows, _ = load_dataset(
    [f"{argv[0]}/{one['files'][0]}" for one in values],
    interleave_prob=[float(one["setting"]) for one in values],
    stopping_strategy="all_exhausted",
    seed=1,
)
answer = [row["messages"][-1]["content"] for row in rows]
"""


@pytest.mark.parametrize(
    ("trainer", "module", "code"),
    [("llama-factory", "llamafactory", LLAMA_FACTORY_MIXED), ("ms-swift", "swift", MS_SWIFT_MIXED)],
)
def test_weights__the_trainers_own_reader_draws_every_row_at_its_share(workspace, tmp_path, trainer, module, code):
    """1 of 4 rows is a cup: all six have been drawn after about 24 rows."""
    store = Store.memory()
    mixed(store, tmp_path, Mixture("object", shares={"cup": 0.25, "harp": 0.75}))
    out = tmp_path / "out"
    export(store, workspace, 1, format=trainer, mixture="weights", images="copy", out=out)
    store.close()
    said = answer(module, code, out, tmp_path / "cache")
    drawn = [int(text.removeprefix("It is ").removesuffix(".")) for text in said]
    assert set(drawn) == set(range(9))
    assert 12 <= len(drawn) <= 60
    assert sum(n >= 6 for n in drawn) / len(drawn) == pytest.approx(0.75, abs=0.15)
