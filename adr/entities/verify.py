"""Looks for the objects that a text names in the picture, and drops those that are not found.

Knows nothing of how the names were read. Two checkers: `open_clip` (ADR_SCORER_MODEL; fast, approximate) and
`grounding-dino` (ADR_DETECTOR_MODEL; the paper's way, wants a GPU). Objects that annotations name are not checked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image, UnidentifiedImageError

from adr.entities.lexicon import Lexicon
from adr.entities.postings import LOW, Postings
from adr.errors import AdrError
from adr.models import Place, find_model, loading, place, require
from adr.progress import Progress
from adr.settings import setting
from adr.store import Store

PICTURES = 64
"""Pictures looked at between two words of progress."""
STANDS_OUT = 0.5
"""A name is taken to be in a picture when its agreement is this many standard deviations above the mean of all names'.
Measured on the demo world with the starter model: see docs/index.md."""
BOX, TEXT = 0.4, 0.3
"""The paper's thresholds for Grounding DINO: of a box, and of the words that belong to it."""
PROMPT_TOKENS = 250
_SIBLINGS = 50


class Checker(Protocol):
    """Finds names in pictures. `name` is recorded with the index."""

    name: str

    def found(self, pictures: Sequence[Image.Image], names: Sequence[Sequence[str]]) -> list[list[bool]]:
        """For every picture, which of its names are seen in it."""
        ...


@dataclass(frozen=True)
class Verified:
    """What is left of the object postings, by whom they were checked, and what to tell the user."""

    batches: list[np.ndarray]
    by: str
    notices: tuple[str, ...]


def verified(store: Store, checker: str, objects: Postings, annotated: np.ndarray, progress: Progress) -> Verified:
    """The object postings without those that `checker` does not find in any picture of their instance.

    annotated: bool by instance (or empty): their objects are kept unseen, as are those of instances whose pictures
    cannot be opened. AdrError when no image folder is known, the checker is unknown or its model cannot be had.
    """
    folder = store.value("select images from source")
    if not folder:
        raise AdrError("Objects can only be checked on pictures, and this workspace knows no image folder.",
                       "Ingest the dataset with --images DIR, or index without --verify.")
    names = objects.names.listed()
    look = load_checker(checker, names)
    total, done, dropped, unseen = sum(len(np.unique(batch >> 32)) for batch in objects.batches), 0, 0, 0
    left = []
    progress(0, total, "Looking at pictures")
    for batch in objects.batches:
        instance, thing = batch >> 32, batch & LOW
        kept = np.ones(len(batch), dtype=bool)
        ends = np.flatnonzero(np.diff(instance, append=-1)) + 1
        starts = np.concatenate([[0], ends[:-1]]).astype(np.int64)
        for group in range(0, len(ends), PICTURES):
            first, last = starts[group:group + PICTURES], ends[group:group + PICTURES]
            spans = {int(instance[a]): (int(a), int(b)) for a, b in zip(first, last, strict=True)
                     if not (len(annotated) and annotated[instance[a]])}
            pictures = _pictures(store, Path(folder), list(spans))
            unseen += len(spans) - len(pictures)
            asked = {number: [names[t] for t in thing[slice(*spans[number])]] for number in pictures}
            for number, mask in _seen(look, pictures, asked):
                kept[slice(*spans[number])] = mask
            done += len(first)
            progress(done, total, "Looking at pictures")
        dropped += int((~kept).sum())
        left.append(batch[kept])
    said = [f"{dropped:,} objects that the text names were not seen in the picture by {look.name} and were left out."]
    if unseen:
        said.append(f"The pictures of {unseen:,} instances could not be opened; their objects were kept unseen.")
    return Verified(left, look.name, tuple(said))


def _seen(look: Checker, pictures: dict[int, list[Image.Image]], names: dict[int, list[str]]) -> Iterator[
        tuple[int, np.ndarray]]:
    """Each instance with which of its names are seen in at least one of its pictures."""
    flat = [(number, picture) for number, several in pictures.items() for picture in several]
    answers = look.found([picture for _, picture in flat], [names[number] for number, _ in flat]) if flat else []
    masks = {number: np.zeros(len(names[number]), dtype=bool) for number in pictures}
    for (number, _), answer in zip(flat, answers, strict=True):
        masks[number] |= np.array(answer, dtype=bool)
    yield from masks.items()


def _pictures(store: Store, folder: Path, instances: list[int]) -> dict[int, list[Image.Image]]:
    """The pictures of some instances; instances without one that can be opened are left out."""
    opened: dict[int, list[Image.Image]] = {}
    for number, paths in store.rows("select instance, images from instance where instance in (select unnest(?))",
                                    [instances]):
        for path in paths or []:
            try:
                with Image.open(folder / path) as picture:
                    opened.setdefault(int(number), []).append(picture.convert("RGB"))
            except (OSError, UnidentifiedImageError, ValueError):
                continue
    return opened


def load_checker(name: str, names: Sequence[str]) -> Checker:
    """The checker of that name, for the names it will be asked about. AdrError for an unknown one or no model."""
    if name == "open_clip":
        return _Clip(setting("ADR_SCORER_MODEL"), names)
    if name == "grounding-dino":
        return _GroundingDino(setting("ADR_DETECTOR_MODEL"))
    raise AdrError(f"There is no checker {name!r}.", "Choose open_clip or grounding-dino.")


class _Clip:
    """An open_clip model. A name is seen when its agreement with the picture stands out among all names' agreements."""

    def __init__(self, model: str, names: Sequence[str]) -> None:
        require("open_clip", "Checking objects", "open_clip_torch")
        self._place = place()
        siblings = list(dict.fromkeys(names))
        if len(siblings) < _SIBLINGS:                   # too few to stand out among
            siblings = list(dict.fromkeys([*siblings, *sorted(set(Lexicon.english().things.values()))]))
        self._at = {name: number for number, name in enumerate(siblings)}
        found = find_model(model)
        with loading(model, "scorer"):
            import open_clip

            asked, _, tag = (f"local-dir:{found}", "", "") if Path(found).is_dir() else found.partition("/")
            self._model, _, self._prepare = open_clip.create_model_and_transforms(
                asked, pretrained=tag or None, device=self._place.device)
            self._model.eval().to(self._place.dtype)
            tokenize = open_clip.get_tokenizer(asked)
        self.name = f"open_clip {model}"
        self._texts = self._encode_texts(tokenize, [f"a picture of {_article(name)} {name}" for name in siblings])

    def _encode_texts(self, tokenize: Any, texts: list[str]) -> np.ndarray:
        import torch

        rows = []
        with torch.inference_mode():
            for start in range(0, len(texts), 256):
                tokens = tokenize(texts[start:start + 256]).to(self._place.device)
                rows.append(self._model.encode_text(tokens, normalize=True).float().cpu())
        return torch.cat(rows).numpy()

    def found(self, pictures: Sequence[Image.Image], names: Sequence[Sequence[str]]) -> list[list[bool]]:
        import torch

        pixels = torch.stack([self._prepare(picture) for picture in pictures])
        with torch.inference_mode():
            seen = self._model.encode_image(pixels.to(self._place.device, self._place.dtype), normalize=True)
        agreement = seen.float().cpu().numpy() @ self._texts.T
        spread = np.maximum(agreement.std(axis=1, keepdims=True), 1e-9)
        stands_out = (agreement - agreement.mean(axis=1, keepdims=True)) / spread
        return [[bool(row[self._at[name]] >= STANDS_OUT) for name in asked]
                for row, asked in zip(stands_out, names, strict=True)]


class _GroundingDino:
    """A Grounding DINO detector: a name is seen when a box of BOX or more has it, its words at TEXT or more each."""

    def __init__(self, model: str) -> None:
        require("transformers", "Checking objects")
        self._place: Place = place()
        found = find_model(model)
        with loading(model, "detector"):
            from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

            self._processor = AutoProcessor.from_pretrained(found)
            self._model = AutoModelForZeroShotObjectDetection.from_pretrained(found)
            self._model.eval().to(self._place.device)
        self.name = f"grounding-dino {model}"

    def found(self, pictures: Sequence[Image.Image], names: Sequence[Sequence[str]]) -> list[list[bool]]:
        return [[seen for prompt in self._prompts(asked) for seen in self._found(picture, prompt)]
                for picture, asked in zip(pictures, names, strict=True)]

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

    def _found(self, picture: Image.Image, names: list[str]) -> list[bool]:
        import torch

        prompt = _prompt(names)
        inputs = self._processor(images=picture, text=prompt, return_tensors="pt").to(self._place.device)
        offsets = self._processor.tokenizer(prompt, return_offsets_mapping=True)["offset_mapping"]
        with torch.inference_mode():
            scores = self._model(**inputs).logits[0].sigmoid().float().cpu().numpy()      # (boxes, tokens)
        found, at = [], 0
        for name in names:
            begin = prompt.index(name, at)
            at = begin + len(name)
            tokens = [number for number, (a, b) in enumerate(offsets) if a >= begin and b <= at and b > a]
            of_name = scores[:, tokens]
            found.append(bool(tokens) and bool(((of_name.max(axis=1) >= BOX) & (of_name.min(axis=1) >= TEXT)).any()))
        return found


def _prompt(names: Sequence[str]) -> str:
    """The names as the detector reads them: "cat. fire hydrant."."""
    return " ".join(f"{name.lower()}." for name in names)


def _article(name: str) -> str:
    return "an" if name[:1] in "aeiou" else "a"
