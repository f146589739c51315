"""Questions and answers about a picture by template: two dozen kinds, each in several wordings.

Everything they say follows from the prompt: what was asked for is assumed to be in the picture, which is why scores and
a person judge the picture afterwards. Knows nothing of files or of turns.
"""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from adr.synthesize.plan_file import Slot
from adr.synthesize.prompts import NUMBERS, in_words, is_plural, listed, plural_of, with_article
from adr.synthesize.turn_style import Shape

Pair = tuple[str, str]
T = TypeVar("T")

BRIEFLY = "Answer the question using a single word or phrase."


@dataclass(frozen=True)
class QuestionAnswer:
    """A question with its answer as a sentence and, where possible, as a word or phrase."""

    question: str
    answer: str
    short: str | None = None


class Draw:
    """What varies in a conversation, drawn by its seed: the same seed and question give the same choice."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def order(self, values: Sequence[T], what: str) -> list[T]:
        """The values in an order drawn for `what`."""
        keyed = [
            (hashlib.blake2b(f"{self.seed}\0{what}\0{i}".encode(), digest_size=8).digest(), i)
            for i in range(len(values))
        ]
        return [values[i] for _, i in sorted(keyed)]

    def weighted(self, weights: Mapping[str, float], what: str) -> list[str]:
        """The names in an order drawn for `what`, those with greater weight earlier as a rule; without weight 0."""
        keyed = [(-math.log(self._uniform(what, name)) / weight, name) for name, weight in weights.items() if weight]
        return [name for _, name in sorted(keyed)]

    def _uniform(self, *what: str) -> float:
        """In (0, 1]."""
        said = "\0".join([str(self.seed), *what])
        return (1 + int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest(), "little")) / 2**64

    def one(self, *values: T) -> T:
        """One of the values, drawn by all of them."""
        return self.order(values, repr(values))[0]


Kind = Callable[[Slot, Draw], QuestionAnswer | None]


def template_pairs(slot: Slot, seed: int, shape: Shape) -> list[Pair]:
    """As many questions with answers as the shape says (fewer where the slot has less to say), each of a different kind
    drawn by `seed`; at least one answer names everything that the picture is planned for."""
    able = able_kinds(slot, seed, shape.brief)
    asked = drawn_kinds(able, seed, shape)
    chosen = [able[name] for name in asked[: max(1, shape.pairs)]] or [_one_word(slot, Draw(seed))]
    if not any(_names(slot, _said(a, shape)) for a in chosen):
        naming = next((able[name] for name in asked if _names(slot, _said(able[name], shape))), None)
        chosen[-1] = naming or _one_word(slot, Draw(seed))
    pairs = [(a.question, _said(a, shape)) for a in chosen]
    if shape.brief and not pairs[0][0].endswith((BRIEFLY, "directly.")):
        pairs[0] = (f"{pairs[0][0]}\n{BRIEFLY}", pairs[0][1])
    return pairs


def able_kinds(slot: Slot, seed: int, brief: bool) -> dict[str, QuestionAnswer]:
    """The kinds of question that a slot can answer truly, briefly where that is wanted."""
    draw = Draw(seed)
    found = {name: kind(slot, draw) for name, kind in KINDS.items()}
    return {name: one for name, one in found.items() if one is not None and (one.short is not None or not brief)}


def drawn_kinds(able: Collection[str], seed: int, shape: Shape) -> list[str]:
    """Kinds in an order drawn by the weights of their forms; those of a form share its weight, and a form that the
    source does not ask is left out."""
    alike = Counter(FORMS[name] for name in able)
    weights = {name: shape.weight(FORMS[name]) / (alike[FORMS[name]] if shape.forms else 1) for name in able}
    return Draw(seed).weighted(weights, "kinds")


def _said(asked: QuestionAnswer, shape: Shape) -> str:
    return asked.short if shape.brief and asked.short is not None else asked.answer


def _names(slot: Slot, answer: str) -> bool:
    return all(thing in answer.lower() for thing in slot.things)


# -- words -------------------------------------------------------------------------------------------------------------


def _all(slot: Slot) -> list[str]:
    return list(dict.fromkeys((*slot.things, *slot.companions)))


def _is(name: str) -> str:
    return "are" if is_plural(name) else "is"


def _many(slot: Slot, names: Sequence[str]) -> str:
    return listed([in_words(name, slot.colors.get(name, ""), slot.counts.get(name, 1)) for name in names])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _them(slot: Slot) -> str:
    return _many(slot, slot.things)


# -- kinds -------------------------------------------------------------------------------------------------------------


def _describe(slot: Slot, draw: Draw) -> QuestionAnswer:
    question = draw.one(
        "Describe the image.",
        "Please describe this picture.",
        "What do you see in this image?",
        "Can you tell me what this picture shows?",
    )
    return QuestionAnswer(
        question,
        f"{draw.one('The image shows', 'The picture shows', 'This is a picture of')} {_many(slot, _all(slot))}.",
    )


def _caption(slot: Slot, draw: Draw) -> QuestionAnswer:
    question = draw.one(
        "Write a short caption for this image.",
        "Provide a one-sentence caption for the picture.",
        "Summarize the picture in one sentence.",
    )
    return QuestionAnswer(question, f"{_capital(_many(slot, _all(slot)))}.", _capital(_many(slot, slot.things)))


def _be_there(slot: Slot, draw: Draw) -> QuestionAnswer:
    thing = draw.one(*slot.things)
    return QuestionAnswer(
        f"{_capital(_is(thing))} there {with_article(thing)} in the {draw.one('image', 'picture', 'photo')}?",
        f"Yes, there {_is(thing)} {with_article(thing)} in the image.",
        "Yes",
    )


def _can_see(slot: Slot, draw: Draw) -> QuestionAnswer:
    thing = slot.things[-1]
    return QuestionAnswer(f"Can you see {with_article(thing)} here?", f"Yes, {with_article(thing)} can be seen.", "Yes")


def _be_absent(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    if not slot.absent:
        return None
    other = draw.one(*slot.absent)
    return QuestionAnswer(
        f"{_capital(_is(other))} there {with_article(other)} in the image?",
        f"No, there {_is(other)} no {other}; the image shows {_them(slot)}.",
        "No",
    )


def _which(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    if not slot.absent:
        return None
    thing, other = slot.things[0], slot.absent[-1]
    first, second = draw.order([thing, other], "which")
    return QuestionAnswer(
        f"Which of these is in the image: {with_article(first)} or {with_article(second)}?",
        f"It is {with_article(thing)}." if not is_plural(thing) else f"The image shows {thing}.",
        _capital(thing),
    )


def _objects(slot: Slot, draw: Draw) -> QuestionAnswer:
    question = draw.one(
        "What objects can be seen in the image?", "What is in the picture?", "Which things does the image show?"
    )
    return QuestionAnswer(question, f"The image shows {_many(slot, _all(slot))}.", _capital(", ".join(_all(slot))))


def _main(slot: Slot, draw: Draw) -> QuestionAnswer:
    question = draw.one("What is the main subject of the image?", "What is this picture mainly about?")
    return QuestionAnswer(question, f"The main subject is {_them(slot)}.", _capital(listed(slot.things)))


def _beside(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    if not slot.companions:
        return None
    return QuestionAnswer(
        f"What else is shown besides the {slot.things[0]}?",
        f"Besides the {slot.things[0]}, the image shows {_many(slot, _rest(slot))}.",
        _capital(", ".join(_rest(slot))),
    )


def _rest(slot: Slot) -> list[str]:
    return [name for name in _all(slot) if name != slot.things[0]]


def _one_word(slot: Slot, draw: Draw) -> QuestionAnswer:
    named = _capital(" and ".join(slot.things))
    return QuestionAnswer(f"{draw.one('What is shown in the image?', 'What is this?')} {BRIEFLY}", named, named)


def _together(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    if len(_all(slot)) < 2:
        return None
    first, second = _all(slot)[:2]
    return QuestionAnswer(
        f"Do the {first} and the {second} appear together?",
        f"Yes, the {first} and the {second} are both in the image.",
        "Yes",
    )


def _title(slot: Slot, draw: Draw) -> QuestionAnswer:
    title = " and ".join(_all(slot)).title()
    question = draw.one("Suggest a title for this picture.", "What would be a good title for this image?")
    return QuestionAnswer(question, title, title)


def _choice(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    if len(slot.absent) < 2:
        return None
    thing = slot.things[0]
    options = draw.order([thing, *slot.absent[:3]], "options")
    lines = "\n".join(f"{letter}. {name}" for letter, name in zip("ABCD", options, strict=False))
    letter = "ABCD"[options.index(thing)]
    return QuestionAnswer(
        f"Which of these does the picture show?\n{lines}\n"
        "Answer with the option's letter from the given choices directly.",
        letter,
        letter,
    )


def _true_or_false(slot: Slot, draw: Draw) -> QuestionAnswer:
    thing, true = slot.things[0], draw.one(True, False) or not slot.absent
    said = thing if true else slot.absent[0]
    answer = (
        f"True: the image shows {_them(slot)}."
        if true
        else f"False: the image shows {_them(slot)}, not {with_article(said)}."
    )
    question = f"True or false: this picture shows {with_article(said)}."
    return QuestionAnswer(question, answer, "True" if true else "False")


def _complete(slot: Slot, draw: Draw) -> QuestionAnswer:
    return QuestionAnswer("Complete the sentence: “The image shows …”", f"The image shows {_many(slot, _all(slot))}.")


def _tags(slot: Slot, draw: Draw) -> QuestionAnswer:
    question = draw.one("Give keywords for this image, separated by commas.", "Which tags would you give the picture?")
    return QuestionAnswer(question, ", ".join(_all(slot)), ", ".join(_all(slot)))


def _alternative_text(slot: Slot, draw: Draw) -> QuestionAnswer:
    question = draw.one(
        "Write an alternative text for readers who cannot see the picture.",
        "How would you describe this picture to someone who cannot see it?",
    )
    return QuestionAnswer(question, f"A picture that shows {_many(slot, _all(slot))}.")


def _odd_one_out(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    if not slot.absent or len(_all(slot)) < 2:
        return None
    other = slot.absent[0]
    listing = ", ".join(draw.order([*_all(slot)[:3], other], "odd"))
    return QuestionAnswer(
        f"Which of these is not in the image: {listing}?",
        f"There {_is(other)} no {other} in the image.",
        _capital(other),
    )


def _search(slot: Slot, draw: Draw) -> QuestionAnswer:
    words = " ".join(_all(slot))
    return QuestionAnswer(
        draw.one("What would I search for to find similar pictures?", "Which search words fit this picture?"),
        f"Search for “{words}”.",
        _capital(words),
    )


def _check_list(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    if not slot.absent:
        return None
    listing = draw.order([*_all(slot)[:3], *slot.absent[:2]], "list")
    seen = [name for name in listing if name in _all(slot)]
    return QuestionAnswer(
        f"Which of the following can be seen: {', '.join(listing)}?",
        f"{_capital(_many(slot, seen))} can be seen.",
        _capital(", ".join(seen)),
    )


def _or_both(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    if len(_all(slot)) < 2:
        return None
    first, second = _all(slot)[:2]
    return QuestionAnswer(
        f"Does the image show {with_article(first)}, {with_article(second)}, or both?",
        f"It shows both {with_article(first)} and {with_article(second)}.",
        "Both",
    )


def _without(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    if not slot.absent:
        return None
    other = slot.absent[-1]
    return QuestionAnswer(
        f"Does anything suggest that there {_is(other)} {with_article(other)} in the picture?",
        f"No, the picture only shows {_many(slot, _all(slot))}.",
        "No",
    )


def _introduce(slot: Slot, draw: Draw) -> QuestionAnswer:
    return QuestionAnswer(
        "I am about to show this picture to a friend. How can I announce it?",
        f"You can say: “Here you see {_many(slot, _all(slot))}.”",
    )


def _focus(slot: Slot, draw: Draw) -> QuestionAnswer:
    question = draw.one("What should a viewer pay attention to?", "What stands out in this image?")
    return QuestionAnswer(question, f"{_capital(_them(slot))}.", _capital(listed(slot.things)))


def _list_them(slot: Slot, draw: Draw) -> QuestionAnswer:
    lines = "\n".join(f"- {name}" for name in _all(slot))
    return QuestionAnswer("List the things in the picture, one on each line.", lines)


def _how_many(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    known = [name for name in slot.things if name in slot.counts and plural_of(name)]
    missing = [name for name in slot.absent[:1] if plural_of(name)]
    if not known:
        return None
    name = missing[0] if missing and draw.one(*range(7)) == 0 else draw.one(*known)
    n = slot.counts[name] if name in known else 0
    many = plural_of(name)
    question = draw.one(f"How many {many} are there?", f"How many {many} can you see?", f"How many {many} are shown?")
    there = f"is one {name}" if n == 1 else f"are {NUMBERS[n]} {many}"
    return QuestionAnswer(question, f"There {there} in the picture.", str(n))


def _what_color(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    known = [name for name in slot.things if name in slot.colors and slot.counts.get(name, 1) == 1]
    if not known:
        return None
    name = draw.one(*known)
    question = draw.one(f"What color is the {name}?", f"What is the color of the {name}?")
    return QuestionAnswer(question, f"The {name} {_is(name)} {slot.colors[name]}.", _capital(slot.colors[name]))


def _where(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    if not slot.place:
        return None
    thing = draw.one(*slot.things)
    question = draw.one(f"Where {_is(thing)} the {thing}?", "Where was this picture set?")
    return QuestionAnswer(question, f"The {thing} {_is(thing)} {slot.place}.", _capital(slot.place))


_ALWAYS_TRUE = {
    "use": re.compile(r"(used|good|meant) for\b|\bwhat can you do with\b"),
    "usual place": re.compile(r"^(?=.*\busually\b)where\b"),
    "material": re.compile(r"\busually made of\b"),
    "reason": re.compile(r"^why (do|would) (people|someone|anyone)\b"),
}


def _from_parent(slot: Slot, name: str) -> QuestionAnswer | None:
    """A question of the parent's conversation about what such a thing is for or where it belongs, with its answer, true
    of any picture of the thing; None when the parent says nothing of the kind."""
    about = re.compile(rf"\b{re.escape(slot.things[0])}s?\b", re.IGNORECASE)
    for human, gpt in pairwise(slot.turns):
        question = human["text"].replace("<image>", "").strip()
        asks = _ALWAYS_TRUE[name].search(question.lower()) and about.search(question)
        if human["role"] == "human" and asks and "\n" not in question:
            return QuestionAnswer(question, gpt["text"].strip())
    return None


def _use(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    return _from_parent(slot, "use")


def _usual_place(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    return _from_parent(slot, "usual place")


def _material(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    return _from_parent(slot, "material")


def _reason(slot: Slot, draw: Draw) -> QuestionAnswer | None:
    return _from_parent(slot, "reason")


# {name: kind of question}. A kind returns None where the slot allows no true answer.
KINDS: dict[str, Kind] = {
    "describe": _describe,
    "caption": _caption,
    "be there": _be_there,
    "can see": _can_see,
    "be absent": _be_absent,
    "which": _which,
    "what object": _objects,
    "main subject": _main,
    "what else": _beside,
    "one word": _one_word,
    "together": _together,
    "title": _title,
    "choice": _choice,
    "true or false": _true_or_false,
    "complete": _complete,
    "tags": _tags,
    "alternative text": _alternative_text,
    "odd one out": _odd_one_out,
    "search": _search,
    "check list": _check_list,
    "or both": _or_both,
    "without": _without,
    "introduce": _introduce,
    "stand out": _focus,
    "list": _list_them,
    "how many": _how_many,
    "what color": _what_color,
    "where": _where,
    "use": _use,
    "usual place": _usual_place,
    "material": _material,
    "reason": _reason,
}
# {kind: the form of question, as the index names it, by whose share in the source the kind is drawn}.
FORMS = {name: name for name in KINDS} | {
    "caption": "summarize",
    "can see": "can",
    "be absent": "be there",
    "main subject": "what",
    "what else": "what",
    "one word": "what",
    "together": "do",
    "title": "suggest",
    "choice": "multiple choice",
    "true or false": "statement",
    "tags": "give",
    "alternative text": "write",
    "odd one out": "which",
    "search": "what",
    "check list": "which",
    "or both": "do",
    "without": "do",
    "introduce": "how",
    "stand out": "what",
    "use": "what",
    "usual place": "where",
    "material": "what",
    "reason": "why",
}
