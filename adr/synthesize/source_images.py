"""Embeds the source's own pictures once, so that synthetic ones can be compared with all of them.

`embed_sources` is called where the database is and starts a process, `python -m adr.synthesize.source_images`, which
never opens it. Stopped at any moment it loses some seconds of work and goes on from there next time.
"""

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from adr.errors import AdrError
from adr.files import write_whole
from adr.process import Command, Event, exit_status, relay, tell
from adr.progress import Progress, silent
from adr.settings import setting
from adr.synthesize.embeddings import Embeddings, embeddings_folder
from adr.synthesize.images import perceptual_hash
from adr.synthesize.scores import load_scorer
from adr.workspace import Workspace

if TYPE_CHECKING:
    from adr.store import Store

_TOGETHER = 32
_SAVE_SECONDS = 10.0
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class SourcesReport:
    """images: of the source; compared: of these embedded, now or before; unreadable: not there or broken."""

    images: int
    compared: int
    unreadable: int


def embed_sources(store: "Store", workspace: Workspace, scorer: str, *, progress: Progress = silent) -> SourcesReport:
    """Embed the source's pictures that are not yet, in a process of its own. `Cancelled` from `progress` keeps what is
    done. AdrError when the scorer cannot be loaded."""
    folder = embeddings_folder(workspace, scorer, "sources")
    folder.mkdir(parents=True, exist_ok=True)
    images = source_images(store)
    with _one_at_a_time:
        names = {_stamp(path) for path in images}
        if None not in names and names == set(Embeddings(folder).names()):
            return SourcesReport(images=len(images), compared=len(images), unreadable=0)
        write_whole(folder / "images.json", json.dumps(images).encode())
        done = _embedded(folder, scorer, progress)
    return SourcesReport(images=len(images), compared=done["done"] - done["unreadable"], unreadable=done["unreadable"])


def source_images(store: "Store") -> list[str]:
    """The absolute paths of the source's pictures, each once: those of instances that have an entity of any plan's tail
    first, then in the source's order, ADR_COMPARED_IMAGES at most."""
    try:
        limit = int(setting("ADR_COMPARED_IMAGES"))
    except ValueError as error:
        raise AdrError("ADR_COMPARED_IMAGES is no number.", "Set it to how many pictures, such as 20000.") from error
    base = _base(store)
    return [
        str(base / image)
        for (image,) in store.rows(
            """
        with tail as (
            select distinct p.instance from posting p
            where p.entity in (select entity from wanted where quota > 0)
        ),
        shown as (select unnest(images) as image, instance from instance)
        select p.image from shown p left join tail t on t.instance = p.instance
        group by p.image order by count(t.instance) = 0, min(p.instance), p.image limit $1
        """,
            [limit],
        )
    ]


def instances_of(store: "Store", paths: Sequence[str]) -> dict[str, int]:
    """{path: its first instance} of pictures of the source by absolute path."""
    base = _base(store)
    names = {os.path.relpath(path, base): path for path in paths} | {path: path for path in paths}
    return {
        names[image]: instance
        for image, instance in store.rows(
            """
        select image, min(instance) from (select unnest(images) as image, instance from instance)
        where image in (select unnest($1::varchar[])) group by image
        """,
            [list(names)],
        )
    }


def _base(store: "Store") -> Path:
    """The absolute folder that the source's image paths start from."""
    source = store.row("select images, path from source")
    return (Path(".") if source is None else Path(source[0]) if source[0] else Path(source[1]).parent).resolve()


def path_of(name: str) -> str:
    """The path in the name under which a source picture's embedding is kept: 'time-size path'."""
    return name.partition(" ")[2]


def _embedded(folder: Path, scorer: str, progress: Progress) -> Event:
    """The last event of the process, to which progress was told; it ends when the caller does."""
    last: Event = {}

    def hear(event: Event) -> None:
        last.update(event)
        progress(last.get("done", 0), last.get("total"), "looking at the source's pictures")

    log = folder / "sources.log"
    if any(relay([Command("adr.synthesize.source_images", [str(folder), "--scorer", scorer], log)], hear)):
        raise AdrError(
            "Looking at the source's pictures ended unexpectedly.", f"Try again; if it happens again, look into {log}."
        )
    return last


def main(arguments: Sequence[str] | None = None) -> int:
    """The process: embed what `pictures.json` of the folder lists; exit status 0, or 1 for what it has told."""
    parser = argparse.ArgumentParser(prog="python -m adr.synthesize.source_images", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scorer", required=True)
    given = parser.parse_args(arguments)
    return exit_status(lambda: _embed(given.folder, given.scorer))


def _embed(folder: Path, scorer: str) -> None:
    kept = Embeddings(folder)
    named = {stamp: path for path in json.loads((folder / "images.json").read_text()) if (stamp := _stamp(path))}
    total = len(json.loads((folder / "images.json").read_text()))
    kept.keep(set(named))
    there = set(kept.names())
    todo = [name for name in named if name not in there]
    done, unreadable = len(there), total - len(named)
    if todo:
        model = load_scorer(scorer)
        held: list[tuple[str, np.ndarray, int]] = []
        saved = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            for start in range(0, len(todo), _TOGETHER):
                names = todo[start : start + _TOGETHER]
                opened = [(n, p) for n, p in zip(names, pool.map(_opened, (named[n] for n in names)), strict=True) if p]
                unreadable += len(names) - len(opened)
                if opened:
                    vectors = model.images([image for _, image in opened])
                    held += [(n, v, perceptual_hash(p)) for (n, p), v in zip(opened, vectors, strict=True)]
                done += len(opened)
                if time.monotonic() - saved > _SAVE_SECONDS or start + _TOGETHER >= len(todo):
                    _save(kept, held)
                    held, saved = [], time.monotonic()
                tell({"event": "embedded", "done": done + unreadable, "total": total, "unreadable": unreadable})
    tell({"event": "done", "done": done + unreadable, "total": total, "unreadable": unreadable})


def _save(kept: Embeddings, held: Sequence[tuple[str, np.ndarray, int]]) -> None:
    if held:
        names, vectors, hashes = zip(*held, strict=True)
        kept.append(names, np.stack(vectors), np.array(hashes, np.uint64))


def _stamp(path: str) -> str | None:
    """The name of a picture's embedding, which changes with the file; None where there is no file."""
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return f"{facts.st_mtime_ns:x}-{facts.st_size:x} {path}"


def _opened(path: str) -> Image.Image | None:
    try:
        with Image.open(path) as opened:
            opened.draft("RGB", (512, 512))
            return opened.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


if __name__ == "__main__":
    sys.exit(main())
