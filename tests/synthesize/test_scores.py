"""Scores: what a picture is worth, what is a copy of what, and the source's pictures embedded in a process."""

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from adr.errors import AdrError
from adr.picture_hash import bits_apart, perceptual_hash
from adr.pipeline import embed_for
from adr.settings import setting
from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.embeddings import Embeddings, Near
from adr.synthesize.images import altered, faults, is_copy
from adr.synthesize.plan import plan, plan_folder
from adr.synthesize.scores import load_scorer, overall
from adr.synthesize.source_pictures import SourcePictures
from adr.workspace import Workspace
from tests.worlds.features import write_features
from tests.worlds.tail import make_tail_world, sidecar
from tests.worlds.tiny_texts import clip, color_scorer

SIBLINGS = ["red", "green", "blue"]


def striped(first, second="black", count=4, side=64):
    """A picture with vertical stripes of two colours."""
    image = Image.new("RGB", (side, side), second)
    width = side // (2 * count)
    for i in range(count):
        image.paste(Image.new("RGB", (width, side), first), (2 * i * width, 0))
    return image


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(clip(tmp_path_factory.mktemp("clip")))


@pytest.fixture
def world(tmp_path):
    store = make_tail_world(Store.memory(), tmp_path / "source")
    yield store, Workspace.at(tmp_path / "workspace")
    store.close()


# -- one picture -------------------------------------------------------------------------------------------------------


def test_score__rank_among_siblings():
    """A red picture: red is the best match. A mostly green one with some red: red comes second, after green."""
    scorer = color_scorer()
    red = scorer.score(striped("red"), ["red"], SIBLINGS, "a red thing")
    assert (red.entity_rank, round(red.entity_score, 3), round(red.prompt_score, 3)) == (1, 1, 1)
    assert red.parent_score is None and red.flags == [] and red.scorer == "colors"
    mixed = scorer.score(striped((0, 200, 0), (100, 0, 0)), ["red"], SIBLINGS, "a red thing")
    assert mixed.entity_rank == 2 and mixed.flags == ["not_the_entity"] and mixed.score < red.score
    assert mixed.entity_score == pytest.approx(1 / 5**0.5, abs=0.01)  # (1, 2, 0) · (1, 0, 0)


def test_score__what_the_prompt_names_beside_is_no_rival():
    scorer, image = color_scorer(), striped((0, 200, 0), (100, 0, 0))
    assert scorer.score(image, ["red"], SIBLINGS, "red", beside=["green"]).entity_rank == 1
    pair = scorer.score(image, ["red", "green"], SIBLINGS, "red green")  # a pair: the worse of both
    assert pair.entity_rank == 1 and pair.entity_score == pytest.approx(1 / 5**0.5, abs=0.01)


def test_score__entity_that_has_no_sibling_row():
    found = color_scorer().score(striped("red"), ["violet"], SIBLINGS, "red")
    assert (found.entity_rank, found.entity_score) == (None, None) and 0 <= found.score <= 1


def test_score__too_near_and_too_far():
    """Eight parents in shades of blue and green. What stays near its own is neither; its copy and a red one are."""
    scorer = color_scorer()
    parents = [striped((0, 25 * i, 250 - 25 * i), "darkgray", count=1 + i % 4) for i in range(8)]
    scorer.refer(parents)
    kept = scorer.score(striped((60, 0, 250), "darkgray", count=3), ["blue"], SIBLINGS, "blue", parents[0], varied=True)
    assert kept.flags == [] and 0.9 < kept.parent_score < 1
    copy = scorer.score(altered(parents[0]), ["blue"], SIBLINGS, "blue", parents[0], varied=True)
    assert copy.flags == ["copy_of_parent"] and copy.score < kept.score
    away = scorer.score(striped((20, 200, 0)), ["green"], SIBLINGS, "green", parents[0], varied=True)
    assert away.flags == ["lost"] and away.score < kept.score
    free = scorer.score(striped((20, 200, 0)), ["green"], SIBLINGS, "green", parents[0])
    assert free.flags == []  # made from a prompt alone, there is nothing to lose


def test_overall__weights():
    assert overall({"entity": 1, "prompt": 1, "parent": 1}, False) == pytest.approx(1)
    assert overall({"entity": 0.5, "prompt": 1, "parent": 0}, False) == pytest.approx(0.25 + 0.3)
    assert overall({"entity": 0.5, "prompt": 1, "parent": None}, False) == pytest.approx((0.25 + 0.3) / 0.8)
    assert overall({"entity": 1, "prompt": 1, "parent": None}, True) == pytest.approx(0.25)
    assert overall({"entity": None}, False) == 0


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("RGB", (32, 32), (200, 10, 10)), ["blank"]),
        (Image.new("RGB", (32, 32), "black"), ["blank", "dark"]),
        (Image.linear_gradient("L").point(lambda v: 100 + v // 16), ["flat"]),
        (Image.linear_gradient("L").point(lambda v: v // 7), ["dark"]),
        (Image.linear_gradient("L"), []),
        (striped((255, 0, 0), (0, 130, 0)), []),  # of one brightness, but two colours
    ],
)
def test_faults__each(image, expected):
    assert faults(image) == expected


# -- copies ------------------------------------------------------------------------------------------------------------


def scene(seed, side=96):
    """A picture of random blots, as different from others as photographs are."""
    rng = np.random.default_rng(seed)
    blots = rng.integers(0, 255, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(blots).resize((side, side), Image.Resampling.BICUBIC)


def test_perceptual_hash__copies_and_others():
    image, jpeg = scene(1), io.BytesIO()
    image.save(jpeg, "JPEG", quality=60)
    own = perceptual_hash(image)
    for copy in (Image.open(jpeg), image.resize((200, 200)), image.point(lambda v: int(v * 0.9))):
        assert bits_apart(own, perceptual_hash(copy)) <= 4
    others = [perceptual_hash(scene(seed)) for seed in range(2, 30)]
    assert min(bits_apart(own, other) for other in others) > 10
    assert own < 2**63 and bits_apart(0b1011, 0b0010) == 2


def test_is_copy__by_hash_by_embedding_or_both():
    assert is_copy(0.5, 0.98, 6) and not is_copy(0.5, 0.98, 7)
    assert is_copy(0.996, 0.999, 40)  # mirrored: the embedding alone
    assert is_copy(0.98, 0.97, 20) and not is_copy(0.98, 0.985, 20) and not is_copy(0.98, 0.97, 21)
    assert not is_copy(0.95, 0.9, 10) and not is_copy(None, None, 7)


# -- many pictures -----------------------------------------------------------------------------------------------------


def test_embeddings__nearest_across_blocks(tmp_path, monkeypatch):
    """Blocks of two. b is nearest to a, at cosine 0.8; c's hash is nearest, one bit from a's."""
    monkeypatch.setattr("adr.synthesize.embeddings.BLOCK", 2)
    kept = Embeddings(tmp_path)
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    hashes = np.array([0b1111, 0b0000, 0b0111], np.uint64)
    kept.append(["a"], vectors[:1], hashes[:1])
    kept.append(["b", "c"], vectors[1:], hashes[1:])
    assert kept.names() == ["a", "b", "c"] and len(list(tmp_path.glob("*.npz"))) == 2
    near = kept.nearest(vectors[:1], hashes[:1], ["a"])[0]
    assert (near.name, round(near.cosine, 2), near.bits_there, near.bits) == ("b", 0.8, 4, 1)
    assert kept.nearest(vectors[:1], hashes[:1], ["other"])[0].name == "a"
    assert Embeddings(tmp_path / "none").nearest(vectors[:1], hashes[:1], ["a"]) == [Near()]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 7), max_size=5), st.integers(1, 4))
def test_embeddings__nothing_lost_by_appending(tmp_path_factory, sizes, block):
    folder, expected = tmp_path_factory.mktemp("blocks"), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adr.synthesize.embeddings.BLOCK", block)
        for size in sizes:
            names = [f"{len(expected) + i}" for i in range(size)]
            expected += names
            Embeddings(folder).append(names, np.ones((size, 1), np.float32), np.zeros(size, np.uint64))
        assert Embeddings(folder).names() == expected
        assert all(len(names) <= block for names, _, _ in Embeddings(folder).blocks())


def as_made(store, workspace, slot, vector, mark, scorer, **more):
    """A finished candidate of plan 1 as a worker writes it."""
    folder = plan_folder(workspace, 1)
    folder.image(slot, 0).write_bytes(b"png")
    np.save(folder.embedding(slot, 0), np.asarray(vector, np.float32))
    made = sidecar(store, workspace, slot, 0) | {"scorer": scorer, "parent_score": None}
    folder.sidecar(slot, 0).write_text(json.dumps(made | {"perceptual_hash": f"{mark:016x}"} | more))


@pytest.mark.models
def test_collect__compared_with_every_picture_of_the_source(world, model, tmp_path):
    """Eight pictures. One candidate is source picture 3 again, one is something else; the first is collected before the
    source was looked at and is found out afterwards."""
    store, workspace = world
    (tmp_path / "m").mkdir()
    plan(store, workspace, 1, budget=9, model=str(tmp_path / "m"), scorer=model)
    again = Image.open(tmp_path / "source" / "3.png")
    vector = load_scorer(model, "cpu").images([again])[0]
    as_made(store, workspace, 0, vector, perceptual_hash(again), model, own=0.99)
    assert collect(store, workspace, 1).flags == {}
    assert collect(store, workspace, 1).flags == {}  # nothing to compare with

    embed_for(store, workspace, 1)
    as_made(store, workspace, 1, -vector, 0x5555555555555555, model)
    assert collect(store, workspace, 1).flags == {"near_duplicate": 1}
    rows = store.rows("select candidate, nearest, round(nearest_score::double, 2), flags from candidate order by 1")
    assert rows[0] == ("p1-00000-0", "instance:3", 1.0, ["near_duplicate"]) and rows[1][3] == []
    assert collect(store, workspace, 1).flags == {"near_duplicate": 1}


def test_source_pictures__by_hand(world):
    store, workspace = world
    assert len(SourcePictures(store, workspace, setting("ADR_SCORER_MODEL"))) == 0
    write_features(workspace, {"3.png": (1, 0), "5.png": (0, 1), "gone.png": (-1, 0)}, {"3.png": 0b1111, "5.png": 0b1})
    found = SourcePictures(store, workspace, setting("ADR_SCORER_MODEL"))
    vectors, hashes = np.array([[0.6, 0.8], [-1, 0]], np.float32), np.array([0b111, 0b1], np.uint64)
    near, gone = found.nearest(vectors, hashes)
    assert (len(found), near.name, round(near.cosine, 2), near.bits_there, near.bits) == (3, "instance:5", 0.8, 2, 1)
    assert (gone.name, round(gone.cosine, 2)) == (None, 1)  # no instance shows it
    assert len(SourcePictures(store, workspace, None)) == len(SourcePictures(store, workspace, "/no/model")) == 0


@pytest.mark.models
def test_worker__writes_scores_that_collect_takes_in(world, model, tmp_path):
    """A picture made from its parent by random weights and scored by others: every column is there and in range."""
    from adr.synthesize.worker import Worker
    from tests.worlds.tiny_models import stable_diffusion

    store, workspace = world
    plan(
        store,
        workspace,
        1,
        budget=1,
        per_slot=1,
        generator="image-to-image",
        steps=1,
        scorer=model,
        model=str(stable_diffusion(tmp_path / "sd")),
    )
    assert Worker(plan_folder(workspace, 1), lambda event: None, device="cpu").run() == 1
    collect(store, workspace, 1)
    scorer, rank, entity, prompt, parent, score, nearest, bits, flags = store.row(
        "select scorer, entity_rank, entity_score, prompt_score, parent_score, score, nearest, perceptual_distance, "
        "flags from candidate"
    )
    assert scorer == model and rank in (1, 2, 3, 4) and 0 <= score <= 1 and 0 <= bits <= 64
    assert all(-1 <= cosine <= 1 for cosine in (entity, prompt, parent)) and nearest == "instance:6"
    assert set(flags) <= {"not_the_entity", "copy_of_parent", "lost", "near_duplicate", "blank", "flat", "dark"}


# -- models ------------------------------------------------------------------------------------------------------------


@pytest.mark.models
def test_load_scorer__folder(model):
    scorer = load_scorer(model, "cpu")
    found = scorer.score(striped("red"), ["cat"], ["cat", "dog"], "a photo of a cat", ImageOps.mirror(striped("red")))
    assert found.embedding.shape == (16,) and found.entity_rank in (1, 2) and 0 <= found.score <= 1
    assert -1 <= found.prompt_score <= 1 and np.linalg.norm(found.embedding) == pytest.approx(1, abs=1e-5)
    assert np.allclose(scorer.images([striped("red"), scene(1)])[0], found.embedding, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("/nowhere/at/all", "does not exist"),
        ("/tmp", "holds no open_clip model"),
        ("ViT-B-32/laion9000", "no weights 'laion9000'"),
    ],
)
def test_load_scorer__says_what_is_wrong(name, sentence):
    with pytest.raises(AdrError, match=sentence) as told:
        load_scorer(name, "cpu")
    assert told.value.next_step
