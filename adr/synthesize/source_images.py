"""Embeds the source's own pictures once, so that synthetic ones can be compared with all of them.

`embed_sources` runs in the process that owns the database and starts `python -m adr.synthesize.source_images`, which
never opens it. Stopped at any moment, that process loses a few seconds of work and continues from there next time.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from adr.errors import AdrError
from adr.files import write_whole
from adr.image_folder import ImageFolder
from adr.picture_file import picture_stat
from adr.picture_hash import perceptual_hash
from adr.process import Command, Event, exit_status, relay, tell
from adr.progress import Progress, silent
from adr.settings import setting
from adr.small_images import NotAPicture, opened_picture
from adr.synthesize.embeddings import Embeddings, embeddings_folder
from adr.synthesize.scores import load_scorer
from adr.workspace import Workspace

if TYPE_CHECKING:
    from adr.store import Store

_TOGETHER = 32
_SAVE_SECONDS = 10.0
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class SourcesReport:
    """images: pictures of the source; compared: those that are embedded, by this call or before; unreadable: those that
    are missing or broken."""

    images: int
    compared: int
    unreadable: int


def embed_sources(store: "Store", workspace: Workspace, scorer: str, *, progress: Progress = silent) -> SourcesReport:
    """Embed those of the source's pictures that are not embedded yet, in a separate process. When `progress` raises
    `Cancelled`, finished embeddings are kept. AdrError when the scorer cannot be loaded."""
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
    """The absolute paths of the source's pictures, each once and at most ADR_COMPARED_IMAGES: first those of instances
    that have an entity which a plan fills, then the others in the source's order. Those that a new link would reach are
    left out."""
    try:
        limit = int(setting("ADR_COMPARED_IMAGES"))
    except ValueError as error:
        raise AdrError("ADR_COMPARED_IMAGES is not a number.", "Set it to a number, such as 20000.") from error
    folder = ImageFolder.beside(store)
    found = []
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
    ):
        with suppress(AdrError):
            folder.path_of(image)
            found.append(str(folder.lies_at(image)))
    return found


def instances_of(store: "Store", paths: Sequence[str]) -> dict[str, int]:
    """{absolute path of a picture of the source: its first instance}."""
    folder = ImageFolder.beside(store)
    names = {folder.name_of(path): path for path in paths}
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


def path_of(name: str) -> str:
    """The path in the name of a source picture's embedding, which is 'time-size path'."""
    return name.partition(" ")[2]


def _embedded(folder: Path, scorer: str, progress: Progress) -> Event:
    """Run the process and report its progress; returns its last event. The process ends when the caller does."""
    last: Event = {}

    def hear(event: Event) -> None:
        last.update(event)
        progress(last.get("done", 0), last.get("total"), "looking at the source's pictures")

    log = folder / "sources.log"
    if any(relay([Command("adr.synthesize.source_images", [str(folder), "--scorer", scorer], log)], hear)):
        raise AdrError(
            "The comparison with the source's pictures ended unexpectedly.",
            f"Try again. If it happens again, read {log}.",
        )
    return last


def main(arguments: Sequence[str] | None = None) -> int:
    """The process: embed the pictures in the folder's `images.json`; exit status 0, or 1 for a reported error."""
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
    """The name of a picture's embedding, which changes when the file does; None where there is no file."""
    try:
        facts = picture_stat(Path(path))
    except OSError:
        return None
    return f"{facts.st_mtime_ns:x}-{facts.st_size:x} {path}"


def _opened(path: str) -> Image.Image | None:
    try:
        with opened_picture(path) as opened:
            opened.draft("RGB", (512, 512))
            return opened.convert("RGB")
    except (OSError, NotAPicture):
        return None


if __name__ == "__main__":
    sys.exit(main())
