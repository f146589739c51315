"""Makes pictures with diffusers: {name: factory}, and one way to load and to run all generators.

The starter model of a few megabytes and Stable Diffusion XL on a GPU go through the same code. Knows nothing of plans
on disk or of the database.
"""

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from adr.errors import AdrError
from adr.models import Place, find_model, is_folder, loading, model_facts, place, require
from adr.synthesize.edges import edges
from adr.synthesize.plan_file import FROM_PARENT, IMAGE_GENERATORS, PlanSettings
from adr.synthesize.prompts import style_of
from adr.synthesize.threads import one_thread

# Up to this many pixels a side, a batch on a CPU saves more than it waits for.
_SMALL = 256
# A folder of fewer bytes runs in float32 on a GPU too, where it costs nothing and gives the CPU's pictures to 1 of 255.
_LIGHT = 1 << 29


@dataclass(frozen=True)
class Wish:
    """One picture wanted. parent: the picture to start from, for generators that start from one."""

    prompt: str
    seed: int
    negative: str = ""
    parent: Image.Image | None = None


@dataclass(frozen=True)
class MadeImage:
    """One picture made, RGB. blanked: the model's safety checker replaced it with black."""

    image: Image.Image
    blanked: bool = False


@dataclass
class Generator:
    """A loaded pipeline and how it is run. side: of a square picture, in pixels; multiple: every side is a multiple of
    it."""

    name: str
    model: str
    pipe: Any
    place: Place
    steps: int
    guidance: float
    strength: float
    side: int
    multiple: int
    edge_kind: str = "canny"

    @property
    def batch(self) -> int:
        """Pictures per batch. On a CPU small pictures take half the time in a batch and large ones no less."""
        if not self.place.has_gpu:
            return 8 if self.on_one_thread else 1
        if self.place.short_of_memory:
            return 1
        return 8 if self.side <= 512 else 4

    @property
    def on_one_thread(self) -> bool:
        """Whether pictures are made by one thread whatever the process may take: small ones on a CPU."""
        return not self.place.has_gpu and self.side <= _SMALL

    @property
    def parameters(self) -> dict[str, Any]:
        """What determines a picture besides model, prompt, parent and seed; it is kept with each candidate."""
        return (
            {
                "steps": self.steps,
                "guidance": self.guidance,
                "size": self.side,
                "device": self.place.device,
                "precision": self.place.precision,
            }
            | ({"strength": self.strength} if self.name == "image-to-image" else {})
            | ({"edges": self.edge_kind} if self.name == "controlnet" else {})
        )

    def size_for(self, parent: Image.Image | None) -> tuple[int, int]:
        """(width, height) of a picture: square, or in the parent's proportions with as many pixels."""
        if self.name not in ("image-to-image", "controlnet") or parent is None:
            return self.side, self.side
        shape = math.sqrt(parent.width / max(1, parent.height))
        shape = min(2.0, max(0.5, shape))
        return _multiple(self.side * shape, self.multiple), _multiple(self.side / shape, self.multiple)

    def make(self, wishes: Sequence[Wish], fill: int = 1) -> list[MadeImage]:
        """A picture for each wish, in one batch per size. Each picture has its own random numbers.

        fill: on a CPU a batch of fewer pictures is filled up to so many, and what fills it is thrown away. What a
        picture is rounded to there depends on how many are made together and by how many threads, not on which they are
        or in which place. Small pictures are made by one thread, so that the same wish and `fill` give the same bytes;
        of large ones they do so with the same number of threads.
        """
        made: dict[int, MadeImage] = {}
        sizes = [self.size_for(wish.parent) for wish in wishes]
        for size in sorted(set(sizes)):
            rows = [i for i, wanted in enumerate(sizes) if wanted == size]
            own = [wishes[i] for i in rows]
            filling = [] if self.place.has_gpu else [own[-1]] * (fill - len(own))
            made |= dict(zip(rows, self._run([*own, *filling], size)[: len(own)], strict=True))
        return [made[i] for i in range(len(wishes))]

    def _run(self, wishes: Sequence[Wish], size: tuple[int, int]) -> list[MadeImage]:
        import torch

        # Random numbers come from the CPU on every device: the same seed starts from the same noise everywhere.
        told: dict[str, Any] = {
            "generator": [torch.Generator("cpu").manual_seed(wish.seed) for wish in wishes],
            "num_inference_steps": self.steps,
            "guidance_scale": self.guidance,
            "width": size[0],
            "height": size[1],
        }
        if self.name != "image-variation":
            told["prompt"] = [wish.prompt for wish in wishes]
            told["negative_prompt"] = [wish.negative for wish in wishes]
        if self.name in FROM_PARENT:
            told["image"] = [self._start(wish, size) for wish in wishes]
        if self.name == "image-to-image":
            told["strength"] = self.strength
            told["num_inference_steps"] = max(self.steps, math.ceil(1 / self.strength))
        takes = inspect.signature(self.pipe.__call__).parameters
        with torch.inference_mode(), one_thread(self.on_one_thread):
            result = self.pipe(**{name: value for name, value in told.items() if name in takes})
        blanked = getattr(result, "nsfw_content_detected", None) or [False] * len(wishes)
        return [MadeImage(image.convert("RGB"), bool(b)) for image, b in zip(result.images, blanked, strict=True)]

    def _start(self, wish: Wish, size: tuple[int, int]) -> Image.Image:
        if wish.parent is None:
            raise AdrError(f"The generator {self.name} needs a parent's picture.", "Use text-to-image without one.")
        if self.name == "image-variation":
            return wish.parent.convert("RGB")
        start = wish.parent.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        return edges(start, self.edge_kind) if self.name == "controlnet" else start


def load_generator(settings: PlanSettings, device: str | None = None) -> Generator:
    """The generator of a plan, ready to run; AdrError when its name is unknown, its package is missing, or its model is
    missing, broken or of the wrong kind."""
    if settings.generator not in FACTORIES:
        raise AdrError(f"There is no generator {settings.generator!r}.", f"Choose one of {', '.join(FACTORIES)}.")
    require("diffusers", f"The generator {settings.generator}", "diffusers transformers accelerate")
    found = find_model(settings.model)
    where = _precise(found, place(device))
    with loading(settings.model, "diffusion model"):
        _hush()
        pipe = FACTORIES[settings.generator](found, settings, where)
        settle(pipe, where)
        start_alike(pipe)
    style = style_of(settings.model, settings.generator)
    side, multiple = _sides(pipe)
    return Generator(
        name=settings.generator,
        model=settings.model,
        pipe=pipe,
        place=where,
        steps=settings.steps or style.steps,
        guidance=style.guidance if settings.guidance is None else settings.guidance,
        strength=settings.strength,
        side=_multiple(settings.size or style.size or side, multiple),
        multiple=multiple,
        edge_kind=settings.edges,
    )


def _text_to_image(found: str, settings: PlanSettings, where: Place) -> Any:
    from diffusers import AutoPipelineForText2Image

    _refuse(found, "ImageVariation", "text-to-image", "a text-to-image model")
    return AutoPipelineForText2Image.from_pretrained(found, **_how(found, where))


def _image_to_image(found: str, settings: PlanSettings, where: Place) -> Any:
    from diffusers import AutoPipelineForImage2Image

    _refuse(found, "ImageVariation", "image-to-image", "a text-to-image model")
    return AutoPipelineForImage2Image.from_pretrained(found, **_how(found, where))


def _image_variation(found: str, settings: PlanSettings, where: Place) -> Any:
    from diffusers import StableDiffusionImageVariationPipeline

    own = _class_of(found)
    if own and "ImageVariation" not in own:
        raise AdrError(
            f"{settings.model} is a {own}; image-variation needs a model made for it.",
            "For example lambdalabs/sd-image-variations-diffusers, or use image-to-image with this model.",
        )
    return StableDiffusionImageVariationPipeline.from_pretrained(found, **_how(found, where))


def _controlnet(found: str, settings: PlanSettings, where: Place) -> Any:
    from diffusers import AutoPipelineForText2Image, ControlNetModel, DiffusionPipeline

    if settings.controlnet:
        net_at = find_model(settings.controlnet)
        with loading(settings.controlnet, "ControlNet"):
            net = ControlNetModel.from_pretrained(net_at, dtype=where.dtype)
        return AutoPipelineForText2Image.from_pretrained(found, controlnet=net, **_how(found, where))
    if "ControlNet" not in _class_of(found):
        raise AdrError(
            f"{settings.model} holds no ControlNet.",
            "Name one for it, such as lllyasviel/sd-controlnet-canny for Stable Diffusion 1.5.",
        )
    return DiffusionPipeline.from_pretrained(found, **_how(found, where))


FACTORIES: dict[str, Callable[[str, PlanSettings, Place], Any]] = dict(
    zip(IMAGE_GENERATORS, (_text_to_image, _image_to_image, _image_variation, _controlnet), strict=True)
)


def _how(found: str, where: Place) -> dict[str, Any]:
    """Keywords for `from_pretrained`: the precision, and the fp16 files where a folder has only those."""
    how: dict[str, Any] = {"dtype": where.dtype}
    if is_folder(found):
        weights = list(Path(found).glob("*/*.safetensors")) + list(Path(found).glob("*/*.bin"))
        if weights and all(".fp16." in file.name for file in weights):
            how["variant"] = "fp16"
    return how


def _precise(found: str, where: Place) -> Place:
    """The place, in float32 for the folder of a light model."""
    if is_folder(found) and sum(file.stat().st_size for file in Path(found).rglob("*") if file.is_file()) < _LIGHT:
        return replace(where, precision="float32")
    return where


def start_alike(pipe: Any) -> None:
    """Have a pipeline that starts from noise alone draw it in float32, whatever it computes in.

    From the same seed PyTorch draws other numbers in half precision, so a GPU would make other pictures than a CPU.
    """
    import torch

    draw = getattr(pipe, "prepare_latents", None)
    takes = inspect.signature(draw).parameters if draw else {}
    if draw is None or "dtype" not in takes or "image" in takes:
        return

    def drawn(*given: Any, **named: Any) -> Any:
        told = inspect.signature(draw).bind(*given, **named)
        precision, told.arguments["dtype"] = told.arguments["dtype"], torch.float32
        made = draw(*told.args, **told.kwargs)
        if isinstance(made, tuple):
            return tuple(part.to(precision) if torch.is_tensor(part) else part for part in made)
        return made.to(precision)

    pipe.prepare_latents = drawn


def _class_of(found: str) -> str:
    return str(model_facts(found, "model_index.json").get("_class_name", ""))


def _refuse(found: str, part: str, generator: str, needs: str) -> None:
    own = _class_of(found)
    if part in own:
        raise AdrError(f"{found} is a {own}; {generator} needs {needs}.", "Use image-variation with it.")


def settle(pipe: Any, where: Place) -> None:
    """Put a pipeline on its device: whole, or part by part where the device is short of memory."""
    pipe.set_progress_bar_config(disable=True)
    models = [part for part in pipe.components.values() if hasattr(part, "parameters")]
    size = sum(p.numel() * p.element_size() for model in models for p in model.parameters())
    fits = where.holds(size)
    if where.has_gpu and not fits and where.device.startswith("cuda"):
        pipe.enable_model_cpu_offload(device=where.device)
    else:
        pipe.to(where.device)
    if where.has_gpu and (where.short_of_memory or not fits):
        pipe.enable_attention_slicing()
        if hasattr(pipe.vae, "enable_slicing"):
            pipe.vae.enable_slicing()


def _hush() -> None:
    """Silence the libraries' progress bars and warnings: the caller of the generator reports progress and faults."""
    import diffusers.utils.logging
    import transformers.utils.logging

    for logging in (diffusers.utils.logging, transformers.utils.logging):
        logging.set_verbosity_error()
        logging.disable_progress_bar()


def _sides(pipe: Any) -> tuple[int, int]:
    """(side in pixels the model was made for, what sides must be multiples of)."""
    scale = int(getattr(pipe, "vae_scale_factor", 8))
    body = getattr(pipe, "unet", None) or getattr(pipe, "transformer", None)
    own = getattr(body.config, "sample_size", None) if body is not None else None
    own = own or getattr(pipe, "default_sample_size", None) or 64
    own = max(own) if isinstance(own, list | tuple) else own
    downs = getattr(body.config, "down_block_types", None) if body is not None else None
    return int(own) * scale, scale * 2 ** (len(downs) - 1 if downs else 1)


def _multiple(pixels: float, of: int) -> int:
    return max(of, round(pixels / of) * of)
