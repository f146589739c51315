"""Turns exported models back into the checkpoints of a run, so that training can go on from what is shipped.

The averages are all that an export keeps: the optimizer starts anew, the clock at 0. Knows nothing of training.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file


def unpack_models(models: Path, run: Path) -> None:
    """Writes tokenizer, `clip.pt`, `vae-even.pt`, `decoder.pt` and `diffusion.pt` into `run`, which has none yet."""
    if (run / "diffusion.pt").exists():
        raise SystemExit(f"{run} has a checkpoint already. Choose another folder.")
    clip, diffusion = models / "starter-clip", models / "starter-diffusion"
    (run / "tokenizer").mkdir(parents=True, exist_ok=True)
    for file in sorted((diffusion / "tokenizer").iterdir()):
        shutil.copyfile(file, run / "tokenizer" / file.name)
    vae = _weights(diffusion / "vae" / "diffusion_pytorch_model.safetensors")
    _save(run / "clip.pt", _weights(clip / "open_clip_model.safetensors"))
    _save(run / "vae-even.pt", vae)
    _save(run / "decoder.pt", vae)
    unet = _weights(diffusion / "unet" / "diffusion_pytorch_model.safetensors")
    text = _weights(diffusion / "text_encoder" / "model.safetensors")
    both = {f"unet.{name}": value for name, value in unet.items()}
    _save(run / "diffusion.pt", both | {f"text.{name}": value for name, value in text.items()})


def _weights(file: Path) -> dict[str, torch.Tensor]:
    return {name: value.float() if value.is_floating_point() else value for name, value in load_file(file).items()}


def _save(file: Path, weights: dict[str, torch.Tensor]) -> None:
    torch.save({"model": weights, "average": weights, "optimizer": None, "step": 0, "seconds": 0.0}, file)
