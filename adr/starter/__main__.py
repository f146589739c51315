"""The stages of training, from a shell: `python -m adr.starter STAGE --run FOLDER`."""

from __future__ import annotations

import argparse
from pathlib import Path

STAGES = ("unpack", "render", "words", "vae", "clip", "latents", "diffusion", "decoder", "export")


def main() -> None:
    """Runs one stage; each continues where it stopped."""
    parser = argparse.ArgumentParser(prog="python -m adr.starter", description=__doc__)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--run", type=Path, required=True, help="the folder for pictures and checkpoints")
    parser.add_argument("--minutes", type=float, default=30.0, help="minutes to be spent on training in all")
    parser.add_argument("--per-kind", type=int, default=0, help="render: pictures of each kind")
    parser.add_argument("--several", type=int, default=0, help="render: scenes with several things")
    parser.add_argument("--shapes", type=int, default=0, help="render: pictures of nothing")
    parser.add_argument("--pairs", type=int, default=0, help="render: pictures of two large things")
    parser.add_argument("--split", default="train", help="render: train, held-out or referee")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1, help="diffusion: processes that train the one model")
    parser.add_argument("--part", type=int, default=0, help="latents: which part of the work, from 0")
    parser.add_argument("--parts", type=int, default=1, help="latents: in how many parts it is shared")
    parser.add_argument("--batch", type=int, default=64, help="diffusion: pictures a step")
    parser.add_argument("--rate", type=float, default=8e-4, help="diffusion: the highest learning rate")
    parser.add_argument("--models", type=Path, default=Path("assets/models"), help="unpack: where the models are")
    parser.add_argument("--out", type=Path, default=Path("assets/models"), help="export: where the models go")
    given = parser.parse_args()

    import torch

    torch.set_num_threads(given.threads)
    if given.stage == "unpack":
        from adr.starter.unpack import unpack_models

        unpack_models(given.models, given.run)
    elif given.stage == "render":
        from adr.starter.images import draw_missing

        draw_missing(
            given.run / "pictures", given.per_kind, given.several, given.shapes, given.pairs, given.split, given.threads
        )
    elif given.stage in ("vae", "decoder"):
        from adr.starter.vae import train_autoencoder

        train_autoencoder(given.run, given.minutes, decoder_only=given.stage == "decoder")
    elif given.stage == "words":
        from adr.starter.captions import build_tokenizer

        print(f"{len(build_tokenizer(given.run / 'tokenizer'))} tokens")
    elif given.stage == "clip":
        from adr.starter.clip import train_clip

        train_clip(given.run, given.minutes)
    elif given.stage == "latents":
        from adr.starter.diffusion import cache_latents

        cache_latents(given.run, given.part, given.parts)
    elif given.stage == "diffusion":
        from adr.starter.diffusion import train_diffusion

        train_diffusion(given.run, given.minutes, given.workers, given.rate, given.batch)
    else:
        from adr.starter.export import export_models

        export_models(given.run, given.out)


if __name__ == "__main__":
    main()
