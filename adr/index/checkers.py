"""The models that say whether a named thing is in a picture; loaded by `load_checker`.

Knows nothing of instances or files. `open_clip` (ADR_SCORER_MODEL) is fast and approximate; `grounding-dino`
(ADR_DETECTOR_MODEL) is the paper's way and wants a GPU.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from adr.errors import AdrError
from adr.index.lexicon import Lexicon
from adr.models import Place, find_model, load_clip, loading, place, require
from adr.settings import setting

STANDS_OUT = 0.5
"""A name counts as seen when its agreement with the picture is this many standard deviations above the mean over all
names. Measured on the demo world with the starter model: see docs/index.md."""
BOX, TEXT = 0.4, 0.3
"""The paper's thresholds for Grounding DINO: one for a box, one for each of the words that belong to it."""
PROMPT_TOKENS = 250
CHECKERS = {"open_clip": "ADR_SCORER_MODEL", "grounding-dino": "ADR_DETECTOR_MODEL"}
"""Each checker and the setting that names its model."""
_SIBLINGS = 50


class Checker(Protocol):
    """Finds names in pictures. side: more pixels per side than this are of no use to it."""

    side: int

    def found(self, images: Sequence[Image.Image], names: Sequence[Sequence[str]]) -> list[list[bool]]:
        """For every picture, which of the names asked about it are seen in it."""
        ...


def load_checker(name: str, names: Sequence[str], model: str | None = None) -> Checker:
    """The checker called `name`, for all the names it will be asked about. AdrError when it or its model is unknown."""
    found = model or default_model(name)
    return _Clip(found, names) if name == "open_clip" else _GroundingDino(found)


def default_model(checker: str) -> str:
    """The model that the settings name for a checker; AdrError for an unknown checker."""
    if checker not in CHECKERS:
        raise AdrError(f"There is no checker {checker!r}.", f"Choose {' or '.join(CHECKERS)}.")
    return setting(CHECKERS[checker])


def signature(checker: str, names: Sequence[str], model: str | None = None) -> str:
    """A text that changes whenever the checker's answers may change: model, its files, thresholds, and the names."""
    found = Path(find_model((model or default_model(checker)).removeprefix("hf-hub:")))
    files = [(p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in sorted(found.glob("*model*.*"))]
    thresholds = [STANDS_OUT, BOX, TEXT, PROMPT_TOKENS]
    return json.dumps([checker, str(found), files, thresholds, _siblings(names)])


class _Clip:
    """An open_clip model. A name is seen when its agreement with the picture stands out among all names' agreements."""

    side = 512

    def __init__(self, model: str, names: Sequence[str]) -> None:
        require("open_clip", "Checking objects", "open_clip_torch")
        self._place = place()
        siblings = _siblings(names)
        self._at = {name: number for number, name in enumerate(siblings)}
        self._model, self._prepare, tokenize = load_clip(model, self._place)
        self._texts = self._encode_texts(tokenize, [f"a picture of {_article(name)} {name}" for name in siblings])

    def _encode_texts(self, tokenize: Any, texts: list[str]) -> np.ndarray:
        import torch

        rows = []
        with torch.inference_mode():
            for start in range(0, len(texts), 256):
                tokens = tokenize(texts[start : start + 256]).to(self._place.device)
                rows.append(self._model.encode_text(tokens, normalize=True).float().cpu())
        return torch.cat(rows).numpy()

    def found(self, images: Sequence[Image.Image], names: Sequence[Sequence[str]]) -> list[list[bool]]:
        import torch

        pixels = torch.stack([self._prepare(image) for image in images])
        with torch.inference_mode():
            seen = self._model.encode_image(pixels.to(self._place.device, self._place.dtype), normalize=True)
        agreement = seen.float().cpu().numpy() @ self._texts.T
        spread = np.maximum(agreement.std(axis=1, keepdims=True), 1e-9)
        stands_out = (agreement - agreement.mean(axis=1, keepdims=True)) / spread
        return [
            [bool(row[self._at[name]] >= STANDS_OUT) for name in asked]
            for row, asked in zip(stands_out, names, strict=True)
        ]


class _GroundingDino:
    """A Grounding DINO detector: a name is seen when a box scores at least BOX and each of its words at least TEXT."""

    side = 800

    def __init__(self, model: str) -> None:
        require("transformers", "Checking objects")
        self._place: Place = place()
        found = find_model(model)
        with loading(model, "detector"):
            from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

            self._processor = AutoProcessor.from_pretrained(found)
            self._model = AutoModelForZeroShotObjectDetection.from_pretrained(found)
            self._model.eval().to(self._place.device)

    def found(self, images: Sequence[Image.Image], names: Sequence[Sequence[str]]) -> list[list[bool]]:
        return [
            [seen for prompt in self._prompts(asked) for seen in self._found(image, prompt)]
            for image, asked in zip(images, names, strict=True)
        ]

    def _prompts(self, names: Sequence[str]) -> Iterator[list[str]]:
        """The names in groups that fit the detector's prompt."""
        group: list[str] = []
        for name in names:
            if group and len(self._processor.tokenizer(_prompt([*group, name]))["input_ids"]) > PROMPT_TOKENS:
                yield group
                group = []
            group.append(name)
        if group:
            yield group

    def _found(self, image: Image.Image, names: list[str]) -> list[bool]:
        import torch

        prompt = _prompt(names)
        inputs = self._processor(images=image, text=prompt, return_tensors="pt").to(self._place.device)
        offsets = self._processor.tokenizer(prompt, return_offsets_mapping=True)["offset_mapping"]
        with torch.inference_mode():
            scores = self._model(**inputs).logits[0].sigmoid().float().cpu().numpy()  # (boxes, tokens)
        found, at = [], 0
        for name in names:
            begin = prompt.index(name, at)
            at = begin + len(name)
            tokens = [number for number, (a, b) in enumerate(offsets) if a >= begin and b <= at and b > a]
            of_name = scores[:, tokens]
            found.append(bool(tokens) and bool(((of_name.max(axis=1) >= BOX) & (of_name.min(axis=1) >= TEXT)).any()))
        return found


def _siblings(names: Sequence[str]) -> list[str]:
    """The names among which one must stand out: all that are given, and more when these are too few."""
    siblings = list(dict.fromkeys(names))
    if len(siblings) < _SIBLINGS:
        siblings = list(dict.fromkeys([*siblings, *sorted(set(Lexicon.english().things.values()))]))
    return siblings


def _prompt(names: Sequence[str]) -> str:
    """The names as the detector reads them: "cat. fire hydrant."."""
    return " ".join(f"{name.lower()}." for name in names)


def _article(name: str) -> str:
    return "an" if name[:1] in "aeiou" else "a"
