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


def said_by(raws, workspace, kind, format="llava", images=None, form="llava", **options):
    """(level, examples) of one kind of finding."""
    store = Store.memory()
    fill(store, raws, images=images, form=form)
    lint = preview(store, workspace, 1, ExportOptions(format=format, **options)).lint
    store.close()
    return next(((found.level, found.examples) for found in lint.findings if found.kind == kind), None)


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


def test_lint__qwen_takes_a_marker_in_an_answer_for_text(workspace):
    raws = [record("<image>\nWhich?", "The <image> one."), record("Which?", "The <image> one.")]
    found = findings(raws, workspace, "qwen-vl")
    assert found["marker_in_answer"] == ("warning", 2)
    assert found["too_few_markers"] == ("error", 1)  # the second row's picture is used nowhere
    assert "too_many_markers" not in found
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
    store = Store.memory()
    fill(store, RAW)
    lint = preview(store, workspace, 1, ExportOptions(format="ms-swift")).lint
    told = next(finding for finding in lint.findings if finding.kind == "keys_left_out")
    assert (told.level, told.rows) == ("warning", 2)
    assert told.examples == ("model: 1 row (first: instance 1)", "weight: 1 row (first: instance 3)")
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


def pictured(folder, **pictures):
    """Records with one picture each, which are written to a folder; {name: Pillow image or bytes}."""
    (folder / "a").mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        file = folder / "a" / name.replace("_", ".")
        file.write_bytes(picture) if isinstance(picture, bytes) else picture.save(file, **picture.info)
    return [record("<image>\nWhat?", "A cup.", id=name, image=f"a/{name.replace('_', '.')}") for name in pictures]


def noise(size=(64, 48)):
    """A picture that compresses badly, so that half of its file holds half of its rows."""
    import numpy as np
    from PIL import Image

    return Image.fromarray(np.random.default_rng(3).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8))


def encoded(picture, format):
    import io

    out = io.BytesIO()
    picture.save(out, format)
    return out.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_lint__a_truncated_picture_is_found_by_decoding_it(workspace, tmp_path, format):
    whole = encoded(noise(), format)
    raws = pictured(tmp_path, whole_bin=whole, half_bin=whole[: len(whole) // 2])
    for trainer, level in (("qwen-vl", "error"), ("llava", "warning")):
        told = said_by(raws, workspace, "image_truncated", trainer, tmp_path)
        assert told == (level, ("instance 1: a/half.bin",))


def test_lint__deep_cmyk_and_animated_pictures_are_warned_about(workspace, tmp_path):
    from PIL import Image

    frames = [Image.new("RGB", (8, 8), (80 * n, 0, 0)) for n in range(3)]
    frames[0].info = {"save_all": True, "append_images": frames[1:]}
    raws = pictured(
        tmp_path,
        deep_png=Image.new("I;16", (8, 8), 40_000),
        inks_jpg=Image.new("CMYK", (8, 8)),
        moving_gif=frames[0],
        plain_png=noise(),
    )
    for kind, where in (("image_deep", "0: a/deep.png"), ("image_cmyk", "1: a/inks.jpg")):
        assert said_by(raws, workspace, kind, images=tmp_path) == ("warning", (f"instance {where}",))
    assert said_by(raws, workspace, "image_animated", images=tmp_path) == ("warning", ("instance 2: a/moving.gif",))


def test_lint__a_huge_picture_blocks_trainers_that_keep_the_bound_of_pillow(workspace, tmp_path):
    import struct
    import zlib

    header = struct.pack(">IIBBBBB", 20_000, 10_000, 8, 0, 0, 0, 0)
    chunks = [
        struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))
        for kind, held in ((b"IHDR", header), (b"IDAT", b"x"))
    ]
    raws = pictured(tmp_path, huge_png=b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    assert said_by(raws, workspace, "image_huge", "qwen-vl", tmp_path) == ("error", ("instance 0: a/huge.png",))
    assert said_by(raws, workspace, "image_huge", "internvl", tmp_path) == ("warning", ("instance 0: a/huge.png",))


def test_lint__a_sample_of_pictures_is_decoded_or_all(workspace, tmp_path, monkeypatch):
    monkeypatch.setattr("adr.export.pictures.DECODED", 1)
    whole = encoded(noise(), "PNG")
    raws = pictured(tmp_path, one_png=whole, half_png=whole[:200])
    assert said_by(raws, workspace, "images_sampled", images=tmp_path) == ("warning", ())
    assert said_by(raws, workspace, "image_truncated", images=tmp_path) is None  # its header is whole
    told = said_by(raws, workspace, "image_truncated", images=tmp_path, check_all_images=True)
    assert told == ("warning", ("instance 1: a/half.png",))
    assert said_by(raws, workspace, "images_sampled", images=tmp_path, check_all_images=True) is None


def test_lint__literal_video_and_audio_count_where_the_trainer_counts_them(workspace):
    raws = [record("What does <video> mean in HTML?", "A film.", image=None), record("<audio>?", "A tag.", image=None)]
    assert findings(raws, workspace, "llama-factory") == {
        "too_many_video_markers": ("error", 1),
        "audio_marker": ("error", 1),
    }
    assert "audio_marker" not in findings(raws, workspace, "qwen-vl")
    assert findings(raws, workspace, "internvl")["too_many_video_markers"] == ("warning", 1)


def test_lint__markers_in_other_spellings_are_named(workspace):
    raws = [
        record("<image1>\nWhat?", "A cup."),
        record("<ImageHere> What?", "A cup."),
        record("<img>a/0.png</img>What?", "A cup."),
        record("<image>\nIs it <image1>?", "Yes."),
    ]
    level, examples = said_by(raws, workspace, "other_marker")
    assert level == "warning"
    assert examples == ("instance 0: <image1>", "instance 1: <ImageHere>", "instance 2: <img>a/0.png</img>")
    assert len(said_by(raws, workspace, "other_marker", "ms-swift")[1]) == 2  # it reads <img>path</img>


def test_lint__a_row_with_a_video_is_named_where_it_has_no_place(workspace, tmp_path):
    raws = [
        record("<video>\nWhat?", "A car.", image=None, video="v.mp4"),
        record("<image>\n<video>\nWhat?", "A car.", video="v.mp4"),
    ]
    assert findings(raws, workspace, "parquet", images=tmp_path)["video_not_read"] == ("error", 2)
    assert findings(raws, workspace, "internvl")["image_and_video"] == ("error", 1)
    assert findings(raws, workspace, "llava")["video_next_only"] == ("warning", 2)
    for trainer in ("llama-factory", "ms-swift", "qwen-vl"):
        assert not [kind for kind in findings(raws, workspace, trainer) if "video" in kind]


def test_lint__a_video_that_is_gone_is_an_error(workspace, tmp_path):
    (tmp_path / "there.mp4").write_bytes(b"film")
    raws = [record("<video>\nWhat?", "A car.", image=None, video=f"{name}.mp4") for name in ("there", "gone")]
    told = said_by(raws, workspace, "video_missing", "qwen-vl", tmp_path)
    assert told == ("error", ("instance 1: gone.mp4",))


@pytest.mark.parametrize("value", [None, "", []])
def test_lint__a_key_image_without_a_picture_is_warned_about_where_the_loader_fails(workspace, value):
    raws = [json.dumps(json.loads(record("Hi?", "Hi.", image=None)) | {"image": value})]
    assert findings(raws, workspace)["image_key_empty"] == ("warning", 1)
    assert "image_key_empty" not in findings(raws, workspace, "qwen-vl")


def test_lint__llama_factory_wants_calls_and_observations_in_turns(workspace):
    def talk(*roles):
        return json.dumps({"conversations": [{"from": role, "value": "x"} for role in roles]})

    good = talk("human", "function_call", "observation", "gpt")
    two_calls = talk("human", "function_call", "function_call", "observation", "gpt")
    assert "tool_order" not in findings([good], workspace, "llama-factory")
    assert findings([good, two_calls], workspace, "llama-factory")["tool_order"] == ("error", 1)
    assert "tool_order" not in findings([good, two_calls], workspace, "ms-swift")
