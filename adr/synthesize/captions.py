"""Captions of pictures by any image-text-to-text model of transformers, from a folder or a hub id.

Knows nothing of plans or tables.
"""

from collections.abc import Sequence
from typing import Any

from PIL import Image

from adr.errors import AdrError
from adr.models import Place, find_model, loading, place, require
from adr.settings import setting

DESCRIBE = "Describe the image."
# Asked after the description, in a drawn order, as many as the conversation's shape has room for.
OPEN_QUESTIONS = (
    "What objects can be seen in the image?",
    "What is the main subject of the image?",
    "What is in the background?",
    "What colors stand out in the image?",
    "What is happening in the image?",
    "Where could this picture have been taken?",
    "How many things are shown in the image?",
)
_MOST_TOKENS = 256
_BATCH = 8


class Captioner:
    """A model that answers questions about pictures; made by `load_captioner`."""

    def __init__(self, name: str, pipe: Any, where: Place, most_tokens: int = _MOST_TOKENS) -> None:
        self.name, self.most_tokens = name, most_tokens
        self._pipe, self._place = pipe, where

    def answers(self, images: Sequence[Image.Image], questions: Sequence[str]) -> list[str]:
        """The model's answer to each question about the picture at the same position: greedy decoding, at most
        `most_tokens` tokens each."""
        found: list[str] = []
        for start in range(0, len(images), _BATCH):
            part = slice(start, start + _BATCH)
            found += self._some([p.convert("RGB") for p in images[part]], list(questions[part]))
        return found

    def _some(self, images: list[Image.Image], questions: list[str]) -> list[str]:
        options = {
            "generate_kwargs": {"do_sample": False, "max_new_tokens": self.most_tokens},
            "return_full_text": False,
        }
        if getattr(self._pipe.processor, "chat_template", None):
            talks = [
                [{"role": "user", "content": [{"type": "image", "image": image}, {"type": "text", "text": question}]}]
                for image, question in zip(images, questions, strict=True)
            ]
            said = [self._pipe(text=talk, **options) for talk in talks]
        else:
            said = [
                self._pipe(images=image, text=question, **options)
                for image, question in zip(images, questions, strict=True)
            ]
        return [_text(one) for one in said]


def load_captioner(name: str | None = None, device: str | None = None) -> Captioner:
    """The captioner `name`, or the one named in the settings; AdrError when none is named or it cannot be loaded."""
    require("transformers", "A captioner")
    asked = name or setting("ADR_CAPTIONER_MODEL")
    if not asked:
        raise AdrError(
            "No captioner is set.",
            "Set ADR_CAPTIONER_MODEL to the folder or hub id of an "
            "image-text-to-text model, such as HuggingFaceTB/SmolVLM-256M-Instruct.",
        )
    where = place(device)
    found = find_model(asked)
    with loading(asked, "captioner"):
        from transformers import pipeline

        pipe = pipeline("image-text-to-text", model=found, device=where.device, dtype=where.dtype)
        return Captioner(asked, pipe, where)


def _text(said: Any) -> str:
    """The text in what a pipeline returns for one request."""
    one = said[0] if isinstance(said, list) and said else said
    text = one.get("generated_text", "") if isinstance(one, dict) else ""
    if isinstance(text, list):  # the whole conversation, which ends with the assistant's turn
        last = text[-1] if text else {}
        text = last.get("content", "") if isinstance(last, dict) else str(last)
    if isinstance(text, list):
        text = " ".join(str(part.get("text", "")) for part in text if isinstance(part, dict))
    return " ".join(str(text).split())
