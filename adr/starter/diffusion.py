"""Trains the denoiser and its text encoder together on cached latents.

The text encoder begins as a copy of the starter CLIP's text tower, so kinds are told apart from the first step. The
network predicts velocity (Salimans & Ho 2022) with min-SNR weights (Hang et al. 2023, γ = 5). The prompt reaches the
denoiser twice: through cross-attention and, pooled, through the time embedding. Knows nothing of pixels after caching.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.multiprocessing.spawn import spawn

from adr.starter.captions import CONTEXT, caption, load_tokenizer, tokenize
from adr.starter.images import SIDE, Described, load_images
from adr.starter.loop import Training, autocast, load_grown
from adr.starter.vae import LATENT_CHANNELS, as_input, even_autoencoder

WIDTH = 128
_BATCH = 64
_DROP_CAPTION = 0.1
_PAIR_SHARE = 0.7
_SEVERAL_SHARE = 0.12
_GAMMA = 5.0


def make_denoiser() -> Any:
    """An untrained `UNet2DConditionModel` for 16×16 latents. Its attention adds nothing at first, so that a checkpoint
    without one of its attention layers goes on as it was."""
    from diffusers import UNet2DConditionModel

    model: Any = UNet2DConditionModel(
        sample_size=SIDE // 8,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        block_out_channels=(64, 96, 160),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH,
        attention_head_dim=4,
        norm_num_groups=16,
        addition_embed_type="text",
        addition_embed_type_num_heads=4,
        resnet_time_scale_shift="scale_shift",
    )
    for name, module in model.named_modules():
        if name.endswith("proj_out"):
            nn.init.zeros_(module.weight)
            nn.init.zeros_(module.bias)
    return model


def make_text_encoder(vocabulary: int) -> Any:
    """An untrained `CLIPTextModel` of the same form as the starter CLIP's text tower."""
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary,
            hidden_size=WIDTH,
            intermediate_size=4 * WIDTH,
            num_hidden_layers=3,
            num_attention_heads=4,
            max_position_embeddings=CONTEXT,
            hidden_act="gelu",
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
            projection_dim=WIDTH,
        )
    )


def make_scheduler() -> Any:
    """The noise schedule of Stable Diffusion with velocity prediction; the sampler is DPM-Solver++."""
    from diffusers import DPMSolverMultistepScheduler

    return DPMSolverMultistepScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        timestep_spacing="trailing",
        steps_offset=1,
    )


def text_tower_weights(clip: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The text tower of an open_clip state in the names of transformers' `CLIPTextModel` (without prefix)."""
    out = {
        "embeddings.token_embedding.weight": clip["token_embedding.weight"],
        "embeddings.position_embedding.weight": clip["positional_embedding"],
        "final_layer_norm.weight": clip["ln_final.weight"],
        "final_layer_norm.bias": clip["ln_final.bias"],
    }
    layer = 0
    while f"transformer.resblocks.{layer}.ln_1.weight" in clip:
        old, new = f"transformer.resblocks.{layer}.", f"encoder.layers.{layer}."
        for end in ("weight", "bias"):
            parts = clip[f"{old}attn.in_proj_{end}"].chunk(3)
            for name, part in zip("qkv", parts, strict=True):
                out[f"{new}self_attn.{name}_proj.{end}"] = part
            out[f"{new}self_attn.out_proj.{end}"] = clip[f"{old}attn.out_proj.{end}"]
            out[f"{new}layer_norm1.{end}"] = clip[f"{old}ln_1.{end}"]
            out[f"{new}layer_norm2.{end}"] = clip[f"{old}ln_2.{end}"]
            out[f"{new}mlp.fc1.{end}"] = clip[f"{old}mlp.c_fc.{end}"]
            out[f"{new}mlp.fc2.{end}"] = clip[f"{old}mlp.c_proj.{end}"]
        layer += 1
    return out


def start_from_clip(encoder: Any, clip: dict[str, torch.Tensor]) -> None:
    """Copies the text tower of `clip` into `encoder`; both must have the same form."""
    weights = text_tower_weights(clip)
    mine = encoder.state_dict()
    prefix = "text_model." if any(name.startswith("text_model.") for name in mine) else ""
    missing = [name for name in mine if name.removeprefix(prefix) not in weights and "position_ids" not in name]
    if missing:
        raise ValueError(f"The text tower has no weights for {missing[:3]}.")
    load_grown(encoder, {prefix + name: value for name, value in weights.items()})


@torch.no_grad()
def cache_latents(run: Path, part: int = 0, parts: int = 1) -> None:
    """Encodes all pictures of `run`, as they are and turned over, into `latents/` (means and spreads in float16).

    With `parts` > 1 only every such file, so that several processes can share the work.
    """
    model = even_autoencoder(run)
    model.eval()
    folder = run / "latents"
    folder.mkdir(exist_ok=True)
    files = [f for f in sorted((run / "pictures").glob("*-*.npy")) if not f.name.startswith("shapes")]
    todo = [f for f in files if not (folder / f.name).exists() and ".part" not in f.name][part::parts]
    for done, file in enumerate(todo, 1):
        pixels = np.load(file)
        out = []
        for side in (pixels, pixels[:, :, ::-1]):
            with autocast():
                posterior = model.encode(as_input(side)).latent_dist
            out.append(torch.stack([posterior.mean.float(), posterior.std.float()], 1))
        np.save(folder / f".{file.name}", torch.stack(out, 1).half().numpy())
        (folder / f".{file.name}").rename(folder / file.name)
        if done % 20 == 0 or done == len(todo):
            print(f"{done}/{len(todo)}", flush=True)


class _Latents:
    """Cached latents of a family, as one array (n, 2 sides, 2 mean and spread, channels, 16, 16)."""

    def __init__(self, run: Path, family: str) -> None:
        self.described: list[Described] = load_images(run / "pictures", family).described
        arrays = [np.load(f.parent.parent / "latents" / f"{f.stem}.npy") for f in _shards(run, family)]
        self.values = np.concatenate(arrays) if arrays else np.empty((0,))
        assert len(self.values) == len(self.described), "the stage `latents` has not seen all pictures"

    def draw(self, index: np.ndarray, rng: np.random.Generator) -> tuple[torch.Tensor, list[Described]]:
        """Samples of the latents at `index`, each turned over half of the time, and what is in them from the left."""
        side = rng.integers(0, 2, len(index))
        chosen = torch.from_numpy(self.values[index, side]).float()
        what = [_turned(self.described[i]) if turn else self.described[i] for i, turn in zip(index, side, strict=True)]
        return chosen[:, 0] + chosen[:, 1] * torch.randn_like(chosen[:, 1]), what


def _turned(what: Described) -> Described:
    return Described(what.things[::-1], what.colours[::-1], what.background)


def _shards(run: Path, family: str) -> list[Path]:
    return sorted((run / "pictures").glob(f"{family}-*.json"))


def train_diffusion(
    run: Path, minutes: float, workers: int = 1, rate: float = 8e-4, batch: int = _BATCH, seed: int = 0
) -> None:
    """Trains in `run` until `minutes` have been spent on it in all, `batch` pictures a step and with `rate` as the
    highest learning rate; checkpoint `diffusion.pt`.

    With several `workers` as many processes of one thread train the one model: on a machine that has other things to do
    they wait for each other far less than the threads of one process.
    """
    if workers == 1:
        _train(0, 1, run, minutes, rate, batch, seed)
        return
    meeting = run / "meeting"
    meeting.unlink(missing_ok=True)
    spawn(_train, (workers, run, minutes, rate, batch, seed), nprocs=workers)


def _train(rank: int, workers: int, run: Path, minutes: float, rate: float, batch: int, seed: int) -> None:
    if workers > 1:
        torch.set_num_threads(1)
        place = f"file://{(run / 'meeting').resolve()}"
        torch.distributed.init_process_group("gloo", place, rank=rank, world_size=workers)
    size = batch // workers
    torch.manual_seed(seed)
    tokenizer = load_tokenizer(run / "tokenizer")
    model = nn.ModuleDict({"unet": make_denoiser(), "text": make_text_encoder(len(tokenizer))})
    if not (run / "diffusion.pt").exists():
        start_from_clip(model["text"], torch.load(run / "clip.pt", map_location="cpu", weights_only=True)["average"])
    training = Training(model, run / "diffusion.pt", rate=rate, ema=0.9985, decay=0.01)
    rng = np.random.default_rng([seed, rank, training.step])
    torch.manual_seed(hash((seed, rank, training.step)))
    kept = make_scheduler().alphas_cumprod.float()
    singles = _Latents(run, "single")
    others = [(_Latents(run, name), share) for name, share in (("pair", _PAIR_SHARE), ("several", _SEVERAL_SHARE))]
    counts = [(family, round(size * share)) for family, share in others if len(family.described)]
    kinds = sorted({what.things[0] for what in singles.described})
    by_kind = [np.array([i for i, w in enumerate(singles.described) if w.things[0] == kind]) for kind in kinds]
    alone = size - sum(count for _, count in counts)

    def draw() -> tuple[torch.Tensor, list[str]]:
        one = np.array([rng.choice(by_kind[k]) for k in rng.integers(0, len(kinds), alone)])
        drawn = [singles.draw(one, rng)]
        drawn += [family.draw(rng.integers(0, len(family.described), count), rng) for family, count in counts]
        said = ["" if rng.random() < _DROP_CAPTION else caption(w, rng) for _, what in drawn for w in what]
        return torch.cat([latents for latents, _ in drawn]), said

    def loss(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        clean, said = draw()
        noise = torch.randn_like(clean)
        time = torch.from_numpy((rng.permutation(size) + rng.random(size)) / size * 1000).long().clamp(0, 999)
        alpha = kept[time][:, None, None, None]
        noisy = alpha.sqrt() * clean + (1 - alpha).sqrt() * noise
        wanted = alpha.sqrt() * noise - (1 - alpha).sqrt() * clean
        words = model["text"](tokenize(tokenizer, said))[0]
        made = model["unet"](noisy, time, words).sample.float()
        snr = alpha.flatten() / (1 - alpha.flatten())
        error = (made - wanted).pow(2).mean((1, 2, 3))
        weighted = (error * snr.clamp(max=_GAMMA) / (snr + 1)).mean()
        return weighted, {"velocity": error.mean().item()}

    training.run(minutes, loss)
