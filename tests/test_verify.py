"""Looking for the text's objects in pictures: a checker written out here, and models with tiny random weights."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from adr.entities import verify
from adr.entities.index import index
from adr.errors import AdrError
from adr.store import Store
from tests.tiny_texts import clip

COLOURS = {"fire truck": (200, 0, 0), "grass": (0, 200, 0), "sky": (0, 0, 200)}


class ColourChecker:
    """Sees a name where the picture has the name's colour; written out for this test, and right about it."""

    name = "colours"

    def found(self, pictures: Sequence[Image.Image], names: Sequence[Sequence[str]]) -> list[list[bool]]:
        return [[picture.getpixel((0, 0)) == COLOURS[name] for name in asked]
                for picture, asked in zip(pictures, names, strict=True)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """0: a green picture said to show grass and sky; 1: a green and a red one; 2: no picture on disk; 3: annotated."""
    for name, colour in (("green.png", COLOURS["grass"]), ("red.png", COLOURS["fire truck"])):
        Image.new("RGB", (32, 32), colour).save(tmp_path / name)
    (tmp_path / "broken.png").write_text("no picture")
    pictures = [["green.png"], ["green.png", "red.png"], ["broken.png"], ["green.png"]]
    said = ["Grass below the sky.", "Grass and a fire truck and the sky.", "The sky.", "The sky."]
    store = Store.memory()
    talk = pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())]))
    with store.atomic() as writer:
        writer.insert("instance", pa.table({
            "instance": pa.array(range(4), pa.int32()), "images": pa.array(pictures, pa.list_(pa.string())),
            "turns": pa.array([[{"role": "gpt", "text": text}] for text in said], talk)}))
        writer.insert("annotation", pa.table({"instance": pa.array([3], pa.int32()), "object": pa.array(["cat"])}))
        writer.insert("source", pa.table({"images": pa.array([str(tmp_path)])}))
    return store


def objects(store: Store) -> dict[str, list[int]]:
    return dict(store.rows("""
        select name, list(instance order by instance) from entity join posting using (entity)
        where entity.perspective = 'object' group by entity, name order by name
    """))


def test_index__keeps_what_is_seen_in_a_picture(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "load_checker", lambda name, names: ColourChecker())
    assert objects(store) == {}
    index(store)
    assert objects(store) == {"cat": [3], "fire truck": [1], "grass": [0, 1], "sky": [0, 1, 2]}
    report = index(store, verify="colours")
    assert objects(store) == {"cat": [3], "fire truck": [1], "grass": [0, 1], "sky": [2]}
    assert report.verified_by == store.value("select verified_by from index_made") == "colours"
    assert "2 objects" in report.notices[0] and "1 instances" in report.notices[1]


def test_index__verify_needs_pictures_and_a_known_checker(store: Store) -> None:
    with pytest.raises(AdrError, match="no checker 'tarot'"):
        index(store, verify="tarot")
    store.execute("delete from source")
    with pytest.raises(AdrError, match="knows no image folder") as error:
        index(store, verify="open_clip")
    assert "--images" in error.value.next_step


@pytest.mark.models
def test_open_clip__answers_for_every_name(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADR_DEVICE", "cpu")
    monkeypatch.setenv("ADR_SCORER_MODEL", str(clip(tmp_path / "scorer")))
    checker = verify.load_checker("open_clip", ["cat", "sky", "fire truck", *(f"thing {n}" for n in range(50))])
    pictures = [Image.new("RGB", (40, 30), colour) for colour in ((255, 0, 0), (0, 0, 255))]
    answers = checker.found(pictures, [["cat", "sky"], ["fire truck"]])
    assert [len(answer) for answer in answers] == [2, 1]
    assert answers == checker.found(pictures, [["cat", "sky"], ["fire truck"]])
    monkeypatch.setattr(verify, "STANDS_OUT", -100.0)
    assert checker.found(pictures, [["cat", "sky"], ["fire truck"]]) == [[True, True], [True]]


def tiny_detector(folder: Path) -> Path:
    """A Grounding DINO with tiny random weights and a tokenizer of a few words, saved as any other is."""
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
    backbone = SwinConfig(image_size=64, embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 1, 1], window_size=2,
                          out_features=["stage2", "stage3", "stage4"])
    text = BertConfig(vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                      intermediate_size=16)
    config = GroundingDinoConfig(
        backbone_config=backbone, text_config=text, d_model=32, num_queries=6, encoder_layers=1, decoder_layers=2,
        encoder_ffn_dim=16, decoder_ffn_dim=16, encoder_attention_heads=2, decoder_attention_heads=2,
        num_feature_levels=4, disable_custom_kernels=True)
    GroundingDinoForObjectDetection(config).save_pretrained(folder)
    image = GroundingDinoImageProcessor(size={"shortest_edge": 128, "longest_edge": 128})
    GroundingDinoProcessor(image, tokenizer).save_pretrained(folder)
    return folder


@pytest.mark.models
def test_grounding_dino__answers_for_every_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADR_DEVICE", "cpu")
    monkeypatch.setenv("ADR_DETECTOR_MODEL", str(tiny_detector(tmp_path / "detector")))
    checker = verify.load_checker("grounding-dino", [])
    picture = Image.fromarray(np.arange(64 * 64 * 3, dtype=np.uint8).reshape(64, 64, 3))
    names = ["cat", "fire truck", "sky"]
    monkeypatch.setattr(verify, "BOX", 0.0)
    monkeypatch.setattr(verify, "TEXT", 0.0)
    assert checker.found([picture], [names]) == [[True, True, True]]
    monkeypatch.setattr(verify, "PROMPT_TOKENS", 4)             # one name at a time
    assert checker.found([picture, picture], [names, ["sky"]]) == [[True, True, True], [True]]
    monkeypatch.setattr(verify, "BOX", 1.1)
    assert checker.found([picture], [names]) == [[False, False, False]]


@pytest.mark.models
def test_load_checker__a_missing_model_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADR_DEVICE", "cpu")
    for checker, variable in (("open_clip", "ADR_SCORER_MODEL"), ("grounding-dino", "ADR_DETECTOR_MODEL")):
        monkeypatch.setenv(variable, str(tmp_path / "nothing"))
        with pytest.raises(AdrError) as error:
            verify.load_checker(checker, ["cat"])
        assert error.value.next_step
