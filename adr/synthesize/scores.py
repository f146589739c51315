"""How good a synthetic picture is: by an open_clip model, and by plain faults of the picture itself.

Knows nothing of plans on disk or of the database; the worker calls it for every picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from adr.models import Place, find_model, loading, place, require

# Cosine to the parent's picture from which a variation is a copy.
COPY = 0.98
_BATCH = 64

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scores:
    """What a scorer says of one picture. Cosines are −1..1 or None where there is nothing to compare with; score is
    0..1, what candidates of a slot are ordered by; embedding has length 1."""

    scorer: str
    entity_rank: int | None
    entity_score: float | None
    prompt_score: float | None
    parent_score: float | None
    score: float
    flags: list[str]
    embedding: Vectors = field(repr=False, compare=False)


class Scorer:
    """An open_clip model that rates pictures; made by `load_scorer`."""

    def __init__(self, name: str, model: Any, prepare: Any, tokenize: Any, where: Place) -> None:
        self.name = name
        self._model, self._prepare, self._tokenize, self._place = model, prepare, tokenize, where
        self._siblings: tuple[tuple[str, ...], Vectors] | None = None

    def images(self, pictures: Sequence[Image.Image]) -> Vectors:
        """Embeddings (n, d) of length 1."""
        import torch

        rows = []
        for start in range(0, len(pictures), _BATCH):
            batch = torch.stack([self._prepare(p.convert("RGB")) for p in pictures[start:start + _BATCH]])
            with torch.inference_mode():
                rows.append(self._model.encode_image(batch.to(self._place.device, self._place.dtype), normalize=True))
        return torch.cat(rows).float().cpu().numpy()

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Embeddings (n, d) of length 1."""
        import torch

        rows = []
        for start in range(0, len(texts), _BATCH):
            tokens = self._tokenize(list(texts[start:start + _BATCH])).to(self._place.device)
            with torch.inference_mode():
                rows.append(self._model.encode_text(tokens, normalize=True))
        return torch.cat(rows).float().cpu().numpy()

    def names(self, names: Sequence[str]) -> Vectors:
        """Embeddings (n, d) of entities, each the mean over a few sentences about it."""
        frames = ("a photo of {}", "a picture of {}", "a drawing of {}")
        from adr.synthesize.prompts import with_article

        found = self.texts([frame.format(with_article(name)) for name in names for frame in frames])
        mean = found.reshape(len(names), len(frames), -1).mean(axis=1)
        return mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)

    def score(self, picture: Image.Image, things: Sequence[str], siblings: Sequence[str], prompt: str,
              parent: Image.Image | None = None) -> Scores:
        """Rate one picture of `things` among `siblings` (names of entities, `things` included)."""
        known = tuple(siblings)
        if self._siblings is None or self._siblings[0] != known:
            self._siblings = (known, self.names(known))
        seen = self.images([picture] if parent is None else [picture, parent])
        own = seen[0]
        agreement = self._siblings[1] @ own
        at = [known.index(thing) for thing in things if thing in known]
        worst = min(at, key=lambda i: agreement[i]) if at else None
        rank = None if worst is None else 1 + int((agreement > agreement[worst]).sum())
        prompted = float(self.texts([prompt])[0] @ own)
        copied = float(seen[1] @ own) if parent is not None else None
        flags = faults(picture)
        if rank is not None and rank > max(1, len(at)):
            flags.append("not_the_entity")
        if copied is not None and copied >= COPY:
            flags.append("copy_of_parent")
        return Scores(self.name, rank, None if worst is None else float(agreement[worst]), prompted, copied,
                      overall(rank, len(at), prompted, flags), flags, own)


def load_scorer(name: str, device: str | None = None) -> Scorer:
    """The scorer `name`: a folder (open_clip_config.json), or NAME/PRETRAINED_TAG as open_clip lists them; AdrError
    when it cannot be had."""
    require("open_clip", "A scorer", "open_clip_torch")
    where = place(device)
    found = find_model(name)
    with loading(name, "scorer"):
        import open_clip

        if Path(found).is_dir():
            asked, tag = f"local-dir:{found}", None
        else:
            asked, _, tag = found.partition("/")
        model, _, prepare = open_clip.create_model_and_transforms(asked, pretrained=tag, device=where.device)
        model.eval().to(where.dtype)
        return Scorer(name, model, prepare, open_clip.get_tokenizer(asked), where)


def overall(rank: int | None, things: int, prompted: float, flags: Sequence[str]) -> float:
    """0..1: half for the entity's rank among its siblings, half for the prompt's cosine; a faulty picture halves it."""
    ranked = 0.5 if rank is None else 1 / max(1, rank - max(0, things - 1))
    score = 0.5 * ranked + 0.5 * min(1.0, max(0.0, (prompted + 1) / 2))
    return score / 2 if set(flags) & {"blank", "dark", "flat"} else score


def faults(picture: Image.Image) -> list[str]:
    """Plain faults: 'blank' (one colour), 'dark' (mean below 20 of 255), 'flat' (tiny contrast)."""
    gray = np.asarray(picture.convert("L"), np.float32)
    spread = float(gray.std())
    found = []
    if spread < 2:
        found.append("blank")
    elif spread < 8:
        found.append("flat")
    if float(gray.mean()) < 20:
        found.append("dark")
    return found


def perceptual_hash(picture: Image.Image) -> int:
    """A 64-bit difference hash: which of 8×8 neighbours is brighter. Near pictures differ in few bits."""
    gray = np.asarray(picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS), np.int16)
    bits = (gray[:, 1:] > gray[:, :-1]).ravel()
    return int("".join("1" if b else "0" for b in bits), 2)
