"""A recipe as TOML text, both ways. Knows the keys, not what they do."""

import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from adr.errors import AdrError
from adr.perspectives import in_order
from adr.recipe import FROZEN, LISTED, STAGES, Recipe
from adr.recipe_frozen import FrozenInstances, frozen_of
from adr.recipe_mixture import Mixture, mixture_of

# A key of older recipes: {entity: value} in place of τ, with 0 for mute and inf for protect.
_FORMER = "caps"
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def fields_in(text: str, where: str) -> dict[str, Any]:
    """The arguments of `Recipe` written in `text`; AdrError for what is no TOML, or no key of a recipe.

    The older key `caps` is read as what it was: 0 as `mute`, a number as `own_tau`, inf as `protect`, with a remark.
    """
    document = _document(text, where)
    _only(document, ("name", "rebalance", *STAGES), where)
    for part in ("rebalance", *STAGES):
        if not isinstance(document.get(part, {}), dict):
            raise AdrError(f"[{part}] in {where} is not a table.", f"Write [{part}] on a line of its own.")
    table = dict(document.get("rebalance", {}))
    allowed = [f.name for f in fields(Recipe) if f.name not in ("name", "remarks", *STAGES)]
    former = table.pop(_FORMER, None)
    _only(table, allowed, f"[rebalance] of {where}")
    if "mixture" in table:
        table["mixture"] = mixture_of(table["mixture"], where)
    table |= {key: frozen_of(key, table[key], where) for key in FROZEN if key in table}
    made = {"name": str(document.get("name", "")), **table, **{stage: document.get(stage, {}) for stage in STAGES}}
    return _with_former(made, former) if former is not None else made


def _document(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:  # a TOMLDecodeError, or a number of thousands of digits
        raise AdrError(f"{where} is not valid TOML: {error}.", "Mend that line and try again.") from error
    except RecursionError as error:
        raise AdrError(f"{where} is nested too deep.", "Compare with assets/recipes/demo.toml.") from error


def read_former_caps(former: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What an older recipe's `caps` say, as {key of a recipe: {perspective: …}}."""
    found: dict[str, dict[str, Any]] = {"mute": {}, "protect": {}, "own_tau": {}}
    for perspective, values in former.items():
        for entity, value in values.items():
            if value == 0:
                found["mute"].setdefault(perspective, []).append(entity)
            elif value == math.inf:
                found["protect"].setdefault(perspective, []).append(entity)
            else:
                found["own_tau"].setdefault(perspective, {})[entity] = value
    return {key: value for key, value in found.items() if value}


def _with_former(made: dict[str, Any], former: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    read = read_former_caps(former)
    for key, by_perspective in read.items():
        mine = {p: list(v) if key in LISTED else dict(v) for p, v in made.get(key, {}).items()}
        for perspective, values in by_perspective.items():
            if key in LISTED:
                mine[perspective] = [*mine.get(perspective, []), *values]
            else:
                mine[perspective] = values | dict(mine.get(perspective, {}))
        made[key] = mine
    return {**made, "remarks": (*made.get("remarks", ()), former_remark("This recipe", read))}


def former_remark(what: str, read: Mapping[str, Any]) -> str:
    """What to know of a recipe or link that holds the older `caps`; read: what `read_former_caps` gave."""
    keys = " and ".join(f"`{key}`" for key in read) or "nothing"
    return (
        f"{what} has the older key `caps`, which is read as {keys}: it sets no bound. "
        "A bound on the instances that are kept is `at_most`."
    )


def toml_of(recipe: Recipe) -> str:
    """TOML text that `fields_in` reads back; keys in a fixed order."""
    lines = [f"name = {_value(recipe.name)}", ""] if recipe.name else []
    lines += _ingest(recipe.ingest)
    lines += _table("index", recipe.index)
    lines += [
        "[rebalance]",
        f"seed = {recipe.seed}",
        f"min_passes = {recipe.min_passes}          # this many perspectives must pass",
        f"alpha = {_value(recipe.alpha)}",
        f"perspectives = {_value(list(recipe.perspectives))}",
        f"pass_rule = {_value(recipe.pass_rule)}",
        f"repeat = {recipe.repeat}",
        f"unread = {_value(recipe.unread)}",
    ]
    lines += [f"epochs = {recipe.epochs}"] if recipe.epochs > 1 else []
    for key in ("tau", "tail_share", "at_most_each", *LISTED):
        if values := getattr(recipe, key):
            lines += ["", f"[rebalance.{key}]"]
            lines += [f"{_key(p)} = {_value(values[p])}" for p in in_order(values)]
    lines += _mixture(recipe.mixture) if recipe.mixture else []
    for key in ("own_tau", "at_most", "notes"):
        for p in in_order(getattr(recipe, key)):
            if values := getattr(recipe, key).get(p):
                lines += ["", f"[rebalance.{key}.{_key(p)}]"]
                lines += [f"{_value(name)} = {_value(values[name])}" for name in sorted(values)]
    lines += [line for key in FROZEN for part in getattr(recipe, key) for line in _frozen(key, part)]
    lines += ["", *_table("synthesize", recipe.synthesize), *_table("export", recipe.export)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _only(table: Mapping[str, Any], allowed: Sequence[str], where: str) -> None:
    unknown = sorted(set(table) - set(allowed))
    if unknown:
        raise AdrError(f"{where} holds the unknown key {unknown[0]!r}.", f"Allowed are {', '.join(allowed)}.")


def _table(name: str, options: Mapping[str, Any]) -> list[str]:
    """The lines of a table, with a blank one after it; none when it holds nothing."""
    return [f"[{name}]", *(f"{_value(key)} = {_value(options[key])}" for key in sorted(options)), ""] if options else []


def _ingest(options: Mapping[str, Any]) -> list[str]:
    """The lines of [ingest] and [ingest.map]."""
    keys = options.get("map")
    if not isinstance(keys, Mapping):
        return _table("ingest", options)
    others = {name: value for name, value in options.items() if name != "map"}
    return [*_table("ingest", others), *_table("ingest.map", keys)]


def _key(name: str) -> str:
    """A key as it may stand in TOML: bare where it can be."""
    return name if _BARE.fullmatch(name) else _value(name)


def _mixture(mixture: Mixture) -> list[str]:
    """The lines of [rebalance.mixture], each set of values in a table below it."""
    said = mixture.as_dict()
    tables = {key: said.pop(key) for key in ("shares", "sizes") if key in said}
    lines = ["", "[rebalance.mixture]", *(f"{key} = {_value(value)}" for key, value in said.items())]
    for key, values in tables.items():
        lines += ["", f"[rebalance.mixture.{key}]", *(f"{_value(name)} = {_value(values[name])}" for name in values)]
    return lines


def _frozen(key: str, part: FrozenInstances) -> list[str]:
    """The lines of instances set apart."""
    return ["", f"[[rebalance.{key}]]", f"words = {_value(part.words)}", f"positions = {_value(part.positions)}"]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "inf" if math.isinf(value) else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_value(str(k))} = {_value(v)}" for k, v in value.items()) + "}"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
