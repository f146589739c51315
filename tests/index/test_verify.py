"""Looking for the text's objects in pictures: a checker written out here, and models with tiny random weights."""

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from adr.errors import AdrError
from adr.image_folder import ImageFolder
from adr.index import checkers
from adr.index.index import index
from adr.index.looking import blocks, look, opened, seen
from adr.index.postings import Postings
from adr.index.verify import Asks, asked, by_name, left, verified
from adr.index.verify_folder import ABSENT, PRESENT, UNSEEN, VerifyFolder
from adr.progress import Cancelled, silent
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.tiny_texts import clip

COLOURS = {"fire truck": (200, 0, 0), "grass": (0, 200, 0), "sky": (0, 0, 200)}


class ColourChecker:
    """Sees a name when the picture has the name's colour; written for this test, and always right."""

    side = 16

    def found(self, images: Sequence[Image.Image], names: Sequence[Sequence[str]]) -> list[list[bool]]:
        return [
            [image.getpixel((0, 0)) == COLOURS[name] for name in asked]
            for image, asked in zip(images, names, strict=True)
        ]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """0: a green picture said to show grass and sky; 1: a green and a red one; 2: no picture on disk; 3: annotated."""
    for name, colour in (("green.png", COLOURS["grass"]), ("red.png", COLOURS["fire truck"])):
        Image.new("RGB", (32, 32), colour).save(tmp_path / name)
    (tmp_path / "broken.png").write_text("no picture")
    images = [["green.png"], ["green.png", "red.png"], ["broken.png"], ["green.png"]]
    said = ["Grass below the sky.", "Grass and a fire truck and the sky.", "The sky.", "The sky."]
    store = Store.memory()
    talk = pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())]))
    with store.atomic() as writer:
        writer.insert(
            "instance",
            pa.table(
                {
                    "instance": pa.array(range(4), pa.int32()),
                    "images": pa.array(images, pa.list_(pa.string())),
                    "turns": pa.array([[{"role": "gpt", "text": text}] for text in said], talk),
                }
            ),
        )
        writer.insert("annotation", pa.table({"instance": pa.array([3], pa.int32()), "object": pa.array(["cat"])}))
        writer.insert("source", pa.table({"images": pa.array([str(tmp_path)])}))
    return store


def objects(store: Store) -> dict[str, list[int]]:
    return dict(
        store.rows("""
        select name, list(instance order by instance) from entity join posting using (entity)
        where entity.perspective = perspective_number('object') group by entity, name order by name
    """)
    )


def test_seen__one_image_is_enough() -> None:
    green, red = (Image.new("RGB", (8, 8), COLOURS[name]) for name in ("grass", "fire truck"))
    answers = seen(ColourChecker(), [[green], [green, red], []], [["grass", "sky"], ["fire truck", "sky"], ["sky"]])
    assert answers.tolist() == [PRESENT, ABSENT, PRESENT, ABSENT, UNSEEN]
    assert seen(ColourChecker(), [[]], [["sky"]]).tolist() == [UNSEEN]


def met_in_order(names: str, said: list[tuple[int, str]]) -> Postings:
    """These postings, with names numbered in the order of `names`."""
    postings = Postings()
    for name in names.split(" "):
        postings.names(name.replace("-", " "))
    postings.batches = [np.sort(np.array([number << 32 | postings.names(name) for number, name in said], np.int64))]
    return postings


def test_look__keeps_what_is_seen_in_a_image(store: Store, tmp_path: Path) -> None:
    """Everything that the owner and the process do, in one process, with a checker that is right about colours."""
    said = [(0, "grass"), (0, "sky"), (1, "fire truck"), (1, "grass"), (1, "sky"), (2, "sky"), (3, "cat")]
    asks = Asks(np.array([False, False, False, True]), np.ones(9, bool))
    folder, told, loaded = VerifyFolder(tmp_path / "verified"), [], []

    def load(name: str, names: Sequence[str]) -> ColourChecker:
        loaded.append((name, list(names)))
        return ColourChecker()

    # The second time everything is answered already.
    for met in ("sky ball fire-truck grass cat", "cat grass sky fire-truck"):
        postings = by_name(met_in_order(met, said))
        names = postings.names.listed()
        assert folder.ask(names, ImageFolder.at(tmp_path), asked(store, postings, asks)) == 3
        look(folder, "open_clip", told.append, load)
        checked = left(postings, asks, folder.seen(), "colours")
        assert [(key >> 32, names[key & 0xFFFFFFFF]) for key in checked.objects.batches[0].tolist()] == [
            (0, "grass"),
            (1, "fire truck"),
            (1, "grass"),
            (2, "sky"),
            (3, "cat"),
        ]
        assert checked.notices == (
            "Left out: 2 objects that the text names and colours did not see in the image.",
            "Kept unchecked: the objects of 1 instance whose images could not be opened.",
        )
        assert told[-1] == {"event": "looked", "done": 3}
    assert loaded == [("open_clip", ["cat", "fire truck", "grass", "sky"])]
    Image.new("RGB", (32, 32), COLOURS["sky"]).save(tmp_path / "green.png")
    folder.ask(names, ImageFolder.at(tmp_path), asked(store, postings, asks))
    look(folder, "open_clip", told.append, load)  # another picture: looked at again
    assert folder.seen().tolist() == [ABSENT, PRESENT, PRESENT, ABSENT, PRESENT, UNSEEN] and len(loaded) == 2


def test_blocks__hold_so_many_images() -> None:
    instances: list[tuple[list[str], list[int]]] = [([f"{n}.png"] * 10, [n]) for n in range(15)]
    assert [len(block) for block in blocks(instances)] == [7, 7, 1]


def test_opened__smaller_but_never_too_small(tmp_path: Path) -> None:
    Image.new("RGB", (1300, 530), "red").save(tmp_path / "wide.png")
    assert [opened(str(tmp_path / "wide.png"), side).size for side in (100, 200, 300)] == [
        (260, 106),
        (650, 265),
        (1300, 530),
    ]
    (tmp_path / "broken.png").write_text("no picture")
    assert opened(str(tmp_path / "broken.png"), 100) is None and opened(str(tmp_path / "gone.png"), 100) is None


@pytest.fixture
def tiny_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The folder of an open_clip model with tiny random weights, set as the model that checks."""
    monkeypatch.setenv("ADR_DEVICE", "cpu")
    monkeypatch.setenv("ADR_SCORER_MODEL", str(clip(tmp_path / "scorer")))
    return str(tmp_path / "scorer")


@pytest.mark.models
def test_index__rows_are_what_the_checker_says(store: Store, tiny_clip: str, tmp_path: Path) -> None:
    assert objects(store) == {}
    index(store)
    assert objects(store) == {"cat": [3], "fire truck": [1], "grass": [0, 1], "sky": [0, 1, 2]}
    names = ["grass", "sky", "fire truck", "cat"]
    green, red = (Image.open(tmp_path / name) for name in ("green.png", "red.png"))
    says = checkers.load_checker("open_clip", names).found([green, green, red], [names] * 3)
    shown = {0: says[0], 1: [a or b for a, b in zip(says[1], says[2], strict=True)]}
    expected = {name: [0] * shown[0][i] + [1] * shown[1][i] for i, name in enumerate(names[:2])}
    expected |= {"fire truck": [1] * shown[1][2], "cat": [3], "sky": [*expected["sky"], 2]}  # 2: no picture
    report = index(store, verify="open_clip")
    assert objects(store) == {name: numbers for name, numbers in expected.items() if numbers}
    assert report.verified_by == store.value("select verified_by from index_made") == f"open_clip {tiny_clip}"
    dropped = 6 - sum(len(numbers) for name, numbers in expected.items() if name != "cat")
    assert f"{dropped} objects" in report.notices[0] and "1 instance" in report.notices[1]


@pytest.fixture
def many(tmp_path: Path) -> Store:
    """A workspace of 320 instances, five blocks, with a picture each, and an index of them that was not verified. The
    last picture is a pipe that nobody writes to: who opens it waits."""
    workspace = Workspace.at(tmp_path / "many")
    Image.radial_gradient("L").convert("RGB").save(tmp_path / "one.jpg")
    for number in range(320):
        os.link(tmp_path / "one.jpg", workspace.images / f"{number}.jpg")
    (workspace.images / "319.jpg").unlink()
    os.mkfifo(workspace.images / "319.jpg")
    store = Store(workspace.database)
    talk = pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())]))
    with store.atomic() as writer:
        writer.insert(
            "instance",
            pa.table(
                {
                    "instance": pa.array(range(320), pa.int32()),
                    "images": [[f"{number}.jpg"] for number in range(320)],
                    "turns": pa.array([[{"role": "gpt", "text": "A cat and a dog below the sky."}]] * 320, talk),
                }
            ),
        )
        writer.insert("source", pa.table({"images": [str(workspace.images)]}))
    index(store)
    yield store
    store.close()


def interrupted(
    store: Store, started: list[subprocess.Popen], error: type[Exception], interrupt: Callable[[], None]
) -> Exception:
    """What a verification raises when it is interrupted after some of the pictures; the former index stays."""
    before = objects(store), store.rows("select * from index_made")

    def progress(done: int, total: int | None, message: str) -> None:
        if message == "Looking at pictures" and done:
            interrupt()

    with pytest.raises(error) as told:
        index(store, verify="open_clip", progress=progress)
    assert started[-1].poll() is not None
    assert before == (objects(store), store.rows("select * from index_made")) and len(before[0]["cat"]) == 320
    return told.value


def continued(store: Store) -> None:
    """Index again with a picture in the pipe's place, and check that what was answered is not looked at again."""
    images = store.path.parent / "images"
    (images / "319.jpg").unlink()
    os.link(images / "0.jpg", images / "319.jpg")
    answers = store.path.parent / "verified" / "open_clip" / "answers"
    there = {path: path.stat().st_mtime_ns for path in answers.glob("*.npy")}
    assert 0 < len(there) < 5
    index(store, verify="open_clip")
    after = {path: path.stat().st_mtime_ns for path in answers.iterdir()}
    assert len(after) == 5 and there.items() <= after.items()
    assert {len(numbers) for numbers in objects(store).values()} <= {320}  # the same picture everywhere
    assert store.value("select verified_by from index_made").startswith("open_clip")
    assert not list(answers.parent.glob("*.parquet"))


@pytest.mark.models
def test_verified__names_may_be_met_in_another_order(many: Store, tiny_clip: str) -> None:
    """Threads number names in the order in which they meet them; earlier answers are found again all the same."""
    said = [(number, name) for number in range(3) for name in ("cat", "dog")]
    answers = many.path.parent / "verified" / "open_clip" / "answers"
    found = []
    for met in ("cat dog", "dog cat"):
        checked = verified(many, "open_clip", met_in_order(met, said), np.zeros(0, bool), silent)
        found.append(
            (
                {path: path.stat().st_mtime_ns for path in answers.iterdir()},
                checked.objects.names.listed(),
                checked.objects.batches[0].tolist(),
            )
        )
    assert found[0] == found[1] and len(found[0][0]) == 1 and found[0][1] == ["cat", "dog"]


@pytest.mark.models
def test_index__a_cancel_leaves_the_former_index(many: Store, tiny_clip: str, started: list[subprocess.Popen]) -> None:
    def cancel() -> None:
        raise Cancelled

    interrupted(many, started, Cancelled, cancel)
    continued(many)


@pytest.mark.models
def test_index__a_killed_process_is_a_sentence(many: Store, tiny_clip: str, started: list[subprocess.Popen]) -> None:
    error = interrupted(many, started, AdrError, lambda: started[-1].send_signal(signal.SIGKILL))
    assert isinstance(error, AdrError) and "ended unexpectedly (signal 9)" in error.sentence
    assert str(many.path.parent / "verified" / "open_clip" / "looking.log") in error.next_step
    continued(many)


@pytest.mark.models
def test_index__a_missing_model_says_how_to_get_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(store)
    before = objects(store)
    monkeypatch.setenv("ADR_SCORER_MODEL", str(tmp_path / "nothing"))
    with pytest.raises(AdrError, match="nothing does not exist") as told:
        index(store, verify="open_clip")
    assert "Name a folder" in told.value.next_step and objects(store) == before


def test_index__verify_needs_images_and_a_known_checker(store: Store) -> None:
    with pytest.raises(AdrError, match="verify of the index is 'tarot'"):
        index(store, verify="tarot")
    store.execute("delete from source")
    with pytest.raises(AdrError, match="has no image folder") as error:
        index(store, verify="open_clip")
    assert "--images" in error.value.next_step


@pytest.mark.models
def test_open_clip__answers_for_every_name(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADR_DEVICE", "cpu")
    monkeypatch.setenv("ADR_SCORER_MODEL", str(clip(tmp_path / "scorer")))
    checker = checkers.load_checker("open_clip", ["cat", "sky", "fire truck", *(f"thing {n}" for n in range(50))])
    images = [Image.new("RGB", (40, 30), colour) for colour in ((255, 0, 0), (0, 0, 255))]
    answers = checker.found(images, [["cat", "sky"], ["fire truck"]])
    assert [len(answer) for answer in answers] == [2, 1]
    assert answers == checker.found(images, [["cat", "sky"], ["fire truck"]])
    monkeypatch.setattr(checkers, "STANDS_OUT", -100.0)
    assert checker.found(images, [["cat", "sky"], ["fire truck"]]) == [[True, True], [True]]


def tiny_detector(folder: Path) -> Path:
    """A Grounding DINO with tiny random weights and a tokenizer of a few words, saved like any other model."""
    from transformers import (
        BertConfig,
        BertTokenizerFast,
        GroundingDinoConfig,
        GroundingDinoForObjectDetection,
        GroundingDinoImageProcessor,
        GroundingDinoProcessor,
        SwinConfig,
    )

    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "?", "cat", "sky", "fire", "truck", "grass"]
    (folder / "vocab.txt").write_text("\n".join(words))
    tokenizer = BertTokenizerFast(str(folder / "vocab.txt"))
    backbone = SwinConfig(
        image_size=64,
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 1, 1],
        window_size=2,
        out_features=["stage2", "stage3", "stage4"],
    )
    text = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    config = GroundingDinoConfig(
        backbone_config=backbone,
        text_config=text,
        d_model=32,
        num_queries=6,
        encoder_layers=1,
        decoder_layers=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        num_feature_levels=4,
        disable_custom_kernels=True,
    )
    GroundingDinoForObjectDetection(config).save_pretrained(folder)
    image = GroundingDinoImageProcessor(size={"shortest_edge": 128, "longest_edge": 128})
    GroundingDinoProcessor(image, tokenizer).save_pretrained(folder)
    return folder


@pytest.mark.models
def test_grounding_dino__answers_for_every_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADR_DEVICE", "cpu")
    monkeypatch.setenv("ADR_DETECTOR_MODEL", str(tiny_detector(tmp_path / "detector")))
    checker = checkers.load_checker("grounding-dino", [])
    image = Image.fromarray(np.arange(64 * 64 * 3, dtype=np.uint8).reshape(64, 64, 3))
    names = ["cat", "fire truck", "sky"]
    monkeypatch.setattr(checkers, "BOX", 0.0)
    monkeypatch.setattr(checkers, "TEXT", 0.0)
    assert checker.found([image], [names]) == [[True, True, True]]
    monkeypatch.setattr(checkers, "PROMPT_TOKENS", 4)  # one name at a time
    assert checker.found([image, image], [names, ["sky"]]) == [[True, True, True], [True]]
    monkeypatch.setattr(checkers, "BOX", 1.1)
    assert checker.found([image], [names]) == [[False, False, False]]


@pytest.mark.models
def test_load_checker__a_missing_model_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADR_DEVICE", "cpu")
    for checker, variable in (("open_clip", "ADR_SCORER_MODEL"), ("grounding-dino", "ADR_DETECTOR_MODEL")):
        monkeypatch.setenv(variable, str(tmp_path / "nothing"))
        with pytest.raises(AdrError) as error:
            checkers.load_checker(checker, ["cat"])
        assert error.value.next_step
