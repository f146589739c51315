"""Rows from the field, read by ingest and exported: what a trainer gets."""

import json

import pytest

from adr.errors import AdrError
from adr.export.export import export, preview
from adr.export.options import ExportOptions
from adr.ingest.ingest import ingest
from adr.store import Store
from adr.workspace import Workspace


def talk(*turns, **more):
    """A record of (from, value) turns."""
    return {**more, "conversations": [{"from": role, "value": text} for role, text in turns]}


class Field:
    """A workspace whose run keeps every record of a source."""

    def __init__(self, folder, records, pictures=("a.jpg",)):
        from PIL import Image

        (folder / "images").mkdir()
        for name in pictures:
            Image.new("RGB", (8, 8), (200, 10, 10)).save(folder / "images" / name)
        (folder / "data.json").write_text(json.dumps(records))
        self.folder, self.store, self.workspace = folder, Store.memory(), Workspace.at(folder / "w")
        ingest(self.store, folder / "data.json", folder / "images")
        with self.store.atomic() as writer:
            writer.execute("insert into run (run, recipe, fingerprint) values (1, '[rebalance]\nseed = 1\n', 'f')")
            writer.execute("insert into decision select 1, instance, 1, true, 1, 'passes', 1 from instance")

    def rows(self, trainer, name, **options):
        """The rows of an export."""
        out = self.folder / trainer
        export(self.store, self.workspace, 1, out=out, format=trainer, **options)
        text = (out / name).read_text()
        return json.loads(text) if name != "train.jsonl" else [json.loads(line) for line in text.splitlines()]

    def found(self, trainer, **options):
        """{kind: (level, examples)} of the lint."""
        lint = preview(self.store, self.workspace, 1, ExportOptions(format=trainer, **options)).lint
        return {one.kind: (one.level, one.examples) for one in lint.findings}


GARDEN = talk(("gpt", "Hello."), ("human", "What grows in shade?"), ("gpt", "Ferns."), id=0)
FERN = talk(("human", "<image>"), ("human", "What is it?"), ("gpt", "A fern."), id=1, image="a.jpg")
THANKS = talk(("human", "<image>\nWhat is it?"), ("gpt", "A pot."), ("human", "Thanks"), id=4, image="a.jpg")
GOOD = talk(("human", "<image>\nWhat is it?"), ("gpt", "A pot."), id=5, image="a.jpg")


@pytest.mark.parametrize("trainer", ["llava", "llama-factory", "ms-swift", "qwen-vl", "internvl"])
def test_gpt_first__faulty_rows_are_named_and_left_out_on_request(tmp_path, trainer):
    field = Field(tmp_path, [GARDEN, FERN, THANKS, GOOD])
    found = field.found(trainer)
    assert found["turns_do_not_alternate"] == ("error", ("instance 0", "instance 1"))
    assert found["no_answer"] == ("error", ("instance 2",))
    name = {"llava": "llava.json", "llama-factory": "data.json"}.get(trainer, "train.jsonl")
    assert len(field.rows(trainer, name, leave_out_faulty=True)) == 1


def test_marker_missing__is_said_and_mended(tmp_path):
    said = [{"role": "user", "content": "Is there a lamp?"}, {"role": "assistant", "content": "Yes."}]
    field = Field(tmp_path, [{"messages": said, "images": ["a.jpg"]}])
    assert field.found("llama-factory")["too_few_markers"] == ("error", ("instance 0: 0 markers, 1 picture",))
    with pytest.raises(AdrError) as raised:
        field.rows("llama-factory", "data.json")
    assert "--place-markers" in raised.value.next_step
    (row,) = field.rows("llama-factory", "data.json", place_markers=True)
    assert row["messages"][0]["content"] == "<image>\nIs there a lamp?"
    assert "too_few_markers" not in field.found("llama-factory", place_markers=True)


def test_ids_int_and_text__load_with_datasets_or_are_warned_about(tmp_path):
    import datasets

    field = Field(tmp_path, [GOOD, GOOD | {"id": "b"}, talk(("human", "Hi?"), ("gpt", "Hi."), id="c", model="")])
    assert field.found("qwen-vl")["mixed_ids"][0] == "warning"
    for trainer, name in (("llama-factory", "data.json"), ("ms-swift", "train.jsonl")):
        assert "mixed_ids" not in field.found(trainer)
        assert field.found(trainer)["keys_left_out"] == ("warning", ("model: 1 row (first: instance 2)",))
        field.rows(trainer, name)
        path = str(tmp_path / trainer / name)
        rows = datasets.load_dataset("json", data_files=path, split="train", cache_dir=str(tmp_path / "cache"))
        assert [len(row["images"]) for row in rows] == [1, 1, 0]


@pytest.mark.parametrize("value", [None, "", [], [None]])
def test_image_null_kinds__hold_no_picture(tmp_path, value):
    field = Field(tmp_path, [talk(("human", "How are you?"), ("gpt", "Fine."), image=value), GOOD])
    stays = value != [None]  # which the export writes without its key
    assert ("image_key_empty" in field.found("llava")) == stays
    assert [row["images"] for row in field.rows("ms-swift", "train.jsonl")] == [[], ["a.jpg"]]
    row, _ = field.rows("qwen-vl", "train.jsonl")
    assert not row.get("image")


def test_messages_no_images_column__is_not_named(tmp_path):
    said = [{"role": "user", "content": "Name a tool."}, {"role": "assistant", "content": "A rake."}]
    field = Field(tmp_path, [{"messages": said}])
    assert field.rows("llama-factory", "data.json") == [{"messages": said}]
    info = json.loads((tmp_path / "llama-factory" / "dataset_info.json").read_text())["adr"]
    assert info["columns"] == {"messages": "messages"}
