"""How good a synthetic picture is, according to an open_clip model and to plain faults of the picture itself.

Knows nothing of plans on disk or of the database; the worker calls it for every picture.

The result is one number, `score`, 0..1: the weighted mean of those of three parts that are available, divided by four
for a picture that is blank, dark or flat:

* entity (weight 0.5): 1 / rank of the entity among its siblings by cosine; 1 when it is the best match.
* prompt (0.3): how far the prompt's cosine lies above the mean cosine of the siblings' names, in their standard
  deviations; 5 of them give 1. The model's own scale cancels out.
* parent (0.2), for pictures made from a parent's: 1, or 0 for one that copies it or has lost it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from adr.knowledge import Knowledge, knowledge_of
from adr.models import Place, load_clip, place, require
from adr.picture_hash import bits_apart, perceptual_hash
from adr.synthesize.images import FAULTS, altered, faults, is_copy
from adr.synthesize.prompts import with_article

WEIGHTS = {"entity": 0.5, "prompt": 0.3, "parent": 0.2}
FAULTY = 0.25
# How much higher a cosine must be to speak against a claim (docs/synthesis.md has what this lets through).
CLEARLY = 0.02
_DEVIATIONS = 5.0
# With fewer names there is no scale for a prompt's cosine; with fewer parents none for losing the parent.
_ENOUGH = 8
# Sentences about an entity whose mean embedding stands for it.
_FRAMES = ("a photo of {}", "a picture of {}", "a drawing of {}")
_BATCH = 64

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scores:
    """What a scorer says about one picture. Cosines are −1..1, or None where there is nothing to compare with.

    entity_rank: 1 when the entity (of a pair, the worse of the two) is the best match among its siblings. own: cosine
    of the picture with a slightly altered copy of itself. flags: plain faults, 'not_the_entity' (ranked below the first
    hundredth of its siblings), 'copy_of_parent', 'lost' (no nearer to its parent than to other parents). embedding: of
    length 1.
    """

    scorer: str
    entity_rank: int | None
    entity_score: float | None
    prompt_score: float | None
    parent_score: float | None
    score: float
    flags: list[str]
    own: float
    embedding: Vectors = field(repr=False, compare=False)


class Scorer:
    """An open_clip model that rates pictures; made by `load_scorer`."""

    def __init__(
        self, name: str, model: Any, prepare: Any, tokenize: Any, where: Place, knowledge: Knowledge | None = None
    ) -> None:
        self.name, self.knowledge = name, knowledge or Knowledge()
        self._model, self._prepare, self._tokenize, self._place = model, prepare, tokenize, where
        self._siblings: tuple[tuple[str, ...], Vectors] | None = None
        self._others: Vectors | None = None
        self._claims: dict[tuple[str, ...], Vectors] = {}

    def images(self, images: Sequence[Image.Image]) -> Vectors:
        """Embeddings (n, d) of length 1."""
        import torch

        rows = []
        for start in range(0, len(images), _BATCH):
            batch = torch.stack([self._prepare(p.convert("RGB")) for p in images[start : start + _BATCH]])
            with torch.inference_mode():
                rows.append(self._model.encode_image(batch.to(self._place.device, self._place.dtype), normalize=True))
        return _unit(torch.cat(rows).float().cpu().numpy())

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Embeddings (n, d) of length 1."""
        import torch

        rows = []
        for start in range(0, len(texts), _BATCH):
            tokens = self._tokenize(list(texts[start : start + _BATCH])).to(self._place.device)
            with torch.inference_mode():
                rows.append(self._model.encode_text(tokens, normalize=True))
        return _unit(torch.cat(rows).float().cpu().numpy())

    def names(self, names: Sequence[str]) -> Vectors:
        """Embeddings (n, d) of entities, each the mean over a few sentences about it."""
        found = self.texts([frame.format(with_article(name)) for name in names for frame in _FRAMES])
        return _unit(found.reshape(len(names), len(_FRAMES), -1).mean(axis=1))

    def contradicts(self, seen: Vectors, name: str, claim: str, rivals: Sequence[str]) -> bool:
        """Whether a picture with the embedding `seen` agrees clearly better with a rival than with a claim about the
        thing `name`; False for a thing that the scorer does not know."""
        if not self.knowledge.knows([name]):
            return False
        agreement = self._said((claim, *rivals)) @ seen
        return bool(rivals) and float(agreement[1:].max() - agreement[0]) > CLEARLY

    def sees(self, seen: Vectors, siblings: Sequence[str], name: str) -> bool | None:
        """Whether one of the siblings is among those that the picture agrees with best: the first three, or the first
        twentieth of many. None for a name that the scorer does not know or that is no sibling."""
        if name not in siblings or not self.knowledge.knows([name]):
            return None
        agreement = self._siblings_of(siblings) @ seen
        better = int((agreement > agreement[list(siblings).index(name)]).sum())
        return better < max(3, len(siblings) // 20)

    def _said(self, texts: tuple[str, ...]) -> Vectors:
        if texts not in self._claims:
            self._claims[texts] = self.texts(texts)
        return self._claims[texts]

    def refer(self, images: Sequence[Image.Image]) -> None:
        """Keep these pictures of parents for comparison: a picture that is no nearer to its parent than to them has
        lost it."""
        self._others = self.images(images) if len(images) >= _ENOUGH else None

    def score(
        self,
        image: Image.Image,
        things: Sequence[str],
        siblings: Sequence[str],
        prompt: str,
        parent: Image.Image | None = None,
        *,
        beside: Sequence[str] = (),
        varied: bool = False,
    ) -> Scores:
        """Rate one picture of `things` among `siblings` (names of entities, `things` included).

        beside: what else the prompt names; it may be in the picture and does not count as a rival. varied: the picture
        was made from the parent's, and so can lose it.
        """
        seen = self.images([image, altered(image), *([parent] if parent is not None else [])])
        own = float(seen[0] @ seen[1])
        agreement = self._siblings_of(siblings) @ seen[0]
        entity, rank = _ranked(agreement, siblings, things, beside)
        prompted = float(self.texts([prompt])[0] @ seen[0])
        flags = faults(image)
        if rank is not None and rank > 1 + len(siblings) // 100:
            flags.append("not_the_entity")
        kept = None if parent is None else float(seen[2] @ seen[0])
        if parent is not None:
            flags += self._from_parent(image, parent, seen, own, varied)
        near = float(not {"copy_of_parent", "lost"} & set(flags)) if parent is not None and varied else None
        parts = {"entity": None if rank is None else 1 / rank, "prompt": _above(prompted, agreement), "parent": near}
        return Scores(
            self.name, rank, entity, prompted, kept, overall(parts, bool(set(flags) & set(FAULTS))), flags, own, seen[0]
        )

    def _siblings_of(self, siblings: Sequence[str]) -> Vectors:
        known = tuple(siblings)
        if self._siblings is None or self._siblings[0] != known:
            self._siblings = (known, self.names(known))
        return self._siblings[1]

    def _from_parent(
        self, image: Image.Image, parent: Image.Image, seen: Vectors, own: float, varied: bool
    ) -> list[str]:
        likeness = float(seen[2] @ seen[0])
        if is_copy(likeness, own, bits_apart(perceptual_hash(image), perceptual_hash(parent))):
            return ["copy_of_parent"]
        if varied and self._others is not None and likeness < float(np.median(self._others @ seen[0])):
            return ["lost"]
        return []


def overall(parts: dict[str, float | None], faulty: bool) -> float:
    """0..1: the mean of the parts that are not None, weighted by `WEIGHTS`, and a quarter of that for a faulty picture;
    0 without any part."""
    there = {name: value for name, value in parts.items() if value is not None}
    weight = sum(WEIGHTS[name] for name in there)
    score = sum(WEIGHTS[name] * value for name, value in there.items()) / weight if weight else 0.0
    return score * FAULTY if faulty else score


def load_scorer(name: str, device: str | None = None) -> Scorer:
    """The scorer `name`: a folder with open_clip_config.json, NAME/PRETRAINED_TAG as open_clip lists them, or a hub id
    of an open_clip model; AdrError when it cannot be loaded."""
    require("open_clip", "A scorer", "open_clip_torch")
    where = place(device)
    return Scorer(name, *load_clip(name, where), where, knowledge_of(name))


def _ranked(
    agreement: Vectors, siblings: Sequence[str], things: Sequence[str], beside: Sequence[str]
) -> tuple[float | None, int | None]:
    """Cosine and rank of the worse of `things` among its rivals; (None, None) when they are not among the siblings."""
    mine = [i for i, name in enumerate(siblings) if name in things]
    if not mine:
        return None, None
    worst = min(float(agreement[i]) for i in mine)
    no_rivals = {*things, *beside}
    rivals = np.array([name not in no_rivals for name in siblings])
    return worst, 1 + int((agreement[rivals] > worst).sum())


def _above(prompted: float, agreement: Vectors) -> float:
    """0..1: how far the prompt's cosine lies above the siblings', in their standard deviations."""
    spread = float(agreement.std()) if len(agreement) >= _ENOUGH else 0.0
    if not spread:
        return min(1.0, max(0.0, (prompted + 1) / 2))
    return min(1.0, max(0.0, (prompted - float(agreement.mean())) / spread / _DEVIATIONS))


def _unit(vectors: npt.NDArray[Any]) -> Vectors:
    units: Vectors = (vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)).astype(np.float32)
    return units
