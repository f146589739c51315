"""Features of every picture of the source, made by a process of its own (`adr.embed.embedding`) that goes on where it
stopped."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from adr.embed.embedding import embed_all
from adr.embed.on_ray import on_cluster
from adr.errors import AdrError
from adr.feature_folder import FeatureFolder
from adr.image_folder import ImageFolder
from adr.knowledge import short_name
from adr.process import Command, Event, how, relay
from adr.progress import Progress, let_pages_run, silent
from adr.ray_cluster import OnRay
from adr.settings import setting
from adr.store import Store
from adr.workspace import Workspace

_STEP = 500  # pictures between two reports of progress
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class EmbedReport:
    """What `embed` did. pictures: image paths of the source; embedded: those that have features; new: pictures that
    this call looked at; missing: paths with no file; unreadable: files that cannot be decoded; dimensions: numbers per
    picture; rate: pictures per second of this call, None where it looked at none."""

    model: str
    pictures: int
    embedded: int
    new: int
    missing: int
    unreadable: int
    dimensions: int
    rate: float | None
    seconds: float


@dataclass(frozen=True)
class Embedded:
    """How far `embed` is. pictures: image paths of the source; embedded: those that have features."""

    model: str
    pictures: int
    embedded: int


class NoPictures(AdrError):
    """The dataset has no picture that could be embedded."""


def embed(
    store: Store,
    workspace: Workspace,
    model: str | None = None,
    *,
    on_ray: OnRay | None = None,
    progress: Progress = silent,
) -> EmbedReport:
    """Embed those of the source's pictures that are not embedded yet. model: as `adr.models.load_clip` takes it, else
    ADR_SCORER_MODEL. on_ray: the cluster whose workers look at them, instead of one process here.

    NoPictures without pictures; AdrError when the model cannot be loaded, or when the process ends unexpectedly. What
    is finished is kept, also when `progress` raises `Cancelled`.
    """
    started = time.monotonic()
    model = model or setting("ADR_SCORER_MODEL")
    folder = FeatureFolder.of(workspace.features, model)
    with _one_at_a_time:
        paths = [path for (path,) in store.rows("select distinct unnest(images) as path from instance order by path")]
        files = _files(store, paths, progress)
        folder.ask(files)
        last = embed_asked(folder, progress, on_ray)
        found = folder.read()
    embedded = len(found.paths) if found else 0
    return EmbedReport(
        model=short_name(model),
        pictures=len(paths),
        embedded=embedded,
        new=last["done"] - last["before"],
        missing=len(paths) - len(files),
        unreadable=len(files) - embedded,
        dimensions=found.vectors.shape[1] if found else 0,
        rate=last.get("rate"),
        seconds=round(time.monotonic() - started, 2),
    )


def embedded(store: Store, workspace: Workspace) -> Embedded:
    """How many pictures of the source have features of ADR_SCORER_MODEL."""
    model = setting("ADR_SCORER_MODEL")
    features = FeatureFolder.of(workspace.features, model).read()
    paths = store.arrow("select distinct unnest(images) as path from instance")["path"]
    known = pc.is_in(paths, value_set=pa.array(features.paths if features else (), pa.string()))
    return Embedded(short_name(model), len(paths), int(pc.sum(known).as_py() or 0))


def _files(store: Store, paths: list[str], progress: Progress) -> dict[str, Path]:
    """{image path: its file}; NoPictures when there is no picture at all."""
    images = ImageFolder.of(store)
    files: dict[str, Path] = {}
    for number, path in enumerate(paths if images else ()):
        if number % _STEP == 0:
            progress(number, len(paths), "Looking for picture files")
            let_pages_run()
        if images and (file := images.file(path)):
            files[path] = file
    if not files:
        raise AdrError(
            "The dataset has no picture that is on disk." if paths else "The dataset has no pictures.",
            "Set the image folder (adr images DIR, or the Dataset page)." if paths else "Ingest one that has some.",
        )
    return files


def embed_asked(folder: FeatureFolder, progress: Progress, on_ray: OnRay | None = None) -> Event:
    """Have a process, or a cluster, embed what the folder asks for, and wait for it; it is ended when `progress`
    raises.

    Returns its last event, with 'before': the pictures that were known when it began. AdrError when it ends
    unexpectedly.
    """
    last: Event = {}

    def hear(event: Event) -> None:
        last.update(event)
        if "done" in last:
            last.setdefault("before", last["done"])
        said = f"Embedding pictures, {last['rate']:,.0f} per second" if "rate" in last else "Embedding pictures"
        progress(last.get("done", 0), last.get("total"), said)

    if on_ray is not None:
        embed_all(folder, on_cluster(on_ray, folder.model), hear)
        return last
    command = Command("adr.embed.embedding", [str(folder.folder), "--model", folder.model], folder.log)
    (code,) = relay([command], hear)
    if code:
        raise AdrError(
            f"Embedding pictures ended unexpectedly ({how(code)}); what was finished is kept.",
            f"Run it again: it goes on from there. If it happens again, look into {folder.log}.",
        )
    return last
