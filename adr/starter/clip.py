"""Trains the starter CLIP: an open_clip model of a small residual network and a small text transformer.

Two things are asked of it: which of all kinds are in a picture (also among others), and which caption belongs to it.
Pictures are blurred, cut and brightened at random, so that it is not lost on soft, generated ones; it never sees one of
those. Knows nothing of the diffusion model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from adr.starter.captions import CONTEXT, FRAMES, caption, load_tokenizer, tokenize, with_article
from adr.starter.images import SIDE, Images, load_images
from adr.starter.loop import Training

MEAN, STD = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)
_SINGLES, _SEVERAL = 32, 32


def model_config(vocabulary: int) -> dict[str, Any]:
    """The `model_cfg` of `open_clip_config.json` for a tokenizer of `vocabulary` tokens."""
    return {
        "embed_dim": 128,
        "vision_cfg": {"layers": [1, 1, 1, 1], "width": 24, "head_width": 64, "image_size": SIDE},
        "text_cfg": {
            "context_length": CONTEXT,
            "vocab_size": vocabulary,
            "width": 128,
            "heads": 4,
            "layers": 3,
            "pool_type": "eos",
            "eos_id": 1,
            "pad_id": 1,
            "hf_tokenizer_name": "starter-clip",
        },
    }


def make_clip(vocabulary: int) -> Any:
    """An untrained open_clip model for a tokenizer of `vocabulary` tokens."""
    import open_clip

    return open_clip.model.CLIP(**model_config(vocabulary))


def train_clip(run: Path, minutes: float, seed: int = 0) -> None:
    """Trains in `run` until `minutes` have been spent on it in all; checkpoint `clip.pt`."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    tokenizer = load_tokenizer(run / "tokenizer")
    model = make_clip(len(tokenizer))
    training = Training(model, run / "clip.pt", rate=1.5e-3, ema=0.995, decay=0.05)
    singles, several = (load_images(run / "pictures", name) for name in ("single", "several"))
    kinds = sorted({thing for what in singles.described for thing in what.things})
    by_kind = [np.array([i for i, w in enumerate(singles.described) if w.things == (kind,)]) for kind in kinds]
    number = {kind: k for k, kind in enumerate(kinds)}

    def batch() -> tuple[torch.Tensor, list[str], torch.Tensor]:
        chosen = rng.choice(len(kinds), _SINGLES, replace=len(kinds) < _SINGLES)
        rows = [(singles, int(rng.choice(by_kind[k]))) for k in chosen]
        if len(several):
            rows += [(several, int(i)) for i in rng.integers(len(several), size=_SEVERAL)]
        what = [family.described[i] for family, i in rows]
        target = torch.zeros(len(rows), len(kinds))
        for row, described in enumerate(what):
            for thing in described.things:
                target[row, number[thing]] = 1.0
        return _images(rows, rng), [caption(w, rng) for w in what], target / target.sum(1, keepdim=True)

    def loss(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        images, captions, target = batch()
        frame = FRAMES[rng.integers(len(FRAMES))]
        asked = [frame.format(with_article(kind)) for kind in kinds]
        seen = F.normalize(model.encode_image(images).float(), dim=-1)
        said = F.normalize(model.encode_text(tokenize(tokenizer, captions + asked)).float(), dim=-1)
        scale = model.logit_scale.exp().clamp(max=60.0)
        which = scale * seen @ said[len(captions) :].T
        pairs = scale * seen @ said[: len(captions)].T
        same = torch.tensor([[a == b for b in captions] for a in captions]).float()
        goal = same / same.sum(1, keepdim=True)
        kind_loss = F.cross_entropy(which, target)
        pair_loss = (F.cross_entropy(pairs, goal) + F.cross_entropy(pairs.T, goal)) / 2
        right = (which.argmax(1) == target.argmax(1))[:_SINGLES].float().mean().item()
        return kind_loss + 0.5 * pair_loss, {"kinds": kind_loss.item(), "pairs": pair_loss.item(), "right": right}

    training.run(minutes, loss)


def _images(rows: list[tuple[Images, int]], rng: np.random.Generator) -> torch.Tensor:
    """The pictures of `rows` as model input, each turned over, cut, blurred or brightened at random."""
    out = []
    for family, i in rows:
        image = torch.from_numpy(np.array(family.pixels[i])).permute(2, 0, 1)[None].float() / 255
        if rng.random() < 0.5:
            image = image.flip(-1)
        if rng.random() < 0.5:
            side = int(rng.integers(round(SIDE * 0.8), SIDE + 1))
            y, x = rng.integers(0, SIDE - side + 1, 2)
            image = F.interpolate(image[..., y : y + side, x : x + side], size=(SIDE, SIDE), mode="bilinear")
        if rng.random() < 0.5:
            small = int(rng.integers(28, 112))
            image = F.interpolate(image, size=(small, small), mode="area")
            image = F.interpolate(image, size=(SIDE, SIDE), mode="bilinear")
        image = image * float(rng.uniform(0.85, 1.15)) + float(rng.uniform(-0.06, 0.06))
        if rng.random() < 0.3:
            image = image + 0.04 * torch.randn(image.shape)
        out.append(image)
    return (torch.cat(out).clamp(0, 1) - MEAN[0]) / STD[0]
