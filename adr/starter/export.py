"""Writes the trained models in the forms that diffusers and open_clip load: half precision, safetensors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch

from adr.demo.backgrounds import BACKGROUNDS
from adr.demo.habitats import RANKS
from adr.knowledge import DRAWN
from adr.models import OWN_FILE
from adr.starter.captions import load_tokenizer
from adr.starter.clip import MEAN, STD, make_clip, model_config
from adr.starter.diffusion import make_denoiser, make_scheduler, make_text_encoder
from adr.starter.loop import load_grown
from adr.starter.vae import make_autoencoder

KNOWN = {"kind": DRAWN, "names": sorted(RANKS)}
"""What the models say of themselves (`adr.json`): the kind of pictures they are for, and the names they know."""
STYLE = KNOWN | {
    "templates": [f"{frame} {{place}}" for frame in ("a photo of {things}", "a drawing of {things}", "{things}")],
    "places": ["", *(b.where for b in BACKGROUNDS.values())],
    "negative": "",
    "companions": 0,
    "things": 2,
    "steps": 20,
    "guidance": 6.0,
}
"""The same of the pipeline, and how it likes to be asked: in the words of its captions, one thing at a time or the two
of a pair."""


def export_models(run: Path, out: Path) -> None:
    """Writes `out/starter-clip` and, when it has been trained, `out/starter-diffusion`, from the averages in `run`."""
    export_clip(run, out / "starter-clip")
    if (run / "diffusion.pt").exists():
        export_diffusion(run, out / "starter-diffusion")


def _average(run: Path, name: str) -> dict[str, torch.Tensor]:
    saved: dict[str, torch.Tensor] = torch.load(run / f"{name}.pt", map_location="cpu", weights_only=True)["average"]
    return saved


def export_clip(run: Path, folder: Path) -> None:
    """The CLIP for open_clip's `create_model_and_transforms("local-dir:FOLDER")` and its `get_tokenizer`."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = _average(run, "clip")
    vocabulary = len(state["token_embedding.weight"])
    make_clip(vocabulary).load_state_dict(state)  # refuses a checkpoint that does not fit
    half = {k: (v.half() if v.is_floating_point() else v).contiguous() for k, v in state.items() if k != "attn_mask"}
    save_file(half, str(folder / "open_clip_model.safetensors"))
    preprocess = {"mean": list(MEAN), "std": list(STD), "interpolation": "bicubic", "resize_mode": "squash"}
    config = {"model_cfg": model_config(vocabulary), "preprocess_cfg": preprocess}
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    for file in sorted((run / "tokenizer").iterdir()):
        shutil.copyfile(file, folder / file.name)
    _say(folder, KNOWN)
    _readable(folder)


def export_diffusion(run: Path, folder: Path) -> None:
    """The pipeline for `AutoPipelineForText2Image.from_pretrained(FOLDER)` and its image-to-image sister."""
    pipeline = make_pipeline(run)
    for part in (pipeline.unet, pipeline.text_encoder, pipeline.vae):
        part.half()
    pipeline.save_pretrained(str(folder), safe_serialization=True)
    _say_float32(folder)
    for file in sorted((run / "tokenizer").iterdir()):
        shutil.copyfile(file, folder / "tokenizer" / file.name)
    _say(folder, STYLE)
    _readable(folder)


def make_pipeline(run: Path) -> Any:
    """The `StableDiffusionPipeline` of the averages in `run`, in float32."""
    from diffusers import StableDiffusionPipeline

    state = _average(run, "diffusion")
    vocabulary = len(next(v for k, v in state.items() if k.endswith("token_embedding.weight")))
    unet, text, vae = make_denoiser(), make_text_encoder(vocabulary), make_autoencoder()
    unet.load_state_dict({k.removeprefix("unet."): v for k, v in state.items() if k.startswith("unet.")})
    load_grown(text, {k.removeprefix("text."): v for k, v in state.items() if k.startswith("text.")})
    vae.load_state_dict(_average(run, "decoder" if (run / "decoder.pt").exists() else "vae-even"))
    vae.register_to_config(scaling_factor=1.0)
    for part in (unet, text, vae):
        part.eval()
    return StableDiffusionPipeline(
        vae=vae,
        text_encoder=text,
        tokenizer=load_tokenizer(run / "tokenizer"),
        unet=unet,
        scheduler=make_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _say(folder: Path, said: dict[str, Any]) -> None:
    """Writes what a model says of itself into its folder."""
    (folder / OWN_FILE).write_text(json.dumps(said, indent=2) + "\n", "utf-8")


def _say_float32(folder: Path) -> None:
    """Weights are kept in half precision for their size; the text encoder is to be loaded in float32 like the rest."""
    file = folder / "text_encoder" / "config.json"
    config = json.loads(file.read_text("utf-8"))
    for key in ("dtype", "torch_dtype"):
        if key in config:
            config[key] = "float32"
    file.write_text(json.dumps(config, indent=2) + "\n", "utf-8")


def _readable(folder: Path) -> None:
    """Weights are written for the owner only; in a repository everybody may read them."""
    for file in folder.rglob("*"):
        if file.is_file():
            file.chmod(0o644)
