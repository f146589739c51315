"""Ten instances with a tail, written out, with an index and a run made by hand: what a plan starts from."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from adr.recipe import Recipe
from adr.store import Store
from adr.synthesize.plan import plan_folder, settings_of
from adr.synthesize.plan_file import candidate_seed

# instance → objects. Instance 7 shares its image with 8; 9 has no image; 5 was dropped by the run.
OBJECTS = {
    0: ["cat", "dog"],
    1: ["cat", "dog"],
    2: ["cat", "dog"],
    3: ["cat"],
    4: ["accordion", "cat"],
    5: ["accordion", "dog"],
    6: ["accordion", "kite"],
    7: ["kite"],
    8: ["cat"],
    9: ["kite"],
}
IMAGES = {i: [f"{i}.png"] for i in range(9)} | {8: ["7.png"], 9: []}
DROPPED = {5}
# n: cat 6, dog 4, accordion 3, kite 3; with τ = 4 the tail is accordion and kite.
IDS = {"cat": 0, "dog": 1, "accordion": 2, "kite": 3}
TAU = 4


def make_tail_world(store: Store, folder: Path, size: int = 64) -> Store:
    """Fill `store` with the ten instances, their objects as postings and run 1; draws their images into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(8):
        image = Image.new("RGB", (size, size), (30 * i, 90, 200 - 20 * i))
        image.paste((250, 240, 90), (size // 4, size // 4, size // 2 + 2 * i, size // 2 + i))
        image.save(folder / f"{i}.png")
    turns = {
        i: [
            {"role": "human", "text": ("<image>\n" if IMAGES[i] else "") + "What is here?"},
            {"role": "gpt", "text": f"There is a {' and a '.join(OBJECTS[i])}."},
        ]
        for i in range(10)
    }
    names = sorted(IDS, key=IDS.__getitem__)
    recipe = Recipe(min_passes=1, perspectives=("object",), tau={"object": TAU})
    with store.atomic() as writer:
        writer.execute("insert into source (path, images) values ($1, $2)", [str(folder / "source.json"), str(folder)])
        writer.insert(
            "instance",
            pd.DataFrame(
                {
                    "instance": list(range(10)),
                    "images": [IMAGES[i] for i in range(10)],
                    "missing": [0] * 10,
                    "turns": [turns[i] for i in range(10)],
                }
            ),
        )
        writer.insert(
            "entity",
            pd.DataFrame(
                {
                    "entity": range(4),
                    "perspective": [1] * 4,
                    "name": names,
                    "n": [sum(name in OBJECTS[i] for i in range(10)) for name in names],
                }
            ),
        )
        writer.insert(
            "posting",
            pd.DataFrame(
                [(1, i, IDS[name]) for i in range(10) for name in sorted(OBJECTS[i], key=IDS.__getitem__)],
                columns=["perspective", "instance", "entity"],
            ),
        )
        writer.execute(
            "insert into run (run, name, recipe, kept, dropped, report) values (1, 'ten', $1, 9, 1, $2)",
            [recipe.to_toml(), json.dumps({"perspectives": {"object": {"tau": TAU}}})],
        )
        writer.insert(
            "decision",
            pd.DataFrame({"run": [1] * 10, "instance": range(10), "kept": [i not in DROPPED for i in range(10)]}),
        )
    return store


def sidecar(store, workspace, slot, alternative, plan=1, image=b"png"):
    """The record of a finished candidate as a worker would have written it, with a picture of these bytes."""
    folder = plan_folder(workspace, plan)
    entity, name, entities, parent, prompt = store.rows(
        "select entity, e.name, s.entities, s.parent, s.prompt from slot s join entity e using (entity) "
        "where s.plan = $1 and s.slot = $2",
        [plan, slot],
    )[0]
    return {
        "candidate": f"p{plan}-{slot:05d}-{alternative}",
        "image": f"{slot:05d}-{alternative}.png",
        "plan": plan,
        "identity": folder.identity(),
        "slot": slot,
        "alternative": alternative,
        "entity": entity,
        "name": name,
        "entities": entities,
        "parent": parent,
        "generator": "text-to-image",
        "model": "m",
        "seed": candidate_seed(settings_of(store, plan).seed, slot, alternative),
        "prompt": prompt,
        "negative_prompt": "",
        "parameters": {"steps": 10},
        "sha256": hashlib.sha256(image).hexdigest(),
        "turns": [],
        "caption": "",
        "conversation_by": "template",
        "conversation_fault": None,
        "scorer": "clip",
        "parent_score": 0.5,
        "score": 0.5,
        "flags": [],
        "seconds": 2.0,
        "perceptual_hash": f"{(slot * 2 + alternative) * 0x1111111111:016x}",
    }


def by_hand(store, workspace, scores, failed=(), image=b"png"):
    """Candidates of plan 1 as a worker would have written them: {(slot, alternative): (score, fault, vector)}.

    image: the bytes of all pictures."""
    folder = plan_folder(workspace, 1)
    for key, (score, fault, vector) in scores.items():
        folder.image(*key).write_bytes(image)
        np.save(folder.embedding(*key), np.array(vector, np.float32))
        made = sidecar(store, workspace, *key, image=image) | {"score": score, "conversation_fault": fault}
        folder.sidecar(*key).write_text(json.dumps(made))
    for slot, alternative, reason in failed:
        folder.failure(slot, alternative).write_text(
            json.dumps({"slot": slot, "alternative": alternative, "reason": reason, "detail": ""})
        )
