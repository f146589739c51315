"""A small dataset written out by hand, and the ways to put such rows into a store."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from adr.draws import draw_key
from adr.perspectives import PAPER_NAMES
from adr.store import Store

# Six instances: position → (id as JSON text, images, turns). Number 3 is text only; the picture of 4 is not on disk.
INSTANCES: dict[int, tuple[str, list[str], list[tuple[str, str]]]] = {
    0: (
        "0",
        ["street.png"],
        [("human", "<image>\nWhat color is the bus?"), ("gpt", "The bus is red. Two cats and a dog watch it.")],
    ),
    1: ('"b"', ["sofa.png"], [("human", "<image>\nIs there a cat?"), ("gpt", "Yes, a cat sleeps on the sofa.")]),
    2: (
        '"b"',
        ["yard.png"],
        [("human", "<image>\nHow many cats are there?"), ("gpt", "One cat, and a dog with an accordion.")],
    ),
    3: ("7", [], [("human", "What is a <b>bus</b>?"), ("gpt", "A long car for many people.")]),
    4: ("8", ["gone.png"], [("human", "<image>\nDescribe the picture."), ("gpt", "A dog in a garden.")]),
    5: ("9", ["street.png"], [("human", "<image>\nWhat color is the dog?"), ("gpt", "The dog is brown.")]),
}
# perspective → entity → the instances that have it. Counts, from the head: cat 3, dog 4, bus 2, …
POSTINGS: dict[str, dict[str, list[int]]] = {
    "token": {
        "dog": [0, 2, 4, 5],
        "cat": [0, 1, 2],
        "bus": [0, 3],
        "color": [0, 5],
        "accordion": [2],
        "car": [3],
        "garden": [4],
        "people": [3],
        "picture": [4],
        "sofa": [1],
    },
    "object": {"dog": [0, 2, 4, 5], "cat": [0, 1, 2], "accordion": [2], "bus": [0], "sofa": [1]},
    "co_occurrence": {
        "cat + dog": [0, 2],
        "accordion + cat": [2],
        "accordion + dog": [2],
        "bus + cat": [0],
        "bus + dog": [0],
        "cat + sofa": [1],
    },
    "interrogation": {"what color": [0, 5], "be there": [1], "describe": [4], "how many": [2], "what be": [3]},
}


def write_instances(
    store: Store,
    instances: Mapping[int, tuple[str, Sequence[str], Sequence[tuple[str, str]]]],
    images: Path | None = None,
    missing: "set[int] | None" = None,
) -> None:
    """Fill `source` and `instance` as ingest would."""
    store.execute(
        "insert into source (path, images, form, layout, instances, rejected, warnings, ingested_at) "
        "values ('hand.json', $1, 'llava', 'array', $2, 0, '{}', timestamp '2026-01-01 12:00:00')",
        [str(images) if images else None, len(instances)],
    )
    with store.atomic() as writer:
        writer.insert(
            "instance",
            pd.DataFrame(
                [
                    {
                        "instance": number,
                        "id": own_id,
                        "images": list(names),
                        "missing": int(number in (missing or ())),
                        "turns": [{"role": role, "text": text} for role, text in turns],
                        "raw": "{}",
                    }
                    for number, (own_id, names, turns) in instances.items()
                ]
            ),
        )


def write_postings(store: Store, postings: Mapping[str, Mapping[str, Sequence[int]]]) -> None:
    """Fill `entity`, `posting` and `index_made` as index would, numbered as the schema says."""
    ordered = [
        (perspective, name)
        for perspective, entities in postings.items()
        for name in sorted(entities, key=lambda e: (-len(entities[e]), e))
    ]
    number = {key: i for i, key in enumerate(ordered)}
    pairs = {
        name: [number["object", part] for part in name.split(" + ")] if perspective == "co_occurrence" else [None, None]
        for perspective, name in ordered
    }
    rows = sorted(
        (PAPER_NAMES.index(perspective), instance, number[perspective, name])
        for perspective, entities in postings.items()
        for name, found in entities.items()
        for instance in found
    )
    assert max(Counter(rows).values(), default=1) == 1, "a posting stands twice"
    with store.atomic() as writer:
        writer.insert(
            "entity",
            pd.DataFrame(
                [
                    {
                        "entity": number[perspective, name],
                        "perspective": PAPER_NAMES.index(perspective),
                        "name": name,
                        "n": len(postings[perspective][name]),
                        "draw_key": draw_key(perspective, name),
                        "first": pairs[name][0],
                        "second": pairs[name][1],
                    }
                    for perspective, name in ordered
                ]
            ).astype({"draw_key": "uint64", "first": "Int32", "second": "Int32"}),
        )
        writer.insert("posting", pd.DataFrame(rows, columns=["perspective", "instance", "entity"]))
        writer.execute(
            "insert into index_made (extractor, objects_from, unread, seconds, indexed_at) "
            "values ('lexicon', 'annotations', 0, 0.1, timestamp '2026-01-01 12:01:00')"
        )
