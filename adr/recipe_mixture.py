"""The mixture of a recipe: which shares, or how many rows, the values of one perspective are to have.

A value, checked when it is made; as TOML and in words. Knows nothing of postings; docs/engine.md defines what it does.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from adr.errors import AdrError

KEYS = ("perspective", "shares", "sizes", "size", "repeat")
MOST_REPEATS = 40  # three copies by the keep rule, 40 times each, fit the int8 of a decision's copies
SLACK = 1e-9  # shares that sum to 1 to within this sum to 1
_SHOWN = 4
_LARGEST = 2**40


@dataclass(frozen=True)
class Mixture:
    """What each value of `perspective` is to have of what the keep rule and the caps keep.

    shares: {value: its share of all rows, 0..1}, in sum at most 1; values that are not named keep their proportions in
    what is left. size: how many rows there are to be in all, with shares; None: as many as possible. sizes: {value: its
    number of rows}, in place of shares; values that are not named keep all their rows. repeat: how often the rows of a
    value that lacks some may be used, 1..MOST_REPEATS.
    """

    perspective: str
    shares: Mapping[str, float] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    size: int | None = None
    repeat: int = 1

    def __post_init__(self) -> None:
        _check(self)
        object.__setattr__(self, "shares", MappingProxyType({v: float(s) for v, s in self.shares.items()}))
        object.__setattr__(self, "sizes", MappingProxyType(dict(self.sizes)))

    @property
    def named(self) -> tuple[str, ...]:
        """The values that it names."""
        return tuple(self.shares or self.sizes)

    @property
    def sums_to_one(self) -> bool:
        """Whether the named shares leave nothing to other values."""
        return math.fsum(self.shares.values()) >= 1 - SLACK

    def as_dict(self) -> dict[str, Any]:
        """Its keys in types of JSON and TOML, without those at their default."""
        said: dict[str, Any] = {"perspective": self.perspective}
        for key in ("shares", "sizes"):
            said |= {key: dict(getattr(self, key))} if getattr(self, key) else {}
        said |= {"size": self.size} if self.size is not None else {}
        return said | ({"repeat": self.repeat} if self.repeat != 1 else {})

    def in_words(self) -> str:
        """Part of a sentence: what the mixture asks for."""
        return words_of_mixture(self)


def mixture_of(said: Any, where: str) -> Mixture:
    """The mixture that a table with KEYS says; AdrError for another key or a value that does not fit."""
    if not isinstance(said, Mapping):
        raise AdrError(f"mixture in {where} is {said!r}.", "Write a table [rebalance.mixture].")
    if unknown := sorted(set(said) - set(KEYS)):
        raise AdrError(
            f"[rebalance.mixture] of {where} holds the unknown key {unknown[0]!r}.", f"Allowed are {', '.join(KEYS)}."
        )
    if "perspective" not in said:
        raise AdrError(
            f"[rebalance.mixture] of {where} names no perspective.", 'Add a line such as perspective = "object".'
        )
    return Mixture(**said)


def words_of_mixture(mixture: Mixture) -> str:
    """Part of a sentence: what the mixture asks for, the first few values named."""
    shares = [f"{value} {100 * share:.4g} %" for value, share in mixture.shares.items()]
    sizes = [f"{value} {size:,} rows" for value, size in mixture.sizes.items()]
    named = shares or sizes
    more = [f"{len(named) - _SHOWN:,} more"] if len(named) > _SHOWN else []
    others = [] if mixture.sizes or mixture.sums_to_one else ["others in proportion" if named else "all in proportion"]
    said = f"mixed by {mixture.perspective.replace('_', '-')}: {', '.join([*named[:_SHOWN], *more, *others])}"
    said += f", {mixture.size:,} rows in all" if mixture.size is not None else ""
    return said + (f", rows used up to {mixture.repeat} times where a value lacks some" if mixture.repeat > 1 else "")


def _check(mixture: Mixture) -> None:
    _need(
        isinstance(mixture.perspective, str),
        f"The perspective of the mixture is {mixture.perspective!r}.",
        "Write the name of one.",
    )
    _check_values("shares", mixture.shares)
    _check_values("sizes", mixture.sizes)
    _check_shares(mixture.shares)
    for value, size in mixture.sizes.items():
        _need(_whole(size, 0, _LARGEST), f"The size of {value!r} is {size!r}.", "Give a whole number of rows from 0.")
    _need(
        not (mixture.shares and mixture.sizes),
        "The mixture holds both shares and sizes.",
        "Give shares of the whole, or numbers of rows, not both.",
    )
    _need(
        bool(mixture.shares or mixture.sizes or mixture.size is not None),
        "The mixture says neither shares nor sizes.",
        'Name values, such as shares = { "what color" = 0.2 }, or give a size.',
    )
    _check_whole(mixture)


def _check_whole(mixture: Mixture) -> None:
    _need(
        mixture.size is None or _whole(mixture.size, 0, _LARGEST),
        f"The size of the mixture is {mixture.size!r}.",
        "Give a whole number of rows, or leave it out: then it is as large as possible.",
    )
    _need(
        mixture.size is None or not mixture.sizes,
        "The mixture holds both size and sizes.",
        "The sizes give its size; leave `size` out.",
    )
    _need(
        _whole(mixture.repeat, 1, MOST_REPEATS),
        f"repeat of the mixture is {mixture.repeat!r}.",
        f"Give a whole number from 1 to {MOST_REPEATS}.",
    )


def _check_values(key: str, said: Any) -> None:
    _need(
        isinstance(said, Mapping) and all(isinstance(value, str) for value in said),
        f"{key} of the mixture is {said!r}.",
        f'Write {key} = {{ "a value" = {"0.5" if key == "shares" else "500"} }}.',
    )


def _check_shares(shares: Mapping[str, Any]) -> None:
    for value, share in shares.items():
        fits = isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1
        _need(fits, f"The share of {value!r} is {share!r}.", "Give a share from 0 to 1.")
    total = math.fsum(shares.values())
    _need(total <= 1 + SLACK, f"The shares of the mixture sum to {total:.6g}.", "Lower some: they may sum to 1.")


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _need(holds: bool, sentence: str, step: str) -> None:
    if not holds:
        raise AdrError(sentence, step)
