"""What full-size models cost a worker on a GPU: random weights in their architectures, run by the code we ship.

    python tests/bench/gpu.py [--slots 16] [--steps 30] [--only sd15 sdxl …] [--json FILE]

Random weights cost what trained ones do; the pictures mean nothing. A candidate is everything that a worker does for
one: picture, score, conversation and files. The loads are the plain case; `sdxl, 8 GiB free` fills the rest of the
device first, so that parts of the model wait in main memory. Last it compares the starter's pictures of the CPU and of
the GPU. Needs CUDA and 20 GB of disk.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from adr.shipped import find  # noqa: E402
from adr.synthesize.generators import Wish, load_generator  # noqa: E402
from adr.synthesize.plan_file import PlanFolder, PlanSettings, Slot  # noqa: E402
from adr.synthesize.worker import Worker  # noqa: E402

GIB = 1 << 30
STARTER = "assets/models/starter-diffusion"


def tokenizer() -> Any:
    """The starter's tokenizer, with room for 77 tokens."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(find(STARTER) / "tokenizer", model_max_length=77)


def text_encoder(width: int, layers: int, heads: int, projection: int | None = None) -> Any:
    """A CLIP text tower of that size; with `projection`, the one that also projects."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        projection_dim=projection or 512,
        eos_token_id=tokenizer().eos_token_id,
        pad_token_id=tokenizer().pad_token_id,
        bos_token_id=tokenizer().bos_token_id,
    )
    return (CLIPTextModelWithProjection if projection else CLIPTextModel)(config)


def decoder_of_pictures(side: int, scaling: float) -> Any:
    """The autoencoder of the Stable Diffusion family."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(128, 256, 512, 512),
        layers_per_block=2,
        sample_size=side,
        scaling_factor=scaling,
    )


def schedule() -> Any:
    """The noise schedule of both."""
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1
    )


def sd15() -> Any:
    """Stable Diffusion 1.5: a UNet of 860 million weights, 512 pixels."""
    from diffusers import StableDiffusionPipeline, UNet2DConditionModel

    return StableDiffusionPipeline(
        vae=decoder_of_pictures(512, 0.18215),
        text_encoder=text_encoder(768, 12, 12),
        tokenizer=tokenizer(),
        unet=UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8),
        scheduler=schedule(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def sdxl() -> Any:
    """Stable Diffusion XL: a UNet of 2.6 billion weights, 1,024 pixels."""
    from diffusers import StableDiffusionXLPipeline, UNet2DConditionModel

    unet = UNet2DConditionModel(
        sample_size=128,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(320, 640, 1280),
        transformer_layers_per_block=(1, 2, 10),
        attention_head_dim=(5, 10, 20),
        cross_attention_dim=2048,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
    )
    return StableDiffusionXLPipeline(
        vae=decoder_of_pictures(1024, 0.13025),
        text_encoder=text_encoder(768, 12, 12),
        text_encoder_2=text_encoder(1280, 32, 20, projection=1280),
        tokenizer=tokenizer(),
        tokenizer_2=tokenizer(),
        unet=unet,
        scheduler=schedule(),
        add_watermarker=False,
    )


ARCHITECTURES: Mapping[str, Callable[[], Any]] = {"sd15": sd15, "sdxl": sdxl}


def save_generator(name: str, folder: Path) -> Path:
    """The architecture `name` with random weights in half precision, saved in `folder`."""
    with torch.device("cuda"):
        pipe = ARCHITECTURES[name]()
    pipe.to(dtype=torch.float16).save_pretrained(folder)
    return folder


def save_scorer(folder: Path) -> Path:
    """An open_clip ViT-L-14 with random weights."""
    import open_clip
    from safetensors.torch import save_file

    model = open_clip.create_model("ViT-L-14", device="cuda")
    folder.mkdir()
    tower = open_clip.get_model_config("ViT-L-14")
    own = json.loads((find("assets/models/starter-clip") / "open_clip_config.json").read_text())
    (folder / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": tower, "preprocess_cfg": own["preprocess_cfg"]})
    )
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "open_clip_model.safetensors")
    return folder


def plan_of(folder: Path, slots: int, model: Path, scorer: Path, steps: int) -> PlanFolder:
    """A plan of `slots` slots with two candidates each."""
    plan = PlanFolder(folder)
    names = [f"thing {number}" for number in range(slots)]
    made = [
        Slot(
            slot=number,
            entity=number,
            name=name,
            perspective="object",
            things=(name,),
            entities=(number,),
            prompt=f"a photo of a {name}",
        )
        for number, name in enumerate(names)
    ]
    settings = PlanSettings(
        plan=1, run=1, seed=1, budget=slots, model=str(model), scorer=str(scorer), steps=steps, guidance=7.5
    )
    plan.write(settings, made, names)
    return plan


def filled(free: int) -> Any:
    """Memory that leaves `free` bytes of the device to others while it is held."""
    gc.collect()
    torch.cuda.empty_cache()
    return torch.empty(torch.cuda.mem_get_info()[0] - free, dtype=torch.uint8, device="cuda")


def measured(plan: PlanFolder, slots: int) -> dict[str, float]:
    """Loading, time per candidate and peak memory of one worker on a plan, and whether parts waited in main memory."""
    gc.collect()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    clock = time.monotonic()
    worker = Worker(plan, lambda event: None)
    worker.load()
    loaded = time.monotonic()
    made = worker.run()
    assert made == 2 * slots, made
    seconds = time.monotonic() - loaded
    return {
        "load": loaded - clock,
        "seconds": seconds / made,
        "batch": worker.batch,
        "peak": (torch.cuda.max_memory_allocated() - before) / GIB,
        "offloaded": float(bool(worker.generator and hasattr(worker.generator.pipe.unet, "_hf_hook"))),
    }


def several(plan: PlanFolder, slots: int, workers: int) -> dict[str, float]:
    """The same by several worker processes on one device; loading is part of it."""
    clock = time.monotonic()
    command = [sys.executable, "-m", "adr.synthesize.worker", str(plan.folder)]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) for _ in range(workers)]
    codes = [one.wait() for one in running]
    assert codes == [0] * workers, codes
    return {"seconds": (time.monotonic() - clock) / (2 * slots), "workers": float(workers)}


def apart(side: int = 8) -> dict[str, float]:
    """How far the starter's pictures of the GPU lie from those of the CPU, in steps of 255."""
    settings = PlanSettings(plan=1, run=1, seed=1, budget=1)
    wishes = [Wish(f"a photo of a {name}", seed) for seed, name in enumerate(("harp", "owl", "red bus", "cat") * 2)]
    made = {
        device: [
            np.asarray(one.image, np.int16) for one in load_generator(settings, device).make(wishes[:side], fill=8)
        ]
        for device in ("cpu", "cuda")
    }
    differ = np.stack([np.abs(a - b) for a, b in zip(made["cpu"], made["cuda"], strict=True)])
    return {"mean": float(differ.mean()), "p99": float(np.percentile(differ, 99)), "max": float(differ.max())}


def main() -> None:
    """Measure, print a table and write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slots", type=int, default=16, help="slots per way, two candidates each")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--only", nargs="+", choices=sorted(ARCHITECTURES), default=sorted(ARCHITECTURES))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    results: dict[str, dict[str, float]] = {}
    print(torch.cuda.get_device_name(), "torch", torch.__version__, flush=True)
    with TemporaryDirectory() as made_at:
        folder = Path(made_at)
        scorer = save_scorer(folder / "scorer")
        for name in given.only:
            model = save_generator(name, folder / name)
            torch.cuda.empty_cache()

            def plan(way: str, model: Path = model) -> PlanFolder:
                return plan_of(folder / way.replace(" ", "-"), given.slots, model, scorer, given.steps)

            results[name] = measured(plan(f"{name} one"), given.slots)
            print(name, results[name], flush=True)
            short = f"{name}, {4 if name == 'sd15' else 8} GiB free"
            taken = filled((4 if name == "sd15" else 8) * GIB)
            results[short] = measured(plan(f"{name} short"), given.slots)
            del taken
            print(short, results[short], flush=True)
            torch.cuda.empty_cache()
            for workers in (1, 2, 4):
                way = f"{name}, {workers} processes"
                results[way] = several(plan(way.replace(",", "")), given.slots, workers)
                print(way, results[way], flush=True)
    results["starter, GPU against CPU"] = apart()
    print("\n| way | load | seconds per candidate | batch | peak memory | parts in main memory |")
    print("|---|---|---|---|---|---|")
    for way, row in results.items():
        if "seconds" in row:
            own = [f"{row[key]:.1f}" if key in row else "" for key in ("load", "seconds", "batch", "peak", "offloaded")]
            print(f"| {way} | {own[0]} s | {row['seconds']:.2f} s | {own[2]} | {own[3]} GiB | {own[4]} |")
    print(results["starter, GPU against CPU"])
    if given.json:
        given.json.write_text(json.dumps({"device": torch.cuda.get_device_name(), "results": results}, indent=1))


if __name__ == "__main__":
    main()
