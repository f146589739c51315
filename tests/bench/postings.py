"""Postings without text: drawn from the count tables that make_llava_like.py draws its words from, for benchmarks."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from adr.draws import draw_key
from adr.perspectives import PAPER_NAMES
from adr.store import Store
from adr.workspace import Workspace

# entities per instance: mean and spread (of the logarithm), close to what index finds in the made JSON
TOKENS, OBJECTS, QUESTIONS = (26, 0.6), (6.4, 0.5), (2.6, 0.6)
Pairs = tuple[np.ndarray, np.ndarray]


def draw_postings(workspace: str, instances: int, counts: str, seed: int = 0) -> None:
    """Fill a workspace with `instances` bare instances and their index."""
    rng = np.random.default_rng(seed)
    store = Store(Workspace.at(workspace).database)
    nouns, noun_odds = _table(Path(counts) / "lcs558k_lemmas.csv")
    things, thing_odds = _table(Path(counts) / "lvis_v1_train_images.csv")
    forms = 1 / np.arange(1, 1001) ** 1.3
    with store.atomic() as writer:
        writer.register(
            "drawn", pa.table({"instance": np.arange(instances, dtype=np.int32), "text": rng.random(instances) < 0.061})
        )
        writer.execute(
            "insert into instance (instance, images) "
            "select instance, case when text then [] else ['x.jpg'] end from drawn order by instance"
        )
    number = len(things)
    seen: list[Pairs] = []  # drawn for the objects, used again for their pairs

    def objects() -> Pairs:
        seen.append(_drawn(rng, instances, thing_odds, *OBJECTS))
        return seen[0]

    made: dict[str, tuple[Callable[[], Pairs], Callable[[int], str]]] = {
        "token": (lambda: _drawn(rng, instances, noun_odds, *TOKENS), lambda e: nouns[e]),
        "object": (objects, lambda e: things[e]),
        "co_occurrence": (
            lambda: _paired(*seen.pop(), number),
            lambda e: " + ".join(sorted((things[e // number], things[e % number]))),
        ),
        "interrogation": (
            lambda: _drawn(rng, instances, np.cumsum(forms / forms.sum()), *QUESTIONS),
            lambda e: f"question {e}",
        ),
    }
    first = 0
    for perspective in PAPER_NAMES:
        draw, name = made[perspective]
        first = _write(store, perspective, draw(), name, first)
    store.checkpoint()
    store.close()


def _table(path: Path) -> tuple[list[str], np.ndarray]:
    with path.open(newline="", encoding="utf-8") as rows:
        pairs = [(row["name"].replace("_", " "), float(row["count"])) for row in csv.DictReader(rows)]
    weights = np.array([count for _, count in pairs])
    return [name for name, _ in pairs], np.cumsum(weights / weights.sum())


def _drawn(rng: np.random.Generator, instances: int, odds: np.ndarray, mean: float, spread: float) -> Pairs:
    """(instance, entity) pairs, each once, ordered."""
    picks = np.clip(rng.lognormal(np.log(mean) - spread**2 / 2, spread, instances), 1, 80).astype(np.int64)
    instance = np.repeat(np.arange(instances, dtype=np.int64), picks)
    entity = np.minimum(np.searchsorted(odds, rng.random(len(instance))), len(odds) - 1)
    both = np.unique(instance * len(odds) + entity)
    return (both // len(odds)).astype(np.int32), both % len(odds)


def _paired(instance: np.ndarray, entity: np.ndarray, number: int) -> Pairs:
    """All unordered pairs of each instance's entities, as first · number + second."""
    instances, pairs = [], []
    for apart in range(1, int(np.bincount(instance).max())):
        at = np.flatnonzero(instance[apart:] == instance[:-apart])
        instances.append(instance[at])
        pairs.append(entity[at] * number + entity[at + apart])
    return np.concatenate(instances), np.concatenate(pairs)


def _write(store: Store, perspective: str, found: Pairs, name: Callable[[int], str], first: int) -> int:
    instance, entity = found
    values, places, n = np.unique(entity, return_inverse=True, return_counts=True)
    order = np.argsort(-n, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    ids = (rank[places] + first).astype(np.int32)
    del entity, places
    sorted_by = np.lexsort((ids, instance))
    names = [name(int(value)) for value in values[order]]
    with store.atomic() as writer:
        writer.register(
            "drawn",
            pa.table(
                {
                    "entity": np.arange(first, first + len(values), dtype=np.int32),
                    "name": names,
                    "n": n[order].astype(np.int32),
                    "key": np.array([draw_key(perspective, word) for word in names], dtype=np.uint64),
                }
            ),
        )
        writer.execute(
            "insert into entity (entity, perspective, name, n, draw_key) "
            "select entity, perspective_number($1), name, n, key from drawn",
            [perspective],
        )
        writer.register("pairs", pa.table({"instance": instance[sorted_by], "entity": ids[sorted_by]}))
        writer.execute("insert into posting select perspective_number($1), instance, entity from pairs", [perspective])
    return first + len(values)
