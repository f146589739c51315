"""A recipe: everything that determines a rebalancing (and what synthesis and export take from it), as a frozen value.

Two faces: TOML (`adr.recipe_toml`) for files and replay, a sentence (`adr.recipe_words`) for people. Unknown keys are
refused with the allowed ones. Knows nothing of the database.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from adr.errors import AdrError
from adr.files import refuse_special
from adr.perspectives import MOST_VOTES, PAPER_NAMES, choices, described, in_order, is_known
from adr.recipe_frozen import FrozenInstances, positions_of, ranges_text
from adr.recipe_mixture import Mixture
from adr.shipped import find

PASS_RULES = ("any", "mean", "mean_unclamped")
UNREAD = ("keep", "drop")
MOST_EPOCHS = 100
# The tables of a recipe that hold the options of other stages; each stage refuses what it does not know.
STAGES = ("ingest", "index", "synthesize", "export")
# What is said of single entities, by perspective: {entity: value}, or a list of entities.
OF_ENTITIES = ("own_tau", "at_most", "notes")
LISTED = ("mute", "protect")
# Instances set apart by hand, as lists of what was frozen.
FROZEN = ("exclude", "protect_instances")


@dataclass(frozen=True)
class Recipe:
    """What `rebalance` does (docs/engine.md). Equal recipes have equal fingerprints and keep the same instances.

    tau: count per perspective; a perspective without one takes the τ of its `tail_share` (default: the paper's).
    own_tau: for one entity, the value that replaces its perspective's τ. mute: its draw never passes. protect: its draw
    always passes. at_most: the cap of an entity, a bound on the kept instances that have it. All four by perspective.
    at_most_each: the cap, by perspective, of every entity that has none in at_most.
    exclude: instances that count nowhere: neither in n(e) and τ, nor as kept, nor in the random baseline.
    protect_instances: instances that are always kept, whatever else the recipe says.
    pass_rule: 'any' (some entity's draw is below its probability; the published rule) or 'mean' (one draw per
    instance and perspective against the mean probability of its entities) or 'mean_unclamped' (the same, each τ / n
    counted in full even above 1, as in the published script).
    unread: 'keep': an instance that holds text which nothing could read passes; 'drop': it needs passes like any other.
    repeat: how many times an instance with rare entities may count (1: no repeats; the published script's 'add' is 3).
    epochs: how many times the recipe is drawn; epoch 1 has its seed, the others `adr.draws.epoch_seed`.
    remarks: what a reader of the recipe should know of how it was written; decides nothing.
    """

    seed: int = 42
    min_passes: int = 1
    alpha: float = 1.0
    perspectives: tuple[str, ...] = PAPER_NAMES
    pass_rule: str = "any"
    repeat: int = 1
    unread: str = "keep"
    epochs: int = 1
    tau: Mapping[str, float] = field(default_factory=dict)
    tail_share: Mapping[str, float] = field(default_factory=dict)
    at_most_each: Mapping[str, int] = field(default_factory=dict)
    own_tau: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    mute: Mapping[str, Sequence[str]] = field(default_factory=dict)
    protect: Mapping[str, Sequence[str]] = field(default_factory=dict)
    at_most: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    exclude: tuple[FrozenInstances, ...] = ()
    protect_instances: tuple[FrozenInstances, ...] = ()
    mixture: Mixture | None = None  # the wanted shares of a perspective's values, after keep rule and caps
    notes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # why something was set; decides nothing
    name: str = ""  # decides nothing
    ingest: Mapping[str, Any] = field(default_factory=dict)  # how records are read: map, place_markers
    index: Mapping[str, Any] = field(default_factory=dict)  # options of index
    synthesize: Mapping[str, Any] = field(default_factory=dict)  # options of plan and generate
    export: Mapping[str, Any] = field(default_factory=dict)  # options of export
    remarks: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        _check(self)
        for key in ("tau", "tail_share", "at_most_each", *STAGES):
            object.__setattr__(self, key, MappingProxyType(dict(getattr(self, key))))
        for key in OF_ENTITIES:
            nested = {p: MappingProxyType(dict(value)) for p, value in getattr(self, key).items() if value}
            object.__setattr__(self, key, MappingProxyType(nested))
        for key in LISTED:
            listed = {p: tuple(sorted(set(names))) for p, names in getattr(self, key).items() if names}
            object.__setattr__(self, key, MappingProxyType(listed))
        for key in FROZEN:
            object.__setattr__(self, key, tuple(getattr(self, key)))
        object.__setattr__(self, "perspectives", in_order(self.perspectives))

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @classmethod
    def from_toml(cls, text: str, where: str = "the recipe") -> "Recipe":
        """The recipe written in `text`; AdrError names what is wrong and what is allowed."""
        from adr.recipe_toml import fields_in

        try:
            return cls(**fields_in(text, where))
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
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
        from adr.recipe_toml import toml_of

        return toml_of(self)

    def in_words(self) -> str:
        """One or two sentences that say what the recipe does."""
        from adr.recipe_words import words_of

        return words_of(self)

    @property
    def fingerprint(self) -> str:
        """12 hex digits from [rebalance] without its notes: what, with the index, decides which instances are kept."""
        return fingerprint_of(self._rebalances())

    @property
    def whole_fingerprint(self) -> str:
        """12 hex digits from all tables, which identify an export."""
        options = {stage: dict(getattr(self, stage)) for stage in STAGES}
        if not options["ingest"]:  # so that recipes without it have the fingerprint that exports know
            del options["ingest"]
        return fingerprint_of({"rebalance": self._rebalances(), **options})

    def _rebalances(self) -> dict[str, Any]:
        # "drop" is what recipes meant before there was a choice: those have the fingerprint that runs and exports know
        unread = {} if self.unread == "drop" else {"unread": self.unread}
        mixture = {"mixture": self.mixture.as_dict()} if self.mixture else {}
        return {
            "seed": self.seed,
            "min_passes": self.min_passes,
            "alpha": float(self.alpha),
            "perspectives": list(self.perspectives),
            "pass_rule": self.pass_rule,
            "repeat": self.repeat,
            "tau": {p: float(v) for p, v in self.tau.items()},
            "tail_share": {p: float(v) for p, v in self.tail_share.items() if p not in self.tau},
            "own_tau": {p: {e: float(c) for e, c in v.items()} for p, v in self.own_tau.items()},
            "mute": {p: list(names) for p, names in self.mute.items()},
            "protect": {p: list(names) for p, names in self.protect.items()},
            "at_most": {p: dict(v) for p, v in self.at_most.items()},
            **({"at_most_each": dict(self.at_most_each)} if self.at_most_each else {}),
            **{key: ranges_text(positions_of(getattr(self, key))) for key in FROZEN if getattr(self, key)},
            **unread,
            **mixture,
            **({"epochs": self.epochs} if self.epochs > 1 else {}),
        }

    def share_for(self, perspective: str) -> float:
        """The tail share that gives a perspective its τ when the recipe holds no count for it."""
        return float(self.tail_share.get(perspective, described(perspective).tail_share))

    @property
    def mentioned(self) -> tuple[str, ...]:
        """The perspectives that vote, those of whose entities something is said, and that of the mixture."""
        said = (p for key in ("own_tau", "at_most", "at_most_each", *LISTED) for p in getattr(self, key))
        return in_order((*self.perspectives, *said, *([self.mixture.perspective] if self.mixture else [])))

    @property
    def capped(self) -> bool:
        """Whether it has any cap."""
        return bool(self.at_most or self.at_most_each)

    def limits(self, perspective: str) -> dict[str, float]:
        """What replaces τ for single entities: their own τ, 0 for a muted one, inf for a protected one."""
        return {
            **{name: float(value) for name, value in self.own_tau.get(perspective, {}).items()},
            **dict.fromkeys(self.mute.get(perspective, ()), 0.0),
            **dict.fromkeys(self.protect.get(perspective, ()), math.inf),
        }


def fingerprint_of(value: Any) -> str:
    """12 hex digits from a value that JSON can hold; the order of keys does not matter."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _check(recipe: Recipe) -> None:
    _check_numbers(recipe)
    _need(
        not (unknown := [p for p in recipe.perspectives if not is_known(p)]) and bool(recipe.perspectives),
        f"perspectives holds {unknown or 'nothing'}.",
        f"Choose from {', '.join(choices())}.",
    )
    _need(
        len(recipe.perspectives) <= MOST_VOTES,
        f"{len(recipe.perspectives)} perspectives are to vote.",
        f"Name at most {MOST_VOTES}.",
    )
    for key in ("tau", "tail_share", "at_most_each", *OF_ENTITIES, *LISTED):
        for p, value in getattr(recipe, key).items():
            _need(is_known(p), f"{key} names the perspective {p!r}.", f"Choose from {', '.join(choices())}.")
            if check := _CHECKS.get(key):
                check(p, value)
    if recipe.mixture is not None:
        named = recipe.mixture.perspective
        _need(is_known(named), f"The mixture names the perspective {named!r}.", f"Choose from {', '.join(choices())}.")
    _check_once(recipe)
    _check_apart(recipe)


def _check_numbers(recipe: Recipe) -> None:
    _need(_whole(recipe.seed) and 0 <= recipe.seed < 2**63, f"seed is {recipe.seed!r}.", "Give a whole number from 0.")
    _need(
        _whole(recipe.min_passes) and 0 <= recipe.min_passes <= max(len(PAPER_NAMES), len(recipe.perspectives)),
        f"min_passes is {recipe.min_passes!r}.",
        f"Give 0 (keep everything) to {max(len(PAPER_NAMES), len(recipe.perspectives))}.",
    )
    _need(_number(recipe.alpha) and 0 <= recipe.alpha <= 1, f"alpha is {recipe.alpha!r}.", "Give a share from 0 to 1.")
    _need(
        recipe.pass_rule in PASS_RULES, f"pass_rule is {recipe.pass_rule!r}.", f"Choose one of {', '.join(PASS_RULES)}."
    )
    _need(recipe.unread in UNREAD, f"unread is {recipe.unread!r}.", f"Choose one of {', '.join(UNREAD)}.")
    _need(_whole(recipe.repeat) and 1 <= recipe.repeat <= 3, f"repeat is {recipe.repeat!r}.", "Give 1, 2 or 3.")
    _need(
        _whole(recipe.epochs) and 1 <= recipe.epochs <= MOST_EPOCHS,
        f"epochs is {recipe.epochs!r}.",
        f"Give a whole number from 1 to {MOST_EPOCHS}.",
    )


def _check_tau(perspective: str, value: Any) -> None:
    _need(_number(value) and value >= 0, f"tau of {perspective} is {value!r}.", "Give a count from 0.")


def _check_share(perspective: str, value: Any) -> None:
    _need(_number(value) and 0 <= value <= 1, f"tail_share of {perspective} is {value!r}.", "Give a share from 0 to 1.")


def _check_own_tau(perspective: str, values: Mapping[str, Any]) -> None:
    for entity, value in values.items():
        _need(
            _number(value) and 0 < value < math.inf,
            f"own_tau of {entity!r} in {perspective} is {value!r}.",
            "Give a count above 0; `mute` and `protect` are for what never or always passes.",
        )


def _check_at_most(perspective: str, values: Mapping[str, Any]) -> None:
    for entity, value in values.items():
        _need(
            _whole(value) and 0 <= value < 2**63,
            f"at_most of {entity!r} in {perspective} is {value!r}.",
            "Give a whole number from 0.",
        )


def _check_at_most_each(perspective: str, value: Any) -> None:
    _need(
        _whole(value) and 0 <= value < 2**63,
        f"at_most_each of {perspective} is {value!r}.",
        "Give a whole number from 0; a cap of one entity is `at_most`.",
    )


def _check_list(perspective: str, names: Any) -> None:
    _need(
        isinstance(names, list | tuple) and all(isinstance(name, str) for name in names),
        f"A list of entities of {perspective} is {names!r}.",
        'Write the names in brackets: ["image", "photo"].',
    )


def _check_notes(perspective: str, notes: Any) -> None:
    _need(
        isinstance(notes, Mapping) and all(isinstance(note, str) for note in notes.values()),
        f"The notes of {perspective} are {notes!r}.",
        "Write entity = 'why' for each.",
    )


_CHECKS = {
    "tau": _check_tau,
    "tail_share": _check_share,
    "own_tau": _check_own_tau,
    "at_most": _check_at_most,
    "at_most_each": _check_at_most_each,
    "mute": _check_list,
    "protect": _check_list,
    "notes": _check_notes,
}


def _check_once(recipe: Recipe) -> None:
    """An entity is muted, protected or has its own τ, one of them."""
    for perspective in {p for key in ("mute", "protect", "own_tau") for p in getattr(recipe, key)}:
        seen: dict[str, str] = {}
        for key in ("mute", "protect", "own_tau"):
            for name in getattr(recipe, key).get(perspective, ()):
                _need(
                    name not in seen,
                    f"{name!r} of {perspective} stands in both {seen.get(name)} and {key}.",
                    "Leave it in one of them.",
                )
                seen[name] = key


def _check_apart(recipe: Recipe) -> None:
    """No instance is both excluded and protected."""
    both = np.intersect1d(positions_of(recipe.exclude), positions_of(recipe.protect_instances))
    _need(
        not len(both),
        f"Instances stand in both exclude and protect_instances: {ranges_text(both[:20])}.",
        "Leave each in one of them.",
    )


def _need(holds: bool, sentence: str, step: str) -> None:
    if not holds:
        raise AdrError(sentence, step)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and _within_float(value)


def _within_float(value: "int | float") -> bool:
    """Whether a number is one, and not too large for a float."""
    try:
        return not math.isnan(value)
    except OverflowError:
        return False


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
