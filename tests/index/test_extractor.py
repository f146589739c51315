"""The extractor on batches that are written out: no store anywhere."""

import numpy as np
import pyarrow as pa

from adr.index.extractor import Extractor, ReadBatch, TurnBatch
from adr.index.lexicon import Lexicon
from adr.index.options import IndexOptions

FIELDS = ("instance", "human", "text", "with_image", "source")
TURNS = [
    (4, True, "What color is the bus?", True, 0),
    (4, False, "Red. A dog waits.", True, 0),
    (6, True, "Is there a zebra?", True, 0),
    (6, False, "No, a couch.", True, 0),
    (7, True, "What is a bus?", False, 0),
]


def batch(rows: list[tuple[int, bool, str, bool, int]], annotations: list[tuple[int, str | None]]) -> TurnBatch:
    columns = dict(zip(FIELDS, zip(*rows, strict=True), strict=True))
    table = pa.table({name: pa.array(columns[name]) for name in FIELDS})
    instance, label = [one for one, _ in annotations], [label for _, label in annotations]
    said = pa.table({"instance": pa.array(instance, pa.int32()), "object": pa.array(label, pa.string())})
    return TurnBatch(len({row[0] for row in rows}), table, said)


def named(extractor: Extractor, part: ReadBatch, perspective: str) -> list[tuple[int, str]]:
    names = extractor.names[perspective].listed()
    return sorted((int(key >> 32), names[key & 0xFFFFFFFF]) for key in part.keys[perspective])


def test_read__names_by_instance() -> None:
    extractor = Extractor(Lexicon.english(), {}, IndexOptions())
    part = extractor.read(batch(TURNS, [(4, "ignored without labels")]))
    assert named(extractor, part, "object") == [(4, "bus"), (4, "dog"), (6, "sofa")]
    assert named(extractor, part, "token") == [
        *[(4, "bus"), (4, "color"), (4, "dog")],
        *[(6, "couch"), (6, "zebra")],
        (7, "bus"),
    ]
    assert named(extractor, part, "interrogation") == [(4, "what color"), (6, "be there"), (7, "what")]
    assert (part.instances, extractor.objects_from, part.of_template.tolist()) == (3, "text", [])
    extractor.close()


def test_read__annotations_stand_for_the_objects_of_their_instances() -> None:
    """Instance 6 has an annotation without a label: the text names no object of it either. Instance 5 has no turns."""
    extractor = Extractor(Lexicon.english(), {"Fire_truck": "fire truck"}, IndexOptions())
    part = extractor.read(batch(TURNS, [(5, "Fire_truck"), (6, None), (5, "Fire_truck")]))
    assert named(extractor, part, "object") == [(4, "bus"), (4, "dog"), (5, "fire truck")]
    assert extractor.objects_from == "annotations, else text"
    extractor.close()


def test_parts__batches_in_order() -> None:
    extractor = Extractor(Lexicon.english(), {}, IndexOptions())
    parts = list(extractor.parts(batch(TURNS[at : at + 1], []) for at in range(5)))
    assert [np.unique(part.keys["token"] >> 32).tolist() for part in parts] == [[4], [4], [6], [6], [7]]
    extractor.close()
