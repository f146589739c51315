"""Writes the demo world: a LLaVA-style JSON, its pictures, and which things are in them.

Every instance is drawn from (seed, position) alone, so the files are the same however many processes share the work.
Knows nothing about workspaces or the database.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from adr.demo.conversations import chat, converse
from adr.demo.habitats import draw_contents
from adr.demo.scene import Scene, draw_scene
from adr.demo.wording import kinds
from adr.errors import AdrError
from adr.files import whole_folder
from adr.process import Command, Event, exit_status, relay, tell
from adr.progress import Progress, silent

TEXT_ONLY, REPEATED_ID, INT_ID = 0.06, 0.012, 0.05
JPEG_QUALITY = 90
WORKERS, SMALL = max(2, min(os.cpu_count() or 2, 8)), 200
_STEP = 10  # a worker process reports after this many instances


@dataclass(frozen=True)
class WorldReport:
    """What was written: counts of instances, pictures, text-only rows, repeated ids, and the seconds it took."""

    folder: Path
    instances: int
    images: int
    text_only: int
    repeated_ids: int
    things: dict[str, int] = field(repr=False)
    seconds: float = 0.0

    @property
    def dataset(self) -> Path:
        """The LLaVA JSON array."""
        return self.folder / "demo.json"

    @property
    def objects(self) -> Path:
        """The sidecar: for each picture the kinds of thing in it, one JSON object a line."""
        return self.folder / "objects.jsonl"

    @property
    def image_folder(self) -> Path:
        """The folder that the records' `image` is relative to."""
        return self.folder / "images"


@dataclass(frozen=True)
class Drawn:
    """One instance: its record, and its scene unless it is text only; `fresh` if the picture is its own."""

    record: dict[str, Any]
    scene: Scene | None
    fresh: bool


def draw_instance(seed: int, position: int) -> Drawn:
    """The instance at `position` of the world `seed`; one in eighty repeats the id and picture of an earlier one."""
    rng = np.random.default_rng([seed, position, 0])
    form, twin = float(rng.random()), position - 1 - int(rng.integers(20))
    if form < TEXT_ONLY:
        identity = _identity(seed, position)
        return Drawn({"id": identity, "model": "", "conversations": chat(rng)}, None, False)
    if form < TEXT_ONLY + REPEATED_ID and twin >= 0 and _has_image(seed, twin):
        scene, source, fresh = _scene(seed, twin), twin, False
    else:
        scene, source, fresh = _scene(seed, position), position, True
    record = {"id": _identity(seed, source), "image": f"{source:06d}.jpg", "conversations": converse(scene, rng)}
    return Drawn(record, scene, fresh)


def draw_world(
    folder: Path, instances: int = 3000, seed: int = 0, progress: Progress = silent, workers: int | None = None
) -> WorldReport:
    """Draws `instances` of the world `seed` into `folder`: demo.json, images/, objects.jsonl.

    The folder is written whole or not at all, and replaces an earlier demo world. Small worlds are drawn in this
    process, larger ones by `workers` others. Raises `AdrError` for a number below 1, or where something else is in the
    way; whatever `progress` raises goes through, and then nothing is left behind.
    """
    if instances < 1:
        raise AdrError(f"A demo world needs at least 1 instance, not {instances}.", "Give --instances 3000, say.")
    if folder.exists() and any(folder.iterdir()) and not (folder / "demo.json").exists():
        raise AdrError(f"{folder} holds something else than a demo world.", "Name an empty or a new folder.")
    started = time.monotonic()
    workers = (1 if instances <= SMALL else WORKERS) if workers is None else max(1, workers)
    with whole_folder(folder) as draft:
        (draft / "images").mkdir()
        bounds = [instances * k // workers for k in range(workers + 1)]
        if workers == 1:
            for done in _draw_part(draft, seed, 0, instances):
                progress(done, instances, "Drawing the demo world")
        else:
            _draw_in_processes(draft, seed, bounds, progress)
        report = _join(folder, draft, bounds[:-1], instances)
    return WorldReport(**{**report.__dict__, "seconds": time.monotonic() - started})


# -- one instance --------------------------------------------------------------------------------------------------


def _identity(seed: int, position: int) -> str | int:
    """Mostly twelve digits as in LLaVA, sometimes a number, sometimes a name."""
    draw = float(np.random.default_rng([seed, position, 1]).random())
    if draw < INT_ID:
        return position
    return f"demo/{position}" if draw < INT_ID + 0.03 else f"{position:012d}"


def _has_image(seed: int, position: int) -> bool:
    """Whether `position` has a picture of its own."""
    return float(np.random.default_rng([seed, position, 0]).random()) >= TEXT_ONLY + REPEATED_ID


def _scene(seed: int, position: int) -> Scene:
    rng = np.random.default_rng([seed, position, 2])
    things, background = draw_contents(rng)
    return draw_scene(rng, things, background)


# -- files -----------------------------------------------------------------------------------------------------------


def _draw_part(draft: Path, seed: int, start: int, stop: int) -> Iterator[int]:
    """Writes pictures and rows of the positions from `start` to `stop`; yields how many are done."""
    with (draft / f"part-{start:09d}.jsonl").open("w", encoding="utf-8") as rows:
        for position in range(start, stop):
            drawn = draw_instance(seed, position)
            row: dict[str, Any] = {"record": drawn.record}
            if drawn.scene and drawn.fresh:
                path = draft / "images" / drawn.record["image"]
                drawn.scene.image.save(path, quality=JPEG_QUALITY, subsampling=0, optimize=False)
                row["objects"] = kinds(drawn.scene)
            rows.write(json.dumps(row, ensure_ascii=False) + "\n")
            yield position + 1 - start


def _draw_in_processes(draft: Path, seed: int, bounds: list[int], progress: Progress) -> None:
    """Shares the positions between separate processes (the app's main module must not be run again in them)."""
    drawn = dict.fromkeys(bounds[:-1], 0)

    def hear(event: Event) -> None:
        if event.get("event") == "drawn":
            drawn[event["start"]] = event["done"]
        progress(sum(drawn.values()), bounds[-1], "Drawing the demo world")

    commands = [
        Command("adr.demo.world", (str(draft), str(seed), str(start), str(stop)), draft / f"part-{start:09d}.log")
        for start, stop in pairwise(bounds)
    ]
    if any(relay(commands, hear)):
        raise AdrError(
            "A process that draws the demo world has stopped.", "Is the disk full? Try again, or with fewer instances."
        )


def _join(folder: Path, draft: Path, starts: list[int], instances: int) -> WorldReport:
    """Turns the parts into demo.json and objects.jsonl."""
    images = text_only = repeated = 0
    things: dict[str, int] = {}
    with (
        (draft / "demo.json").open("w", encoding="utf-8") as dataset,
        (draft / "objects.jsonl").open("w", encoding="utf-8") as sidecar,
    ):
        separator = "[\n"
        for start in starts:
            part = draft / f"part-{start:09d}.jsonl"
            for line in part.open(encoding="utf-8"):
                row = json.loads(line)
                record = row["record"]
                dataset.write(separator + json.dumps(record, ensure_ascii=False))
                separator = ",\n"
                if "objects" in row:
                    images += 1
                    sidecar.write(json.dumps({"image": record["image"], "objects": row["objects"]}) + "\n")
                    for name in row["objects"]:
                        things[name] = things.get(name, 0) + 1
                elif "image" in record:
                    repeated += 1
                else:
                    text_only += 1
            part.unlink()
            part.with_suffix(".log").unlink(missing_ok=True)
        dataset.write("\n]\n")
    ranked = dict(sorted(things.items(), key=lambda pair: (-pair[1], pair[0])))
    return WorldReport(folder, instances, images, text_only, repeated, ranked)


def main() -> None:
    """Draws one part, for `draw_world`: FOLDER SEED START STOP; reports how many instances are done."""
    parser = argparse.ArgumentParser(description="Draw a part of the demo world.")
    parser.add_argument("draft", type=Path)
    for name in ("seed", "start", "stop"):
        parser.add_argument(name, type=int)
    given = parser.parse_args()
    for done in _draw_part(given.draft, given.seed, given.start, given.stop):
        if done % _STEP == 0 or given.start + done == given.stop:
            tell({"event": "drawn", "start": given.start, "done": done})


if __name__ == "__main__":
    sys.exit(exit_status(main))
