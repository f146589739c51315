"""A dataset with a tail and a second set of real rows, written to disk: what the tests of the reservoir read."""

import json
from pathlib import Path

from PIL import Image

from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store

# Position → (picture, object): cats are common, one accordion and one harp are rare.
DATASET = [("a0.png", "cat"), ("a1.png", "cat"), ("a2.png", "cat"), ("a3.png", "accordion"), ("a4.png", "harp")]
# Row 0 is a3.png of the dataset under another name; row 2 shows what is common already; rows 1 and 3 are new; row 4 has
# the picture of row 3 and more to say; row 5 has no picture on disk; row 6 repeats row 1.
RESERVOIR = [
    ("b/copy.png", "accordion"),
    ("b/1.jpg", "accordion"),
    ("b/2.png", "cat"),
    ("b/3.png", "harp"),
    ("b/3.png", "harp and an accordion"),
    ("b/gone.png", "harp"),
    ("b/1.jpg", "accordion"),
]


def record(number: int, image: str, shown: str) -> dict:
    """A LLaVA record about a picture, with a key that no program knows."""
    return {
        "id": f"r{number}",
        "image": image,
        "licence": "CC0",
        "conversations": [
            {"from": "human", "value": "<image>\nWhat is in the picture?"},
            {"from": "gpt", "value": f"The picture shows a {shown}."},
        ],
    }


def picture(folder: Path, name: str, shade: int) -> None:
    """A picture unlike the others: a bright block on a ground of its own."""
    image = Image.new("RGB", (64, 64), (20 + shade, 90, 220 - shade))
    image.paste((250, 240, 90), (shade % 40, 10, shade % 40 + 20, 30 + shade % 30))
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    image.save(folder / name)


def make_sets(folder: Path) -> tuple[Path, Path]:
    """Write both sets with their pictures below `folder`; returns the paths of their files."""
    for number, (name, _) in enumerate(DATASET):
        picture(folder / "pictures", name, 17 * number)
    for number, name in enumerate(("b/1.jpg", "b/2.png", "b/3.png")):
        picture(folder / "more", name, 120 + 29 * number)
    (folder / "more" / "b" / "copy.png").write_bytes((folder / "pictures" / "a3.png").read_bytes())
    paths = folder / "dataset.json", folder / "more.json"
    for path, rows in zip(paths, (DATASET, RESERVOIR), strict=True):
        path.write_text(json.dumps([record(n, image, shown) for n, (image, shown) in enumerate(rows)]))
    return paths


def make_run(store: Store, folder: Path) -> tuple[Path, Path]:
    """Both sets below `folder`, the first one read, indexed and rebalanced as run 1, which keeps all of it: objects
    with fewer than three instances are its tail. Returns the paths of both files."""
    paths = make_sets(folder)
    ingest(store, paths[0], folder / "pictures")
    index(store)
    rebalance(store, Recipe(perspectives=("object",), tau={"object": 3}, min_passes=0))
    return paths
