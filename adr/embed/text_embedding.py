"""Embeds conversations: `python -m adr.embed.text_embedding FOLDER --model NAME`. Never opens the database.

Reads which texts the folder asks for, writes one file per block of them, and reports its progress. Killed at any
moment, it loses only the block in flight; started again, it goes on from there.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from adr.embed.text_folder import SaidText, TextFolder
from adr.models import load_clip, place, require
from adr.process import Event, exit_status, tell

BLOCK = 2048
"""Texts per file."""
_TOGETHER = 64
_PART = 3  # the first question has one word for so many tokens of the model, at most


class TextReader(Protocol):
    """Makes features of texts. tokens: how many of a text it reads."""

    tokens: int

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Their features (n, d), of length 1."""


class TextModel:
    """The part of an open_clip model that reads."""

    def __init__(self, model: str) -> None:
        require("open_clip", "Embedding conversations", "open_clip_torch")
        self._place = place()
        self._model, _, self._tokenizer = load_clip(model, self._place)
        self.tokens = int(self._tokenizer.context_length)

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Their features (n, d), of length 1. Of a long text the beginning is read."""
        import torch

        batch = self._tokenizer(list(texts)).to(self._place.device)
        with torch.inference_mode():
            read = self._model.encode_text(batch).float()
        units: NDArray[np.float16] = torch.nn.functional.normalize(read, dim=-1).cpu().numpy().astype(np.float16)
        return units


def shortened(text: SaidText, tokens: int) -> str:
    """The conversation as a model that reads so many tokens gets it: the first words of the question, so that a long
    one leaves room, then all that follows."""
    question = text.question.split()
    return " ".join([*(question[: max(1, tokens // _PART)] if text.rest else question), text.rest]).strip()


def embed_texts(folder: TextFolder, load: Callable[[], TextReader], tell: Callable[[Event], None]) -> None:
    """Embed every text that is asked for and not known; `load` is called only when there is one. Each event has how
    many are done and, from those that this call has embedded, how many it embeds per second."""
    asked, known = folder.stamps_asked(), folder.known()
    done = before = sum(stamp in known for stamp in asked)
    tell({"event": "embedded", "done": done, "total": len(asked)})
    if done == len(asked):
        return
    model, started = load(), time.monotonic()
    for some in folder.asked(BLOCK):
        block = [text for text in some if text.stamp not in known]
        if block:
            folder.keep([text.stamp for text in block], _features(model, block))
            done += len(block)
            rate = (done - before) / (time.monotonic() - started)
            tell({"event": "embedded", "done": done, "total": len(asked), "rate": rate})


def _features(model: TextReader, texts: Sequence[SaidText]) -> NDArray[np.float16]:
    said = [shortened(text, model.tokens) for text in texts]
    return np.concatenate([model(said[at : at + _TOGETHER]) for at in range(0, len(said), _TOGETHER)])


def main(arguments: Sequence[str] | None = None) -> int:
    """The process: embed what the folder asks for; exit status 0, or 1 after it has reported an error."""
    parser = argparse.ArgumentParser(prog="python -m adr.embed.text_embedding", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", required=True)
    given = parser.parse_args(arguments)
    folder = TextFolder(given.folder, given.model)
    return exit_status(lambda: embed_texts(folder, lambda: TextModel(given.model), tell))


if __name__ == "__main__":
    sys.exit(main())
