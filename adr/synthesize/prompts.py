"""Prompts for diffusion models: the entity and what usually stands beside it, in the words the model was trained with.

Knows nothing of tables or pipelines.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from adr.models import OWN_FILE, find_model, is_folder, model_facts

NUMBERS = ("no", "one", "two", "three", "four")
# A plan says the same few thousand names again and again.
_NAMES = 1 << 16
_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Style:
    """How a model is prompted best. templates: sentences with {things}. companions: how many other things a prompt
    names at most. things: how many things a prompt without a parent may ask for (2: pairs too). steps, guidance: what
    suits the model. size: the side of its pictures in pixels; None for what its config says. counts: how many of a
    thing a prompt asks for at most."""

    templates: tuple[str, ...] = (
        "a photo of {things}",
        "a photo of {things}, natural light",
        "a detailed photo of {things}",
        "{things}, realistic photograph, sharp focus",
    )
    negative: str = "blurry, deformed, low quality, watermark, text"
    companions: int = 2
    things: int = 2
    steps: int = 30
    guidance: float = 7.5
    size: int | None = None
    places: tuple[str, ...] = field(default=())
    counts: int = 2

    def place(self, variation: int) -> str:
        """The place that the prompt of this variation names; empty for none."""
        has = self.places and "{place}" in self.templates[variation % len(self.templates)]
        return self.places[variation % len(self.places)] if has else ""


def style_of(model: str, generator: str = "text-to-image") -> Style:
    """The style in the model's folder, else one that suits its family: few steps without guidance for turbo models, the
    paper's settings for image variation (guidance 3) and ControlNet (20 steps, guidance 9)."""
    found = find_model(model)
    told = model_facts(found, OWN_FILE) if is_folder(found) else {}
    if told:
        return _told(told)
    if re.search(r"turbo|lightning|lcm|schnell", model.lower()):
        return Style(steps=4, guidance=0.0)
    if generator == "image-variation":
        return Style(guidance=3.0)
    if generator == "controlnet":
        return Style(steps=20, guidance=9.0)
    return Style()


def _told(told: dict[str, Any]) -> Style:
    plain = Style(negative="", companions=1)
    companions = int(told.get("companions", plain.companions))
    return Style(
        templates=tuple(str(t) for t in told.get("templates", ())) or plain.templates,
        negative=str(told.get("negative", "")),
        companions=companions,
        things=int(told.get("things", 1 + companions)),
        steps=int(told.get("steps", plain.steps)),
        guidance=float(told.get("guidance", plain.guidance)),
        size=int(told["size"]) if told.get("size") else None,
        places=tuple(str(p) for p in told.get("places", ())),
        counts=int(told.get("counts", 1)),
    )


def compose(
    things: Sequence[str],
    companions: Sequence[str],
    style: Style,
    variation: int = 0,
    colors: Mapping[str, str] = _NONE,
    counts: Mapping[str, int] = _NONE,
) -> str:
    """A prompt for `things` with up to `style.companions` companions. Each `variation` takes the next wording, and the
    next place when the style has places. colors, counts: of things, {name: 'red'} and {name: 2}."""
    beside = [c for c in companions if c not in things][: max(0, style.companions)]
    named = listed([in_words(name, colors.get(name, ""), counts.get(name, 1)) for name in (*things, *beside)])
    prompt = style.templates[variation % len(style.templates)].replace("{things}", named)
    return " ".join(prompt.replace("{place}", style.place(variation)).split()).rstrip(" ,")


@functools.lru_cache(maxsize=_NAMES)
def in_words(name: str, color: str = "", count: int = 1) -> str:
    """A thing with its article, colour and number: 'a harp', 'a red harp', 'two red harps'."""
    if count > 1:
        return " ".join(filter(None, (NUMBERS[count], color, plural_of(name) or name)))
    return with_article(f"{color} {name}" if color else name) if not is_plural(name) else f"{color} {name}".strip()


@functools.lru_cache(maxsize=_NAMES)
def plural_of(name: str) -> str:
    """The plural of a name that forms it regularly, with the name in it: 'harps', 'boxes'; empty for any other."""
    if is_plural(name) or name.endswith(("f", "fe", "man", "fish", "sheep", "y", "mouse", "goose", "foot", "tooth")):
        return name + "s" if name.endswith(("ay", "ey", "oy")) else ""
    return name + ("es" if name.endswith(("s", "x", "z", "ch", "sh")) else "s")


def things_of(name: str, perspective: str) -> tuple[str, ...]:
    """What a picture of an entity must show: two things for a pair, otherwise one."""
    return tuple(part.strip() for part in name.split(" + ")) if perspective == "co_occurrence" else (name,)


@functools.lru_cache(maxsize=_NAMES)
def with_article(name: str) -> str:
    """The name with its indefinite article, plurals without one: 'an accordion', 'a cat', 'scissors'."""
    if is_plural(name):
        return name
    vowel = re.match(r"[aeiou]", name) and not re.match(r"(uni|use|usual|one\b|eu)", name)
    return f"{'an' if vowel or re.match(r'(hour|heir|honest)', name) else 'a'} {name}"


@functools.lru_cache(maxsize=_NAMES)
def is_plural(name: str) -> bool:
    """Whether a name looks like a plural or a pair of things: 'scissors', 'glasses', 'people'."""
    last = name.split()[-1] if name.split() else ""
    return last in ("people", "children", "men", "women", "furniture", "luggage") or (
        len(last) > 3 and last.endswith("s") and not last.endswith(("ss", "us", "is", "os")) and last not in _SINGULAR_S
    )


_SINGULAR_S = frozenset({"lens", "canvas", "atlas", "gas", "christmas", "iris", "chess", "news", "bus"})


def listed(names: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
