"""Lint: what a trainer would stumble over is found before anything is written."""

import json

import pytest

from adr.errors import AdrError
from adr.export.export import export, preview
from adr.export.options import ExportOptions
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, accept, draw_images, fill


@pytest.fixture
def workspace(tmp_path):
    return Workspace.at(tmp_path / "workspace")


def record(*turns, image="a/0.png", id="r", **more):
    """A record in LLaVA's shape; turns alternate from the human's."""
    given = {
        "id": id,
        "conversations": [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(turns)],
        **more,
    }
    return json.dumps(given | ({"image": image} if image else {}))


def findings(raws, workspace, format="llava", images=None, form="llava"):
    """{kind: (level, rows)} of a run that keeps all records."""
    store = Store.memory()
    fill(store, raws, images=images, form=form)
    found = preview(store, workspace, 1, ExportOptions(format=format)).lint
    store.close()
    return {f.kind: (f.level, f.rows) for f in found.findings}


FAULTS = {
    "empty_turn": record("<image>\nWhat?", "  \n"),
    "turns_do_not_alternate": json.dumps(
        {
            "id": "r",
            "image": "a/0.png",
            "conversations": [
                {"from": "human", "value": "<image>\nWhat?"},
                {"from": "human", "value": "And?"},
                {"from": "gpt", "value": "A cup."},
            ],
        }
    ),
    "no_answer": record("<image>\nWhat?", "A cup.", "And?"),
    "too_many_markers": record("<image>\n<image>\nWhat?", "A cup."),
    "system_turn": json.dumps(
        {
            "id": "r",
            "image": "a/0.png",
            "conversations": [
                {"from": "system", "value": "Be short."},
                {"from": "human", "value": "<image>\nWhat?"},
                {"from": "gpt", "value": "A cup."},
            ],
        }
    ),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_lint__a_fault_is_an_error_with_its_example(workspace, tmp_path, kind):
    good = record("<image>\nWhat?", "A cup.", id="good")
    found = findings([good, FAULTS[kind]], workspace)
    assert found[kind] == ("error", 1)
    store = Store.memory()
    fill(store, [good, FAULTS[kind]])
    with pytest.raises(AdrError, match=f"{kind} in 1 rows .instance 1"):
        export(store, workspace, 1, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    report = export(store, workspace, 1, out=tmp_path / "out", leave_out_faulty=True)
    assert (report.instances, report.left_out) == (1, 1)
    assert json.loads((tmp_path / "out" / "llava.json").read_text()) == [json.loads(good)]


def test_lint__good_records_have_no_findings(workspace, tmp_path):
    folder = draw_images(tmp_path / "pictures")
    raws = [record("<image>\nWhat?", "A cup.", id="a"), record("<image>\nWhat?", "A cup.", id="b", image="a/2.png")]
    assert findings(raws, workspace, images=folder) == {}


def test_lint__too_few_markers_block_only_trainers_that_count_them(workspace):
    raws = [record("What?", "A cup.")]
    assert findings(raws, workspace)["too_few_markers"] == ("warning", 1)
    assert findings(raws, workspace, "llama-factory")["too_few_markers"] == ("error", 1)


def test_lint__a_marker_in_an_answer_is_an_error_for_qwen(workspace):
    raws = [record("Which?", "The <image> one.")]
    assert findings(raws, workspace, "qwen-vl")["marker_in_answer"] == ("error", 1)
    assert "marker_in_answer" not in findings(raws, workspace)


def test_lint__images_that_are_gone_or_broken_are_named(workspace, tmp_path):
    folder = draw_images(tmp_path / "pictures")
    (folder / "a" / "2.png").write_bytes(b"no picture")
    raws = [record("<image>\nWhat?", "A cup.", id=name, image=f"a/{name}.png") for name in ("0", "2", "9")]
    found = findings(raws, workspace, images=folder)
    assert (found["image_unreadable"], found["image_missing"]) == (("error", 1), ("error", 1))


def test_lint__web_addresses_cannot_be_packed(workspace, tmp_path):
    folder = draw_images(tmp_path / "pictures")
    raws = [record("<image>\nWhat?", "A cup.", image="https://example.org/a.png")]
    assert findings(raws, workspace, images=folder)["image_address"] == ("warning", 1)
    assert findings(raws, workspace, "webdataset", images=folder)["image_address"] == ("error", 1)


def test_lint__number_and_text_ids_block_readers_that_infer_a_schema(workspace):
    said = [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Hi."}]
    messages = [json.dumps({"id": id, "messages": said, "images": []}) for id in (1, "b")]
    assert findings(messages, workspace, "ms-swift", form="messages")["mixed_ids"] == ("error", 1)
    assert findings(RAW, workspace)["mixed_ids"] == ("warning", 1)


def test_lint__keys_that_a_format_has_no_place_for_are_told(workspace):
    assert findings(RAW, workspace, "ms-swift")["keys_left_out"] == ("warning", 4)
    assert "keys_left_out" not in findings(RAW, workspace)


def test_lint__repeated_ids_are_gone_after_the_repair(workspace):
    store = Store.memory()
    fill(store, RAW)
    kinds = {f.kind for f in preview(store, workspace, 1, ExportOptions(repair_ids=True)).lint.findings}
    assert "repeated_ids" not in kinds
    assert findings(RAW, workspace)["repeated_ids"] == ("warning", 2)


def test_lint__a_candidate_without_image_or_answer_is_an_error(workspace):
    store = Store.memory()
    fill(store, RAW)
    accept(store, workspace, "p1-00000-0")
    accept(store, workspace, "p1-00001-0", slot=1)
    (workspace.images / "p1-00000-0.png").unlink()
    store.execute("update candidate set turns = $1 where candidate = 'p1-00001-0'", [[{"role": "human", "text": "?"}]])
    found = {f.kind: (f.level, f.examples) for f in preview(store, workspace, 1, ExportOptions()).lint.findings}
    assert found["image_missing"] == ("error", ("candidate p1-00000-0",))
    assert found["no_answer"] == ("error", ("candidate p1-00001-0",))
    assert preview(store, workspace, 1, ExportOptions(leave_out_faulty=True)).leave.synthetic == 0
