"""Small inputs from the field: what each gives, from the file to an export. They lie beside the checkout, or not."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adr.errors import AdrError
from adr.export.export import export
from adr.export.formats import FORMATS
from adr.index.index import index
from adr.index.languages import reading
from adr.ingest.ingest import IngestReport, ingest
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.turns import store_with

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside this checkout")


@dataclass(frozen=True)
class Expected:
    """How many instances a case has, why records are set aside, the image paths of each instance where they are worth
    writing down, and how many of these are missing."""

    instances: int
    rejected: dict[str, int] = field(default_factory=dict)
    images: list[list[str]] | None = None
    missing: int = 0


EXPECTED = {
    "absolute-paths": Expected(2, images=[["a/0.jpg"], ["a/1.jpg"]]),
    "all-not-english": Expected(2),
    "bom-crlf": Expected(3, {"invalid_json": 1}),
    "captions-markup": Expected(6),
    "content-string-or-list": Expected(4, images=[["c0.jpg"], ["c1.jpg"], ["c2.jpg"], ["c3.jpg"]]),
    "file-url-paths": Expected(1, images=[["sub/q0.jpg"]]),
    "gif-not-jpg": Expected(2, images=[["ocr_vqa/images/1.jpg"], ["ocr_vqa/images/2.jpg"]], missing=1),
    "gpt-first": Expected(4, {"turn_without_text": 1, "empty_conversation": 1}),
    "grounding-tokens": Expected(7),
    "gzip-lines": Expected(3),
    "ids-int-and-text": Expected(4),
    "image-null-kinds": Expected(7, {"image_not_text": 1}, [[], [], [], [], [], ["a.jpg"], ["a.jpg"]]),
    "languages": Expected(9),
    "linked-folder": Expected(3),
    "long-talk": Expected(3),
    "marker-missing": Expected(4),
    "marker-numbered": Expected(3),
    "messages-no-images-column": Expected(2),
    "nested-conversations": Expected(2, images=[["a.jpg"], ["a.jpg"]]),
    "nothing-left": Expected(1, missing=1),
    "nul-and-half": Expected(2, {"bad_utf8": 1}),
    "odd-names": Expected(17),
    "parquet-embedded": Expected(3),
    "parts-with-value": Expected(1, images=[["0.jpg"]]),
    "preference-rows": Expected(2),
    "prefix-suffix": Expected(2, images=[["a.jpg"], ["a.jpg"]]),
    "query-response": Expected(2, images=[["a.jpg"], ["a.jpg"]]),
    "qwen-several-images": Expected(1, images=[["0.jpg", "1.jpg"]]),
    "refcoco-box": Expected(4),
    "role-value-mixed": Expected(2, images=[["a.png"], ["a.png"]]),
    "senses-of-medicine": Expected(3),
    "show-is-a-verb": Expected(3),
    "template-everywhere": Expected(6),
    "tool-calls-to-llama-factory": Expected(1, images=[[]]),
    "video-parts": Expected(1, images=[[]]),
    "video-rows": Expected(4, images=[["i0.png"], [], ["i1.png"], ["i1.png", "i2.png"]]),
}
NO_DATASET = {"mix-files", "one-object-not-lines"}


def copied(case: str, folder: Path) -> Path:
    """The case in a folder of its own, prepared as its README says; returns its data file."""
    shutil.copytree(CASES / case, folder)
    if case == "linked-folder":
        (folder / "images").mkdir()
        (folder / "images" / "coco").symlink_to(folder / "elsewhere")
    data = next(path for path in sorted(folder.iterdir()) if path.name.startswith(("data.", "train-")))
    if data.suffix in (".json", ".jsonl"):
        data.write_bytes(data.read_bytes().replace(b"@HERE@", str(folder).encode()))
    return data


def read(case: str, tmp_path: Path) -> tuple[Store, IngestReport]:
    data = copied(case, tmp_path / "case")
    store = Store(Workspace.at(tmp_path / "workspace").database)
    images = tmp_path / "case" / "images"
    return store, ingest(store, data, images if images.is_dir() else None)


def test_cases__each_has_an_expectation() -> None:
    assert {path.name for path in CASES.iterdir() if path.is_dir()} == EXPECTED.keys() | NO_DATASET


@pytest.mark.parametrize("case", sorted(EXPECTED))
def test_case__is_read(case: str, tmp_path: Path) -> None:
    expected = EXPECTED[case]
    store, report = read(case, tmp_path)
    assert report.instances == expected.instances
    assert {reason: n for reason, n in report.rejected.items() if n} == expected.rejected
    assert store.value("select coalesce(sum(missing), 0) from instance") == expected.missing
    if expected.images is not None:
        assert [images for (images,) in store.rows("select images from instance order by instance")] == expected.images


@pytest.mark.parametrize("case", sorted(EXPECTED.keys() - {"nothing-left", "all-not-english"}))
def test_case__is_indexed_kept_and_exported_in_every_format(case: str, tmp_path: Path) -> None:
    """What a trainer cannot read is left out on request; nothing but a sentence may stop an export."""
    store, _ = read(case, tmp_path)
    workspace = Workspace.at(tmp_path / "workspace")
    index(store)
    run = rebalance(store, Recipe(min_passes=0)).run
    for name, made in FORMATS.items():
        for images in made.images:
            out = tmp_path / f"{name}-{images}"
            try:
                report = export(store, workspace, run, out=out, format=name, images=images, leave_out_faulty=True)
                assert report.instances > 0 and (out / "manifest.json").is_file()
            except AdrError as error:
                assert error.next_step and not out.exists()


def test_nothing_left__is_a_sentence_in_every_format(tmp_path: Path) -> None:
    store, _ = read("nothing-left", tmp_path)
    workspace = Workspace.at(tmp_path / "workspace")
    index(store)
    run = rebalance(store, Recipe(min_passes=0)).run
    for name, made in FORMATS.items():
        if made.rules.conversation:
            with pytest.raises(AdrError, match=r"[Nn]othing"):
                export(store, workspace, run, out=tmp_path / name, format=name, leave_out_faulty=True)


def test_all_not_english__is_read_and_kept(tmp_path: Path) -> None:
    store, _ = read("all-not-english", tmp_path)
    report = index(store)
    assert (report.languages, report.unread) == ({"zh": 4}, 0)
    assert rebalance(store, Recipe(min_passes=0)).kept == 2


def test_all_not_english__says_what_could_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "find_spec", lambda name: None)  # as where no reader is installed
    store, _ = read("all-not-english", tmp_path)
    said = " ".join(index(store).notices)
    assert "4 turns in Chinese" in said and "adr-workbench[languages]" in said
    assert rebalance(store, Recipe()).kept == 2  # the form of both questions is read; unread text drops nothing


def test_unreadable__is_said_and_another_index_is_no_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    store = store_with([[("human", "이 사진에는 무엇이 보이나요?"), ("gpt", "고양이가 소파에서 자고 있습니다.")]])
    index(store)
    with pytest.raises(AdrError, match="none of the text could be read") as error:
        rebalance(store, Recipe(min_passes=0))
    assert "Build the index" not in error.value.next_step
    assert "Korean 2" in error.value.next_step and "adr-workbench[languages]" in error.value.next_step


@pytest.mark.parametrize(
    ("case", "file", "sentence"),
    [
        ("one-object-not-lines", "data.json", "is one JSON object with 1 key"),
        ("mix-files", "mix.yaml", "lists a in .*, and there is no such file"),
        ("mix-files", "dataset_info.json", "lists set_a in .*, and there is no such file"),
        ("mix-files", "meta.json", "lists set-a in .*, and there is no such file"),
    ],
)
def test_case__is_refused_with_what_it_is(case: str, file: str, sentence: str) -> None:
    with pytest.raises(AdrError, match=sentence):
        ingest(Store.memory(), CASES / case / file)
