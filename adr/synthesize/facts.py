"""What a picture is asked to show beyond its things: colours, numbers and a place, so that questions can be about them.

Also which of these a scorer contradicts. Knows nothing of models, files or turns of a candidate.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from adr.synthesize.plan_file import Slot
from adr.synthesize.prompts import NUMBERS, Style, in_words, is_plural, plural_of, with_article

COLORS = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray", "golden", "silver",
)  # fmt: skip
# One slot in this many asks for two, where the model can draw a number of things.
_TWO_IN = 4
_NONE: Mapping[str, Sequence[str]] = MappingProxyType({})
_SPELLED = {"grey": "gray", "gold": "golden"}
_COLOR = "|".join([*COLORS, *_SPELLED])
_ANY_COLOR, _FIRST_COLOR = re.compile(rf"\b({_COLOR})\b"), re.compile(rf"\W*({_COLOR})\b")

# (thing, what is claimed of it, what could be said instead) → whether the picture contradicts the claim.
Contradicts = Callable[[str, str, Sequence[str]], bool]


@dataclass(frozen=True)
class Facts:
    """colors: {thing: colour}; counts: {thing: how many}; place: such as 'in a park', or empty."""

    colors: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    place: str = ""


def planned_facts(
    things: Sequence[str],
    named: Sequence[str],
    turns: Sequence[Mapping[str, str]],
    style: Style,
    variation: int,
    usual: Mapping[str, Sequence[str]] = _NONE,
) -> Facts:
    """What the prompt of a slot asks for. named: all things that it names; turns: the parent's conversation, which says
    what colour such a thing has; usual: {thing: colours that the source gives it}, in turns where the parent is silent.
    """
    many = len(things) == 1 and style.counts > 1 and variation % _TWO_IN == _TWO_IN - 1 and bool(plural_of(things[0]))
    counts = {name: 2 if many and name in things else 1 for name in named if not is_plural(name)}
    colors = {name: color for name in things if (color := color_said(turns, name) or _turn(usual.get(name), variation))}
    return Facts(colors, counts, style.place(variation))


def _turn(colors: Sequence[str] | None, variation: int) -> str:
    return colors[variation % len(colors)] if colors else ""


def color_said(turns: Sequence[Mapping[str, str]], name: str) -> str:
    """The colour that a conversation gives a thing; empty when it names none, or more than one."""
    found = []
    for before, turn in zip([{"text": ""}, *turns], turns, strict=False):
        text = turn["text"].lower()
        if turn["role"] != "gpt" or not _ANY_COLOR.search(text):
            continue
        asked, named = _of_thing(name)
        found += [first or second for first, second in named.findall(text)]
        if asked.search(before["text"].lower()) and (only := _FIRST_COLOR.match(text)):
            found.append(only[1])
    said = {_SPELLED.get(color, color) for color in found}
    return said.pop() if len(said) == 1 else ""


@functools.lru_cache(maxsize=1 << 14)
def _of_thing(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What asks for the colour of a thing, and what says it."""
    thing = re.escape(name)
    said = rf"\b({_COLOR}) {thing}\b|\b{thing} is ({_COLOR})\b"
    return re.compile(rf"what colou?r is the {thing}\W"), re.compile(said)


def upheld(slot: Slot, contradicts: Contradicts) -> Slot:
    """The slot without the colours and numbers that the picture contradicts, in its prompt too."""
    colors = {
        name: color
        for name, color in slot.colors.items()
        if not contradicts(name, _of(f"{color} {name}"), [_of(f"{other} {name}") for other in COLORS if other != color])
    }
    counts = {name: n for name, n in slot.counts.items() if not contradicts(name, _many(name, n), _others(name, n))}
    prompt = slot.prompt
    for name in slot.things:
        said = in_words(name, slot.colors.get(name, ""), slot.counts.get(name, 1))
        prompt = prompt.replace(said, in_words(name, colors.get(name, ""), counts.get(name, 1)))
    return replace(slot, colors=colors, counts=counts, prompt=prompt)


def _of(thing: str) -> str:
    return f"a photo of {with_article(thing)}"


def _many(name: str, n: int) -> str:
    return f"a photo of {NUMBERS[n]} {name if n == 1 else plural_of(name)}"


def _others(name: str, n: int) -> list[str]:
    return [_many(name, other) for other in (1, 2, 3) if other != n] if plural_of(name) else []
