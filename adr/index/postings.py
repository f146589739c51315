"""Collected postings written as tables: every entity gets its number by count, then the postings follow in order.

Knows nothing of text. A collected posting is one int64 key, instance << 32 | number of a name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from adr.draws import draw_key
from adr.index import co_occurrence
from adr.index.forms import Names
from adr.store import Writer

LOW = np.int64(0xFFFFFFFF)


@dataclass
class Postings:
    """Postings of one perspective: the names and, per batch of instances, the sorted keys without repeats."""

    names: Names = field(default_factory=Names)
    batches: list[np.ndarray] = field(default_factory=list)


def merged(batches: list[np.ndarray], more: np.ndarray, size: int) -> list[np.ndarray]:
    """The batches with more keys merged in, cut again after every `size` instances."""
    everything = np.concatenate([*batches, more])
    if not len(everything):
        return []
    everything.sort()
    return np.split(everything, np.searchsorted(everything >> 32, np.arange(size, int(everything[-1] >> 32) + 1, size)))


def write(writer: Writer, perspective: str, postings: Postings) -> tuple[int, list[np.ndarray]]:
    """Writes the entities and postings of a perspective.

    Returns the number of postings, and the batches with entities in place of the numbers of names.
    """
    names = postings.names.listed()
    counts = np.zeros(len(names), dtype=np.int64)
    for batch in postings.batches:
        counts += np.bincount(batch & LOW, minlength=len(names))
    keys = np.array([draw_key(perspective, name) for name in names], dtype=np.uint64)
    writer.register(
        "found",
        pa.table(
            {"number": np.arange(len(names)), "name": pa.array(names, pa.string()), "n": counts, "draw_key": keys}
        ),
    )
    writer.execute(
        """
        insert into entity (entity, perspective, name, n, draw_key)
        select (select coalesce(max(entity) + 1, 0) from entity) + row_number() over (order by n desc, name) - 1,
               perspective_number($1), name, n, draw_key
        from found where n > 0
    """,
        [perspective],
    )
    placed = writer.rows(
        "select number, entity from found join entity using (name) where perspective = perspective_number($1)",
        [perspective],
    )
    entity = np.full(len(names), -1, dtype=np.int64)
    for number, place in placed:
        entity[number] = place
    ranked = [np.sort((batch & ~LOW) | entity[batch & LOW]) for batch in postings.batches]
    return _insert(writer, perspective, ranked), ranked


def write_pairs(writer: Writer, objects: list[np.ndarray]) -> int:
    """Writes the entities and postings of co_occurrence, from the batches of object postings that `write` returned."""
    found = []
    for batch in objects:
        instance, key = co_occurrence.pairs((batch >> 32).astype(np.int32), (batch & LOW).astype(np.int32))
        coded = pa.array(key).dictionary_encode()
        found.append((instance, coded.indices.to_numpy(zero_copy_only=False), coded.dictionary.to_numpy()))
    keys = np.unique(np.concatenate([np.zeros(0, np.int64), *(distinct for _, _, distinct in found)]))
    places = [np.searchsorted(keys, distinct) for _, _, distinct in found]
    counts = np.zeros(len(keys), dtype=np.int64)
    for (_, code, distinct), place in zip(found, places, strict=True):
        counts[place] += np.bincount(code, minlength=len(distinct))
    entity = _place_pairs(writer, keys, counts)
    return _insert(
        writer,
        "co_occurrence",
        (
            np.sort(instance.astype(np.int64) << 32 | entity[place][code])
            for (instance, code, _), place in zip(found, places, strict=True)
        ),
    )


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
    writer.register(
        "found",
        pa.table(
            {
                "number": np.arange(len(keys)),
                "name": pa.array(paired, pa.string()),
                "n": counts,
                "draw_key": np.array([draw_key("co_occurrence", name) for name in paired], dtype=np.uint64),
                "first": first + start,
                "second": second + start,
            }
        ),
    )
    before = int(writer.value("select coalesce(max(entity) + 1, 0) from entity"))
    writer.execute(
        """
        insert into entity
        select $1 + row_number() over (order by n desc, name) - 1, perspective_number('co_occurrence'),
          name, n, draw_key, first, second
        from found
    """,
        [before],
    )
    order = writer.rows("select list(number order by n desc, name) from found")[0][0] or []
    entity = np.empty(len(keys), dtype=np.int64)
    entity[np.array(order, dtype=np.int64)] = before + np.arange(len(keys))
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
