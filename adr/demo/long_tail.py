"""The demo world thinned to a long tail: most kinds of things keep few pictures, some none.

Of 80 kinds 19 stay as they are, 15 keep 20 to 99 pictures, 42 keep 1 to 19 (5 of them one, 9 two or three, 15 four to
seven, 13 eight to nineteen), and 4 keep none. Knows nothing about workspaces or the database.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adr.demo.habitats import RANKS
from adr.demo.world import WorldReport, draw_world
from adr.files import write_whole
from adr.progress import Progress, silent

INSTANCES = 4900
UNSEEN, MIDDLE = 4, 15
TAIL = (*range(19, 6, -1), *([7, 6, 6, 5, 5] * 3), *([3] * 5), *([2] * 4), *([1] * 5))
"""Pictures that each kind of the tail may keep, the commonest kind first."""


def tail_kinds() -> tuple[str, ...]:
    """The kinds that keep 1 to 19 pictures, the commonest first."""
    return RANKS[-len(TAIL) - UNSEEN : -UNSEEN]


def at_most() -> dict[str, int]:
    """{kind: pictures it may keep} for all but the commonest kinds."""
    middle = RANKS[-len(TAIL) - UNSEEN - MIDDLE : -len(TAIL) - UNSEEN]
    bounds = dict(zip(tail_kinds(), TAIL, strict=True)) | dict.fromkeys(RANKS[-UNSEEN:], 0)
    return bounds | {kind: round(99 - 79 * n / (MIDDLE - 1)) for n, kind in enumerate(middle)}


def thinned(records: Sequence[Mapping[str, Any]], things: Mapping[str, Sequence[str]]) -> list[Mapping[str, Any]]:
    """The records, in order, that take no kind beyond its bound; things: the kinds in each picture."""
    left = Counter(at_most())
    bounded = set(left)
    kept = []
    for record in records:
        own = bounded & set(things.get(str(record.get("image")), ()))
        if all(left[kind] > 0 for kind in own):
            left.subtract(own)
            kept.append(record)
    return kept


def draw_long_tail(
    folder: Path, seed: int, instances: int = INSTANCES, progress: Progress = silent
) -> tuple[WorldReport, Path]:
    """Draw the world `seed` into `folder` and thin it; returns what was drawn and the JSON of the records that stay.

    Errors as `draw_world` raises them. The pictures of the other records stay in the folder.
    """
    report = draw_world(folder, instances, seed, progress)
    lines = report.objects.read_text(encoding="utf-8").splitlines()
    things = {row["image"]: row["objects"] for row in map(json.loads, lines)}
    records = thinned(json.loads(report.dataset.read_text(encoding="utf-8")), things)
    left = folder / "thinned.json"
    write_whole(left, json.dumps(records, ensure_ascii=False).encode())
    return report, left
