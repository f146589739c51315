"""Every kind of pipeline, made here with tiny random weights and loaded as a full-size one is."""

import hashlib
import os
import shutil

import numpy as np
import pytest
from PIL import Image, ImageDraw

from adr.errors import AdrError
from adr.models import Place, find_model, load_clip, out_of_memory, place
from adr.shipped import shipped
from adr.synthesize import generators
from adr.synthesize.edges import edges
from adr.synthesize.generators import FACTORIES, Wish, load_generator
from adr.synthesize.plan_file import IMAGE_GENERATORS, PlanSettings
from adr.synthesize.prompts import style_of

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    from tests.worlds import tiny_models

    root = tmp_path_factory.mktemp("models")
    return {
        name: str(getattr(tiny_models, name)(root / name))
        for name in ("stable_diffusion", "stable_diffusion_xl", "image_variation", "controlnet")
    }


@pytest.fixture(scope="module")
def parent():
    image = Image.new("RGB", (48, 48), "white")
    ImageDraw.Draw(image).rectangle((12, 12, 36, 36), fill="black")
    return image


def asked(generator, model, **more):
    return PlanSettings(plan=1, run=1, seed=1, budget=1, generator=generator, model=model, **({"steps": 2} | more))


@pytest.mark.parametrize(
    ("generator", "model"),
    [
        ("text-to-image", "stable_diffusion"),
        ("text-to-image", "stable_diffusion_xl"),
        ("image-to-image", "stable_diffusion"),
        ("image-to-image", "stable_diffusion_xl"),
        ("image-variation", "image_variation"),
        ("controlnet", "stable_diffusion"),
    ],
)
def test_make__every_kind(models, parent, generator, model):
    """The right size, three wishes at once or one alone, and the same bytes from the same seed."""
    net = models["controlnet"] if generator == "controlnet" else None
    loaded = load_generator(asked(generator, models[model], controlnet=net), device="cpu")
    wishes = [Wish("a red kite", seed, "blurry", parent) for seed in (1, 2, 1)]
    first, second, again = (loaded.make([wish])[0].image for wish in wishes)
    assert first.size == (32, 32) and first.mode == "RGB"
    assert first.tobytes() == again.tobytes() != second.tobytes()
    together = loaded.make(wishes[:2])
    assert [p.image.size for p in together] == [(32, 32)] * 2 and not any(p.blanked for p in together)


@pytest.mark.parametrize("generator", ["text-to-image", "image-to-image"])
def test_make__small_pictures_are_the_same_with_any_number_of_threads(generator, parent):
    """Four slots of the starter, which differs by 1 of 255 where its arithmetic takes two threads."""
    import torch

    starter = load_generator(asked(generator, "assets/models/starter-diffusion", steps=4), device="cpu")
    wishes = [Wish(f"a photo of a {name}", seed, "", parent) for seed, name in enumerate(("cat", "dog", "bus", "kite"))]
    former, hashes = torch.get_num_threads(), []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            made = [one.image for one in starter.make(wishes, fill=8)]
            hashes.append([hashlib.sha256(image.tobytes()).hexdigest() for image in made])
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(former)
    assert len(set(hashes[0])) == 4
    assert hashes[0] == hashes[1]


def test_make__keeps_the_parents_shape(models):
    loaded = load_generator(asked("image-to-image", models["stable_diffusion"]), device="cpu")
    wide = Image.new("RGB", (100, 25), "teal")
    assert loaded.make([Wish("a kite", 1, "", wide)])[0].image.size == (64, 16)


def test_make__without_a_parent_is_a_sentence(models):
    loaded = load_generator(asked("image-to-image", models["stable_diffusion"]), device="cpu")
    with pytest.raises(AdrError, match="needs a parent's picture"):
        loaded.make([Wish("a kite", 1)])


def test_load__wrong_kind_of_model_is_a_sentence(models, tmp_path):
    for settings, says in (
        (asked("image-variation", models["stable_diffusion"]), "needs a model made for it"),
        (asked("text-to-image", models["image_variation"]), "needs a text-to-image model"),
        (asked("controlnet", models["stable_diffusion"]), "holds no ControlNet"),
        (asked("text-to-image", str(tmp_path)), "cannot be loaded"),
        (asked("text-to-image", str(tmp_path / "gone")), "does not exist"),
    ):
        with pytest.raises(AdrError, match=says) as told:
            load_generator(settings, device="cpu")
        assert told.value.next_step


def test_generators__are_those_a_plan_may_name():
    assert tuple(FACTORIES) == IMAGE_GENERATORS
    with pytest.raises(AdrError, match="no generator 'magic'") as told:
        asked("magic", "x")
    assert "controlnet" in told.value.next_step


def test_settle__offloads_when_memory_is_short():
    """A GPU with 1 GB free holds 500 MB of weights, not 900 MB; below 8 GB attention goes in slices."""
    short = Place("cuda:0", "float16", 1_000_000_000)
    assert short.holds(500_000_000) and not short.holds(900_000_000) and short.short_of_memory
    assert not Place("cpu", "float32").short_of_memory


def test_settle__calls_what_a_short_gpu_needs(models):
    """The pipeline is asked to offload and to slice; recorded by the real pipeline's methods replaced on it."""
    from diffusers import StableDiffusionPipeline

    pipe = StableDiffusionPipeline.from_pretrained(models["stable_diffusion"])
    called = []
    pipe.enable_model_cpu_offload = lambda device: called.append(f"offload {device}")
    pipe.enable_attention_slicing = lambda: called.append("slices")
    generators.settle(pipe, Place("cuda:1", "float16", free=10))
    assert called == ["offload cuda:1", "slices"]


def test_place__says_what_is_not_there(monkeypatch):
    assert place("cpu") == Place("cpu", "float32")
    monkeypatch.setenv("ADR_DEVICE", "abacus")
    with pytest.raises(AdrError, match="no device 'abacus'"):
        place()
    with pytest.raises(AdrError, match=r"no device cuda:99"):
        place("cuda:99")


def test_find_model__folder_or_hub_id(tmp_path):
    assert find_model(str(tmp_path)) == str(tmp_path)
    assert find_model("owner/model-1.5") == "owner/model-1.5"
    for wrong in ("assets/models/none", "no-such-model", ""):
        with pytest.raises(AdrError):
            find_model(wrong)


def test_out_of_memory__is_recognised():
    assert out_of_memory(RuntimeError("CUDA out of memory. Tried to allocate")) and out_of_memory(MemoryError())
    assert not out_of_memory(ValueError("out of memory is a book"))


def test_style__by_family_and_by_file(tmp_path):
    assert style_of("stabilityai/sd-turbo").guidance == 0 and style_of("a/b", "image-variation").guidance == 3
    (tmp_path / "adr.json").write_text('{"templates": ["a drawing of {things}"], "steps": 9, "guidance": 2}')
    style = style_of(str(tmp_path))
    assert (style.templates, style.steps, style.guidance) == (("a drawing of {things}",), 9, 2.0)


def test_edges__outline_of_a_square(parent):
    lines = np.asarray(edges(parent)) > 0
    assert lines[12:37, 11:14].any(axis=(1, 2)).all()  # its left side, all the way
    assert not lines[20:28, 20:28].any() and not lines[:6].any()  # nothing inside, nothing outside
    assert 0 < lines[..., 0].mean() < 0.12
    graded = np.asarray(edges(parent, "soft"))
    assert graded.max() == 255 and graded[24, 24].max() == 0
    with pytest.raises(AdrError, match="no edges of kind"):
        edges(parent, "sharp")


def test_load__pickled_weights_are_refused_without_torchs_advice(models, tmp_path):
    """A checkpoint that would run a program, in place of the numbers of the U-Net or of the scorer."""
    import torch

    class Runs:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "it ran"),)

    for name, made, load in (
        ("pipeline", models["stable_diffusion"], lambda at: load_generator(asked("text-to-image", at), device="cpu")),
        ("clip", shipped("assets/models/starter-clip"), lambda at: load_clip(at, place("cpu"))),
    ):
        folder = tmp_path / name
        shutil.copytree(made, folder)
        for file in [*folder.glob("unet/*.safetensors"), *folder.glob("open_clip_model.safetensors")]:
            torch.save(
                {"state_dict": Runs()},
                file.with_name(file.name.replace("open_clip", "open_clip_pytorch")).with_suffix(".bin"),
            )
            file.unlink()
        with pytest.raises(AdrError, match="pickled Python objects") as error:
            load(str(folder))
        assert ".safetensors" in error.value.next_step and "weights_only" not in str(error.value)
    assert not (tmp_path / "it ran").exists()


@pytest.mark.parametrize("precision", ["bfloat16", "float16", "float32"])
def test_start_alike__the_noise_of_float32_in_every_precision(models, precision):
    import torch

    dtype = getattr(torch, precision)
    pipe = FACTORIES["text-to-image"](models["stable_diffusion"], asked("text-to-image", ""), Place("cpu", precision))
    generators.start_alike(pipe)
    drawn = pipe.prepare_latents(1, 4, 64, 64, dtype, "cpu", torch.Generator().manual_seed(7))
    size = tuple(drawn.shape)
    expected = torch.randn(size, generator=torch.Generator().manual_seed(7)) * pipe.scheduler.init_noise_sigma
    assert torch.equal(drawn, expected.to(dtype))


def test_load__a_light_model_runs_in_float32_on_a_gpu_too(models, monkeypatch):
    monkeypatch.setattr(generators, "place", lambda device: Place("cpu", "bfloat16"))
    loaded = load_generator(asked("text-to-image", models["stable_diffusion"]))
    assert loaded.place.precision == "float32" == loaded.parameters["precision"]
    assert str(loaded.pipe.unet.dtype) == "torch.float32"
