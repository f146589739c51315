"""A small dataset with a tail, drawn, read and indexed, with a run and accepted candidates: for experiments."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace

# Kind → instances, each with a picture of its own. Positions follow this order: cats 0..39, dogs 40..63, harps 64..72,
# kites 73..77, drums 78..80.
KINDS = {"cat": 40, "dog": 24, "harp": 9, "kite": 5, "drum": 3}
TAU = 12
RECIPE = Recipe(name="twelve", seed=7, perspectives=("object",), tau={"object": TAU})


def draw(number: int, path: Path, size: int = 64) -> Path:
    """A picture that no other number has: blots of colour."""
    blots = np.random.default_rng([11, number]).integers(0, 256, (6, 6, 3)).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(blots).resize((size, size), Image.Resampling.BICUBIC).save(path)
    return path


def record(number: int, kind: str, image: str) -> dict[str, object]:
    """One LLaVA record with two questions."""
    said = [
        ("human", "<image>\nWhat is this?"),
        ("gpt", f"A {kind}."),
        ("human", f"Is there a {kind}?"),
        ("gpt", "Yes."),
    ]
    return {"id": str(number), "image": image, "conversations": [{"from": who, "value": text} for who, text in said]}


def kinds_in_order() -> list[str]:
    """The kind of each position."""
    return [kind for kind, count in KINDS.items() for _ in range(count)]


def proving_world(folder: Path) -> tuple[Store, Workspace]:
    """A workspace with the 81 instances, their index and run 1."""
    workspace = Workspace.at(folder / "work")
    records = [record(at, kind, f"{at}.png") for at, kind in enumerate(kinds_in_order())]
    for at in range(len(records)):
        draw(at, folder / "images" / f"{at}.png")
    (folder / "set.json").write_text(json.dumps(records))
    store = Store(workspace.database)
    ingest(store, folder / "set.json", folder / "images")
    index(store)
    rebalance(store, RECIPE)
    return store, workspace


def accept(
    store: Store, workspace: Workspace, slot: int, kind: str, parent: int, picture: int, judgement: str = "accept"
) -> str:
    """A candidate of plan 1 of this kind, with the picture of that number, and a verdict; returns its name."""
    name = f"p1-{slot:05d}-0"
    draw(picture, workspace.images / f"{name}.png")
    entity = store.value(
        "select entity from entity where perspective = perspective_number('object') and name = $1", [kind]
    )
    turns = [{"role": "human", "text": "<image>\nWhat is this?"}, {"role": "gpt", "text": f"A {kind}."}]
    with store.atomic() as writer:
        if not writer.value("select count(*) from plan"):
            writer.execute("insert into plan (plan, run, settings) values (1, 1, '{}')")
        writer.execute(
            """
            insert into candidate (candidate, plan, slot, alternative, chosen, entity, entities, parent, generator,
                                   image, turns, flags, score)
            values ($1, 1, $2, 0, true, $3, [$3], $4, 'text-to-image', $5, $6, [], 0.9)""",
            [name, slot, entity, parent, f"images/{name}.png", turns],
        )
        writer.execute("insert into verdict (candidate, reviewer, judgement) values ($1, 'ada', $2)", [name, judgement])
    return name
