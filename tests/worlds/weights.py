"""A run with a mixture over ten literal rows: six with a cup, three with a harp, one with neither."""

import json

from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from tests.worlds.export import draw_images, fill

VALUES = {"cup": range(6), "harp": range(6, 9)}


def raw(n):
    """The record of row n: those of cups and harps have a picture."""
    named = {"image": "a/0.png"} if n < 9 else {}
    asked = ("<image>\n" if n < 9 else "") + f"What is number {n}?"
    talk = [{"from": "human", "value": asked}, {"from": "gpt", "value": f"It is {n}."}]
    return json.dumps({"id": n, **named, "conversations": talk})


def mixed(store: Store, folder, mixture, rows=10, **more):
    """Write the rows and a run that keeps all of them but for its mixture; returns the run's report."""
    images = folder / "pictures" if (folder / "pictures").exists() else draw_images(folder / "pictures")
    fill(store, [raw(n) for n in range(rows)], images=images)
    with store.atomic() as writer:
        writer.execute("delete from run")
        writer.execute("delete from decision")
        for entity, (name, where) in enumerate(VALUES.items()):
            writer.execute(
                "insert into entity (entity, perspective, name, n, draw_key) values ($1, 1, $2, $3, 1)",
                [entity, name, len(where)],
            )
            for instance in where:
                writer.execute("insert into posting values (1, $1, $2)", [instance, entity])
        writer.execute("insert into index_made (extractor, objects_from, fingerprint) values ('lexicon', 'text', 'i')")
    return rebalance(store, Recipe(min_passes=0, mixture=mixture, **more))
