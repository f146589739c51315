"""A recipe as a sentence for people."""

from collections.abc import Sequence

from adr.figures import counted, number_words
from adr.perspectives import CLUSTERED, described
from adr.recipe import Recipe
from adr.recipe_frozen import FrozenInstances, positions_of

_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}
_SHOWN = 3
"""Entities named of each kind; the others are counted."""


def words_of(recipe: Recipe) -> str:
    """One or two sentences that say what the recipe does."""
    said = [_rule(recipe), *_thresholds(recipe), *_entities(recipe)]
    if recipe.pass_rule == "mean":
        said.append("by the mean probability of its entities")
    if recipe.pass_rule == "mean_unclamped":
        said.append("by the mean of τ / n over its entities, not held to 1")
    if recipe.repeat > 1:
        said.append(f"rare instances up to {recipe.repeat} times")
    if recipe.unread == "drop" and recipe.min_passes:
        said.append("text that was not read counts as no entity")
    said += _apart("excluded", recipe.exclude) + _apart("always kept", recipe.protect_instances)
    if recipe.mixture:
        said.append(f"then {recipe.mixture.in_words()}")
    if recipe.epochs > 1:
        said.append(f"drawn anew for each of {recipe.epochs} epochs")
    return f"{'; '.join(said)}. Seed {recipe.seed}."


def _rule(recipe: Recipe) -> str:
    names = [described(p).called for p in recipe.perspectives]
    if recipe.min_passes <= 0:
        said = "Keeps every instance"
    elif len(names) == 1:
        said = f"Keeps an instance when the {names[0]} perspective passes"
    else:
        least = _NUMBERS.get(recipe.min_passes, str(recipe.min_passes))
        passes = "passes" if recipe.min_passes == 1 else "pass"
        said = f"Keeps an instance when at least {least} of {_listed(names)} {passes}"
    return said + (f", and then with probability {recipe.alpha:g}" if recipe.alpha < 1 else "")


def _thresholds(recipe: Recipe) -> list[str]:
    if recipe.min_passes <= 0:
        return []
    each = [
        f"{described(p).called} {number_words(recipe.tau[p], 6)}"
        if p in recipe.tau
        else f"{described(p).called} at a tail of {number_words(100 * recipe.share_for(p), 3)} %"
        for p in recipe.perspectives
    ]
    return [f"thresholds τ: {', '.join(each)}"]


def _entities(recipe: Recipe) -> list[str]:
    """What is set for single entities, a part per kind."""
    kinds = (
        ("at most", [f"{n:,} of {e}" for p in recipe.at_most for e, n in sorted(recipe.at_most[p].items())]),
        ("at most", [_each(p, most) for p, most in recipe.at_most_each.items()]),
        ("muted", [e for p in recipe.perspectives for e in recipe.mute.get(p, ())]),
        ("protected", [e for p in recipe.perspectives for e in recipe.protect.get(p, ())]),
        (
            "own τ",
            [
                f"{e} {number_words(value, 6)}"
                for p in recipe.perspectives
                for e, value in sorted(recipe.own_tau.get(p, {}).items())
            ],
        ),
    )
    return [f"{kind}: {_shortened(names)}" for kind, names in kinds if names]


def _apart(kind: str, parts: Sequence[FrozenInstances]) -> list[str]:
    """What is said of instances set apart, a part where there are any."""
    if not parts:
        return []
    words = _shortened([part.words for part in parts if part.words])
    return [f"{kind}: {counted(len(positions_of(parts)), 'instance')}" + (f" ({words})" if words else "")]


def _each(perspective: str, most: int) -> str:
    """What a cap on every entity of a perspective says."""
    row = described(perspective)
    return f"{most:,} of all {row.sentence}" if perspective in CLUSTERED else f"{most:,} of each {row.word}"


def _shortened(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
