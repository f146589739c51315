"""What each question asks about, by the extractor of the workspace's own index, and how often training has it.

The questions become instances of a store in memory, which is indexed as the workspace was: with the same extractor, and
with the names of the workspace's annotations among the objects. Each counts as speaking of a picture. An answer that is
yes, no or a letter names nothing and is left out; "no" would also deny the thing that the question asks about.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adr.index.index import index
from adr.index_needed import need_index
from adr.perspectives import PAPER_NAMES
from adr.progress import Progress, silent
from adr.store import Store
from adr.tail_eval.log import LogItem
from adr.tail_eval.scoring import is_letter, is_yes_or_no

_TURNS = pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())]))


@dataclass(frozen=True)
class AskedEntities:
    """The entities of one perspective in the questions: one row per item and entity."""

    item: npt.NDArray[np.int64]  # place of the item in the log
    entity: npt.NDArray[np.int64]  # place in `names`
    names: list[str]
    count: npt.NDArray[np.int64]  # per name: training instances that have it, 0 for none
    rank: npt.NDArray[np.int64]  # per name: 0 the commonest of training, −1 where training lacks it
    training: npt.NDArray[np.int64]  # counts of all entities of training, descending


def asked(store: Store, items: Sequence[LogItem], progress: Progress = silent) -> dict[str, AskedEntities]:
    """{perspective: what the items ask about}. AdrError when the workspace has no index."""
    need_index(store)
    texts, which = _distinct(items)
    memory = Store.memory()
    try:
        _fill(memory, store, texts)
        index(memory, progress=progress, **_options(store))
        return {perspective: _found(memory, store, perspective, which, len(texts)) for perspective in PAPER_NAMES}
    finally:
        memory.close()


Text = tuple[str, str, tuple[str, ...] | None]  # question, answer, annotated objects


def _distinct(items: Sequence[LogItem]) -> tuple[list[Text], npt.NDArray[np.int64]]:
    """(what differs, which of it each item is): benchmarks ask the same of many pictures."""
    numbers: dict[Text, int] = {}
    keys = [(item.question, _answer(item), item.objects) for item in items]
    which = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
    return list(numbers), which


def _answer(item: LogItem) -> str:
    if item.answer:
        return item.answer
    if is_yes_or_no(item.target) or is_letter(item.target) or item.target is None:
        return ""
    return item.target if isinstance(item.target, str) else max(item.target, key=item.target.count, default="")


def _fill(memory: Store, store: Store, texts: Sequence[Text]) -> None:
    """One instance per text, and behind them one that holds every annotated name of the workspace."""
    names = [name for (name,) in store.rows("select distinct object from annotation where object is not null")]
    turns = [
        [{"role": "human", "text": question}] + ([{"role": "gpt", "text": answer}] if answer else [])
        for question, answer, _ in texts
    ]
    objects = [(place, name) for place, (_, _, given) in enumerate(texts) for name in given or ()]
    objects += [(len(texts), name) for name in names]
    with memory.atomic() as writer:
        writer.insert(
            "instance",
            pa.table(
                {
                    "instance": pa.array(range(len(texts) + 1), pa.int32()),
                    "images": [["picture"]] * (len(texts) + 1),
                    "missing": pa.array([0] * (len(texts) + 1), pa.int32()),
                    "turns": pa.array([*turns, []], _TURNS),
                }
            ),
        )
        if objects:
            places, labels = zip(*objects, strict=True)
            writer.insert("annotation", pa.table({"instance": pa.array(places, pa.int32()), "object": list(labels)}))


def _options(store: Store) -> dict[str, Any]:
    """The options of the workspace's index, without the checker, which looks at pictures."""
    made = json.loads(store.value("select options from index_made") or "{}")
    kept = {name: made[name] for name in ("extractor", "spacy_model", "templates", "let_in", "merge") if made.get(name)}
    return {**kept, "objects": "auto"}


def _found(memory: Store, store: Store, perspective: str, which: npt.NDArray[np.int64], texts: int) -> AskedEntities:
    rows = memory.arrays(
        """
        select p.instance::bigint as text, p.entity::bigint as entity from posting p
        where p.perspective = perspective_number($1) and p.instance < $2 order by p.instance
        """,
        [perspective, texts],
    )
    own, entity = np.unique(np.asarray(rows["entity"], dtype=np.int64), return_inverse=True)
    names = dict(
        memory.rows("select entity, name from entity where perspective = perspective_number($1)", [perspective])
    )
    listed = [names[int(number)] for number in own]
    place, at = _spread(np.asarray(rows["text"], dtype=np.int64), which, texts)
    count, rank, training = _training(store, perspective, listed)
    return AskedEntities(place, entity.astype(np.int64)[at], listed, count, rank, training)


def _spread(
    text: npt.NDArray[np.int64], which: npt.NDArray[np.int64], texts: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(item, row of `text`) for every item with that text; `text` in ascending order."""
    starts = np.searchsorted(text, np.arange(texts + 1))
    lengths = np.diff(starts)[which]
    item = np.repeat(np.arange(len(which)), lengths)
    first = np.repeat(starts[which], lengths)
    within = np.arange(len(item)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return item, first + within


def _training(
    store: Store, perspective: str, names: Sequence[str]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(count, rank) of each name, and the counts of the whole perspective, descending."""
    every = store.arrays(
        "select entity, n from entity where perspective = perspective_number($1) order by n desc, entity", [perspective]
    )
    order = {int(entity): rank for rank, entity in enumerate(every["entity"])}
    known = dict(
        store.rows(
            "select name, entity from entity where perspective = perspective_number($1) "
            "and name in (select unnest($2::varchar[]))",
            [perspective, list(names)],
        )
    )
    counts = np.asarray(every["n"], dtype=np.int64)
    rank = np.array([order[int(known[name])] if name in known else -1 for name in names], dtype=np.int64)
    count = np.where(rank >= 0, counts[rank] if len(counts) else 0, 0).astype(np.int64)
    return count, rank, counts
