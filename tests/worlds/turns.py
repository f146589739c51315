"""A store of instances with one picture each, from their turns written out."""

import pyarrow as pa

from adr.store import Store


def store_with(instances: list[list[tuple[str, str]]]) -> Store:
    """A store with an instance per list of (role, text)."""
    store = Store.memory()
    talk = pa.list_(pa.struct([("role", pa.string()), ("text", pa.string())]))
    turns = [[{"role": role, "text": text} for role, text in each] for each in instances]
    with store.atomic() as writer:
        writer.insert(
            "instance",
            pa.table(
                {
                    "instance": pa.array(range(len(instances)), pa.int32()),
                    "images": pa.array([["a.jpg"]] * len(instances), pa.list_(pa.string())),
                    "turns": pa.array(turns, talk),
                }
            ),
        )
    return store
