"""How fast a full-size model is fine-tuned and how much memory it takes: `python tests/bench/finetune.py`.

The architecture is SmolVLM-256M's with random weights, so nothing is downloaded; pictures and answers are random, too.
Prints a line of JSON: parameters, pairs per second of training and of scoring, and the peak of the GPU's memory.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adr.prove.finetune import FineTune, Tuned
from adr.prove.model import Pairs
from tests.prove.tiny_vlm import SMOLVLM_256M, TINY, make_vlm

QUESTION = "What is in the picture? Answer the question using a single word or phrase."
ANSWERS = ("A dog", "Two cats", "Red", "The picture shows a person and a tree beside a small car")


def random_pairs(count: int) -> Pairs:
    answers = [ANSWERS[number % len(ANSWERS)] for number in range(count)]
    return Pairs(np.arange(count), np.arange(count), [QUESTION] * count, answers, [[]] * count, np.ones(count))


def measure(folder: Path, device: str, side: int, given: argparse.Namespace) -> dict[str, Any]:
    """The figures of one device."""
    import torch

    gpu = device.startswith("cuda")
    pictures = np.random.default_rng(0).integers(0, 255, (given.batch * 4, side, side, 3), np.uint8)
    both = random_pairs(len(pictures))
    tuned = Tuned(FineTune(folder, device, together=given.together), pictures, blind=False)
    none = Pairs(both.pair[:0], both.picture[:0], [], [], [], both.weight[:0])
    tuned.train(both, none, 3, given.batch, 1e-5, 0)  # the first steps choose kernels
    started = time.perf_counter()
    loss, _ = tuned.train(both, none, given.steps, given.batch, 1e-5, 0)
    if gpu:
        torch.cuda.synchronize()
    trained = time.perf_counter() - started
    started = time.perf_counter()
    tuned.likelihoods(both)
    tuned.said(both)
    scored = time.perf_counter() - started
    return {
        "device": torch.cuda.get_device_name() if gpu else device,
        "torch": torch.__version__,
        "parameters": sum(value.numel() for value in tuned.model.parameters()),
        "batch": given.batch,
        "together": given.together,
        "steps_per_second": round(given.steps / trained, 3),
        "pairs_per_second_training": round(given.steps * given.batch / trained, 1),
        "pairs_per_second_scoring": round(len(both.pair) / scored, 1),
        "peak_gib": round(torch.cuda.max_memory_allocated() / (1 << 30), 2) if gpu else None,
        "loss": [round(value, 3) for value in loss],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--together", type=int, nargs="+", default=[8, 32])
    parser.add_argument("--tiny", action="store_true", help="a model of a few thousand numbers, to try the script")
    given = parser.parse_args()
    import torch

    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    shape = TINY if given.tiny else SMOLVLM_256M
    with tempfile.TemporaryDirectory() as folder:
        made = make_vlm(Path(folder), [QUESTION, *ANSWERS], shape)
        for together in given.together:
            print(
                json.dumps(
                    measure(made, device, shape.side, argparse.Namespace(**{**vars(given), "together": together}))
                )
            )


if __name__ == "__main__":
    main()
