"""How good the starter models are: `python tests/bench/starter.py [--out SHEET.png] [--json FILE]`.

Draws pictures with seeds that training never used, generates others from prompts, and asks two judges which kind of
thing each shows, among all kinds of the demo world: the starter CLIP, zero-shot, and a referee: a plain small
classifier trained here, on drawn pictures of its own, which shares nothing with the CLIP. The tail is the rarer half of
the world's kinds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adr.demo.settings import RANKS
from adr.demo.train.captions import with_article
from adr.demo.train.pictures import SIDE, draw_several, draw_single

MODELS = Path(__file__).resolve().parents[2] / "assets" / "models"
KINDS = sorted(RANKS)
TAIL = [kind for kind in KINDS if RANKS.index(kind) >= len(RANKS) // 2]
PROMPTS = ("a photo of {}", "a drawing of {}", "{}", "a picture of {} in a park")
WANTED = {
    "clip, drawn, tail": 0.85,
    "clip, generated, tail": 0.60,
    "referee, generated, tail": 0.50,
}


def load_clip(folder: Path) -> tuple[Any, Any, Any]:
    """Model, picture transform and tokenizer of a local open_clip folder, as of any other."""
    import open_clip

    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    return model.eval(), preprocess, open_clip.get_tokenizer(f"local-dir:{folder}")


@torch.no_grad()
def clip_scores(clip: tuple[Any, Any, Any], pictures: list[Image.Image], frame: str = "a photo of {}") -> torch.Tensor:
    """Cosine similarity (pictures × kinds) of each picture with "a photo of" each kind."""
    model, preprocess, tokenizer = clip
    said = F.normalize(model.encode_text(tokenizer([frame.format(with_article(kind)) for kind in KINDS])), dim=-1)
    seen = [
        model.encode_image(torch.stack([preprocess(picture) for picture in pictures[at : at + 64]]))
        for at in range(0, len(pictures), 64)
    ]
    return F.normalize(torch.cat(seen), dim=-1) @ said.T


class Referee(torch.nn.Module):
    """Four convolutions and a mean: (n, 3, 64, 64) to one score for each kind."""

    def __init__(self, kinds: int) -> None:
        super().__init__()
        layers: list[torch.nn.Module] = []
        for wide_in, wide_out in ((3, 24), (24, 48), (48, 96), (96, 128)):
            layers += [torch.nn.Conv2d(wide_in, wide_out, 3, padding=1), torch.nn.BatchNorm2d(wide_out)]
            layers += [torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
        self.features = torch.nn.Sequential(*layers)
        self.scores = torch.nn.Linear(128 * 16, kinds)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.scores(F.dropout(self.features(pictures).flatten(1), 0.3, self.training))


def referee_input(pictures: list[Image.Image]) -> torch.Tensor:
    """Pictures as (n, 3, 64, 64) from -1 to 1."""
    small = [np.asarray(picture.resize((64, 64), Image.Resampling.BOX), np.float32) for picture in pictures]
    return torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2) / 127.5 - 1


def train_referee(per_kind: int, epochs: int) -> tuple[Referee, float]:
    """A referee trained on `per_kind` drawn pictures a kind, and its top-1 on others that it has not seen."""
    torch.manual_seed(7)
    drawn = [draw_single("referee", kind, n)[0] for kind in KINDS for n in range(per_kind + 5)]
    inputs = referee_input(drawn)
    truth = torch.arange(len(KINDS)).repeat_interleave(per_kind + 5)
    unseen = torch.arange(len(drawn)) % (per_kind + 5) >= per_kind
    train, labels = inputs[~unseen], truth[~unseen]
    model = Referee(len(KINDS))
    steps = epochs * len(train) // 64
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for _ in range(steps):
        chosen = torch.randint(0, len(train), (64,))
        batch = train[chosen]
        if torch.rand(()) < 0.5:
            batch = batch.flip(-1)
        if torch.rand(()) < 0.5:
            batch = F.interpolate(F.interpolate(batch, size=32, mode="area"), size=64, mode="bilinear")
        loss = F.cross_entropy(model(batch + 0.05 * torch.randn_like(batch)), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    model.eval()
    with torch.no_grad():
        right = (model(inputs[unseen]).argmax(1) == truth[unseen]).float().mean().item()
    return model, right


def generate(folder: Path, per_kind: int, steps: int, guidance: float) -> tuple[list[Image.Image], float]:
    """`per_kind` generated pictures of every kind, in the order of `KINDS`, and the seconds for one made alone."""
    from diffusers import AutoPipelineForText2Image

    pipeline = AutoPipelineForText2Image.from_pretrained(str(folder))
    pipeline.set_progress_bar_config(disable=True)
    asked = [PROMPTS[n % len(PROMPTS)].format(with_article(kind)) for kind in KINDS for n in range(per_kind)]
    settings = {"num_inference_steps": steps, "guidance_scale": guidance}
    pictures: list[Image.Image] = []
    for at in range(0, len(asked), 16):
        seeds = [torch.Generator().manual_seed(1_000_000 + n) for n in range(at, min(at + 16, len(asked)))]
        pictures += pipeline(asked[at : at + 16], generator=seeds, **settings).images
    alone = []
    for n in range(5):
        started = time.perf_counter()
        pipeline(asked[n], generator=torch.Generator().manual_seed(n), **settings)
        alone.append(time.perf_counter() - started)
    return pictures, float(np.median(alone))


def found_in_scenes(clip: tuple[Any, Any, Any], count: int) -> float:
    """How often, in scenes of several things, the CLIP ranks a thing that is there above one that is not (AUC)."""
    drawn = [draw_several("held-out", n, KINDS) for n in range(count)]
    scores = clip_scores(clip, [picture for picture, _ in drawn])
    wins = []
    for row, (_, what) in enumerate(drawn):
        there = torch.tensor([kind in what.things for kind in KINDS])
        wins.append((scores[row][there][:, None] > scores[row][~there][None]).float().mean().item())
    return float(np.mean(wins))


def top1(scores: torch.Tensor, per_kind: int) -> dict[str, float]:
    """The share of right answers for each kind; rows of `scores` are in the order of `KINDS`, `per_kind` each."""
    right = (scores.argmax(1) == torch.arange(len(KINDS)).repeat_interleave(per_kind)).float()
    return dict(zip(KINDS, right.view(len(KINDS), per_kind).mean(1).tolist(), strict=True))


def mean_of(shares: dict[str, float], kinds: list[str]) -> float:
    """The mean over `kinds`, each counting the same."""
    return float(np.mean([shares[kind] for kind in kinds]))


def contact_sheet(pictures: list[Image.Image], per_kind: int, shares: dict[str, float], file: Path) -> None:
    """All kinds with their names and CLIP top-1, up to four generated pictures each, the tail first."""
    many, across = min(4, per_kind), 4
    rows = -(-len(KINDS) // across)
    sheet = Image.new("RGB", (across * (many * SIDE + 12), rows * (SIDE + 18)), "white")
    pen = ImageDraw.Draw(sheet)
    order = [*TAIL, *(kind for kind in KINDS if kind not in TAIL)]
    for place, kind in enumerate(order):
        x, y = place % across * (many * SIDE + 12), place // across * (SIDE + 18)
        pen.text((x + 2, y + 3), f"{kind}{' (tail)' if kind in TAIL else ''}  {shares[kind]:.0%}", fill="black")
        for n in range(many):
            sheet.paste(pictures[KINDS.index(kind) * per_kind + n], (x + n * SIDE, y + 16))
    file.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(file)


def size_mb(folder: Path) -> float:
    """Megabytes (10⁶ bytes) of all files below `folder`."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def main() -> None:
    """Measures, prints the table and writes what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--out", type=Path, help="where the contact sheet goes (PNG)")
    parser.add_argument("--json", type=Path, help="where the figures go")
    parser.add_argument("--drawn", type=int, default=10, help="held-out drawn pictures of each kind")
    parser.add_argument("--generated", type=int, default=4, help="generated pictures of each kind")
    parser.add_argument("--referee", type=int, default=60, help="drawn pictures of each kind for the referee")
    parser.add_argument("--epochs", type=int, default=8, help="the referee's epochs")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=4.0)
    given = parser.parse_args()
    torch.set_num_threads(2)

    clip = load_clip(given.models / "starter-clip")
    drawn = [draw_single("held-out", kind, n)[0] for kind in KINDS for n in range(given.drawn)]
    clip_drawn = top1(clip_scores(clip, drawn), given.drawn)
    figures: dict[str, Any] = {
        "kinds": len(KINDS),
        "tail kinds": len(TAIL),
        "clip, drawn, all": mean_of(clip_drawn, KINDS),
        "clip, drawn, tail": mean_of(clip_drawn, TAIL),
        "clip, thing in a scene above one that is not": found_in_scenes(clip, 200),
        "clip, MB": size_mb(given.models / "starter-clip"),
    }
    per_kind: dict[str, dict[str, float]] = {"clip, drawn": clip_drawn}
    if (given.models / "starter-diffusion").exists():
        pictures, seconds = generate(given.models / "starter-diffusion", given.generated, given.steps, given.guidance)
        scores = clip_scores(clip, pictures)
        referee, own = train_referee(given.referee, given.epochs)
        with torch.no_grad():
            verdicts = referee(referee_input(pictures))
        clip_made, referee_made = top1(scores, given.generated), top1(verdicts, given.generated)
        figures |= {
            "clip, generated, all": mean_of(clip_made, KINDS),
            "clip, generated, tail": mean_of(clip_made, TAIL),
            "referee, drawn (its own top-1)": own,
            "referee, generated, all": mean_of(referee_made, KINDS),
            "referee, generated, tail": mean_of(referee_made, TAIL),
            "referee and clip say the same": (scores.argmax(1) == verdicts.argmax(1)).float().mean().item(),
            "seconds for one candidate": seconds,
            "diffusion, MB": size_mb(given.models / "starter-diffusion"),
        }
        per_kind |= {"clip, generated": clip_made, "referee, generated": referee_made}
        if given.out:
            contact_sheet(pictures, given.generated, clip_made, given.out)
    report(figures, per_kind)
    if given.json:
        given.json.write_text(json.dumps({"figures": figures, "per kind": per_kind}, indent=1) + "\n", "utf-8")


def report(figures: dict[str, Any], per_kind: dict[str, dict[str, float]]) -> None:
    """Prints the table, what was wanted beside it, and the same as one line of JSON."""
    for name, value in figures.items():
        wanted = f"   wanted ≥ {WANTED[name]:.0%}" if name in WANTED else ""
        share = isinstance(value, float) and not name.endswith("MB") and "seconds" not in name
        print(f"{name:48s} {value:8.1%}{wanted}" if share else f"{name:48s} {value:8.4g}")
    print(f"\n{'kind':18s}" + "".join(f"{column:>20s}" for column in per_kind))
    for kind in RANKS:
        mark = " *" if kind in TAIL else ""
        print(f"{kind + mark:18s}" + "".join(f"{shares[kind]:20.0%}" for shares in per_kind.values()))
    print("* tail\n" + json.dumps({name: round(value, 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
