"""Conversations of synthetic pictures: by template from what the prompt says, or the parent's own.

Everything a template says follows from the prompt: what was asked for is taken to be in the picture, which is why
scores and a person judge the picture afterwards. Knows nothing of plans on disk or of the database.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from adr.conversation import PLACEHOLDER, fault
from adr.errors import AdrError
from adr.synthesize.plan_file import Slot
from adr.synthesize.prompts import is_plural, listed, with_article

Turns = list[dict[str, str]]
Pair = tuple[str, str]

_PAIRS = 3


@dataclass(frozen=True)
class Written:
    """A conversation and how it came about. fault: why it failed its check (`adr.conversation.FAULTS`), or None."""

    turns: Turns
    caption: str
    by: str
    fault: str | None


@dataclass(frozen=True)
class Request:
    """A conversation wanted: for which slot, with which seed, about which picture."""

    slot: Slot
    seed: int
    picture: Image.Image


Write = Callable[[Sequence[Request]], list[Written]]


def load_writer(method: str) -> Write:
    """What writes conversations by `method`, ready to be called with the requests of a batch; AdrError when the
    method is not known or what it needs is missing."""
    if method not in WRITERS:
        raise AdrError(f"Conversations cannot be made by {method!r}.", f"Choose one of {', '.join(WRITERS)}.")
    return WRITERS[method]()


def check_conversation(turns: Sequence[Mapping[str, str]], entity: str) -> str | None:
    """The first fault of a conversation about one picture of `entity` ('a + b' for a pair), or None."""
    for part in entity.split(" + "):
        found = fault(turns, forms_of(part))
        if found:
            return found
    return None


def forms_of(name: str) -> tuple[str, ...]:
    """Ways to write an entity: as it is, and with simple plural or singular endings."""
    last = name[-1:] == "y" and name[-2:-1] not in "aeiou"
    plural = name[:-1] + "ies" if last else name + ("es" if re.search(r"(s|x|z|ch|sh)$", name) else "s")
    singular = name[:-1] if name.endswith("s") and not name.endswith("ss") else name
    return tuple(dict.fromkeys((name, plural, singular)))


def by_template(slot: Slot, seed: int) -> Written:
    """A caption and up to three questions with answers, of kinds drawn by `seed`; never one kind twice."""
    caption = caption_of(slot.prompt)
    rows = [kind(slot, caption) for kind in _in_order(list(KINDS.values()), seed)]
    pairs = [row for row in rows if row is not None][:_PAIRS]
    if check_conversation(_turns(pairs), slot.name):
        pairs[0] = _describe(slot, caption)
    turns = _turns(pairs)
    return Written(turns, caption, "template", check_conversation(turns, slot.name))


def by_parent(slot: Slot, seed: int) -> Written:
    """The parent's own conversation (the paper's "image only"), which need not mention the entity in an answer; a
    slot without a parent gets one by template."""
    if not slot.turns:
        return by_template(slot, seed)
    turns = [{"role": t["role"], "text": t["text"]} for t in slot.turns]
    return Written(turns, caption_of(slot.prompt), "parent", fault(turns))


def caption_of(prompt: str) -> str:
    """What a prompt says of the picture, as a sentence: 'A photo of an accordion and a chair.'"""
    said = re.split(r",\s*(?=natural light|realistic|sharp focus|detailed)", prompt)[0].strip().rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."


def _turns(pairs: Sequence[Pair]) -> Turns:
    turns: Turns = []
    for question, answer in pairs:
        lead = f"{PLACEHOLDER}\n" if not turns else ""
        turns += [{"role": "human", "text": lead + question}, {"role": "gpt", "text": answer}]
    return turns


def _in_order(kinds: list[Callable[[Slot, str], Pair | None]], seed: int) -> list[Callable[[Slot, str], Pair | None]]:
    def drawn(kind: Callable[[Slot, str], Pair | None]) -> bytes:
        return hashlib.blake2b(f"{seed}\0{kind.__name__}".encode(), digest_size=8).digest()

    return sorted(kinds, key=drawn)


def _named(slot: Slot) -> list[str]:
    return list(dict.fromkeys((*slot.things, *slot.companions)))


def _is(name: str) -> str:
    return "are" if is_plural(name) else "is"


def _describe(slot: Slot, caption: str) -> Pair:
    shows = listed([with_article(name) for name in _named(slot)])
    return "Describe the image.", f"The image shows {shows}."


def _caption(slot: Slot, caption: str) -> Pair:
    return "Write a short caption for this image.", caption


def _be_there(slot: Slot, caption: str) -> Pair:
    thing = slot.things[0]
    return (f"{_is(thing).capitalize()} there {with_article(thing)} in the image?",
            f"Yes, there {_is(thing)} {with_article(thing)} in the image.")


def _be_absent(slot: Slot, caption: str) -> Pair | None:
    if not slot.absent:
        return None
    other = slot.absent[0]
    shows = listed([with_article(name) for name in slot.things])
    return (f"{_is(other).capitalize()} there {with_article(other)} in the image?",
            f"No, there is no {other}; the image shows {shows}.")


def _which(slot: Slot, caption: str) -> Pair | None:
    if not slot.absent:
        return None
    thing, other = slot.things[0], slot.absent[-1]
    first, second = sorted((thing, other))
    return f"Which of these is in the image: {with_article(first)} or {with_article(second)}?", f"{_capital(thing)}."


def _objects(slot: Slot, caption: str) -> Pair:
    return "What objects can be seen in the image?", f"{_capital(listed([with_article(n) for n in _named(slot)]), '')}."


def _main(slot: Slot, caption: str) -> Pair:
    shows = listed([with_article(name) for name in slot.things])
    return "What is the main subject of the image?", f"The main subject is {shows}."


def _beside(slot: Slot, caption: str) -> Pair | None:
    if not slot.companions:
        return None
    others = listed([with_article(name) for name in slot.companions])
    return (f"What else is shown besides the {slot.things[0]}?",
            f"Besides the {slot.things[0]}, the image shows {others}.")


def _word(slot: Slot, caption: str) -> Pair:
    return ("What is shown in the image? Answer the question using a single word or phrase.",
            " and ".join(slot.things).capitalize())


def _together(slot: Slot, caption: str) -> Pair | None:
    named = _named(slot)
    if len(named) < 2:
        return None
    first, second = named[:2]
    return (f"Do the {first} and the {second} appear together?",
            f"Yes, the {first} and the {second} are both in the image.")


def _title(slot: Slot, caption: str) -> Pair:
    return "Suggest a title for this picture.", " and ".join(_named(slot)).title()


# Question kinds: name → question and answer, or None where the slot gives no true answer.
KINDS: dict[str, Callable[[Slot, str], Pair | None]] = {
    "describe": _describe, "caption": _caption, "be there": _be_there, "be absent": _be_absent, "which": _which,
    "what object": _objects, "main subject": _main, "what else": _beside, "one word": _word, "together": _together,
    "title": _title,
}


def _capital(name: str, article: str = "a") -> str:
    said = with_article(name) if article else name
    return said[:1].upper() + said[1:]


# Method → what loads it. A loader may be slow or raise AdrError; the worker calls it once.
WRITERS: dict[str, Callable[[], Write]] = {
    "template": lambda: lambda requests: [by_template(r.slot, r.seed) for r in requests],
    "parent": lambda: lambda requests: [by_parent(r.slot, r.seed) for r in requests],
}
