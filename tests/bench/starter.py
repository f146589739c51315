"""How good the starter models are: `python tests/bench/starter.py [--out SHEET.png] [--json FILE]`.

Draws pictures with seeds that training never used, generates others from prompts, and asks two judges which kind of
thing each shows, among all kinds of the demo world: the starter CLIP, zero-shot, and a referee: a plain small
classifier trained here, on drawn pictures of its own, which shares nothing with the CLIP. The tail is the rarer half of
the world's kinds. Prompts with two things are measured with pairs that no training picture of pairs shows: both
judges rank all kinds, and the two asked for should come first. Their referee is another one, trained on drawn pairs.
"""

from __future__ import annotations

import argparse
import itertools
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

from adr.demo.habitats import RANKS
from adr.starter.captions import with_article
from adr.starter.images import SIDE, draw_pair, draw_several, draw_single, is_held_out

MODELS = Path(__file__).resolve().parents[2] / "assets" / "models"
KINDS = sorted(RANKS)
TAIL = [kind for kind in KINDS if RANKS.index(kind) >= len(RANKS) // 2]
PROMPTS = ("a photo of {}", "a drawing of {}", "{}", "a picture of {} in a park")
PAIRS: list[tuple[str, str]] = [
    (str(first), str(second))
    for first, second in np.random.default_rng(2).permutation(list(itertools.combinations(KINDS, 2)))
    if is_held_out(str(first), str(second))
][:60]
"""Sixty pairs that no training picture of pairs shows."""
WANTED = {
    "clip, drawn, tail": 0.85,
    "clip, generated, tail": 0.60,
    "referee, generated, tail": 0.50,
    "referee, generated pairs, both in its top 2": 0.50,
}


def load_clip(folder: Path) -> tuple[Any, Any, Any]:
    """Model, picture transform and tokenizer of a local open_clip folder, as of any other."""
    import open_clip

    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    return model.eval(), preprocess, open_clip.get_tokenizer(f"local-dir:{folder}")


@torch.no_grad()
def clip_scores(clip: tuple[Any, Any, Any], images: list[Image.Image], frame: str = "a photo of {}") -> torch.Tensor:
    """Cosine similarity (pictures × kinds) of each picture with "a photo of" each kind."""
    model, preprocess, tokenizer = clip
    said = F.normalize(model.encode_text(tokenizer([frame.format(with_article(kind)) for kind in KINDS])), dim=-1)
    seen = [
        model.encode_image(torch.stack([preprocess(image) for image in images[at : at + 64]]))
        for at in range(0, len(images), 64)
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

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.scores(F.dropout(self.features(images).flatten(1), 0.3, self.training))


class PairReferee(torch.nn.Module):
    """Four convolutions, then scores of all kinds in every eighth of the side, of which the highest count."""

    def __init__(self, kinds: int) -> None:
        super().__init__()
        layers: list[torch.nn.Module] = []
        for wide_in, wide_out, stride in ((3, 16, 2), (16, 48, 1), (48, 96, 1), (96, 128, 1)):
            layers += [torch.nn.Conv2d(wide_in, wide_out, 3, stride, padding=1), torch.nn.BatchNorm2d(wide_out)]
            layers += [torch.nn.ReLU()] + [torch.nn.MaxPool2d(2)] * (wide_out != 96)
        layers += [torch.nn.Dropout2d(0.1), torch.nn.Conv2d(128, kinds, 3, padding=1)]
        self.scores = torch.nn.Sequential(*layers)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.scores(images).flatten(2).logsumexp(-1)


def referee_input(images: list[Image.Image], side: int = 64) -> torch.Tensor:
    """Pictures as (n, 3, side, side) from -1 to 1."""
    small = [np.asarray(image.resize((side, side), Image.Resampling.BOX), np.float32) for image in images]
    return torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2) / 127.5 - 1


def train_referee(per_kind: int, epochs: int) -> tuple[Referee, float]:
    """A referee trained on `per_kind` drawn pictures a kind, and its top-1 on others that it has not seen."""
    torch.manual_seed(7)
    drawn = [draw_single("referee", kind, n)[0] for kind in KINDS for n in range(per_kind + 5)]
    inputs = referee_input(drawn)
    truth = torch.arange(len(KINDS)).repeat_interleave(per_kind + 5)
    unseen = torch.arange(len(drawn)) % (per_kind + 5) >= per_kind
    model = Referee(len(KINDS))
    fit(model, inputs[~unseen], F.one_hot(truth[~unseen], len(KINDS)).float(), epochs)
    right = (judge(model, inputs[unseen]).argmax(1) == truth[unseen]).float().mean().item()
    return model, right


def train_pair_referee(count: int, epochs: int) -> tuple[PairReferee, float]:
    """A referee for pairs, trained on `count` drawn ones, and how often it names both things of 200 others."""
    torch.manual_seed(8)
    drawn = [draw_pair("referee", n, KINDS) for n in range(count + 200)]
    inputs = referee_input([image for image, _ in drawn], SIDE)
    pairs = [(what.things[0], what.things[1]) for _, what in drawn]
    there = torch.tensor([[kind in pair for kind in KINDS] for pair in pairs]).float()
    model = PairReferee(len(KINDS))
    fit(model, inputs[:count], there[:count] / 2, epochs)
    return model, both_in(judge(model, inputs[count:]), pairs[count:], 2)


def fit(model: torch.nn.Module, inputs: torch.Tensor, wanted: torch.Tensor, epochs: int) -> None:
    """Trains a referee towards the shares `wanted`, on pictures that are turned over, blurred and noisy at random."""
    steps, side = epochs * len(inputs) // 64, inputs.shape[-1]
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for _ in range(steps):
        chosen = torch.randint(0, len(inputs), (64,))
        batch = inputs[chosen]
        if torch.rand(()) < 0.5:
            batch = batch.flip(-1)
        if torch.rand(()) < 0.5:
            batch = F.interpolate(F.interpolate(batch, size=side // 2, mode="area"), size=side, mode="bilinear")
        loss = F.cross_entropy(model(batch + 0.05 * torch.randn_like(batch)), wanted[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    model.eval()


@torch.no_grad()
def judge(model: torch.nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    """The referee's scores (pictures × kinds)."""
    return torch.cat([model(inputs[at : at + 64]) for at in range(0, len(inputs), 64)])


def both_in(scores: torch.Tensor, pairs: list[tuple[str, str]], top: int) -> float:
    """How often both things of a pair are among the `top` highest scores of its row."""
    best = scores.topk(top, 1).indices.tolist()
    return float(
        np.mean([{KINDS.index(thing) for thing in pair} <= set(row) for pair, row in zip(pairs, best, strict=True)])
    )


def load_pipeline(folder: Path) -> Any:
    """The text-to-image pipeline of a folder, without its progress bar."""
    from diffusers import AutoPipelineForText2Image

    pipeline = AutoPipelineForText2Image.from_pretrained(str(folder))
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def generate(pipeline: Any, asked: list[str], first_seed: int, settings: dict[str, Any]) -> list[Image.Image]:
    """A picture of each prompt, with seeds from `first_seed` on."""
    images: list[Image.Image] = []
    for at in range(0, len(asked), 16):
        seeds = [torch.Generator().manual_seed(first_seed + n) for n in range(at, min(at + 16, len(asked)))]
        images += pipeline(asked[at : at + 16], generator=seeds, **settings).images
    return images


def prompts_for(names: list[str]) -> list[str]:
    """A prompt for each of `names` ("a cat", "a cat and a harp"), its wording by its place in the list."""
    return [PROMPTS[n % len(PROMPTS)].format(name) for n, name in enumerate(names)]


def seconds_alone(pipeline: Any, asked: list[str], settings: dict[str, Any]) -> float:
    """The seconds for one picture made alone, the median of those for `asked`."""
    took = []
    for n, prompt in enumerate(asked):
        started = time.perf_counter()
        pipeline(prompt, generator=torch.Generator().manual_seed(n), **settings)
        took.append(time.perf_counter() - started)
    return float(np.median(took))


def found_in_scenes(clip: tuple[Any, Any, Any], count: int) -> float:
    """How often, in scenes of several things, the CLIP ranks a thing that is there above one that is not (AUC)."""
    drawn = [draw_several("held-out", n, KINDS) for n in range(count)]
    scores = clip_scores(clip, [image for image, _ in drawn])
    wins = []
    for row, (_, what) in enumerate(drawn):
        there = torch.tensor([kind in what.things for kind in KINDS])
        wins.append((scores[row][there][:, None] > scores[row][~there][None]).float().mean().item())
    return float(np.mean(wins))


def pair_figures(clip: tuple[Any, Any, Any], images: list[Image.Image], count: int, epochs: int) -> dict[str, float]:
    """How often each judge names both things of `PAIRS` in the generated `pictures`, and in drawn ones."""
    held_out = [(image, what.things) for image, what in (draw_pair("held-out", n, KINDS) for n in range(300))]
    true = [(things[0], things[1]) for _, things in held_out]
    referee, own = train_pair_referee(count, epochs)
    seen = clip_scores(clip, images)
    said = judge(referee, referee_input(images, SIDE))
    return {
        "clip, drawn pairs, both in its top 2": both_in(clip_scores(clip, [p for p, _ in held_out]), true, 2),
        "clip, generated pairs, both in its top 2": both_in(seen, PAIRS, 2),
        "clip, generated pairs, both in its top 5": both_in(seen, PAIRS, 5),
        "referee, drawn pairs, both in its top 2": own,
        "referee, generated pairs, both in its top 2": both_in(said, PAIRS, 2),
        "referee, generated pairs, both in its top 5": both_in(said, PAIRS, 5),
    }


def top1(scores: torch.Tensor, per_kind: int) -> dict[str, float]:
    """The share of right answers for each kind; rows of `scores` are in the order of `KINDS`, `per_kind` each."""
    right = (scores.argmax(1) == torch.arange(len(KINDS)).repeat_interleave(per_kind)).float()
    return dict(zip(KINDS, right.view(len(KINDS), per_kind).mean(1).tolist(), strict=True))


def mean_of(shares: dict[str, float], kinds: list[str]) -> float:
    """The mean over `kinds`, each counting the same."""
    return float(np.mean([shares[kind] for kind in kinds]))


def contact_sheet(
    images: list[Image.Image], per_kind: int, shares: dict[str, float], pairs: list[Image.Image], file: Path
) -> None:
    """All kinds with their names and CLIP top-1, up to four generated pictures each, the tail first; then `PAIRS`."""
    many, across = min(4, per_kind), 4
    single_rows, pair_rows = -(-len(KINDS) // across), -(-len(pairs) // (across * many))
    rows = single_rows + pair_rows
    sheet = Image.new("RGB", (across * (many * SIDE + 12), rows * (SIDE + 18)), "white")
    pen = ImageDraw.Draw(sheet)
    order = [*TAIL, *(kind for kind in KINDS if kind not in TAIL)]
    for place, kind in enumerate(order):
        x, y = place % across * (many * SIDE + 12), place // across * (SIDE + 18)
        pen.text((x + 2, y + 3), f"{kind}{' (tail)' if kind in TAIL else ''}  {shares[kind]:.0%}", fill="black")
        for n in range(many):
            sheet.paste(images[KINDS.index(kind) * per_kind + n], (x + n * SIDE, y + 16))
    for n, (pair, image) in enumerate(zip(PAIRS, pairs, strict=True)):
        column, line = n % (across * many), single_rows + n // (across * many)
        x, y = column * SIDE + column // many * 12, line * (SIDE + 18)
        pen.text((x + 2, y + 3), ", ".join(pair)[:20], fill="black")
        sheet.paste(image, (x, y + 16))
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
    parser.add_argument("--pair-referee", type=int, default=6000, help="drawn pairs for the referee of pairs")
    parser.add_argument("--epochs", type=int, default=8, help="the referees' epochs")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=6.0)
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
        settings = {"num_inference_steps": given.steps, "guidance_scale": given.guidance}
        pipeline = load_pipeline(given.models / "starter-diffusion")
        asked = prompts_for([with_article(kind) for kind in KINDS for _ in range(given.generated)])
        images = generate(pipeline, asked, 1_000_000, settings)
        asked_pairs = prompts_for([f"{with_article(a)} and {with_article(b)}" for a, b in PAIRS])
        pairs = generate(pipeline, asked_pairs, 2_000_000, settings)
        scores = clip_scores(clip, images)
        referee, own = train_referee(given.referee, given.epochs)
        verdicts = judge(referee, referee_input(images))
        clip_made, referee_made = top1(scores, given.generated), top1(verdicts, given.generated)
        figures |= {
            "clip, generated, all": mean_of(clip_made, KINDS),
            "clip, generated, tail": mean_of(clip_made, TAIL),
            "referee, drawn (its own top-1)": own,
            "referee, generated, all": mean_of(referee_made, KINDS),
            "referee, generated, tail": mean_of(referee_made, TAIL),
            "referee and clip say the same": (scores.argmax(1) == verdicts.argmax(1)).float().mean().item(),
            **pair_figures(clip, pairs, given.pair_referee, given.epochs),
            "seconds for one candidate": seconds_alone(pipeline, asked[:5], settings),
            "diffusion, MB": size_mb(given.models / "starter-diffusion"),
        }
        per_kind |= {"clip, generated": clip_made, "referee, generated": referee_made}
        if given.out:
            contact_sheet(images, given.generated, clip_made, pairs, given.out)
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
