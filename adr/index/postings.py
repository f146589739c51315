"""Collected postings written as tables: every entity gets its number by count, then the postings follow in order.

Knows nothing of text. A collected posting is one int64 key, instance << 32 | number of a name. Batches are gone through
several times, one after another: what stays in memory grows with the names, not with the postings.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adr.draws import draw_key
from adr.index.co_occurrence import PairCounts, pairs
from adr.index.forms import Names
from adr.index.spill import Changed
from adr.store import Writer

LOW = np.int64(0xFFFFFFFF)


@dataclass
class Postings:
    """Postings of one perspective: the names and, per batch of instances, the sorted keys without repeats. The batches
    can be gone through as often as needed."""

    names: Names = field(default_factory=Names)
    batches: Iterable[np.ndarray] = field(default_factory=list)

    def counts(self) -> np.ndarray:
        """The number of instances per name, int64."""
        found = np.zeros(len(self.names), dtype=np.int64)
        for batch in self.batches:
            found += np.bincount(batch & LOW, minlength=len(found))
        return found


def ranked(names: Sequence[str], counts: np.ndarray, then: np.ndarray | None = None) -> np.ndarray:
    """The places of the names that are in any instance in the order of their ranks: most instances first, then by
    name, then by the numbers `then`, for names that are the same."""
    there = np.flatnonzero(counts)
    columns = {"n": counts, "name": pa.array(names, pa.string()), "then": counts if then is None else then}
    table = pa.table(columns).take(pa.array(there))
    order = pc.sort_indices(table, sort_keys=[("n", "descending"), ("name", "ascending"), ("then", "ascending")])
    found: np.ndarray = there[order.to_numpy()]
    return found


def write(writer: Writer, perspective: str, postings: Postings) -> tuple[int, Iterable[np.ndarray]]:
    """Writes the entities and postings of a perspective.

    Returns the number of postings, and the batches with entities in place of the numbers of names.
    """
    names, counts = postings.names.listed(), postings.counts()
    order = ranked(names, counts)
    entity = _place(writer, perspective, names, counts, order)
    batches = Changed(postings.batches, lambda batch: np.sort((batch & ~LOW) | entity[batch & LOW]))
    return _insert(writer, perspective, batches), batches


def write_pairs(writer: Writer, objects: Iterable[np.ndarray]) -> int:
    """Writes the entities and postings of co_occurrence, from the batches of object postings that `write` returned."""
    found = PairCounts()
    for batch in objects:
        found.add(_pairs(batch)[1])
    keys, counts = found.sorted()
    entity = _place_pairs(writer, keys, counts)
    return _insert(writer, "co_occurrence", Changed(objects, lambda batch: _placed(*_pairs(batch), keys, entity)))


def _pairs(objects: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return pairs((objects >> 32).astype(np.int32), (objects & LOW).astype(np.int32))


def _placed(instance: np.ndarray, key: np.ndarray, keys: np.ndarray, entity: np.ndarray) -> np.ndarray:
    """The sorted keys of postings, from pairs and the entity of each of `keys`."""
    coded = pa.array(key).dictionary_encode()
    found = entity[np.searchsorted(keys, coded.dictionary.to_numpy())]
    return np.sort(instance.astype(np.int64) << 32 | found[coded.indices.to_numpy(zero_copy_only=False)])


def _place_pairs(writer: Writer, keys: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Writes the entities of the pairs; returns the entity of each key, int64. A key is object << 32 | object."""
    objects = writer.rows(
        "select entity, name from entity where perspective = perspective_number('object') order by entity"
    )
    start = objects[0][0] if objects else 0
    names = [name for _, name in objects]
    by_name = np.empty(len(names), dtype=np.int64)  # each object's place in the alphabetical order of names
    by_name[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    one, other = (keys >> 32) - start, (keys & LOW) - start
    first = np.where(by_name[one] < by_name[other], one, other)
    second = one + other - first
    paired = [f"{names[a]} + {names[b]}" for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    order = ranked(paired, counts, by_name[first])
    objects_of = {"first": first[order] + start, "second": second[order] + start}
    return _place(writer, "co_occurrence", paired, counts, order, objects_of)


def _place(
    writer: Writer,
    perspective: str,
    names: Sequence[str],
    counts: np.ndarray,
    order: np.ndarray,
    more: dict[str, np.ndarray] | None = None,
) -> np.ndarray:
    """Writes the entities of a perspective, in this order of its names. Returns the entity of each name, int64."""
    before = int(writer.value("select coalesce(max(entity) + 1, 0) from entity"))
    number = int(writer.value("select perspective_number($1)", [perspective]))
    entity = np.full(len(names), -1, dtype=np.int64)
    entity[order] = before + np.arange(len(order))
    chosen = [names[place] for place in order.tolist()]
    keys = np.array([draw_key(perspective, name) for name in chosen], dtype=np.uint64)
    columns = {"entity": entity[order], "perspective": np.full(len(order), number, np.uint8), "n": counts[order]}
    table = pa.table({**columns, "name": pa.array(chosen, pa.string()), "draw_key": keys, **(more or {})})
    writer.insert("entity", table)
    return entity


def _insert(writer: Writer, perspective: str, batches: Iterable[np.ndarray]) -> int:
    written = 0
    for batch in batches:
        writer.register(
            "posted", pa.table({"instance": (batch >> 32).astype(np.int32), "entity": (batch & LOW).astype(np.int32)})
        )
        writer.execute("insert into posting select perspective_number($1), instance, entity from posted", [perspective])
        written += len(batch)
    return written
