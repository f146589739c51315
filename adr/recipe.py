"""A recipe: everything that determines a rebalancing (and what synthesis and export take from it), as a frozen value.

Two faces: TOML (`from_toml`, `to_toml`) for files and replay, a sentence (`in_words`) for people. Unknown keys are
refused with the allowed ones. Knows nothing of the database.
"""

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from adr.errors import AdrError
from adr.figures import number_words
from adr.files import refuse_special
from adr.shipped import find

PERSPECTIVES = ("token", "object", "co_occurrence", "interrogation")
PASS_RULES = ("any", "mean")
# The tables of a recipe that hold the options of other stages; each stage refuses what it does not know.
STAGES = ("index", "synthesize", "export")
# Tail shares of the paper's threshold rule: 1 - rho (arXiv 2503.12821, Table 1).
PAPER_TAIL_SHARE = {"token": 0.10, "object": 0.10, "co_occurrence": 0.25, "interrogation": 0.10}


@dataclass(frozen=True)
class Recipe:
    """What `rebalance` does (docs/engine.md). Equal recipes have equal fingerprints and keep the same instances.

    tau: count per perspective; a perspective without one takes the τ of its `tail_share` (default: the paper's).
    caps: per perspective {entity: cap}, replacing τ for that entity; 0 mutes it, inf protects it.
    pass_rule: 'any' (some entity's draw is below its probability; the published rule) or 'mean' (one draw per
    instance and perspective against the mean probability of its entities).
    repeat: how many times an instance with rare entities may count (1: no repeats; the published script's 'add' is 3).
    """

    seed: int = 42
    min_passes: int = 1
    alpha: float = 1.0
    perspectives: tuple[str, ...] = PERSPECTIVES
    pass_rule: str = "any"
    repeat: int = 1
    tau: Mapping[str, float] = field(default_factory=dict)
    tail_share: Mapping[str, float] = field(default_factory=dict)
    caps: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    notes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # why a cap was set; decides nothing
    name: str = ""  # decides nothing
    index: Mapping[str, Any] = field(default_factory=dict)  # options of index
    synthesize: Mapping[str, Any] = field(default_factory=dict)  # options of plan and generate
    export: Mapping[str, Any] = field(default_factory=dict)  # options of export

    def __post_init__(self) -> None:
        _check(self)
        for key in ("tau", "tail_share", *STAGES):
            object.__setattr__(self, key, MappingProxyType(dict(getattr(self, key))))
        for key in ("caps", "notes"):
            nested = {name: MappingProxyType(dict(value)) for name, value in getattr(self, key).items() if value}
            object.__setattr__(self, key, MappingProxyType(nested))
        object.__setattr__(self, "perspectives", tuple(p for p in PERSPECTIVES if p in self.perspectives))

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @classmethod
    def from_toml(cls, text: str, where: str = "the recipe") -> "Recipe":
        """The recipe written in `text`; AdrError names what is wrong and what is allowed."""
        try:
            document = tomllib.loads(text)
        except ValueError as error:  # a TOMLDecodeError, or a number of thousands of digits
            raise AdrError(f"{where} is not valid TOML: {error}.", "Mend that line and try again.") from error
        except RecursionError as error:
            raise AdrError(f"{where} is nested too deep.", "Compare with assets/recipes/demo.toml.") from error
        _only(document, ("name", "rebalance", *STAGES), where)
        for part in ("rebalance", *STAGES):
            if not isinstance(document.get(part, {}), dict):
                raise AdrError(f"[{part}] in {where} is not a table.", f"Write [{part}] on a line of its own.")
        table = document.get("rebalance", {})
        _only(table, [f.name for f in fields(cls) if f.name not in ("name", *STAGES)], f"[rebalance] of {where}")
        try:
            return cls(
                name=str(document.get("name", "")), **table, **{stage: document.get(stage, {}) for stage in STAGES}
            )
        except (TypeError, ValueError, AttributeError) as error:
            raise AdrError(
                f"{where} holds a value of the wrong kind: {error}.", "Compare with assets/recipes/demo.toml."
            ) from error

    @classmethod
    def from_file(cls, path: str | Path) -> "Recipe":
        """The recipe in a TOML file, one of the program's own included; AdrError when it is missing or wrong."""
        try:
            found = find(path)
            refuse_special(found)
            text = found.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise AdrError(f"The recipe {path} cannot be read: {reason}.", "Name a TOML file.") from error
        return cls.from_toml(text, str(path))

    def to_toml(self) -> str:
        """TOML text that `from_toml` reads back to an equal recipe; keys in a fixed order."""
        lines = [f"name = {_toml(self.name)}", ""] if self.name else []
        lines += _table("index", self.index)
        lines += [
            "[rebalance]",
            f"seed = {self.seed}",
            f"min_passes = {self.min_passes}          # this many perspectives must pass",
            f"alpha = {_toml(self.alpha)}",
            f"perspectives = {_toml(list(self.perspectives))}",
            f"pass_rule = {_toml(self.pass_rule)}",
            f"repeat = {self.repeat}",
        ]
        for key in ("tau", "tail_share"):
            if values := getattr(self, key):
                lines += ["", f"[rebalance.{key}]"]
                lines += [f"{p} = {_toml(values[p])}" for p in PERSPECTIVES if p in values]
        for key in ("caps", "notes"):
            for p in PERSPECTIVES:
                if values := getattr(self, key).get(p):
                    lines += ["", f"[rebalance.{key}.{p}]"]
                    lines += [f"{_toml(name)} = {_toml(values[name])}" for name in sorted(values)]
        lines += ["", *_table("synthesize", self.synthesize), *_table("export", self.export)]
        return "\n".join(lines).rstrip("\n") + "\n"

    @property
    def fingerprint(self) -> str:
        """12 hex digits from [rebalance] without its notes: what, with the index, decides which instances are kept."""
        return fingerprint_of(self._rebalances())

    @property
    def whole_fingerprint(self) -> str:
        """12 hex digits from all tables, which identify an export."""
        return fingerprint_of(
            {"rebalance": self._rebalances(), **{stage: dict(getattr(self, stage)) for stage in STAGES}}
        )

    def _rebalances(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "min_passes": self.min_passes,
            "alpha": float(self.alpha),
            "perspectives": list(self.perspectives),
            "pass_rule": self.pass_rule,
            "repeat": self.repeat,
            "tau": {p: float(v) for p, v in self.tau.items()},
            "tail_share": {p: float(v) for p, v in self.tail_share.items() if p not in self.tau},
            "caps": {p: {e: float(c) for e, c in v.items()} for p, v in self.caps.items()},
        }

    def share_for(self, perspective: str) -> float:
        """The tail share that gives a perspective its τ when the recipe holds no count for it."""
        return float(self.tail_share.get(perspective, PAPER_TAIL_SHARE[perspective]))

    def cap(self, perspective: str, entity: str, tau: float) -> float:
        """c(e): the cap set by hand for an entity, or τ."""
        return float(self.caps.get(perspective, {}).get(entity, tau))

    def in_words(self) -> str:
        """One or two sentences that say what the recipe does."""
        names = [p.replace("_", "-") for p in self.perspectives]
        if self.min_passes <= 0:
            said = "Keeps every instance"
        else:
            least = {1: "one", 2: "two", 3: "three", 4: "four"}.get(self.min_passes, str(self.min_passes))
            who = (
                f"the {names[0]} perspective passes"
                if len(names) == 1
                else (f"at least {least} of {_listed(names)} {'passes' if self.min_passes == 1 else 'pass'}")
            )
            said = f"Keeps an instance when {who}"
        if self.alpha < 1:
            said += f", and then with probability {self.alpha:g}"
        limits = [
            f"{p.replace('_', '-')} {number_words(self.tau[p], 6)}"
            if p in self.tau
            else f"{p.replace('_', '-')} at a tail of {number_words(100 * self.share_for(p), 3)} %"
            for p in self.perspectives
        ]
        said += f"; thresholds: {', '.join(limits)}" if limits and self.min_passes > 0 else ""
        caps = [(e, c) for p in self.perspectives for e, c in sorted(self.caps.get(p, {}).items())]
        if caps:
            shown = [_by_hand(entity, cap) for entity, cap in caps[:3]]
            said += f"; by hand: {', '.join(shown)}" + (f" and {len(caps) - 3} more" if len(caps) > 3 else "")
        if self.pass_rule == "mean":
            said += "; by the mean probability of its entities"
        if self.repeat > 1:
            said += f"; rare instances up to {self.repeat} times"
        return f"{said}. Seed {self.seed}."


def fingerprint_of(value: Any) -> str:
    """12 hex digits from a value that JSON can hold; the order of keys does not matter."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _check(recipe: Recipe) -> None:
    def need(holds: bool, sentence: str, step: str) -> None:
        if not holds:
            raise AdrError(sentence, step)

    def number(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and _within_float(value)

    need(
        isinstance(recipe.seed, int) and not isinstance(recipe.seed, bool) and 0 <= recipe.seed < 2**63,
        f"seed is {recipe.seed!r}.",
        "Give a whole number from 0.",
    )
    need(
        isinstance(recipe.min_passes, int) and 0 <= recipe.min_passes <= 4,
        f"min_passes is {recipe.min_passes!r}.",
        "Give 0 (keep everything) to 4.",
    )
    need(number(recipe.alpha) and 0 <= recipe.alpha <= 1, f"alpha is {recipe.alpha!r}.", "Give a share from 0 to 1.")
    need(
        recipe.pass_rule in PASS_RULES, f"pass_rule is {recipe.pass_rule!r}.", f"Choose one of {', '.join(PASS_RULES)}."
    )
    need(isinstance(recipe.repeat, int) and 1 <= recipe.repeat <= 3, f"repeat is {recipe.repeat!r}.", "Give 1, 2 or 3.")
    unknown = [p for p in recipe.perspectives if p not in PERSPECTIVES]
    need(
        not unknown and bool(recipe.perspectives),
        f"perspectives holds {unknown or 'nothing'}.",
        f"Choose from {', '.join(PERSPECTIVES)}.",
    )
    for key in ("tau", "tail_share", "caps", "notes"):
        for p, value in getattr(recipe, key).items():
            need(p in PERSPECTIVES, f"{key} names the perspective {p!r}.", f"Choose from {', '.join(PERSPECTIVES)}.")
            if key == "tau":
                need(number(value) and value >= 0, f"tau of {p} is {value!r}.", "Give a count from 0.")
            elif key == "tail_share":
                need(number(value) and 0 <= value <= 1, f"tail_share of {p} is {value!r}.", "Give a share from 0 to 1.")
            elif key == "caps":
                for entity, cap in value.items():
                    need(
                        number(cap) and cap >= 0,
                        f"The cap of {entity!r} in {p} is {cap!r}.",
                        "Give a count, 0 to mute or inf to protect.",
                    )


def _within_float(value: "int | float") -> bool:
    """Whether a number is one, and not too large for a float."""
    try:
        return not math.isnan(value)
    except OverflowError:
        return False


def _only(table: Mapping[str, Any], allowed: "tuple[str, ...] | list[str]", where: str) -> None:
    unknown = sorted(set(table) - set(allowed))
    if unknown:
        raise AdrError(f"{where} holds the unknown key {unknown[0]!r}.", f"Allowed are {', '.join(allowed)}.")


def _by_hand(entity: str, cap: float) -> str:
    said = "muted" if cap == 0 else "protected" if math.isinf(cap) else number_words(cap, 6)
    return f"{entity} {said}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _table(name: str, options: Mapping[str, Any]) -> list[str]:
    """The lines of a table and a blank line after it; no lines when the table is empty."""
    return [f"[{name}]", *(f"{_toml(key)} = {_toml(options[key])}" for key in sorted(options)), ""] if options else []


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "inf" if math.isinf(value) else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_toml(str(k))} = {_toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
