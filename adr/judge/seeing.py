"""A judge behind an OpenAI-compatible URL that sees pictures: what it is asked, and reading its opinion from the reply.

Knows nothing of tables. The key comes from OPENAI_API_KEY and is never written down.
"""

import base64
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adr.conversation import MARKER
from adr.errors import AdrError
from adr.models import require
from adr.reject_reasons import REJECT_REASONS
from adr.review.opinions import Opinion
from adr.review.verdicts import JUDGEMENTS
from adr.settings import setting
from adr.small_images import NotAPicture, small_image
from adr.synthesize.language_model import LanguageModel, Messages

SIDE = 512
_SYSTEM = (
    "You check pictures and conversations before a model is trained on them. You reply with JSON and nothing else."
)
_ASK = """The picture is meant to show: {entity}.
This conversation about it is meant for training:

{talk}

Accept only when the picture clearly shows {entity}, is well formed, and every answer is true of the picture.
Reply with a JSON object of this form:
{{"judgement": "accept" or "reject" or "unsure", "reason": one of the words below or null, "confidence": 0 to 1}}

Reasons for a reject:
{reasons}"""


@dataclass(frozen=True)
class ShownCandidate:
    """What a judge is shown of a candidate. image: the file of its picture, or None where it has none."""

    candidate: str
    entity: str
    turns: Sequence[Mapping[str, str]]
    image: Path | None


class SeeingJudge:
    """A model that is shown the picture and the conversation."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self.name = f"judge {model.name}, prompt {prompt_hash()}"
        self.at_once = 2 * model.at_once

    def opinions(self, seen: Sequence[ShownCandidate]) -> list[Opinion]:
        """An opinion on each candidate; 'unsure' with a note where the picture or the reply cannot be read."""
        asked = {one.candidate: messages(one) for one in seen}
        whole = {name: asked[name] for name in asked if asked[name] is not None}
        answers = self._model.answers([found for found in whole.values() if found is not None])
        told = {
            name: read_opinion(name, answer.text) if answer.text else Opinion(name, "unsure", 0.0, note=answer.reason)
            for name, answer in zip(whole, answers, strict=True)
        }
        unseen = "its picture cannot be read"
        return [told.get(one.candidate) or Opinion(one.candidate, "unsure", 0.0, note=unseen) for one in seen]


def load_seeing_judge() -> SeeingJudge:
    """The judge named in the settings; AdrError when none is named."""
    require("openai", "A judge behind a URL")
    url = setting("ADR_JUDGE_URL") or setting("ADR_LANGUAGE_MODEL_URL")
    if not re.match(r"https?://[^/\s]+", url):
        raise AdrError(
            f"{url} is not a server address." if url else "No judge is set.",
            "Set ADR_JUDGE_URL to the address of an OpenAI-compatible server whose model sees pictures, and ADR_JUDGE; "
            "or ask the scorer (--by scorer).",
        )
    return SeeingJudge(LanguageModel(url, setting("ADR_JUDGE") or setting("ADR_LANGUAGE_MODEL")))


def prompt_hash() -> str:
    """Six hex digits that name the prompt: another prompt is another judge."""
    return hashlib.sha256(f"{_SYSTEM}\0{_ASK}\0{SIDE}\0{sorted(REJECT_REASONS.items())}".encode()).hexdigest()[:6]


def messages(seen: ShownCandidate) -> Messages | None:
    """The request about one candidate; None when its picture cannot be read."""
    talk = "\n".join(
        f"{'Question' if turn['role'] == 'human' else 'Answer'}: {turn['text'].replace(MARKER, '').strip()}"
        for turn in seen.turns
        if turn["role"] in ("human", "gpt")
    )
    reasons = "\n".join(f"- {reason}: {says}" for reason, says in REJECT_REASONS.items())
    text = _ASK.format(entity=seen.entity, talk=talk, reasons=reasons)
    try:
        url = None if seen.image is None else _data_url(seen.image)
    except (OSError, NotAPicture):
        url = None
    if url is None:
        return None
    content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": text}]
    return [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": content}]


def read_opinion(candidate: str, text: str) -> Opinion:
    """The opinion in a reply; 'unsure' with a note when it has none. A reason that is not in the list is 'other', and
    a confidence that is not a number from 0 to 1 is 0."""
    found = re.search(r"\{.*?\}", text, re.DOTALL)
    try:
        read = json.loads(found[0]) if found else None
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict) or read.get("judgement") not in JUDGEMENTS:
        return Opinion(candidate, "unsure", 0.0, note="the reply cannot be read")
    sure, reason = read.get("confidence"), None
    if read["judgement"] == "reject":
        reason = read["reason"] if isinstance(read.get("reason"), str) and read["reason"] in REJECT_REASONS else "other"
    usable = isinstance(sure, int | float) and not isinstance(sure, bool) and 0 <= sure <= 1
    return Opinion(candidate, read["judgement"], float(sure) if usable and sure is not None else 0.0, reason)


def _data_url(image: Path) -> str:
    small = small_image(image, SIDE).convert("RGB")
    data = io.BytesIO()
    small.save(data, "JPEG", quality=90)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"
