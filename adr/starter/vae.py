"""Trains the autoencoder: 128×128 pictures to 16×16 latents of six channels and back, on pieces of 64×64.

Knows nothing of words. The encoder must not change once the diffusion model has begun to learn its latents; the
decoder may (`decoder_only`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from adr.starter.images import Images, load_images
from adr.starter.loop import Training

LATENT_CHANNELS = 6
_BATCH = 24
_CROP = 64
_KL_WEIGHT = 1e-3
_EDGE_WEIGHT = 1.0


def make_autoencoder() -> Any:
    """An untrained `AutoencoderKL` in the form of Stable Diffusion's, an eighth of the side, 1.6 M parameters."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(16, 32, 64, 96),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=8,
        mid_block_add_attention=False,
        sample_size=128,
    )


def as_input(pixels: np.ndarray) -> torch.Tensor:
    """Bytes (n, h, w, 3) as numbers (n, 3, h, w) from -1 to 1."""
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)


def image_loss(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Mean distance of the colours and of the steps between neighbours, so that the ink stays sharp."""
    loss = (made - wanted).abs().mean()
    for axis in (-1, -2):
        loss = loss + _EDGE_WEIGHT * (made.diff(dim=axis) - wanted.diff(dim=axis)).abs().mean()
    return loss


def train_autoencoder(run: Path, minutes: float, decoder_only: bool = False, seed: int = 0) -> None:
    """Trains in `run` until `minutes` have been spent on it in all; checkpoint `vae.pt` (or `decoder.pt`)."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = even_autoencoder(run) if decoder_only else make_autoencoder()
    if decoder_only:
        model.encoder.requires_grad_(False)
        model.quant_conv.requires_grad_(False)
    file = run / ("decoder.pt" if decoder_only else "vae.pt")
    training = Training(model, file, rate=1.5e-3 if not decoder_only else 5e-4, ema=0.995, decay=1e-4)
    families = [load_images(run / "pictures", name) for name in ("single", "several", "shapes")]
    shares = _shares(families)

    def loss(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        pixels = np.stack([_pick(families, shares, rng) for _ in range(_BATCH)])
        wanted = as_input(pixels)
        posterior = model.encode(wanted).latent_dist
        made = model.decode(posterior.sample()).sample.float()
        main = image_loss(made, wanted)
        kl = posterior.kl().mean() / posterior.mean[0].numel()
        with torch.no_grad():
            noise = -10 * torch.log10(F.mse_loss(made.clamp(-1, 1), wanted) / 4)
        return main + _KL_WEIGHT * kl, {"kl": kl.item(), "psnr": noise.item()}

    training.run(minutes, loss)


@torch.no_grad()
def even_autoencoder(run: Path) -> Any:
    """The trained autoencoder with latents of mean 0 and spread 1 in every channel: no scaling factor is needed.

    The two 1×1 convolutions beside the latents are linear, hence the change is exact. Kept as `vae-even.pt`: once
    made, the latents stay what they are.
    """
    model = make_autoencoder()
    file = run / "vae-even.pt"
    if file.exists():
        model.load_state_dict(torch.load(file, map_location="cpu", weights_only=True)["average"])
        return model
    model.load_state_dict(torch.load(run / "vae.pt", map_location="cpu", weights_only=True)["average"])
    images = load_images(run / "pictures", "single").pixels
    chosen = np.random.default_rng(0).integers(len(images), size=512)
    seen = [model.encode(as_input(images[chosen[at : at + 32]])).latent_dist for at in range(0, 512, 32)]
    samples = torch.cat([posterior.sample() for posterior in seen])
    middle, spread = samples.mean((0, 2, 3)), samples.std((0, 2, 3))
    print("latents: middle", middle.tolist(), "spread", spread.tolist(), flush=True)
    into, out_of, n = model.quant_conv, model.post_quant_conv, LATENT_CHANNELS
    into.weight[:n] /= spread[:, None, None, None]
    into.bias[:n] = (into.bias[:n] - middle) / spread
    into.bias[n:] -= 2 * spread.log()
    out_of.bias += out_of.weight[:, :, 0, 0] @ middle
    out_of.weight *= spread[None, :, None, None]
    torch.save({"average": model.state_dict()}, file)
    return model


def _shares(families: list[Images]) -> np.ndarray:
    weights = np.array([0.7, 0.2, 0.1]) * [len(f) > 0 for f in families]
    if weights.sum() == 0:
        raise SystemExit("There are no pictures yet. Run the stage `render` first.")
    shares: np.ndarray = weights / weights.sum()
    return shares


def _pick(families: list[Images], shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    family = families[rng.choice(len(families), p=shares)]
    y, x = rng.integers(0, family.pixels.shape[1] - _CROP + 1, 2)
    image = family.pixels[rng.integers(len(family)), y : y + _CROP, x : x + _CROP]
    return image[:, ::-1] if rng.random() < 0.5 else image
