"""A recipe as query parameters, and back. Knows nothing of what a recipe does."""

import base64
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adr.errors import AdrError
from adr.perspectives import PAPER_NAMES
from adr.recipe import FROZEN, LISTED, OF_ENTITIES, Recipe
from adr.recipe_frozen import FrozenInstances
from adr.recipe_mixture import mixture_of
from adr.recipe_toml import former_remark, read_former_caps

# Parameter names of τ: a count, or a tail share in percent with "%".
_TAU = {"token": "token", "object": "object", "co_occurrence": "pair", "interrogation": "asking"}
_OF_PERSPECTIVES = ("tau", "tail_share")  # of the paper's four in the parameters above, of others by hand
FORMER = "caps"  # what links of earlier versions say of entities
NAMES = (
    *_TAU.values(),
    *("seed", "need", "alpha", "use", "rule", "repeat", "unread", "epochs", "entities", "apart", "mixture"),
    FORMER,
)


def to_address(recipe: Recipe) -> dict[str, str]:
    """A recipe as query parameters; only what differs from the default recipe."""
    plain, told = Recipe(), {}
    for perspective, name in _TAU.items():
        if perspective in recipe.tau:
            told[name] = _written(recipe.tau[perspective])
        elif perspective in recipe.tail_share:
            told[name] = f"{_written(round(100 * recipe.tail_share[perspective], 10))}%"
    for name, value, usual in (
        ("seed", recipe.seed, plain.seed),
        ("need", recipe.min_passes, plain.min_passes),
        ("alpha", float(recipe.alpha), plain.alpha),
        ("rule", recipe.pass_rule, plain.pass_rule),
        ("repeat", recipe.repeat, plain.repeat),
        ("unread", recipe.unread, plain.unread),
        ("epochs", recipe.epochs, plain.epochs),
        ("use", ",".join(recipe.perspectives), ",".join(PAPER_NAMES)),
    ):
        if value != usual:
            told[name] = str(value)
    if by_hand := _by_hand(recipe):
        told["entities"] = _packed(by_hand)
    if apart := {key: [[o.words, o.positions] for o in getattr(recipe, key)] for key in FROZEN if getattr(recipe, key)}:
        told["apart"] = _packed(apart)
    if recipe.mixture:
        told["mixture"] = _packed(recipe.mixture.as_dict())
    return told


def from_address(told: Mapping[str, str]) -> Recipe:
    """The recipe that query parameters describe; what cannot be read keeps its default value."""
    recipe = Recipe()
    for perspective, name in _TAU.items():
        text = str(told.get(name, ""))
        if text.endswith("%"):
            recipe = _with(recipe, tail_share={**recipe.tail_share, perspective: _number(text[:-1], 100)})
        elif text:
            recipe = _with(recipe, tau={**recipe.tau, perspective: _number(text)})
    for name, key, read in (
        ("seed", "seed", int),
        ("need", "min_passes", int),
        ("alpha", "alpha", float),
        ("repeat", "repeat", int),
        ("rule", "pass_rule", str),
        ("unread", "unread", str),
        ("epochs", "epochs", int),
        ("use", "perspectives", lambda t: tuple(t.split(","))),
    ):
        if name in told:
            try:
                recipe = _with(recipe, **{key: read(told[name])})
            except ValueError:
                continue
    for key, value in _read_by_hand(_unpacked(str(told.get("entities", "")))).items():
        mine = getattr(recipe, key) if key in _OF_PERSPECTIVES else {}
        recipe = _with(recipe, **{key: {**value, **mine}})
    recipe = _with_apart(recipe, _unpacked(str(told.get("apart", ""))))
    recipe = _with_mixture(recipe, _unpacked(str(told.get("mixture", ""))))
    return _with_former(recipe, _unpacked(str(told.get(FORMER, ""))))


def _by_hand(recipe: Recipe) -> dict[str, Any]:
    """What the recipe says of single entities and of perspectives beside the paper's four, in types of JSON; empty when
    it says nothing."""
    said: dict[str, Any] = {key: {p: dict(v) for p, v in getattr(recipe, key).items()} for key in OF_ENTITIES}
    said |= {key: {p: list(v) for p, v in getattr(recipe, key).items()} for key in LISTED}
    said |= {key: {p: v for p, v in getattr(recipe, key).items() if p not in _TAU} for key in _OF_PERSPECTIVES}
    said["at_most_each"] = dict(recipe.at_most_each)
    return {key: value for key, value in said.items() if value}


def _read_by_hand(said: Mapping[str, Any]) -> dict[str, Any]:
    keys = (*OF_ENTITIES, *LISTED, *_OF_PERSPECTIVES, "at_most_each")
    return {key: said[key] for key in keys if isinstance(said.get(key), dict)}


def _with_apart(recipe: Recipe, said: Mapping[str, Any]) -> Recipe:
    """The recipe with the instances that a link sets apart; without them where they cannot be read."""
    try:
        parts = {key: tuple(FrozenInstances(str(w), str(p)) for w, p in said[key]) for key in FROZEN if key in said}
    except (AdrError, TypeError, ValueError):
        return recipe
    return _with(recipe, **parts)


def _with_mixture(recipe: Recipe, said: Mapping[str, Any]) -> Recipe:
    """The recipe with the mixture of a link; without one where it cannot be read."""
    try:
        return _with(recipe, mixture=mixture_of(said, "this link")) if said else recipe
    except (AdrError, TypeError, ValueError, AttributeError, OverflowError):
        return recipe


def _with_former(recipe: Recipe, said: Mapping[str, Any]) -> Recipe:
    """The recipe with what a link of an earlier version says of entities."""
    try:
        caps = {p: {str(e): float(c) for e, c in v.items()} for p, v in said.get("caps", {}).items()}
        former = read_former_caps(caps)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return recipe
    if not former:
        return recipe
    notes = said.get("notes", {})
    return _with(_with(recipe, **former, remarks=(former_remark("This link", former),)), notes=notes)


def _number(text: str, over: float = 1) -> float:
    try:
        value = round(float(text) / over, 12) if over != 1 else float(text)
    except ValueError:
        return math.nan  # refused by the recipe
    return int(value) if over == 1 and value.is_integer() else value


def _written(value: float) -> str:
    """A number with the fewest digits that read back as the same number."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _packed(said: Mapping[str, Any]) -> str:
    """JSON, compressed, in the letters of an address."""
    packed = zlib.compress(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _unpacked(text: str) -> dict[str, Any]:
    try:
        # a megabyte at most: anybody can write an address
        plain = zlib.decompressobj().decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), 1_000_000)
        found = json.loads(plain)
    except (ValueError, TypeError, RecursionError, zlib.error):
        return {}
    return found if isinstance(found, dict) else {}


def _with(recipe: Recipe, **changes: Any) -> Recipe:
    try:
        return replace(recipe, **changes)
    except (AdrError, TypeError, ValueError, AttributeError):
        return recipe
