"""Conversations for candidates: by template, the parent's own, by a captioner, by a language model, or the parent's
with tail synonyms. Each one is checked; one that fails is set aside with its reason.

Knows nothing of pictures on disk or of the database.
"""

import base64
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from adr.conversation import MARKER, fault
from adr.errors import AdrError
from adr.settings import setting
from adr.synthesize.captions import DESCRIBE, OPEN_QUESTIONS, Captioner, load_captioner
from adr.synthesize.language_model import (
    AGAIN,
    Answer,
    LanguageModel,
    Messages,
    conversation_messages,
    load_language_model,
    read_pairs,
    rewrite_messages,
)
from adr.synthesize.plan_file import PlanFolder, Slot
from adr.synthesize.replacement import replaced, rewrite, spoken
from adr.synthesize.templates import KINDS, Draw, Pair, template_pairs
from adr.synthesize.turn_style import Shape, TurnStyle, read_style

Turns = list[dict[str, str]]

__all__ = ["KINDS", "WRITERS", "Request", "Written", "check_conversation", "load_writer"]


@dataclass(frozen=True)
class Written:
    """A conversation and how it was written. fault: why it failed its check (`adr.conversation.FAULTS`), or None. With
    a fault, turns holds as much of the conversation as there is, for a person to mend."""

    turns: Turns
    caption: str
    by: str
    fault: str | None


@dataclass(frozen=True)
class Request:
    """A conversation wanted: for which slot, with which seed, about which new picture. image: None when the candidate
    keeps the parent's picture, or has no picture."""

    slot: Slot
    seed: int
    image: Image.Image | None = None


Write = Callable[[Sequence[Request]], list[Written]]


def load_writer(method: str, folder: PlanFolder | None = None) -> Write:
    """The writer of conversations by `method` for the plan in `folder`, to be called with the requests of a batch;
    AdrError when the method is unknown or something it needs is missing."""
    if method not in WRITERS:
        raise AdrError(f"Conversations cannot be made by {method!r}.", f"Choose one of {', '.join(WRITERS)}.")
    return WRITERS[method](folder)


def check_conversation(turns: Sequence[Mapping[str, str]], entity: str) -> str | None:
    """The first fault of a conversation about one picture of `entity` ('a + b' for a pair), or None."""
    for part in entity.split(" + "):
        found = fault(turns, forms_of(part))
        if found:
            return found
    return None


def forms_of(name: str) -> tuple[str, ...]:
    """Spellings of an entity: as it is, and with simple plural and singular endings."""
    last = name[-1:] == "y" and name[-2:-1] not in "aeiou"
    plural = name[:-1] + "ies" if last else name + ("es" if re.search(r"(s|x|z|ch|sh)$", name) else "s")
    singular = name[:-1] if name.endswith("s") and not name.endswith("ss") else name
    return tuple(dict.fromkeys((name, plural, singular)))


def turns_of(pairs: Sequence[Pair], shape: Shape) -> Turns:
    """Questions and answers as turns, with `<image>` in the first turn where the shape puts it."""
    turns: Turns = []
    for question, answer in pairs:
        turns += [
            {"role": "human", "text": question if turns else shape.first(question)},
            {"role": "gpt", "text": answer},
        ]
    return turns


def caption_of(prompt: str) -> str:
    """What a prompt says about the picture, as a sentence: 'A photo of an accordion and a chair.'"""
    said = re.split(r",\s*(?=natural light|realistic|sharp focus|detailed)", prompt)[0].strip().rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."


# -- by template, the parent's own -------------------------------------------------------------------------------------


def by_template(slot: Slot, seed: int, style: TurnStyle | None = None) -> Written:
    """Questions and answers by template; `seed` draws their kinds and the conversation's shape."""
    shape = (style or TurnStyle()).shape(seed)
    turns = turns_of(template_pairs(slot, seed, shape), shape)
    return Written(turns, caption_of(slot.prompt), "template", check_conversation(turns, slot.name))


def by_parent(slot: Slot, seed: int, style: TurnStyle | None = None) -> Written:
    """The parent's own conversation (the paper's "image only"), checked like any other: one that never names the entity
    is set aside. A slot without a parent gets a conversation by template."""
    if not slot.turns:
        return by_template(slot, seed, style)
    turns = [{"role": t["role"], "text": t["text"]} for t in slot.turns]
    return Written(turns, caption_of(slot.prompt), "parent", check_conversation(turns, slot.name))


# -- by a captioner ----------------------------------------------------------------------------------------------------


def by_captioner(requests: Sequence[Request], captioner: Captioner, style: TurnStyle) -> list[Written]:
    """A captioner's answers to "Describe the image." and to further open questions about the picture. It is a fault
    when the entity is never named, and a hint that the picture does not show it."""
    shapes = [style.shape(r.seed) for r in requests]
    asked = [
        [DESCRIBE, *Draw(r.seed).order(OPEN_QUESTIONS, "open")][: max(1, shape.pairs)]
        for r, shape in zip(requests, shapes, strict=True)
    ]
    said = iter(
        captioner.answers(
            [_seen(r) for r, some in zip(requests, asked, strict=True) for _ in some],
            [question for some in asked for question in some],
        )
    )
    written = []
    for request, some, shape in zip(requests, asked, shapes, strict=True):
        pairs = [(question, next(said)) for question in some]
        turns = turns_of(pairs, shape)
        written.append(Written(turns, pairs[0][1], "captioner", check_conversation(turns, request.slot.name)))
    return written


# -- by a language model -----------------------------------------------------------------------------------------------


def by_language_model(
    requests: Sequence[Request], model: LanguageModel, style: TurnStyle, captions: Sequence[str], sees: bool = False
) -> list[Written]:
    """Conversations that a language model writes from captions; each that fails its check is requested once more.
    sees: the model is shown the picture too."""
    shapes = [style.shape(r.seed) for r in requests]
    asked = [
        conversation_messages(
            caption, r.slot.things, r.slot.absent, shape.pairs, shape.brief, _data_url(_seen(r)) if sees else None
        )
        for r, shape, caption in zip(requests, shapes, captions, strict=True)
    ]

    def read(i: int, answer: Answer) -> Written:
        turns, found = _turns_in(answer, shapes[i])
        return Written(turns, captions[i], "language_model", found or check_conversation(turns, requests[i].slot.name))

    return _asked_twice(model, asked, read)


def by_rewriting(requests: Sequence[Request], model: LanguageModel) -> list[Written]:
    """The parent's conversation in a language model's words, with tail synonyms to choose from; a conversation that
    uses none of them has the fault 'no_synonym'."""
    usable = [_usable(r.slot) for r in requests]
    asked = [rewrite_messages(r.slot.turns, words, r.slot.things) for r, words in zip(requests, usable, strict=True)]
    open_ones = [i for i, words in enumerate(usable) if words and requests[i].slot.turns]
    written = [_parents(r, "no_synonym", "rewrite") for r in requests]

    def read(at: int, answer: Answer) -> Written:
        i = open_ones[at]
        turns, found = _turns_in(answer, Shape(place=_place(requests[i])))
        if not found and not spoken(turns, [name for names in usable[i].values() for name in names]):
            found = "no_synonym"
        return Written(turns, _caption(requests[i]), "rewrite", found or _check_said(turns, requests[i]))

    for i, one in zip(open_ones, _asked_twice(model, [asked[i] for i in open_ones], read), strict=True):
        written[i] = one
    return written


def _asked_twice(
    model: LanguageModel, asked: Sequence[Messages], read: Callable[[int, Answer], Written]
) -> list[Written]:
    """Answers, read and checked. One with a fault is requested once more at a higher temperature, and the better of the
    two is kept."""
    written = [read(i, answer) for i, answer in enumerate(model.answers(asked))]
    failed = [i for i, one in enumerate(written) if one.fault]
    for i, answer in zip(failed, model.answers([asked[i] for i in failed], AGAIN), strict=True):
        second = read(i, answer)
        if second.fault is None or not written[i].turns:
            written[i] = second
    return written


def _turns_in(answer: Answer, shape: Shape) -> tuple[Turns, str | None]:
    pairs = read_pairs(answer)
    return ([], pairs) if isinstance(pairs, str) else (turns_of(pairs, shape), None)


def _data_url(image: Image.Image) -> str:
    file = io.BytesIO()
    image.convert("RGB").save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


# -- with tail synonyms ------------------------------------------------------------------------------------------------


def by_synonyms(request: Request) -> Written:
    """The parent's conversation with nouns replaced by their tail synonyms (the paper's rule replacement). The entity
    that a picture is planned for is not replaced; fault 'no_synonym' where nothing could be."""
    turns, changes = rewrite(request.slot.turns, _usable(request.slot))
    found = _check_said(turns, request) if turns else "no_turns"
    return Written(turns, _caption(request), "synonyms", found or (None if changes else "no_synonym"))


def _usable(slot: Slot) -> dict[str, Sequence[str]]:
    """The synonyms of a slot's parent, without those for the entity that the picture is planned for and for nouns that
    the conversation does not say."""
    return {
        word: names
        for word, names in slot.words.items()
        if word not in slot.things and word not in slot.name.split() and replaced(slot.turns, word)
    }


def _check_said(turns: Sequence[Mapping[str, str]], request: Request) -> str | None:
    """The fault of a reworded conversation, or None. Without a new picture, a fault that the parent's conversation has
    too is the source's and does not count, and the synonym may be said by either side."""
    if request.image is not None:
        return check_conversation(turns, request.slot.name)
    before = request.slot.turns
    images = sum(t["text"].count(MARKER) for t in before)
    found = fault(turns, images=images)
    if found and found != fault(before, images=images):
        return found
    return None if spoken(turns, [request.slot.name]) else "no_synonym"


def _caption(request: Request) -> str:
    """What the prompt says about a new picture; empty when the candidate has no new picture."""
    return "" if request.image is None else caption_of(request.slot.prompt)


def _seen(request: Request) -> Image.Image:
    """The new picture of a request, which must have one."""
    assert request.image is not None
    return request.image


def _parents(request: Request, found: str, by: str) -> Written:
    turns = [{"role": t["role"], "text": t["text"]} for t in request.slot.turns]
    return Written(turns, _caption(request), by, found)


def _place(request: Request) -> str:
    """Where `<image>` stands in the parent's first human turn, written as `Shape.place`; '{text}' alone when there is
    no picture."""
    first = next((t["text"].strip() for t in request.slot.turns if t["role"] == "human"), "")
    if request.image is None and MARKER not in first:
        return "{text}"
    blank = "\n" if "\n" in first else ""
    return f"{{text}}{blank}{MARKER}" if first.endswith(MARKER) and first != MARKER else Shape.place


# -- methods -----------------------------------------------------------------------------------------------------------


def _template(folder: PlanFolder | None) -> Write:
    style = read_style(folder)
    return lambda requests: [by_template(r.slot, r.seed, style) for r in requests]


def _parent(folder: PlanFolder | None) -> Write:
    style = read_style(folder)
    return lambda requests: [by_parent(r.slot, r.seed, style) for r in requests]


def _captioner(folder: PlanFolder | None) -> Write:
    style, captioner = read_style(folder), load_captioner()
    return lambda requests: by_captioner(requests, captioner, style)


def _language_model(folder: PlanFolder | None) -> Write:
    """Writes from a caption: the captioner's where one is set, else the prompt's."""
    style, model = read_style(folder), load_language_model()
    captioner = load_captioner() if setting("ADR_CAPTIONER_MODEL") else None
    sees = setting("ADR_LANGUAGE_MODEL_SEES").lower() in ("yes", "true", "1")

    def write(requests: Sequence[Request]) -> list[Written]:
        captions = (
            [caption_of(r.slot.prompt) for r in requests]
            if captioner is None
            else captioner.answers([_seen(r) for r in requests], [DESCRIBE] * len(requests))
        )
        return by_language_model(requests, model, style, captions, sees)

    return write


def _synonyms(folder: PlanFolder | None) -> Write:
    return lambda requests: [by_synonyms(request) for request in requests]


def _rewrite(folder: PlanFolder | None) -> Write:
    model = load_language_model()
    return lambda requests: by_rewriting(requests, model)


# {method: function that loads it for a plan}. Loading may be slow or raise AdrError; the worker does it once.
WRITERS: dict[str, Callable[[PlanFolder | None], Write]] = {
    "template": _template,
    "parent": _parent,
    "captioner": _captioner,
    "language_model": _language_model,
    "synonyms": _synonyms,
    "rewrite": _rewrite,
}
