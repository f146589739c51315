"""The door to the models that a proof trains: pairs of question and answer in, scores of the test pairs out.

Knows nothing of arms, splits or files: what a trial trains on is in the pairs, copies in their weight.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from adr.errors import AdrError

Form = Literal["pooled", "patches", "pixels"]
# What a model wants to know of a picture: pooled (n, d), patches (n, tokens, d), pixels (n, side, side, 3) of bytes.
FEATURES: dict[str, Form] = {"probe": "pooled", "decoder": "patches", "finetune": "pixels"}


@dataclass(frozen=True)
class Pairs:
    """Questions with their answers: columns of equal length."""

    pair: NDArray[np.int64]
    picture: NDArray[np.int64]  # row of the features, -1 without a picture
    question: list[str]
    answer: list[str]
    entity_words: list[list[str]]  # the words of the answer that name entities
    weight: NDArray[np.float64]  # how many copies of the pair there are


@dataclass(frozen=True)
class Scored:
    """One row per test pair, in the order given."""

    pair: NDArray[np.int64]
    score: NDArray[np.float64]  # 0..1; NaN where only the likelihood speaks (an answer of more than four words)
    nll: NDArray[np.float64]  # nats per word of the right answer
    entity_nll: NDArray[np.float64]  # the same over its entity words alone; NaN when it has none
    said: list[str]  # the model's own answer; empty where it gives none


@dataclass(frozen=True)
class Fitted:
    scored: Scored
    loss: list[float]  # mean training loss of each tenth of the steps (ten values, fewer when there are fewer steps)
    dev_nll: list[tuple[int, float]]  # (step, mean nats per word of the dev answers)
    seconds: float  # training and scoring, without the features


class Model(Protocol):
    """A recipe of training, the same for every arm. `fit` starts from nothing (or the same weights) each time."""

    def fit(
        self,
        train: Pairs,
        dev: Pairs,
        test: Pairs,
        features: NDArray[Any],
        *,
        steps: int,
        batch: int,
        learning_rate: float,
        seed: int,
        adjust: dict[str, float] | None = None,
        blind: bool = False,
    ) -> Fitted:
        """The scores of the test pairs after `steps` of `batch` pairs.

        learning_rate: a factor of the model's usual one. adjust: logit adjustment, answer word → what is taken from its
        logit (τ·log of its share of the training answers). blind: no picture is seen, in training or in the test.
        Equal arguments give equal bits on a CPU with one thread.
        """
        ...


def load_model(kind: str, folder: Path | None = None, device: str = "cpu") -> Model:
    """The model of that kind. folder: the pretrained weights that `finetune` starts from."""
    if kind == "probe":
        from adr.prove.probe import Probe

        return Probe()
    if kind == "decoder":
        from adr.prove.decoder import Decoder

        return Decoder(device=device)
    if kind == "finetune":
        if folder is None:
            raise AdrError("Fine-tuning needs a pretrained model.", "Give the folder that holds its weights.")
        from adr.prove.finetune import FineTune

        return FineTune(folder, device=device)
    raise AdrError(f"There is no model '{kind}'.", f"Known: {', '.join(FEATURES)}.")
