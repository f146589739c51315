"""What the rebalance tests share: little datasets written into a store, and the definition as a plain loop."""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pandas as pd
from hypothesis import strategies as st

from adr.perspectives import PAPER_NAMES
from adr.recipe import Recipe
from adr.recipe_frozen import FrozenInstances
from adr.store import Store

WORD = (1 << 64) - 1
Rows = Sequence[Mapping[str, Sequence[str]]]  # one instance: {perspective: its entities}

ZOO = [  # ten instances; "animal" is the head of object, "zebra" its tail
    {"token": ["animal", "grass"], "object": ["cat"], "interrogation": ["what color"]},
    {"token": ["animal", "tree"], "object": ["cat", "dog"], "co_occurrence": ["cat + dog"]},
    {"token": ["animal"], "object": ["cat"], "interrogation": ["what color"]},
    {"token": ["animal", "grass"], "object": ["dog"], "interrogation": ["how many"]},
    {"token": ["animal"], "object": ["zebra", "cat"], "co_occurrence": ["cat + zebra"]},
    {"token": ["animal"], "object": ["cat"], "interrogation": ["what color"]},
    {"token": ["poem"], "interrogation": ["describe"]},
    {},
    {"token": ["animal", "sky"], "object": ["cat", "dog"], "co_occurrence": ["cat + dog"]},
    {"token": ["animal"], "object": ["cat"], "interrogation": ["what color"]},
]
TAU = {"token": 2.0, "object": 1.5, "co_occurrence": 1.0, "interrogation": 1.0}

_TABLES = ("instance", "entity", "posting", "run", "decision", "critical_tau", "over_cap", "over_share", "epoch_kept")
AGAIN = Store.memory()  # for the many examples of Hypothesis
names = st.sampled_from("abcdefgh")
instance = st.fixed_dictionaries({}, optional={p: st.lists(names, max_size=5) for p in PAPER_NAMES})
limits = st.one_of(st.sampled_from([0.0, 1.0, 2.0, 3.0, math.inf]), st.floats(0, 12))


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Any recipe; of each perspective some entities are muted, protected or have their own τ, and some are capped."""
    apart = {
        p: draw(st.dictionaries(names, st.sampled_from(["mute", "protect", "own_tau"]), max_size=3))
        for p in PAPER_NAMES
    }
    return Recipe(
        seed=draw(st.integers(0, 2**63 - 1)),
        min_passes=draw(st.integers(0, 4)),
        alpha=draw(st.sampled_from([1.0, 0.0, 0.5, 0.9])),
        perspectives=tuple(draw(st.sets(st.sampled_from(PAPER_NAMES), min_size=1))),
        pass_rule=draw(st.sampled_from(["any", "mean", "mean_unclamped"])),
        repeat=draw(st.integers(1, 3)),
        tau={p: draw(limits) for p in PAPER_NAMES},
        mute={p: [e for e, how in apart[p].items() if how == "mute"] for p in PAPER_NAMES},
        protect={p: [e for e, how in apart[p].items() if how == "protect"] for p in PAPER_NAMES},
        own_tau={
            p: {e: draw(st.floats(0.1, 12)) for e, how in apart[p].items() if how == "own_tau"} for p in PAPER_NAMES
        },
        at_most={p: draw(st.dictionaries(names, st.integers(0, 8), max_size=2)) for p in PAPER_NAMES},
        at_most_each=draw(st.dictionaries(st.sampled_from(PAPER_NAMES), st.integers(0, 4), max_size=2)),
    )


def key_of(perspective: str, name: str) -> int:
    digest = hashlib.blake2b(f"{perspective}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def draw_of(seed: int, perspective: str, name: str, instance: int) -> float:
    start = mix((seed + 0x9E3779B97F4A7C15) & WORD)
    x = mix(mix((key_of(perspective, name) + start + (instance + 1) * 0x9E3779B97F4A7C15) & WORD))
    return (x >> 11) * 2.0**-53


def counts_of(rows: Rows) -> dict[str, Counter[str]]:
    return {p: Counter(e for row in rows for e in set(row.get(p, ()))) for p in PAPER_NAMES}


def fill(
    rows: Rows, *, positions: Sequence[int] | None = None, text_only: Sequence[int] = (), into: Store | None = None
) -> Store:
    """A store in memory with these instances and their index; positions: their places in the source.

    into: a store to use again (a new one costs more than all the rest), emptied first.
    """
    store = into or Store.memory()
    positions = list(range(len(rows))) if positions is None else list(positions)
    entities, ids = [], {}
    for perspective, counts in counts_of(rows).items():
        for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            ids[perspective, name] = len(entities)
            entities.append((len(entities), PAPER_NAMES.index(perspective), name, n, key_of(perspective, name)))
    postings = sorted(
        (PAPER_NAMES.index(p), position, ids[p, e])
        for position, row in zip(positions, rows, strict=True)
        for p in PAPER_NAMES
        for e in set(row.get(p, ()))
    )
    with store.atomic() as writer:
        for table in _TABLES if into else ():
            writer.execute(f"delete from {table}")
        writer.insert(
            "instance",
            pd.DataFrame(
                {"instance": positions, "images": [[] if p in text_only else [f"{p}.jpg"] for p in positions]}
            ),
        )
        if entities:
            frame = pd.DataFrame(entities, columns=["entity", "perspective", "name", "n", "draw_key"])
            writer.insert("entity", frame.astype({"draw_key": "uint64"}))
            writer.insert("posting", pd.DataFrame(postings, columns=["perspective", "instance", "entity"]))
    return store


def by_definition(
    rows: Rows, recipe: Recipe, tau: Mapping[str, float], positions: Sequence[int] | None = None
) -> list[int]:
    """Copies of each instance (0 dropped) by the definition: the keep rule instance by instance, then the caps.

    Excluded instances are as if they were not there; protected ones pass, come first in the order of caps, by their
    draw, and stay.
    """
    positions = list(range(len(rows))) if positions is None else list(positions)
    excluded, protected = ({n for part in parts for n in part.numbers.tolist()} for parts in apart_of(recipe))
    rows = [{} if position in excluded else row for position, row in zip(positions, rows, strict=True)]
    counts = counts_of(rows)
    passing = replace(recipe, min_passes=0, alpha=1.0)
    copies = [
        0
        if position in excluded
        else by_keep_rule(row, position, passing if position in protected else recipe, tau, counts)
        for position, row in zip(positions, rows, strict=True)
    ]
    order = [
        (
            position not in protected,
            0 if position in protected else -holds(row, recipe, tau, counts),
            draw_of(recipe.seed, "at_most", "", position),
            position,
        )
        for position, row in zip(positions, rows, strict=True)
    ]
    left = list(copies)
    for perspective in PAPER_NAMES:
        for entity, most in bounds_of(recipe, perspective, counts).items():
            having = [i for i, row in enumerate(rows) if entity in row.get(perspective, ()) and copies[i]]
            for i in having:
                before = sum(copies[o] for o in having if order[o] < order[i])
                left[i] = min(left[i], max(0, min(copies[i], most - before)))
    return [max(left[i], position in protected) for i, position in enumerate(positions)]


def apart_of(recipe: Recipe) -> tuple[Sequence[FrozenInstances], Sequence[FrozenInstances]]:
    """What the recipe excludes and what it protects."""
    return recipe.exclude, recipe.protect_instances


def bounds_of(recipe: Recipe, perspective: str, counts: Mapping[str, Counter[str]]) -> dict[str, int]:
    """The cap of every entity that has one: that of each, unless it has its own."""
    each = recipe.at_most_each.get(perspective)
    every = {} if each is None else dict.fromkeys(counts[perspective], each)
    return {**every, **recipe.at_most.get(perspective, {})}


def holds(
    row: Mapping[str, Sequence[str]], recipe: Recipe, tau: Mapping[str, float], counts: Mapping[str, Counter[str]]
) -> int:
    """In how many of the recipe's perspectives the instance holds a tail entity or a protected one."""
    return sum(
        any(counts[p][e] < tau[p] or e in recipe.protect.get(p, ()) for e in row.get(p, ()))
        for p in recipe.perspectives
    )


def by_keep_rule(
    row: Mapping[str, Sequence[str]],
    position: int,
    recipe: Recipe,
    tau: Mapping[str, float],
    counts: Mapping[str, Counter[str]],
) -> int:
    """Copies of one instance before caps, one perspective and entity after the other."""
    passes, rarest = 0, Fraction(0)
    for perspective in recipe.perspectives:
        own = recipe.limits(perspective)
        passed, probabilities, ratios = False, [], []
        for entity in sorted(set(row.get(perspective, ())), key=lambda e: (-counts[perspective][e], e)):
            n, limit = counts[perspective][entity], own.get(entity, tau[perspective])
            passed |= draw_of(recipe.seed, perspective, entity, position) * n < limit
            probabilities.append(min(1.0, limit / n))
            ratios.append(limit / n)
            rarest = max(rarest, Fraction(10**9) if math.isinf(limit) else Fraction(limit) / n)
        if recipe.pass_rule == "mean":
            mean = sum(probabilities) / len(probabilities) if probabilities else 0.0
            passed = draw_of(recipe.seed, perspective, "", position) < mean
        if recipe.pass_rule == "mean_unclamped":
            mean = sum(ratios) / len(ratios) if ratios else 0.0
            passed = draw_of(recipe.seed, perspective, "", position) < mean
        passes += passed
    kept = passes >= recipe.min_passes and draw_of(recipe.seed, "alpha", "", position) < recipe.alpha
    repeats = 3 if rarest >= 9 else 2 if rarest >= 4 else 1
    return min(recipe.repeat, repeats) if kept else 0
